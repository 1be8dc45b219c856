"""The container credentials endpoint: a session for a job that may outlive it."""
