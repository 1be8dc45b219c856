"""Scripts for people's shells."""
