"""Policies that ask for MFA, right the first time: one function each, and what they say of it."""
