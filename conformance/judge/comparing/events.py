"""What happened while two programs ran, compared step by step: the calls of hooks and functions,
warnings, which gradients became other objects, and which results are objects that had a name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from conformance.judge.comparing.closeness import Array, same
from conformance.judge.comparing.site import GRADIENTS, VALUES, Site, unread, values_if_any
from conformance.program.steps import Step, walks
from conformance.program.trace import (
    Called,
    Observed,
    Returned,
    TensorState,
    Trace,
    Unobserved,
    Warned,
)
from conformance.program.values import Ref
from conformance.verdict import Mismatch

T = TypeVar("T", Called, Warned)


class Events:
    """The events of both traces; most programs have none, and then this costs next to nothing."""

    def __init__(self, expected: Trace, actual: Trace) -> None:
        self._outcomes = expected.outcomes, actual.outcomes
        self._replaced = expected.replaced, actual.replaced
        self._same = expected.same, actual.same
        self._calls = _by_step(expected.calls), _by_step(actual.calls)
        self._warnings = _by_step(_told(expected, actual)), _by_step(_told(actual, expected))
        objects = map(_steps, (*self._replaced, *self._same))
        self._steps = frozenset().union(*self._calls, *self._warnings, *objects)

    def compare(self, number: int, step: Step) -> Iterator[Mismatch]:
        """The differences in what happened during a step."""
        if number not in self._steps:
            return
        wanted, got = (side.get(number) for side in self._calls)
        if wanted or got:
            yield from _calls(number, step, wanted or [], got or [])
        warned, also = (
            tuple([each for _, each in side.get(number, ())]) for side in self._warnings
        )
        if warned != also:
            yield Mismatch("warning", number, "", warned, also)
        yield from self._gradients(number)
        yield from self._results(number)

    def _gradients(self, number: int) -> Iterator[Mismatch]:
        wanted, got = self._replaced
        if isinstance(wanted, Unobserved) or isinstance(got, Unobserved):
            return
        if number in wanted and number in got:
            for name in sorted({*wanted[number]} ^ {*got[number]}):
                before, after = "another object", "the object it was"
                if name not in wanted[number]:
                    before, after = after, before
                yield Mismatch("alias", number, f"{name}.grad", before, after)

    def _results(self, number: int) -> Iterator[Mismatch]:
        wanted, got = self._same
        if isinstance(wanted, Unobserved) or isinstance(got, Unobserved):
            return
        if not all(isinstance(outcomes[number], Returned) for outcomes in self._outcomes):
            return
        pairs = [
            {name: Ref(first) for name, first in side.get(number, ())} for side in (wanted, got)
        ]
        for name in sorted(pairs[0].keys() | pairs[1].keys()):
            if (first := pairs[0].get(name)) != (second := pairs[1].get(name)):
                where = name or "what the step gives"
                yield Mismatch("identity", number, where, first, second)


def _steps(objects: Observed[Mapping[int, Any]]) -> frozenset[int]:
    return frozenset(() if isinstance(objects, Unobserved) else objects)


def _told(trace: Trace, other: Trace) -> Sequence[Warned]:
    """The warnings, if both can tell."""
    if isinstance(trace.warnings, Unobserved) or isinstance(other.warnings, Unobserved):
        return ()
    return trace.warnings


def _by_step(events: Sequence[T]) -> Mapping[int, list[tuple[int, T]]]:
    """The events of each step, each with its place among all."""
    found: dict[int, list[tuple[int, T]]] = {}
    for place, entry in enumerate(events):
        found.setdefault(entry.step, []).append((place, entry))
    return found


def _calls(
    number: int, step: Step, wanted: list[tuple[int, Called]], got: list[tuple[int, Called]]
) -> Iterator[Mismatch]:
    before, after = (tuple([_label(entry) for _, entry in side]) for side in (wanted, got))
    if before != after:
        # Their arguments are not compared: nobody knows which call belongs to which.
        yield Mismatch("hook_order", number, "", before, after)
        return
    for (place, left), (_, right) in zip(wanted, got, strict=True):
        site = Site(number, f"calls[{place}]", GRADIENTS if walks(step) else VALUES)
        yield from _given(site, left.values, right.values)


def _label(call: Called) -> str:
    """The name of what was called; a call without a name belongs to the named one before it."""
    label = call.values[0] if call.values else ""
    return label if isinstance(label, str) else "…"


def _given(site: Site, wanted: Any, got: Any) -> Iterator[Mismatch]:
    if isinstance(wanted, tuple) and isinstance(got, tuple) and len(wanted) == len(got):
        for place, pair in enumerate(zip(wanted, got, strict=True)):
            yield from _given(site.at(f"[{place}]"), *pair)
    elif isinstance(wanted, TensorState) and isinstance(got, TensorState):
        yield from _tensors(site, wanted, got)
    elif isinstance(wanted, TensorState) or isinstance(got, TensorState):
        yield site.differs(site.kinds.presence, values_if_any(wanted), values_if_any(got))
    elif isinstance(wanted, np.ndarray) and isinstance(got, np.ndarray):
        yield from _arrays(site, wanted, got, wanted.dtype.name)
    elif not same(wanted, got):
        yield site.differs("flag", wanted, got)


def _tensors(site: Site, wanted: TensorState, got: TensorState) -> Iterator[Mismatch]:
    if wanted.dtype != got.dtype:
        yield site.at(".dtype").differs(site.kinds.dtype, wanted.dtype, got.dtype)
    flags = wanted.requires_grad, got.requires_grad
    if isinstance(flags[0], Unobserved) or isinstance(flags[1], Unobserved):
        yield from unread("requires_grad", "flag", site, wanted, got)
    elif flags[0] != flags[1]:
        yield site.at(".requires_grad").differs("flag", *flags)
    left, right = wanted.values, got.values
    if isinstance(left, Unobserved) or isinstance(right, Unobserved):
        yield from unread("values", site.kinds.values, site, wanted, got)
    else:
        yield from _arrays(site, left, right, wanted.dtype)


def _arrays(site: Site, wanted: Array, got: Array, dtype: str) -> Iterator[Mismatch]:
    """The differences of two tensors' values, or of two arrays that a pack hook stored."""
    if wanted.shape != got.shape:
        yield site.at(".shape").differs(site.kinds.shape, wanted.shape, got.shape)
    else:
        yield from site.numbers(wanted, got, (wanted, got), dtype)
