"""The final states of a program's tensors, compared: attributes first, values last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations
from operator import attrgetter
from typing import Any

from conformance.judge.comparing.closeness import difference, sign_of_zero_differs
from conformance.judge.comparing.graphs import Graphs
from conformance.judge.comparing.unread import is_lacking, lacking, unread
from conformance.judge.formatting import brief, brief_outcome
from conformance.program import Program
from conformance.program.steps import Grad, result_of
from conformance.program.trace import Opaque, Raised, Returned, TensorState, Text, Trace, Unobserved
from conformance.program.values import Ref
from conformance.verdict import Kind, Mismatch

# What grade 5 looks at: the field of the state, the kind of a difference, how users write it.
_FIELDS: tuple[tuple[str, Kind, str], ...] = (
    ("requires_grad", "flag", ".requires_grad"),
    ("is_leaf", "flag", ".is_leaf"),
    ("version", "version", "._version"),
    ("output_nr", "graph", ".output_nr"),
    ("grad_fn", "graph", ".grad_fn"),
)

_VALUE_KINDS: tuple[Kind, Kind, Kind] = ("shape", "dtype", "value")
_GRAD_KINDS: tuple[Kind, Kind, Kind] = ("grad_shape", "grad_dtype", "grad_value")


def compare_states(
    expected: Trace,
    actual: Trace,
    program: Program,
    reached: Callable[[str], bool] = lambda where: False,
) -> Iterator[Mismatch]:
    """Every difference between the tensors of both traces. What the subject does not let be
    observed is said once a field. `reached` tells of a place whether an
    earlier difference explains what differs there."""
    made_by = {result_of(step): number for number, step in enumerate(program.steps)}
    graphs = Graphs(expected, actual)
    untold: set[str] = set()
    for name, wanted in expected.tensors.items():
        number = made_by.get(name.partition("[")[0])
        if (got := actual.tensors.get(name)) is not None:
            if graphs.same and _alike(wanted, got):
                continue
            gradient = number is not None and isinstance(program.steps[number], Grad)
            kinds = _GRAD_KINDS if gradient else _VALUE_KINDS
            yield from _state(_Pair(name, number, wanted, got, kinds, untold, graphs))
        else:
            yield from _absent(name, number, expected, actual)
    for name in [name for name in actual.tensors if name not in expected.tensors]:
        number = made_by.get(name.partition("[")[0])
        if _both_gave_it(number, expected, actual):
            yield Mismatch("value", number, name, "no tensor", "a tensor")
    yield from _aliases(expected, actual, reached)


def _absent(name: str, number: int | None, expected: Trace, actual: Trace) -> Iterator[Mismatch]:
    """A tensor of the reference's that the subject has not, or of which nothing can be read."""
    if name in actual.missing:
        root, _, reason = actual.missing[name].partition(": ")
        yield Mismatch("unsupported", None, name, "a tensor", "none", root, reason=reason)
    elif isinstance(why := actual.unread.get(name), Text):
        yield Mismatch("shape", number, f"{name}.shape", "a tensor", why.text, why.text)
    elif isinstance(why, Raised):
        if is_lacking(why):
            yield lacking(f"{name}.shape", "a tensor", ".shape, .dtype", why)
        else:
            where = f"{name}.shape"
            yield Mismatch("raises", number, where, "returned a tensor", brief_outcome(why))
    elif _both_gave_it(number, expected, actual):
        yield Mismatch("value", number, name, "a tensor", "no tensor")


def _both_gave_it(number: int | None, expected: Trace, actual: Trace) -> bool:
    """Whether the step that makes a tensor gave the same sort of thing on both sides: else what
    is there on one side only is said of the step."""
    if number is None:
        return True  # an input
    if number >= len(actual.outcomes):
        return False
    wanted, got = expected.outcomes[number], actual.outcomes[number]
    if not isinstance(wanted, Returned) or not isinstance(got, Returned):
        return False
    return bool(_sorts(wanted.value) == _sorts(got.value))


def _sorts(value: Any) -> Any:
    """Where in a result there are tensors."""
    if isinstance(value, list | tuple):
        return [_sorts(item) for item in value]
    return isinstance(value, Ref)


_TOLD = attrgetter("shape", "dtype", "stride", "node", *(field for field, _, _ in _FIELDS))


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

    __slots__ = ("got", "graphs", "kinds", "name", "number", "untold", "wanted")

    def __init__(
        self,
        name: str,
        number: int | None,
        wanted: TensorState,
        got: TensorState,
        kinds: tuple[Kind, Kind, Kind],
        untold: set[str],
        graphs: Graphs,
    ) -> None:
        self.name, self.number, self.kinds = name, number, kinds
        self.wanted, self.got, self.untold, self.graphs = wanted, got, untold, graphs

    def differs(self, kind: Kind, suffix: str, wanted: Any, got: Any, detail: str = "") -> Mismatch:
        where = f"{self.name}{suffix}"
        return Mismatch(kind, self.number, where, brief(wanted), brief(got), detail)

    def unread(self, field: str, kind: Kind) -> Iterator[Mismatch]:
        """Say once that the subject does not let a field be read that the reference shows."""
        for mismatch in unread(field, kind, self.number, self.name, self.wanted, self.got):
            yield from self.once(mismatch.where.removeprefix(self.name), mismatch)

    def once(self, what: str, mismatch: Mismatch) -> Iterator[Mismatch]:
        """The mismatch, unless the same was said of another tensor."""
        if what not in self.untold:
            self.untold.add(what)
            yield mismatch


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
            yield from pair.unread(field, kind)
        elif left != right:
            yield pair.differs(kind, suffix, left, right)
    yield from _graph(pair)
    if wanted.shape == got.shape:
        yield from _strides(pair)
        yield from _values(pair)


