"""Scripts and texts for shells."""
