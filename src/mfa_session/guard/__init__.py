"""Which commands deserve a second thought: reading a command line, and deciding about it."""
