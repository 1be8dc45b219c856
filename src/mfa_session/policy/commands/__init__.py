"""The `policy` commands: template, lint and check."""
