"""Copies, conversions, writes, Python's operators, and questions about a tensor."""
