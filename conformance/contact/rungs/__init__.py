"""The rungs of the bring-up ladder: a table of what each asks, and their programs."""
