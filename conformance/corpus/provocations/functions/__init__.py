"""What custom functions, and functions of functions, refuse."""
