"""Read, lint, evaluate and write policies about MFA."""
