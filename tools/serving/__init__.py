"""From an adapter to something that can be served: merge, parity, model card, and talking to the result."""
