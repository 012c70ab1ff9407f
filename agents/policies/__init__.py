"""The deterministic brain: one module an area, with rules that read measurements and cite knowledge."""
