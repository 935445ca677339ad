"""Trace × trace → mismatches."""
