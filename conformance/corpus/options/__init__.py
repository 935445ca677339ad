"""What has many options and is no op: makers of tensors, functions of functions, copies, printing.

One text file an area: a sentence on it, then sections, each a heading and a few lines of torch
code. `<<a | b>>` in a line stands for either; a section is asked with every choice of its
alternatives, each a case of its own. The last line may raise: that is an answer, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import product

from conformance.corpus.case import Case
from conformance.corpus.provocations import sections
from conformance.program import Program
from conformance.program.steps import Snippet

AREAS = (
    *("creation", "jacobians", "transforms", "gradcheck", "copying", "printing", "subclasses"),
    *("corners", "random"),
)
"""The areas, in the order in which they are run."""

PRELUDE = """\
import copy, pickle, warnings
import numpy as np
x = torch.tensor([1.0, -2.0, 0.5], requires_grad=True)
m = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
def show(*values):
    for value in values:
        if isinstance(value, (tuple, list)):
            print(type(value).__name__, len(value))
            show(*value)
        elif isinstance(value, torch.Tensor):
            print(type(value).__name__, value.dtype, tuple(value.shape), value.stride())
            print(value.requires_grad, value.is_leaf, value)
        else:
            print(value)
"""
"""What every section starts from."""

_CHOICE = re.compile(r"<<(.*?)>>")


def expanded(text: str) -> Iterator[str]:
    """The text with every choice of its alternatives; those of the last one change first."""
    parts = _CHOICE.split(text)
    choices = [part.split(" | ") for part in parts[1::2]]
    for chosen in product(*choices):
        filled = [*(place for pair in zip(parts[::2], chosen, strict=False) for place in pair)]
        yield "".join((*filled, parts[-1]))


@cache
def cases_of_area(area: str) -> tuple[Case, ...]:
    """The cases of one area."""
    return tuple(
        Case(f"options/{area}/{name}/{number}", area, "options", Program((), (Snippet(code),)))
        for name, body in sections(__name__, area)
        for number, code in enumerate(expanded(PRELUDE + body))
    )


def all_cases() -> tuple[Case, ...]:
    """Those of all areas."""
    return tuple(case for area in AREAS for case in cases_of_area(area))
