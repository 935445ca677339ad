"""Where mathematics leaves a derivative open and torch has settled on one answer, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.program import Program
from conformance.steps import Call

KINKS: Mapping[str, str] = {
    "max": "ties of max",
    "amax": "ties of max",
    "maximum": "ties of max",
    "fmax": "ties of max",
    "min": "ties of min",
    "amin": "ties of min",
    "minimum": "ties of min",
    "fmin": "ties of min",
    "relu": "relu at 0",
    "relu6": "relu at its bounds",
    "leaky_relu": "leaky_relu at 0",
    "hardtanh": "hardtanh at its bounds",
    "l1_loss": "abs at 0",
    "abs": "abs at 0",
    "absolute": "abs at 0",
    "sign": "sign at 0",
    "norm": "norm at 0",
    "vector_norm": "norm at 0",
    "std": "std of equal values",
    "dist": "norm at 0",
    "clamp": "clamp at its bounds",
    "clip": "clamp at its bounds",
    "clamp_min": "clamp at its bounds",
    "clamp_max": "clamp at its bounds",
    "pow": "0 ** 0",
    "**": "0 ** 0",
    "sqrt": "sqrt at 0",
    "prod": "prod with zeros",
    "cumprod": "prod with zeros",
    "where": "where with a NaN branch",
    "sort": "ties of sort",
    "topk": "ties of sort",
    "median": "ties of median",
    "floor": "floor at an integer",
    "ceil": "ceil at an integer",
    "round": "round at a half",
    "trunc": "trunc at an integer",
    "fmod": "fmod at a multiple",
    "remainder": "remainder at a multiple",
}
"""The op, by the last part of its name, and what its convention is called in a report."""

NON_FINITE: frozenset[str] = frozenset(
    {"prod with zeros", "where with a NaN branch", "norm at 0", "0 ** 0", "sqrt at 0"}
)
"""The conventions that decide between a number and NaN or infinity, with no jump beside it."""


def conventions(program: Program) -> Iterator[str]:
    """The conventions that the program's ops may touch, in program order, each once."""
    seen = set()
    for step in program.steps:
        if isinstance(step, Call):
            name = KINKS.get(step.op.rpartition(".")[2].rstrip("_"))
            if name and name not in seen:
                seen.add(name)
                yield name
