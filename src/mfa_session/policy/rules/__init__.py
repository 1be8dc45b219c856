"""The mistakes, each under its name, sorted by what they are about."""
