"""Runs the sources of programs on the reference and a subject, in parallel processes."""
