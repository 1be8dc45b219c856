"""Many role sessions from one code: `login --all`, the AWS CLI's cache, and the console."""
