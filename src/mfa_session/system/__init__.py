"""The machine's edges: terminal, child processes, clock."""
