"""Strategies for Hypothesis: programs of autograd, calls of ops, and what these are made of.

Each is documented with what it shrinks to. They compose as any strategies do: `tensors` of the
shape that `shapes` drew, a seed for the result of a call, two programs of one test.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any, NamedTuple, TypeVar

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from conformance.catalogue import CATALOGUE, op_of
from conformance.catalogue.entry import ANY, Category
from conformance.engines import TorchLike, resolve_engine
from conformance.program.inputs import Input
from conformance.program.values import NUMPY_DTYPES, Value
from conformance.strategies import making, seeds, shaping
from conformance.strategies.drawn import Drawn
from conformance.strategies.features import FEATURES, features_of, is_valid
from conformance.strategies.interpretation import MOST_STEPS, interpret
from conformance.strategies.ops import entries_of
from conformance.strategies.seeds import KINDS, SeedKind
from conformance.strategies.shaping import Shape
from conformance.strategies.single import QUESTIONS, Question, interpret_call
from conformance.strategies.tape import Tape
from conformance.strategies.warming import warm_up

T = TypeVar("T")


def read_from_tape(read: Callable[[Tape], T], *, size: int = 24) -> st.SearchStrategy[T]:
    """What a function reads from a tape of so many drawn bytes."""
    return st.binary(min_size=size, max_size=size).map(lambda data: read(Tape(data)))


def shapes() -> st.SearchStrategy[Shape]:
    """Shapes of up to four dims of up to four elements each; those of no dims and dims of size 1
    are common, dims of size 0 rare. They shrink to `(2,)`."""
    return read_from_tape(shaping.shape)


def partner_shapes(of: Shape) -> st.SearchStrategy[Shape]:
    """Shapes that broadcast with another. They shrink to that shape."""
    return read_from_tape(lambda tape: shaping.partner(tape, of))


def dtypes(categories: Collection[Category] = ANY) -> st.SearchStrategy[str]:
    """Names of dtypes, float32 most of all; they shrink to the first of the categories' dtypes,
    float32 if it is among them.

    Args:
        categories: of "float", "complex", "int" and "bool" those that are wanted.
    """
    wanted = _known(categories, ANY, "category")
    return read_from_tape(lambda tape: making.dtype(tape, frozenset(wanted)))


def tensors(
    *,
    shape: Shape | st.SearchStrategy[Shape] | None = None,
    dtype: str | st.SearchStrategy[str] | None = None,
    requires_grad: bool | None = None,
    ties: bool = False,
    name: str = "x0",
) -> st.SearchStrategy[Input]:
    """Tensors as data: dtype, shape, memory and `requires_grad`. `.array` has the values for
    NumPy, and
    `conformance.make(module, tensor)` makes it on torch or an engine that looks like it.

    The memory may be laid out by columns, with gaps, behind an offset, or expanded. The values are
    moderate numbers mostly, some of them ties, kinks, zeros of both signs, infinities, NaN,
    subnormal. They shrink to `tensor([1., 2.], requires_grad=True)`.

    Args:
        shape, dtype: of all of them, or a strategy; any by default.
        requires_grad: of all of them; by default most that may require grad do.
        ties: whether ties and kinks are wanted more than elsewhere.
        name: what the input of a program would be called.
    """
    fixed_dtype = _strategy(dtype, dtypes())
    fixed_shape = _strategy(shape, shapes())

    def laid(of: tuple[str, Shape, bytes]) -> Input:
        percent = 85.0 if requires_grad is None else 100.0 * requires_grad
        return making.tensor(
            Tape(of[2]), name, of[0], tuple(of[1]), edges=ties, grad_percent=percent
        )

    return st.tuples(fixed_dtype, fixed_shape, st.binary(min_size=16, max_size=16)).map(laid)


def _strategy(
    of: T | st.SearchStrategy[T] | None, default: st.SearchStrategy[T]
) -> st.SearchStrategy[T]:
    if of is None:
        return default
    return of if isinstance(of, st.SearchStrategy) else st.just(of)


class GradientSeed(NamedTuple):
    """What may stand as `gradient`: a tensor as data, None, or no tensor at all."""

    kind: SeedKind
    value: Input | Value


def gradient_seeds(
    shape: Shape, dtype: str = "float32", *, kinds: Collection[SeedKind] = KINDS
) -> st.SearchStrategy[GradientSeed]:
    """Seeds for `backward` from a root of this shape and dtype, each with its kind. They shrink to
    the first of the kinds, and that to `[1., 2., 3., -1., ...]`.

    Args:
        kinds: of `KINDS` those that are wanted: some that fit ("drawn", "one-hot", "zeros",
            "transposed", "expanded", "requires grad"), and some that torch refuses: "none",
            unless the root is real and of one element, "wrong shape", "not a tensor", and of a
            "wrong dtype" what it does not cast.
    """
    wanted = _known(kinds, KINDS, "kind of seed")

    def read(tape: Tape) -> GradientSeed:
        kind = tape.pick(wanted)
        if kind == "none":
            return GradientSeed(kind, None)
        if kind == "not a tensor":
            return GradientSeed(kind, seeds.not_a_tensor(tape))
        return GradientSeed(kind, seeds.made(tape, "seed", kind, shape, dtype))

    _known((dtype,), NUMPY_DTYPES, "dtype")
    return read_from_tape(read)


def op_calls(
    op: str, *, check: Question = "value", reference: TorchLike | None = None
) -> st.SearchStrategy[Drawn]:
    """Programs that call one op once, in any of its forms: as function, method, operator or
    attribute, or in place. They shrink to the plain call on `[1., 2.]`, or what the op needs.

    Args:
        op: its name in the catalogue, which `conformance ops` lists.
        check: what follows: nothing, for a "value"; for a "gradient" a backward pass with a
            drawn seed; for the "second_order" another through the graph of the first. For
            "errors" an argument or operand is drawn that torch may refuse.
        reference: the engine that takes each step as it is drawn; torch by default.
    """
    _drawable((op,))
    _known((check,), QUESTIONS, "check")
    on = _prepared(reference)

    @st.composite
    def op_call(draw: st.DrawFn) -> Drawn:
        return _told(interpret_call(on, op, check, _choices(draw)))

    return op_call()


def programs(
    *,
    ops: Iterable[str] | None = None,
    features: Iterable[str] | None = None,
    max_steps: int = MOST_STEPS,
    reference: TorchLike | None = None,
) -> st.SearchStrategy[Drawn]:
    """Whole programs, each with what the reference did: `program, trace = drawn`.

    Most are valid, a part holds something that torch refuses. They shrink by losing steps and
    features, and by every choice in a step becoming the simplest, to `t0 = torch.add(x0, x0)` of
    `x0 = torch.tensor([1., 2.])`. Events tell the ops, the features and what met in a program. A
    test that says `target(len(drawn.met))` lets Hypothesis seek programs in which more meets.

    Args:
        ops: those that a program may call, by their names in the catalogue; all by default.
        features: those that a program may use, by their names in `FEATURES`, each in most; by
            default each program uses some of all.
        max_steps: the most steps that are drawn; two may be added, an op that joins two graphs
            and a last `backward`.
        reference: the engine that takes each step as it is drawn; torch by default.
    """
    entries = entries_of(None if ops is None else _drawable(ops))
    if max_steps < 1:
        raise InvalidArgument(f"max_steps must be 1 or more, not {max_steps}")
    wanted = None if features is None else frozenset(_known(features, FEATURES, "feature"))
    on = _prepared(reference)

    @st.composite
    def program(draw: st.DrawFn) -> Drawn:
        return _told(interpret(on, entries, _choices(draw), features=wanted, max_steps=max_steps))

    return program()


@cache
def _rows_of(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


def _choices(draw: st.DrawFn) -> Callable[[int], bytes]:
    """Hypothesis as that which makes the choices: a draw for the header and for each row."""
    return lambda size: draw(_rows_of(size))


def _prepared(reference: TorchLike | None) -> TorchLike:
    """The reference, with all loaded that it loads when it is first used: a first example that
    takes seconds would fail Hypothesis's health check."""
    on = resolve_engine("torch") if reference is None else reference
    if not isinstance(on, TorchLike):
        raise InvalidArgument(f"programs are drawn on an engine that looks like torch, not on {on}")
    warm_up(on)
    return on


