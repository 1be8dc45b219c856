"""Commands: one file each; options, call, result."""
