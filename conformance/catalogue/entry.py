"""What a catalogue entry holds: what an op takes, how it is written, what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from conformance.program.steps import Call

Family: TypeAlias = Literal[
    "pointwise", "reductions", "linalg", "views", "joining", "indexing", "losses", "conversion",
    "derived", "own",
]  # fmt: skip

Category: TypeAlias = Literal["float", "complex", "int", "bool"]

Domain: TypeAlias = Literal["real", "positive", "finite", "probability", "divisor"]
"""Where an operand's values lie. "finite" is a must, since an infinity or a NaN has no defined
value as an integer; so is a "divisor" without zeros where integers are divided in place, since
torch raises when it has written a part. The others are only usual: the logarithm of a
negative number is a case too."""

Kind: TypeAlias = Literal[
    "alpha", "bound", "chunks", "correction", "diagonal", "dim", "dims", "dims_matched",
    "dims_moved", "dims_permuted", "dims_together", "dtype", "finite_number", "flag", "float_dtype",
    "ignore_index", "index", "index_tensors", "later_dim", "length", "new_dim", "number", "order",
    "other_dim", "position", "range_dim", "reduction", "repeats", "rolled_dims", "rounding_mode",
    "shape_expanded", "shape_reshaped", "shifts", "smoothing", "source_along", "source_gathered",
    "split", "squeezable", "start", "value_written", "values_put",
]  # fmt: skip
"""How an argument is drawn; each is a row of `generate.values.arguments.ARGUMENTS`."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A tensor that an op takes.

    Attributes:
        shape: "any"; or in relation to the operands before it: "same", "broadcast" (with them),
            "expandable" (to the first one's), "joinable" (equal but along the argument `dim`),
            "gathered" (an index for each element that gather takes along `dim`); or a pattern of
            sizes, "n k", where equal letters are equal sizes, "..." is any number of batch sizes,
            and "" is a tensor without dims.
        dtypes: the categories that torch takes here.
        number: where a Python number will do as well: nowhere, in an operator, or in every form.
        indexes: the values are indices into this letter's size, or along the argument "dim".
        keyword: its name, if it is given by name.
        many: a list of such tensors stands here.
        constant: torch has no derivative by it: backward through it raises, or the call does.
        alike: its dtype must be the first operand's, as torch promotes it to no other.
    """

    shape: str = "any"
    dtypes: frozenset[Category] = frozenset({"float", "complex", "int", "bool"})
    number: Literal["", "operator", "always"] = ""
    domain: Domain = "real"
    indexes: str = ""
    keyword: str = ""
    optional: bool = False
    many: bool = False
    alike: bool = False
    constant: bool = False


@dataclass(frozen=True, slots=True)
class Arg:
    """An argument that is no tensor.

    Attributes:
        name: its keyword; none where function and method disagree on it, or an operator takes it.
        optional: whether it may be left out.
        keyword_only: whether it must be given by name.
        splat: whether a method takes its items as separate arguments too, `x.view(2, 3)`.
    """

    kind: Kind
    name: str
    optional: bool = False
    keyword_only: bool = False
    splat: bool = False


Param: TypeAlias = Operand | Arg
Signature: TypeAlias = tuple[Param, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write the op: a row of `operators.FORMS` and the name or symbol there.

    Attributes:
        arguments: whether this form takes optional arguments; an operator does not.
        order: the params in this form's own order, where it differs (`x.where(condition, y)`).
    """

    kind: Literal["function", "method", "attribute", "operator", "own"]
    op: str
    arguments: bool = True
    order: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleInput:
    """A tensor of a sample.

    Attributes:
        dtype: its own, as an index or a mask has one; "" for a tensor of the dtype that is asked.
        values: as nested lists, where not any would do.
        constant: whether torch has no derivative by it.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    values: Any = None
    constant: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """A call that torch's own test data makes of an op.

    Attributes:
        call: on inputs by those names.
        free: whether tensors of any shapes that broadcast will do.
        writes: of the op's in-place forms those that take the same arguments.
        view: whether the result has an input's memory.
    """

    inputs: tuple[SampleInput, ...]
    call: Call
    free: bool = False
    writes: tuple[str, ...] = ()
    view: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpEntry:
    """What the harness knows of one op of torch.

    Attributes:
        name: torch's public name under `torch.`, or that of a tensor's method or attribute.
        signatures: the ways to call it, each its params in torch's order; the first is the one
            that in-place forms have where the shapes are patterns. None for an op that no
            generated program calls.
        forms: the ways to write it.
        inplace: the forms that write into their first operand.
        differentiable: whether a gradient flows.
        view: whether the result may share its operand's memory.
        conventions: the rows of `CONVENTIONS` that the op can touch.
        opinfo: name and variant of the entries for it in torch's OpInfo database.
        sampled: how to call it where there is no signature: samples as JSON data.
        dtypes: those that may be asked of a sample.
        dense: whether torch misreads an operand that is expanded.
        finite: whether torch looks beyond its memory where an operand holds NaN or an infinity.
    """

    name: str
    family: Family
    signatures: tuple[Signature, ...]
    forms: tuple[Form, ...] = ()
    inplace: tuple[Form, ...] = ()
    differentiable: bool = True
    view: bool = False
    conventions: tuple[str, ...] = ()
    opinfo: tuple[tuple[str, str], ...] = ()
    sampled: tuple[str, ...] = ()
    dtypes: tuple[str, ...] = ()
    dense: bool = False
    finite: bool = False

    @property
    def drawable(self) -> bool:
        """Whether generated programs call it."""
        return bool(self.signatures or self.sampled)


CONVENTIONS = {
    "max_ties": "the gradient of max, amax and maximum where several elements are the greatest",
    "abs_at_zero": "abs and sign at 0",
    "relu_at_zero": "relu at 0",
    "clamp_at_bound": "clamp where an element equals a bound, and where the bounds cross",
    "norm_at_zero": "norm, std and their like where every element is 0 or equal",
    "sqrt_at_zero": "the infinite slope of sqrt and fractional powers at 0",
    "zero_to_the_zero": "0 ** 0 and its derivatives",
    "prod_with_zeros": "the gradient of prod where elements are 0",
    "where_nan_branch": "a NaN or an infinity in the branch that where does not take",
    "rounding_step": "division rounded to an integer, and its remainder, at the step",
    "log_at_zero": "logarithms and reciprocals at 0",
}
"""Where the mathematics leaves the derivative open, torch has fixed one; the names of those
conventions, as the report says them."""


def function(name: str) -> Form:
    """`torch.name(...)`."""
    return Form("function", name)


def method(name: str, order: tuple[int, ...] = ()) -> Form:
    """`x.name(...)`."""
    return Form("method", name, order=order)


def operator(symbol: str) -> Form:
    """A row of `operators.OPERATORS`."""
    return Form("operator", symbol, arguments=False)


def attribute(name: str) -> Form:
    """`x.name`."""
    return Form("attribute", name, arguments=False)


def both(name: str) -> tuple[Form, ...]:
    """The function and the method of one name."""
    return (function(name), method(name))


def op(
    family: Family,
    name: str,
    *signatures: Signature,
    forms: tuple[Form, ...] | None = None,
    symbol: str = "",
    writes: bool = False,
    inplace: tuple[Form, ...] = (),
    differentiable: bool = True,
    view: bool = False,
    conventions: tuple[str, ...] = (),
    variants: tuple[str, ...] = ("",),
    reflected: str = "",
) -> OpEntry:
    """An entry, of which only what is unusual need be given.

    Args:
        forms: by default the function and the method of the op's name.
        symbol: of the operator that does the same.
        writes: whether there is a method that writes in place, under the name with a `_`.
        inplace: other forms that write in place.
        variants: of the op's entries in torch's OpInfo database.
        reflected: the database's name for the operator with its operands swapped.
    """
    return OpEntry(
        name=name,
        family=family,
        signatures=signatures,
        forms=(both(name) if forms is None else forms) + ((operator(symbol),) if symbol else ()),
        inplace=((method(f"{name}_"),) if writes else ()) + inplace,
        differentiable=differentiable,
        view=view,
        conventions=conventions,
        opinfo=(*((name, each) for each in variants), *([(reflected, "")] if reflected else [])),
    )


FLOAT: frozenset[Category] = frozenset({"float"})
INEXACT: frozenset[Category] = frozenset({"float", "complex"})
NUMERIC: frozenset[Category] = frozenset({"float", "complex", "int"})
ORDERED: frozenset[Category] = frozenset({"float", "int"})
COMPARABLE: frozenset[Category] = frozenset({"float", "int", "bool"})
ANY: frozenset[Category] = frozenset({"float", "complex", "int", "bool"})
INTEGRAL: frozenset[Category] = frozenset({"int", "bool"})
BOOL: frozenset[Category] = frozenset({"bool"})
INT: frozenset[Category] = frozenset({"int"})
