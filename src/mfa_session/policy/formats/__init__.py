"""The known formats that policies come in, and the origin of each policy there."""
