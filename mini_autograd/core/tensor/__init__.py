"""A tensor: its array, its versions, its history, its flags and hooks."""
