"""What follows from random numbers, of which no values are compared: shapes, dtypes, strides,
flags, graphs and errors are.

What a promise says of the numbers themselves (a dropped element has no gradient) is asked by the
programs of `corpus/options/random.txt`, whose answers are not random.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from conformance.judge.comparing.consequences import Consequences
from conformance.program import Program
from conformance.program.steps import Call, Step
from conformance.program.trace import Text
from conformance.program.values import Ref
from conformance.program.words.vocabulary import DRAWING
from conformance.verdict import Kind, Mismatch

_VALUES: frozenset[Kind] = frozenset({"value", "grad_value", "zero_sign"})


class _Settling(NamedTuple):
    """An argument that leaves nothing to chance where it is one of these; without any, where it
    is a tensor."""

    name: str
    position: int
    values: tuple[object, ...]
    default: object


_MASKS = (_Settling("p", 1, (0, 1), 0.5), _Settling("training", 2, (False,), True))

_SETTLED: Mapping[str, tuple[_Settling, ...]] = {
    "native_dropout": (_Settling("p", 1, (0, 1), 0.5), _Settling("train", 2, (False,), None)),
    "rrelu": (_Settling("training", 3, (False,), False),),
    "nn.functional.rrelu": (_Settling("training", 3, (False,), False),),
    **dict.fromkeys(
        (
            *(f"nn.functional.dropout{dims}" for dims in ("", "1d", "2d", "3d")),
            *(f"nn.functional.{kind}_dropout" for kind in ("alpha", "feature_alpha")),
        ),
        _MASKS,
    ),
    **dict.fromkeys(
        (name for name in DRAWING if "fractional_max_pool" in name),
        (_Settling("_random_samples", 5, (), None),),
    ),
    "bernoulli": (_Settling("p", 1, (0, 1), None),),
}
"""By what is called, the arguments with which it gives the same numbers always. The defaults are
the installed torch's; those of the two `alpha` forms are asked for by `_default`."""

_OFF_BY_DEFAULT = frozenset({"nn.functional.alpha_dropout", "nn.functional.feature_alpha_dropout"})


def draws(step: Step) -> bool:
    """Whether the step gives other numbers at each run."""
    if not isinstance(step, Call):
        return False
    op = step.op if step.op in DRAWING else step.op.removesuffix("_")
    return op in DRAWING and not any(_settled(step, row) for row in _SETTLED.get(op, ()))


def _settled(step: Call, row: _Settling) -> bool:
    given: Any = row.default
    if row.name == "training" and step.op in _OFF_BY_DEFAULT:
        given = False
    if len(step.args) > row.position:
        given = step.args[row.position]
    given = step.kwargs.get(row.name, given)
    if not row.values:
        return isinstance(given, Ref)
    return isinstance(given, bool | int | float) and given in row.values


class Randomness:
    """What a program's random numbers may have reached, step by step.

    Args:
        written: the inputs that somebody wrote to.
    """

    def __init__(self, program: Program, written: Collection[str]) -> None:
        self._active = any(map(draws, program.steps))
        self._consequences = Consequences(program, written)

    def follow(self, step: Step) -> None:
        """Go on to a step, before its outcome is looked at."""
        if self._active:
            self._consequences.follow(step)
            if draws(step):
                self._consequences.begin(step)

    def leaves_open(self, mismatch: Mismatch, step: Step | None) -> bool:
        """Whether a difference is one of numbers that nobody can foretell."""
        if not self._active or not _of_numbers(mismatch):
            return False
        if step is not None:
            return self._consequences.reaches(step)
        return self._consequences.reaches_place(mismatch.where)


def _of_numbers(mismatch: Mismatch) -> bool:
    """Whether the values differ, or a text in which they are: its width follows from them."""
    texts = isinstance(mismatch.expected, Text) and isinstance(mismatch.actual, Text)
    return mismatch.kind in _VALUES or (mismatch.kind == "flag" and texts)