def _known(names: Iterable[str], among: Collection[str], what: str) -> Sequence[Any]:
    """The names, none of which is unknown.

    Raises:
        InvalidArgument: one is, or there are none.
    """
    if isinstance(names, str):
        names = (names,)
    wanted = tuple(names)
    if not wanted:
        raise InvalidArgument(f"name at least one {what}; there are {_listed(among)}")
    for name in wanted:
        if name not in among:
            close = get_close_matches(str(name), map(str, among))
            hint = f"did you mean {' or '.join(close)}?" if close else f"there are {_listed(among)}"
            raise InvalidArgument(f"no {what} is named {name!r}; {hint}")
    return wanted


def _listed(names: Collection[str]) -> str:
    listed = sorted(names) if isinstance(names, frozenset) else [*names]
    return ", ".join(listed[:MANY]) + (", …" if len(listed) > MANY else "")


MANY = 30  # names in a message


def _drawable(ops: Iterable[str]) -> tuple[str, ...]:
    """The ops, of which one at least can be drawn.

    Raises:
        InvalidArgument: one is unknown, or none can be.
    """
    names = tuple(_known(ops, CATALOGUE, "op"))
    try:
        entries_of(names)
    except ValueError as error:
        raise InvalidArgument(str(error)) from error
    return names


def _told(drawn: Drawn) -> Drawn:
    """Tell Hypothesis what was exercised."""
    program, trace = drawn
    for op in dict.fromkeys(filter(None, map(op_of, program.steps))):
        event(f"op: {op}")
    for name in features_of(program):
        event(f"feature: {name}")
    event("on the reference: raises nowhere" if is_valid(trace) else "on the reference: raises")
    for name in drawn.met:
        event(f"met: {name}")
    return drawn
