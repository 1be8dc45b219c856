"""MFA sessions for AWS: from a six-digit code to temporary credentials that every tool can use."""

__version__ = "0.1.0"
