"""Long-term keys: listed, kept in the keyring, moved there and back, rotated."""
