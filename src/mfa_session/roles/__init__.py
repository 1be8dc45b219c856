"""Many roles from one code: every session at once, and the AWS CLI's own cache."""
