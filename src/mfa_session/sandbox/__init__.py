"""A local AWS that enforces MFA: it checks signatures, codes, sessions and policies."""
