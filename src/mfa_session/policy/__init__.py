"""What policies say about MFA: documents as they are written, and what is wrong with them."""
