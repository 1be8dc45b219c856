"""Reads command lines, and steps up to MFA before the protected ones."""
