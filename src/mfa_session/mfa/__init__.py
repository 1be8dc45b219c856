"""Codes and devices."""
