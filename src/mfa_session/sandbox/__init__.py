"""A local AWS that enforces MFA."""
