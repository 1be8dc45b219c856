"""The `policy` commands."""
