"""The final states of a program's tensors, compared: attributes first, values last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from operator import attrgetter
from typing import Any

from conformance.brief import brief
from conformance.judge.closeness import difference, is_numeric, sign_of_zero_differs
from conformance.program import Program
from conformance.program.steps import Grad, result_of
from conformance.trace import Opaque, TensorState, Trace, Unobserved
from conformance.verdict import Kind, Mismatch

# What grade 5 looks at: the field of the state, the kind of a difference, how users write it.
_FIELDS: tuple[tuple[str, Kind, str], ...] = (
    ("requires_grad", "flag", ".requires_grad"),
    ("is_leaf", "flag", ".is_leaf"),
    ("version", "version", "._version"),
    ("output_nr", "graph", ".output_nr"),
    ("grad_fn", "graph", ".grad_fn"),
    ("edges", "graph", ".grad_fn.next_functions"),
)

_VALUE_KINDS: tuple[Kind, Kind, Kind] = ("shape", "dtype", "value")
_GRAD_KINDS: tuple[Kind, Kind, Kind] = ("grad_shape", "grad_dtype", "grad_value")


def compare_states(expected: Trace, actual: Trace, program: Program) -> Iterator[Mismatch]:
    """Every difference between the tensors that both traces have. What the subject does not let
    be observed is said once a field, as `unsupported` without a step."""
    made_by = {result_of(step): number for number, step in enumerate(program.steps)}
    untold: set[str] = set()
    for name, wanted in expected.tensors.items():
        number = made_by.get(name.partition("[")[0])
        if (got := actual.tensors.get(name)) is not None:
            if _alike(wanted, got):
                continue
            gradient = number is not None and isinstance(program.steps[number], Grad)
            kinds = _GRAD_KINDS if gradient else _VALUE_KINDS
            yield from _state(_Pair(name, number, wanted, got, kinds, untold))
        elif name in actual.missing:
            lacking, _, reason = actual.missing[name].partition(": ")
            yield Mismatch("unsupported", None, name, "a tensor", "none", lacking, reason=reason)
    yield from _aliases(expected, actual, untold)


_TOLD = attrgetter("shape", "dtype", "stride", *(field for field, _, _ in _FIELDS))


def _alike(wanted: TensorState, got: TensorState) -> bool:
    """Whether the states are the same bit by bit, as nearly all are; it is quickly seen."""
    if _TOLD(wanted) != _TOLD(got):
        return False
    left, right = wanted.values, got.values
    if isinstance(left, Unobserved) or isinstance(right, Unobserved):
        return False
    if left.dtype != right.dtype or left.tobytes() != right.tobytes():
        return False
    first, second = wanted.grad, got.grad
    if isinstance(first, TensorState) and isinstance(second, TensorState):
        return _alike(first, second)
    return first is second


class _Pair:
    """One tensor's two states, and what to call a difference between them."""

    __slots__ = ("got", "kinds", "name", "number", "untold", "wanted")

    def __init__(
        self,
        name: str,
        number: int | None,
        wanted: TensorState,
        got: TensorState,
        kinds: tuple[Kind, Kind, Kind],
        untold: set[str],
    ) -> None:
        self.name, self.number, self.kinds = name, number, kinds
        self.wanted, self.got, self.untold = wanted, got, untold

    def differs(self, kind: Kind, suffix: str, wanted: Any, got: Any, detail: str = "") -> Mismatch:
        where = f"{self.name}{suffix}"
        return Mismatch(kind, self.number, where, brief(wanted), brief(got), detail)

    def observed(self, suffix: str, wanted: Any, got: Any) -> Iterator[Mismatch]:
        """Say once that the subject cannot tell a field that the reference can."""
        if isinstance(got, Unobserved) and not isinstance(wanted, Unobserved):
            yield from _untold(self.untold, suffix, f"{self.name}{suffix}", wanted)


def _untold(untold: set[str], field: str, where: str, wanted: Any) -> Iterator[Mismatch]:
    if field not in untold:
        untold.add(field)
        yield Mismatch("unsupported", None, where, brief(wanted), "not observable", field)


