"""The machine's edges: terminal, keyring, processes, clock."""
