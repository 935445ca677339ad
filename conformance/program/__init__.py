"""A conformance case as data: its values, inputs, steps and words, and the script it prints as."""

from conformance.program.program import SCHEMA, Program

__all__ = ["SCHEMA", "Program"]
