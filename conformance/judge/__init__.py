"""Trace × trace → mismatches (`compare`), and mismatches → verdict (`referee`)."""
