"""The container credentials endpoint, for jobs that may outlive a session."""
