"""How choices become a program, step by step, on the reference."""
