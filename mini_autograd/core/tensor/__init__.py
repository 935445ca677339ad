"""The tensor: its array, version counter, history, flags and hooks."""
