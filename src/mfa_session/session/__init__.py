"""What a session is, and how one is obtained."""
