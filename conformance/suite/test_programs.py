"""Whole programs that may use everything, and those that fuzzing has found before."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import example, given, target

from conformance.corpus.found import found
from conformance.strategies import Drawn
from conformance.suite.support.properties import asked, hold, replayed

Test = Callable[[Drawn], None]


def _with_examples(test: Test) -> Test:
    """The test with every program that fuzzing found as an explicit example."""
    for row in found():
        test = example(replayed(row.program)).via(f"found: {row.op}/{row.name}")(test)
    return test


@given(asked())
def test_programs(drawn: Drawn) -> None:
    """Programs do what they do on torch."""
    target(len(drawn.met), label="interactions")
    hold(drawn)


@_with_examples
@given(asked(max_steps=4))
def test_short_programs(drawn: Drawn) -> None:
    """Programs of a few steps do what they do on torch."""
    hold(drawn)
