"""The final states of a program's tensors, compared: attributes first, values last."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from operator import attrgetter
from typing import Any

from conformance.judge.comparing.closeness import tolerances
from conformance.judge.comparing.graphs import Graphs
from conformance.judge.comparing.site import (
    GRADIENTS,
    SUFFIXES,
    VALUES,
    Site,
    says_unsupported,
    unread,
    unsupported,
    values_if_any,
)
from conformance.program import Program
from conformance.program.steps import Grad, SetData, result_of
from conformance.program.trace import Raised, Returned, TensorState, Text, Trace, Unobserved
from conformance.program.values import Ref
from conformance.verdict import Kind, Mismatch

# The fields of a state that grade 5 looks at, and the kind of a difference in each.
_FIELDS: tuple[tuple[str, Kind], ...] = (
    ("requires_grad", "flag"),
    ("is_leaf", "flag"),
    ("version", "version"),
    ("output_nr", "graph"),
    ("grad_fn", "graph"),
)


def compare_states(
    expected: Trace,
    actual: Trace,
    program: Program,
    reached: Callable[[str], bool] = lambda where: False,
) -> Iterator[Mismatch]:
    """Every difference between the tensors of both traces. A field that the subject does not let
    be read is said once. `reached` tells whether an earlier difference explains what differs at a
    place."""
    made_by = {result_of(step): number for number, step in enumerate(program.steps)}
    graphs = Graphs(expected, actual)
    untold: set[str] = set()
    for name, wanted in expected.tensors.items():
        number = made_by.get(name.partition("[")[0])
        if (got := actual.tensors.get(name)) is not None:
            if graphs.same and _alike(wanted, got):
                continue
            gradient = number is not None and isinstance(program.steps[number], Grad)
            site = Site(number, name, GRADIENTS if gradient else VALUES)
            yield from _State(site, wanted, got, untold, graphs).mismatches()
        else:
            yield from _absent(name, number, expected, actual)
    for name in [name for name in actual.tensors if name not in expected.tensors]:
        number = made_by.get(name.partition("[")[0])
        if _both_gave_it(number, expected, actual):
            yield Mismatch("value", number, name, "no tensor", Ref(name))
    yield from _births(expected, actual, made_by, {*_given_memory(program)})
    yield from _aliases(expected, actual, reached)


def _given_memory(program: Program) -> Iterator[str]:
    """The tensors that the program gives other memory than they were made with."""
    for step in program.steps:
        if isinstance(step, SetData):
            yield step.tensor.name


def _births(
    expected: Trace, actual: Trace, made_by: Mapping[str | None, int], moved: Collection[str]
) -> Iterator[Mismatch]:
    """The tensors that had another version when they got their name: a view has its base's. The
    writes of the reference's own kernels to what they made are not counted."""
    firsts = {name: group[0] for group in _groups(expected) for name in group}
    for name in dict.fromkeys((*expected.born, *actual.born)):
        wanted, got = expected.born.get(name, 0), actual.born.get(name, 0)
        first = name if name in moved else firsts.get(name, name)
        by_kernels = expected.born.get(first, 0), actual.born.get(first, 0)
        if wanted == got or (by_kernels[0] and wanted - got == by_kernels[0] - by_kernels[1]):
            continue
        states = expected.tensors.get(name), actual.tensors.get(name)
        versions = [None if state is None else state.version for state in states]
        if versions[0] is not None and versions[0] == versions[1]:
            number = made_by.get(name.partition("[")[0])
            yield Mismatch("version", number, f"{name}._version", wanted, got)


def _groups(trace: Trace) -> Iterator[list[str]]:
    """The names of tensors, but for gradients, that share memory."""
    if not isinstance(trace.aliases, Unobserved):
        for group in trace.aliases:
            names = [name for name in group if name in trace.tensors]
            yield from [names] if len(names) > 1 else []


def _absent(name: str, number: int | None, expected: Trace, actual: Trace) -> Iterator[Mismatch]:
    """A tensor of the reference's that the subject has not, or of which nothing can be read."""
    if name in actual.missing:
        root, _, reason = actual.missing[name].partition(": ")
        yield Mismatch("unsupported", None, name, Ref(name), "none", root, reason=reason)
    elif isinstance(why := actual.unread.get(name), Text):
        yield Mismatch("shape", number, f"{name}.shape", Ref(name), why.text, why.text)
    elif isinstance(why, Raised):
        where = f"{name}.shape"
        if says_unsupported(why):
            yield unsupported(where, Ref(name), ".shape, .dtype", why)
        else:
            yield Mismatch("raises", number, where, Returned(Ref(name)), why)
    elif _both_gave_it(number, expected, actual):
        yield Mismatch("value", number, name, Ref(name), "no tensor")


def _both_gave_it(number: int | None, expected: Trace, actual: Trace) -> bool:
    """Whether the step that makes a tensor returned tensors at the same places on both sides; if
    not, the mismatch is the step's."""
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


_TOLD = attrgetter("shape", "dtype", "stride", "node", *(field for field, _ in _FIELDS))


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