def _state(pair: _Pair) -> Iterator[Mismatch]:
    wanted, got = pair.wanted, pair.got
    shape, dtype, _ = pair.kinds
    if wanted.shape != got.shape:
        yield pair.differs(shape, ".shape", wanted.shape, got.shape)
    if wanted.dtype != got.dtype:
        yield pair.differs(dtype, ".dtype", wanted.dtype, got.dtype)
    yield from _grad(pair)
    for field, kind, suffix in _FIELDS:
        left, right = getattr(wanted, field), getattr(got, field)
        if isinstance(left, Unobserved) or isinstance(right, Unobserved):
            yield from pair.observed(suffix, left, right)
        elif left != right:
            yield pair.differs(kind, suffix, left, right)
    if wanted.shape == got.shape:
        yield from _strides(pair)
        yield from _values(pair)


def _strides(pair: _Pair) -> Iterator[Mismatch]:
    wanted, got = pair.wanted, pair.got
    if isinstance(wanted.stride, Unobserved) or isinstance(got.stride, Unobserved):
        yield from pair.observed(".stride()", wanted.stride, got.stride)
    elif wanted.stride != got.stride and 0 not in wanted.shape:
        # Nothing is reached by the stride of a dim of size 1, and torch leaves it to chance.
        strides = zip(wanted.shape, wanted.stride, got.stride, strict=True)
        if any(size > 1 and left != right for size, left, right in strides):
            yield pair.differs("stride", ".stride()", wanted.stride, got.stride)


def _grad(pair: _Pair) -> Iterator[Mismatch]:
    wanted, got = pair.wanted.grad, pair.got.grad
    if isinstance(wanted, Unobserved) or isinstance(got, Unobserved):
        yield from pair.observed(".grad", wanted, got)
    elif isinstance(wanted, TensorState) and isinstance(got, TensorState):
        name = f"{pair.name}.grad"
        yield from _state(_Pair(name, pair.number, wanted, got, _GRAD_KINDS, pair.untold))
    elif wanted != got:
        yield pair.differs("grad_missing", ".grad", _values_if_any(wanted), _values_if_any(got))


def _values_if_any(state: TensorState | Opaque | None) -> Any:
    return state.values if isinstance(state, TensorState) else state


def _values(pair: _Pair) -> Iterator[Mismatch]:
    wanted, got = pair.wanted.values, pair.got.values
    if isinstance(wanted, Unobserved) or isinstance(got, Unobserved):
        yield from pair.observed("", wanted, got)
    elif got.shape != wanted.shape or not is_numeric(got):
        shown = f"numpy() gives {got.dtype.name}{list(got.shape)}"
        yield pair.differs(pair.kinds[2], "", wanted, got, shown)
    elif detail := difference(wanted, got, pair.wanted.dtype):
        yield pair.differs(pair.kinds[2], "", wanted, got, detail)
    elif sign_of_zero_differs(wanted, got):
        yield pair.differs("zero_sign", "", wanted, got, "a zero has another sign")


def _aliases(expected: Trace, actual: Trace, untold: set[str]) -> Iterator[Mismatch]:
    if isinstance(expected.aliases, Unobserved):
        return
    if isinstance(actual.aliases, Unobserved):
        if expected.aliases:
            field = ".untyped_storage()"
            yield from _untold(untold, field, f"{expected.aliases[0][0]}{field}", "shared memory")
        return
    both = _names(expected.tensors) & _names(actual.tensors)
    wanted, got = _pairs(expected.aliases, both), _pairs(actual.aliases, both)
    # One pair tells the whole: of three views of one memory, three pairs would differ.
    for first, second in sorted(wanted ^ got)[:1]:
        where = " == ".join(f"{name}.untyped_storage().data_ptr()" for name in (first, second))
        sharing = (first, second) in wanted
        yield Mismatch("alias", None, where, brief(sharing), brief(not sharing))


def _names(tensors: Mapping[str, TensorState]) -> frozenset[str]:
    grads = (f"{name}.grad" for name, state in tensors.items() if _has_grad(state))
    return frozenset((*tensors, *grads))


def _has_grad(state: TensorState) -> bool:
    return isinstance(state.grad, TensorState)


def _pairs(groups: Iterable[tuple[str, ...]], names: frozenset[str]) -> set[tuple[str, str]]:
    return {
        pair
        for group in groups
        for pair in combinations([name for name in group if name in names], 2)
    }
