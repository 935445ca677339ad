"""Runs on torch of what its samples became."""

from __future__ import annotations

import warnings

import torch

from conformance.engines import TorchLike
from conformance.engines.execute import execute
from conformance.program import Program
from conformance.program.trace import Raised, Trace

_TORCH = TorchLike(torch, "torch")


def run(program: Program) -> Trace | None:
    """What torch does with it; None where a step of it raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trace = execute(program, _TORCH)
    return None if any(isinstance(each, Raised) for each in trace.outcomes) else trace
