"""What `configure` decides: which answers will do, and what is written for them."""