def _strides(pair: _Pair) -> Iterator[Mismatch]:
    wanted, got = pair.wanted, pair.got
    if isinstance(wanted.stride, Unobserved) or isinstance(got.stride, Unobserved):
        yield from pair.unread("stride", "stride")
    elif len(wanted.stride) != len(got.stride):
        yield pair.differs("stride", ".stride()", wanted.stride, got.stride)
    elif wanted.stride != got.stride and 0 not in wanted.shape:
        # Nothing is reached by the stride of a dim of size 1, and torch leaves it to chance.
        strides = zip(wanted.shape, wanted.stride, got.stride, strict=True)
        if any(size > 1 and left != right for size, left, right in strides):
            yield pair.differs("stride", ".stride()", wanted.stride, got.stride)


def _graph(pair: _Pair) -> Iterator[Mismatch]:
    wanted, got = pair.wanted, pair.got
    if isinstance(wanted.node, Unobserved) or isinstance(got.node, Unobserved):
        return  # That there is no telling of grad_fn is said there.
    if wanted.node is None or got.node is None or wanted.grad_fn != got.grad_fn:
        return  # Nor is it said again that there is another.
    for found in pair.graphs.differences(wanted.node, got.node):
        where = f".grad_fn{found.suffix}"
        if found.lacking is not None and is_lacking(found.lacking):
            suffix = f".grad_fn.{found.suffix.rpartition('.')[2]}"
            untold = lacking(f"{pair.name}{where}", brief(found.expected), suffix, found.lacking)
            yield from pair.once(suffix, untold)
        else:
            yield pair.differs("graph", where, found.expected, found.actual)


def _grad(pair: _Pair) -> Iterator[Mismatch]:
    wanted, got = pair.wanted.grad, pair.got.grad
    if isinstance(wanted, Unobserved) or isinstance(got, Unobserved):
        yield from pair.unread("grad", "grad_missing")
    elif isinstance(wanted, TensorState) and isinstance(got, TensorState):
        name = f"{pair.name}.grad"
        yield from _state(
            _Pair(name, pair.number, wanted, got, _GRAD_KINDS, pair.untold, pair.graphs)
        )
    elif wanted != got:
        yield pair.differs("grad_missing", ".grad", _values_if_any(wanted), _values_if_any(got))


def _values_if_any(state: TensorState | Opaque | None) -> Any:
    return state.values if isinstance(state, TensorState) else state


def _values(pair: _Pair) -> Iterator[Mismatch]:
    wanted, got = pair.wanted.values, pair.got.values
    if isinstance(wanted, Unobserved) or isinstance(got, Unobserved):
        yield from pair.unread("values", pair.kinds[2])
    elif got.dtype != wanted.dtype and pair.wanted.dtype == pair.got.dtype:
        shown = f"numpy() gives {got.dtype.name}"
        yield pair.differs(pair.kinds[1], "", wanted, got, shown)
    elif detail := difference(wanted, got, pair.wanted.dtype):
        yield pair.differs(pair.kinds[2], "", wanted, got, detail)
    elif sign_of_zero_differs(wanted, got):
        yield pair.differs("zero_sign", "", wanted, got, "a zero has another sign")


def _aliases(expected: Trace, actual: Trace, reached: Callable[[str], bool]) -> Iterator[Mismatch]:
    if isinstance(expected.aliases, Unobserved):
        return
    if isinstance(actual.aliases, Unobserved):
        if expected.aliases:
            field = ".untyped_storage()"
            yield lacking(f"{expected.aliases[0][0]}{field}", "shared memory", field, None)
        return
    both = _names(expected.tensors) & _names(actual.tensors)
    wanted, got = _pairs(expected.aliases, both), _pairs(actual.aliases, both)
    # One pair tells the whole: of three views of one memory, three pairs would differ.
    told = [(_by_storage(*pair), pair in wanted) for pair in sorted(wanted ^ got)]
    alone = [each for each in told if not reached(each[0])]
    for where, sharing in (alone or told)[:1]:
        yield Mismatch("alias", None, where, brief(sharing), brief(not sharing))


def _by_storage(first: str, second: str) -> str:
    return " == ".join(f"{name}.untyped_storage().data_ptr()" for name in (first, second))


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