@dataclass(frozen=True, slots=True)
class _State:
    """One tensor's state on both sides. `untold`: the fields that were said not to be readable."""

    site: Site
    wanted: TensorState
    got: TensorState
    untold: set[str]
    graphs: Graphs

    def mismatches(self) -> Iterator[Mismatch]:
        wanted, got, site = self.wanted, self.got, self.site
        if wanted.shape != got.shape:
            yield site.at(".shape").differs(site.kinds.shape, wanted.shape, got.shape)
        if wanted.dtype != got.dtype:
            yield site.at(".dtype").differs(site.kinds.dtype, wanted.dtype, got.dtype)
        yield from self._grad()
        for field, kind in _FIELDS:
            left, right = getattr(wanted, field), getattr(got, field)
            if isinstance(left, Unobserved) or isinstance(right, Unobserved):
                yield from self._unread(field, kind)
            elif left != right:
                yield site.at(SUFFIXES[field]).differs(kind, left, right)
        yield from self._graph()
        if wanted.shape == got.shape:
            yield from self._strides()
            yield from self._values()

    def _unread(self, field: str, kind: Kind) -> Iterator[Mismatch]:
        for mismatch in unread(field, kind, self.site, self.wanted, self.got):
            yield from self._once(mismatch.where.removeprefix(self.site.where), mismatch)

    def _once(self, what: str, mismatch: Mismatch) -> Iterator[Mismatch]:
        """The mismatch, unless the same was said of another tensor."""
        if what not in self.untold:
            self.untold.add(what)
            yield mismatch

    def _grad(self) -> Iterator[Mismatch]:
        wanted, got = self.wanted.grad, self.got.grad
        site = self.site.at(".grad")
        if isinstance(wanted, Unobserved) or isinstance(got, Unobserved):
            yield from self._unread("grad", "grad_missing")
        elif isinstance(wanted, TensorState) and isinstance(got, TensorState):
            site = replace(site, kinds=GRADIENTS)
            yield from _State(site, wanted, got, self.untold, self.graphs).mismatches()
        elif wanted != got:
            yield site.differs("grad_missing", values_if_any(wanted), values_if_any(got))

    def _graph(self) -> Iterator[Mismatch]:
        wanted, got = self.wanted.node, self.got.node
        if isinstance(wanted, Unobserved) or isinstance(got, Unobserved):
            return  # That grad_fn cannot be read is said of that field.
        if wanted is None or got is None or self.wanted.grad_fn != self.got.grad_fn:
            return  # Nor is it said again that there is another.
        for found in self.graphs.differences(wanted, got):
            site = self.site.at(f".grad_fn{found.suffix}")
            if isinstance(found.actual, Raised) and says_unsupported(found.actual):
                what = f".grad_fn.{found.suffix.rpartition('.')[2]}"
                lacks = unsupported(site.where, found.expected, what, found.actual)
                yield from self._once(what, lacks)
            else:
                yield site.differs("graph", found.expected, found.actual)

    def _strides(self) -> Iterator[Mismatch]:
        wanted, got = self.wanted.stride, self.got.stride
        if isinstance(wanted, Unobserved) or isinstance(got, Unobserved):
            yield from self._unread("stride", "stride")
            return
        # Nothing is reached by the stride of a dim of size 1, and torch leaves it to chance.
        strides = zip(self.wanted.shape, wanted, got, strict=False)
        if len(wanted) != len(got) or (
            0 not in self.wanted.shape
            and any(size > 1 and left != right for size, left, right in strides)
        ):
            yield self.site.at(".stride()").differs("stride", wanted, got)

    def _values(self) -> Iterator[Mismatch]:
        wanted, got, site = self.wanted.values, self.got.values, self.site
        if isinstance(wanted, Unobserved) or isinstance(got, Unobserved):
            yield from self._unread("values", site.kinds.values)
        elif got.dtype != wanted.dtype and self.wanted.dtype == self.got.dtype:
            yield site.differs(site.kinds.dtype, wanted, got, f"numpy() gives {got.dtype.name}")
        else:
            # Of two dtypes, which was said, one may have fewer digits.
            dtypes = (self.wanted.dtype, self.got.dtype)
            dtype = max(dtypes, key=lambda each: tolerances().get(each, (0.0, 0.0)))
            yield from site.numbers(wanted, got, (wanted, got), dtype)


def _aliases(expected: Trace, actual: Trace, reached: Callable[[str], bool]) -> Iterator[Mismatch]:
    if isinstance(expected.aliases, Unobserved):
        return
    if isinstance(actual.aliases, Unobserved):
        if expected.aliases:
            field = ".untyped_storage()"
            yield unsupported(f"{expected.aliases[0][0]}{field}", "shared memory", field, None)
        return
    both = _names(expected.tensors) & _names(actual.tensors)
    wanted, got = _pairs(expected.aliases, both), _pairs(actual.aliases, both)
    # One pair tells the whole: of three views of one memory, three pairs would differ.
    told = [(_by_storage(*pair), pair in wanted) for pair in sorted(wanted ^ got)]
    alone = [each for each in told if not reached(each[0])]
    for where, sharing in (alone or told)[:1]:
        yield Mismatch("alias", None, where, sharing, not sharing)


def _by_storage(first: str, second: str) -> str:
    return " == ".join(f"{name}.untyped_storage().data_ptr()" for name in (first, second))


def _names(tensors: Mapping[str, TensorState]) -> frozenset[str]:
    grads = (f"{name}.grad" for name, s in tensors.items() if isinstance(s.grad, TensorState))
    return frozenset((*tensors, *grads))


def _pairs(groups: Iterable[tuple[str, ...]], names: frozenset[str]) -> set[tuple[str, str]]:
    return {
        pair
        for group in groups
        for pair in combinations([name for name in group if name in names], 2)
    }
