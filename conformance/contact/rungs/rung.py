"""What a rung of the ladder is, and what came of trying it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from conformance.program import Program

State: TypeAlias = Literal["passed", "failed", "crashed", "hung", "blocked"]
Field: TypeAlias = Literal[
    "shape", "dtype", "values", "grad", "requires_grad", "is_leaf", "grad_fn", "version", "aliases"
]


@dataclass(frozen=True, slots=True)
class Rung:
    """One thing that an engine has to be able to do, as a tiny program.

    Attributes:
        name: a word or two.
        asks: what is done, as a person would write it.
        program: what is run, on the reference and on the engine.
        needs: the rungs below that it stands on; it is tried only if they were reached.
        add: what to add to an engine that fails it.
        shows: the fields of the tensors that must be observable, and right.
    """

    name: str
    asks: str
    program: Program
    needs: tuple[str, ...]
    add: str
    shows: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Climbed:
    """What came of a rung.

    Attributes:
        said: the exception's type and text, or what was expected and what was got.
        where: the last line of the engine's own that the exception passed: `file:line in name`.
        add: what to add.
        wrong: whether it was done, and came out wrong.
        waiting: the rung below that has to be reached first.
    """

    rung: str
    asks: str
    state: State
    said: str = ""
    where: str = ""
    add: str = ""
    waiting: str = ""
    wrong: bool = False


LOWEST = ("import", "tensor", "dtype", "read")
"""The rungs without which nothing can be asked of an engine."""
