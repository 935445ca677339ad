"""Strategies for what programs are made of: shapes, dtypes, tensors and seeds of gradients."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence, Set
from difflib import get_close_matches
from typing import Any, NamedTuple, TypeVar

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from conformance.catalogue.entry import ANY, INEXACT, Category
from conformance.generate.drawing.tape import Tape
from conformance.generate.values import making, seeds, shaping
from conformance.generate.values.seeds import KINDS, SeedKind
from conformance.generate.values.shaping import Shape
from conformance.program.inputs import Input
from conformance.program.values import DIFFERENTIABLE, HELD, Value

T = TypeVar("T")
MANY = 30  # names in a message


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
    """Names of dtypes that NumPy has, too, float32 most of all; they shrink to the first of the
    categories' dtypes, float32 if it is among them.

    Args:
        categories: of "float", "complex", "int" and "bool" those that are wanted.
    """
    wanted = known(categories, ANY, "category")
    return read_from_tape(lambda tape: making.dtype_of_numpy(tape, frozenset(wanted)))


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
        requires_grad: of all of them; by default most that may require grad do. Where True,
            other dtypes are drawn only if asked for, and then refused.
        ties: whether ties and kinks are wanted more than elsewhere.
        name: what the input of a program would be called.

    Raises:
        InvalidArgument: no dtype that there is, or none that may require grad; no shape.
    """
    fixed_dtype = _strategy(dtype, dtypes(INEXACT if requires_grad else ANY))
    fixed_shape = _strategy(shape, shapes())
    percent = 85.0 if requires_grad is None else 100.0 * requires_grad

    def laid(of: tuple[str, Shape, bytes]) -> Input:
        kind, size = _dtype(of[0], bool(requires_grad)), _shape(of[1])
        return making.tensor(Tape(of[2]), name, kind, size, edges=ties, grad_percent=percent)

    if isinstance(dtype, str):
        _dtype(dtype, bool(requires_grad))
    if shape is not None and not isinstance(shape, st.SearchStrategy):
        _shape(shape)
    return st.tuples(fixed_dtype, fixed_shape, st.binary(min_size=16, max_size=16)).map(laid)


def _dtype(name: str, requires_grad: bool) -> str:
    known((name,), HELD, "dtype")
    if requires_grad:
        known((name,), DIFFERENTIABLE, "dtype that may require grad")
    return name


def _shape(shape: Iterable[int]) -> Shape:
    sizes = tuple(shape)
    if not all(type(size) is int and size >= 0 for size in sizes):
        raise InvalidArgument(f"a shape has sizes of 0 or more, not {sizes}")
    return sizes


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
    wanted = known(kinds, KINDS, "kind of seed")

    def read(tape: Tape) -> GradientSeed:
        kind = tape.pick(wanted)
        if kind == "none":
            return GradientSeed(kind, None)
        if kind == "not a tensor":
            return GradientSeed(kind, seeds.not_a_tensor(tape))
        return GradientSeed(kind, seeds.made(tape, "seed", kind, shape, dtype))

    known((dtype,), HELD, "dtype")
    return read_from_tape(read)


def known(names: Iterable[str], among: Collection[str], what: str) -> Sequence[Any]:
    """The names, none of which is unknown, in an order that is the same in every process.

    Raises:
        InvalidArgument: one is, or there are none.
    """
    if isinstance(names, str):
        names = (names,)
    wanted = tuple(names)
    if isinstance(names, Set):  # whose order is another in another process, as a failure's is not
        wanted = tuple(sorted(wanted, key=str))
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
