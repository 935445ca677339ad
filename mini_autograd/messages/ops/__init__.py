"""What ops refuse."""
