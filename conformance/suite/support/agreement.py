"""What a property test asserts: that an engine does with a program what the reference does."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from types import ModuleType
from typing import Any

from conformance.campaign.examine import Examiner, gravest
from conformance.engines import Engine, TorchLike, resolve_engine
from conformance.engines.execute import execute
from conformance.generate.drawing.drawn import Drawn
from conformance.program import Program
from conformance.report.formats.texts import differing
from conformance.verdict import Kind, Mismatch, Verdict


class Differs(AssertionError):  # noqa: N818 (it says what an engine does)
    """An engine does not do what the reference does; the message says where, and what instead.

    Of each kind of difference there is a class: by their type Hypothesis tells two failures apart,
    so that the one that it makes shorter does not turn into another.

    Attributes:
        program: the program that shows it.
        verdict: the judged differences.
    """

    def __init__(self, program: Program, verdict: Verdict, mismatch: Mismatch) -> None:
        super().__init__("\n".join(differing(mismatch)))
        self.program, self.verdict = program, verdict


@cache
def differs(kind: Kind) -> type[Differs]:
    """The class of the failures of this kind."""
    name = "".join(part.capitalize() for part in kind.split("_"))
    return type(
        f"{name}Differs", (Differs,), {"__module__": __name__, "__qualname__": f"{name}Differs"}
    )


def failure_of(program: Program, verdict: Verdict, counted: Sequence[Mismatch]) -> Differs:
    """What to raise for a program that differs: by the gravest of the differences that count, or
    the first where the subject is flaky."""
    mismatch = gravest(counted) if verdict.outcome == "differ" else verdict.mismatches[0]
    return differs(mismatch.kind)(program, verdict, mismatch)


def assert_agrees(
    program: Drawn | Program, engine: Engine | ModuleType | str, reference: Engine | str = "torch"
) -> None:
    """Run the program on the engine, and fail where it does what the reference does not.

    What the engine lacks is no failure. A difference is judged: one that comes of rounding, or on
    which torch itself is of two minds, is none.

    Args:
        program: one that `conformance.generate` drew, with what the reference did, or any.
        engine: a module that looks like torch, its name as `--engine` takes it, or an `Engine`.

    Raises:
        Differs: the engine does something else.
        EngineError: there is no such engine.
    """
    __tracebackhide__ = True
    examiner = Examiner(_engine(reference), _engine(engine))
    if isinstance(program, Drawn):
        expected = program.trace
        program = program.program
    else:
        expected = execute(program, examiner.reference)
    verdict = examiner.verdict(program, expected)
    if verdict is not None and verdict.outcome in ("differ", "flaky"):
        raise failure_of(program, verdict, verdict.mismatches)


@cache
def _of_module(module: Any) -> Engine:
    return TorchLike(module)


def _engine(of: Engine | ModuleType | str) -> Engine:
    if isinstance(of, str):
        return resolve_engine(of)
    return of if isinstance(of, Engine) and not isinstance(of, ModuleType) else _of_module(of)
