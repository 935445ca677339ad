"""What a drawn program has done, and what it may do next."""
