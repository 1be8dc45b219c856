"""The words of the field as values: no I/O, and every room may import it."""
