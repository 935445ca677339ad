"""What a planted fault is, and the seams where one goes into mini_autograd.

A `Plant` changes the engine through pytest's MonkeyPatch, which puts everything back. Torch is
never touched, so a fault may be there while the reference runs.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

import mini_autograd
from mini_autograd import Tensor
from mini_autograd.core.op import DifferentiableOp, differentiable

Plant = Callable[[pytest.MonkeyPatch], None]


def every_twelfth(names: Iterable[str], *, but: str = "") -> list[Any]:
    """The parameters of a test of faults, of which one in twelve runs with the fast tests, too,
    but for one that takes too long for them."""
    return [
        pytest.param(name, marks=[] if number % 12 == 11 and name != but else [pytest.mark.slow])
        for number, name in enumerate(names)
    ]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault, and how it is to be found.

    Attributes:
        plant: puts it into the engine.
        kinds: the kinds of mismatch, any of which shows it.
        ops: the ops that the programs call; all of the catalogue by default.
        kept: whether no generated program need show it, but one that is kept in the corpus.
    """

    plant: Plant
    kinds: frozenset[str]
    ops: tuple[str, ...] | None = None
    kept: bool = False


def fault(kinds: str, plant: Plant, ops: str | None = None, *, kept: bool = False) -> Fault:
    """A fault, with its kinds and ops as words of a text."""
    return Fault(plant, frozenset(kinds.split()), tuple(ops.split()) if ops else None, kept)


@contextmanager
def planted(plant: Plant) -> Iterator[None]:
    """The fault is in the engine inside this block."""
    with pytest.MonkeyPatch.context() as patch:
        plant(patch)
        yield


def attribute(owner: Any, name: str, change: Callable[[Any], Any]) -> Plant:
    """Something of the engine's own replaced, by what `change` makes of it."""
    before = vars(owner)[name]
    after = change(before)
    return lambda patch: patch.setattr(owner, name, after)


def method(owner: type, name: str, broken: Callable[..., Any]) -> Plant:
    """A method replaced by another."""
    return attribute(owner, name, lambda _: broken)


def rule(op: DifferentiableOp, **rules: Callable[..., Any]) -> Plant:
    """Derivatives of an op replaced: each takes what the rule in its place does."""
    written = op.op.node_class.backward.__globals__  # where the generated code finds the rules
    names = {f"_rule_of_{operand}": broken for operand, broken in rules.items()}
    assert names.keys() <= written.keys()

    def plant(patch: pytest.MonkeyPatch) -> None:
        for name, broken in names.items():
            patch.setitem(written, name, broken)

    return plant


def remade(
    op: DifferentiableOp,
    change: Callable[[Any], Any] | None = None,
    rules: dict[str, Callable[..., Any]] | None = None,
    **options: Any,
) -> Plant:
    """An op made anew, with a changed forward, rules or options, wherever users call it."""
    known = op.op
    forward = known.bare
    if change is not None:
        forward = functools.wraps(known.bare)(change(known.bare))
        forward.__qualname__ = "_planted"  # it is no op that rules may name
    given = {"node": known.title, "view": known.view, **options}
    made = differentiable(
        name=known.name,
        promotion=known.promotion,
        outputs=known.outputs,
        **given,
        **known.rules | (rules or {}),
    )(forward)
    return _public({op: made, op.method: made.method})


def called(change: Callable[[Any], Any], *names: str) -> Plant:
    """Functions and methods of these names changed, as users call them."""
    owners = [getattr(owner, name, None) for owner in (mini_autograd, Tensor) for name in names]
    return _public({each: change(each) for each in owners if each is not None})


def _public(changes: dict[Any, Any]) -> Plant:
    """Each function or method changed wherever the public face holds it."""
    places = [
        (owner, name, changes[value])
        for owner in (mini_autograd, Tensor)
        for name, value in list(vars(owner).items())
        if callable(value) and value in changes
    ]
    assert places

    def plant(patch: pytest.MonkeyPatch) -> None:
        for owner, name, changed in places:
            patch.setattr(owner, name, changed)

    return plant
