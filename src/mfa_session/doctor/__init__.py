"""Finds problems with sessions before they occur, by named checks of the setup."""
