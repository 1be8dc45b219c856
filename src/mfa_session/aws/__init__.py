"""The only room that imports botocore."""
