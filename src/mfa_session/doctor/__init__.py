"""What would go wrong with sessions before it does: named checks over what was found."""
