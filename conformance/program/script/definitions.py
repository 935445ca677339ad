"""What a printed script defines before its first line: imports, classes, and what records calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.program.steps import (
    Apply,
    Call,
    Copy,
    Functional,
    MultiGradHook,
    PackHooks,
    Read,
    RegisterHook,
    Step,
    WeakReference,
    values_of,
)
from conformance.program.values import NumPyScalar, scalars
from conformance.program.words.functionals import APIS, MAPS
from conformance.program.words.functions import FUNCTIONS
from conformance.program.words.own import OWN
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
    lines = [*_of_python(steps), *_of_numpy(steps), "import torch", "", *_of_own_ops(steps)]
    definitions = [*dict.fromkeys(_definitions(steps))]
    if any(isinstance(step, _LOGGING) for step in steps) or any("log(" in t for t in definitions):
        definitions.insert(0, LOG)
    for text in definitions:
        lines += [*text.rstrip("\n").split("\n"), ""]
    return lines


def _of_python(steps: Sequence[Step]) -> list[str]:
    modules = {step.how for step in steps if isinstance(step, Copy)}
    imports = ["import copy"] if modules & {"copy", "deepcopy"} else []
    imports += ["import pickle"] if "pickle" in modules else []
    imports += ["import weakref"] if any(isinstance(s, WeakReference) for s in steps) else []
    return [*imports, ""] if imports else []


def _of_numpy(steps: Sequence[Step]) -> list[str]:
    values = (value for step in steps for value in scalars(values_of(step)))
    return ["import numpy as np"] if any(isinstance(v, NumPyScalar) for v in values) else []


def _of_own_ops(steps: Sequence[Step]) -> list[str]:
    ops = (OWN[step.op] for step in steps if isinstance(step, Call) and step.form == "own")
    blocks = dict.fromkeys(each.imports for each in ops)
    return [line for block in blocks for line in (*block, "")]


# What these record stands among the steps, and in no definition.
_LOGGING = (RegisterHook, MultiGradHook, PackHooks, Apply)


def _definitions(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        if isinstance(step, Apply):
            yield FUNCTIONS[step.function].source(step.function)
        elif isinstance(step, Functional):
            yield MAPS[step.function].source
            yield from filter(None, (APIS[step.api].defines,))
        elif isinstance(step, Read) and (text := READS[step.what].defines):
            yield text
