"""Sets up sessions, role profiles and shells: the command `configure`."""
