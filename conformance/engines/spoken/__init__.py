"""Engines in any language: what a process says, a line of JSON a message, and what it is asked."""
