"""The AWS files, the settings file and the state directory."""
