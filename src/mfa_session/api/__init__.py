"""The Python interface: a boto3 session with the same settings, files and codes as the command."""
