"""Commands: options, call, result; and how they are found, wired and told."""
