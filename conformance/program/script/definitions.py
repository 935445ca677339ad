"""What a printed script defines before its first line: imports, classes, and what records calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.program.steps import (
    Apply,
    Copy,
    Functional,
    MultiGradHook,
    PackHooks,
    Read,
    RegisterHook,
    Step,
)
from conformance.program.words.functionals import MAPS
from conformance.program.words.functions import FUNCTIONS
from conformance.program.words.reads import READS

LOG = """\
calls = []


def log(*call):
    calls.append(call)
    print(*call)
"""
"""What hooks and custom functions record their calls with."""


def preamble(steps: Sequence[Step]) -> list[str]:
    """The lines before the inputs, each definition once and only if a step needs it."""
    modules = {step.how for step in steps if isinstance(step, Copy)}
    imports = ["import copy"] if modules & {"copy", "deepcopy"} else []
    imports += ["import pickle"] if "pickle" in modules else []
    lines = [*imports, *([""] if imports else []), "import torch", ""]
    for text in dict.fromkeys(_definitions(steps)):
        lines += [*text.rstrip("\n").split("\n"), ""]
    return lines


def _definitions(steps: Sequence[Step]) -> Iterator[str]:
    if any(isinstance(step, RegisterHook | MultiGradHook | PackHooks | Apply) for step in steps):
        yield LOG
    for step in steps:
        if isinstance(step, Apply):
            yield FUNCTIONS[step.function].source(step.function)
        elif isinstance(step, Functional):
            yield MAPS[step.function].source
        elif isinstance(step, Read) and (text := READS[step.what].defines):
            yield text
