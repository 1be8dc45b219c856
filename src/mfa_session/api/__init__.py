"""The Python interface: a boto3 session with the command's settings, files and codes."""
