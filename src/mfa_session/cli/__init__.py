"""Commands: options, call, result."""
