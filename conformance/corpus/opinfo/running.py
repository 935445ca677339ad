"""Runs on torch of what its samples became."""

from __future__ import annotations

from conformance.corpus.opinfo import run_on_torch
from conformance.program import Program
from conformance.program.trace import Raised, Trace


def run(program: Program) -> Trace | None:
    """What torch does with it; None where a step of it raises."""
    trace = run_on_torch(program)
    return None if any(isinstance(each, Raised) for each in trace.outcomes) else trace
