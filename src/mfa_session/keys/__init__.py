"""List and rotate long-term keys, and move them to the keyring and back."""
