"""A conformance case as data: its inputs, steps, values and vocabulary, and its script."""

from conformance.program.program import SCHEMA, Program

__all__ = ["SCHEMA", "Program"]
