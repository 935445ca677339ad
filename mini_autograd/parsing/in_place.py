"""In what the in-place form of an op differs from writing the op's result into the tensor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Any, NamedTuple

from mini_autograd.core.tensor.tensor import Tensor


class Expanded(Enum):
    """Whether an element that appears in several places may be written."""

    REFUSED = auto()
    WARNED = auto()
    BY_NUMBERS = auto()  # not by tensors
    MATRICES = auto()  # where matrices follow one another, as those of three dims always may
    REAL = auto()  # where numbers are real, which are then left as they are
    ALLOWED = auto()


class Common(Enum):
    """What memory an operand may have in common with the tensor that is written."""

    SAME = auto()  # all, place by place
    NOTHING = auto()
    ANYTHING = auto()
    ITSELF = auto()  # all, and then there is nothing to do


class InPlace(NamedTuple):
    """One in-place op; it gets its name, with the underscore, where it is made public."""

    name: str = ""
    function: bool = False  # whether torch has it as a function, too: `torch.abs_`
    augmented: str | None = None  # the assignment that it is, as "+="
    composite: bool = False  # whether torch composes it of other ops
    # How torch's dispatcher tells the form that takes a number, and that which takes a tensor.
    overloads: tuple[str, str] = ("", "")
    # Of memory, which torch checks before shapes, or last.
    memory_last: bool = False
    expanded: Expanded = Expanded.REFUSED
    fills_by_mask: bool = False  # with one number, which is then warned of as a fill, too
    common: Common = Common.SAME
    # Computes the values of an array that shows elements several times, where several writes to
    # one element differ.
    in_order: Callable[..., Any] | None = None
    # Of history.
    recorded: Any = None  # the op that computes where a graph is recorded, if this has no node
    differentiable: bool = True  # if not, torch lets it write where it would refuse another
    # A number becomes a tensor, which autograd sees beside inference ones.
    number_seen: bool = False
    on_integers: bool = False  # whether integers, too, get a history
    # Of operands and the result.
    check_kinds: Callable[[Sequence[Tensor]], None] | None = None  # of tensors, before memory
    check: Callable[[Tensor, Sequence[Any]], None] | None = None  # before the op's own
    shapes_first: bool = False  # operands must broadcast to the tensor, before the op's own checks
    casts_first: bool = False  # likewise that the result's dtype can be cast
    numbers_refused_first: bool = False  # but not where numbers alone are given
    real_result: bool = False  # of complex numbers, which therefore have no in-place form
    product: bool = False  # not made of TensorIterator: other words for a wrong shape
    running: str | None = None  # neither is a running sum; its kernel's name
    compares: bool = False  # gives truths, which are written as what its operands have in common
    number_cast: bool = False  # with numbers alone, other words for a wrong dtype
