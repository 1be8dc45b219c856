"""The edges that are made of several pieces: one file for each feature, imported when it asks."""
