"""Programs near a program, and what the reference does with them."""
