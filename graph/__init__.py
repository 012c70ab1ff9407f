"""From files to a running state machine: state, compiler, nodes, gates, runner, rollback, and the run folder's ledger."""
