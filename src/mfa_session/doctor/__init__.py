"""Checks of the setup, before a session needs it."""
