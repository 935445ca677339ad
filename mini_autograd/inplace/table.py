"""Which ops have an in-place form, and in what each differs from writing its op's result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any, Final

from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.inplace.checks import (
    check_index_kind,
    check_mask,
    check_mask_kind,
    check_product,
)
from mini_autograd.ops.indexing.gathering import scatter_written
from mini_autograd.ops.tensor.writing import RECORDED
from mini_autograd.parsing.overloads import Bound


class Expanded(Enum):
    """Whether an element that appears in several places may be written."""

    REFUSED = auto()
    WARNED = auto()
    BY_NUMBERS = auto()  # not by tensors
    MATRICES = auto()  # where matrices follow one another, as those of three dims always may
    ALLOWED = auto()


class Common(Enum):
    """What memory an operand may have in common with the tensor that is written."""

    SAME = auto()  # all, place by place
    NOTHING = auto()
    ANYTHING = auto()
    ITSELF = auto()  # all, and then there is nothing to do


@dataclass(frozen=True, slots=True)
class InPlace:
    """One in-place op; `name` has the underscore."""

    name: str
    # Of memory, which torch checks before shapes, or last.
    memory_last: bool = False
    expanded: Expanded = Expanded.REFUSED
    fills_by_mask: bool = False  # with one number, which is then warned of as a fill, too
    common: Common = Common.SAME
    # Of history.
    recorded: Bound | None = None  # computes where a graph is recorded, if the op has no node
    differentiable: bool = True  # if not, torch lets it write where it would refuse another
    number_seen: bool = (
        False  # a number becomes a tensor, which autograd sees beside inference ones
    )
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


# The out-of-place methods that torch has in an in-place form too.
_NAMES: Final = """
abs absolute acos acosh add addcdiv addcmul addmm addmv addr arccos arccosh arcsin arcsinh arctan
arctan2 arctanh asin asinh atan atan2 atanh baddbmm bitwise_and bitwise_left_shift bitwise_not
bitwise_or bitwise_right_shift bitwise_xor ceil clamp clamp_max clamp_min clip conj_physical
copysign cos cosh cumprod cumsum deg2rad digamma div divide eq erf erfc erfinv exp exp2 expm1 fix
float_power floor floor_divide fmod frac ge greater greater_equal gt heaviside hypot i0 index_add
index_copy index_fill index_put ldexp le lerp less less_equal lgamma log log10 log1p log2
logical_and logical_not logical_or logical_xor logit lt masked_fill masked_scatter mul multiply
mvlgamma nan_to_num ne neg negative nextafter not_equal polygamma pow put rad2deg reciprocal relu
remainder renorm round rsqrt scatter scatter_add scatter_reduce sgn sigmoid sign sin sinc sinh
sqrt square sub subtract tan tanh tril triu true_divide trunc xlogy
"""

_COMPARED: Final = {
    "eq": "eq", "ne": "ne", "not_equal": "ne", "lt": "lt", "less": "lt", "le": "le",
    "less_equal": "le", "gt": "gt", "greater": "gt", "ge": "ge", "greater_equal": "ge",
}  # fmt: skip


def _rows() -> dict[str, InPlace]:
    rows = {f"{name}_": InPlace(f"{name}_") for name in (*_NAMES.split(), "copy", "fill", "zero")}

    def set_columns(names: str, **columns: object) -> None:
        for name in names.split():
            rows[f"{name}_"] = replace(rows[f"{name}_"], **columns)  # type: ignore[arg-type]

    set_columns("zero", expanded=Expanded.ALLOWED, common=Common.ANYTHING)
    set_columns("tril triu", expanded=Expanded.MATRICES, common=Common.ANYTHING)
    set_columns("fill", expanded=Expanded.BY_NUMBERS, common=Common.ANYTHING, on_integers=True)
    set_columns("masked_fill index_fill", expanded=Expanded.WARNED, common=Common.ANYTHING)
    set_columns("masked_fill", check_kinds=check_mask_kind, check=check_mask)
    set_columns("index_fill", check_kinds=check_index_kind)
    set_columns("masked_fill index_fill index_put", on_integers=True)
    set_columns("conj_physical", expanded=Expanded.ALLOWED, recorded=RECORDED["conj_physical"])
    set_columns("copy", common=Common.ITSELF)
    set_columns("index_put", expanded=Expanded.WARNED, fills_by_mask=True)
    set_columns(
        "index_add index_copy index_put put scatter scatter_add scatter_reduce",
        common=Common.NOTHING,
    )
    set_columns("logical_and logical_not logical_or logical_xor", differentiable=False)
    set_columns("add sub subtract mul multiply copy", number_seen=True)
    set_columns("div divide true_divide floor_divide", number_seen=True)
    set_columns("floor_divide", recorded=RECORDED["floor_divide"])
    set_columns("scatter", recorded=scatter_written)
    set_columns(
        f"logical_and logical_not logical_or logical_xor {' '.join(_COMPARED)}", compares=True
    )
    for name, compared in _COMPARED.items():
        set_columns(name, recorded=RECORDED[compared], on_integers=True)
    pointwise = (
        "bitwise_and bitwise_or bitwise_xor bitwise_not bitwise_left_shift bitwise_right_shift "
        "remainder fmod floor_divide div divide"
    )
    set_columns(
        f"add {pointwise} clamp clip clamp_max clamp_min {' '.join(_COMPARED)}", shapes_first=True
    )
    set_columns(f"{pointwise} clamp clip clamp_max clamp_min", casts_first=True)
    set_columns("clamp_max clamp_min", numbers_refused_first=True)
    set_columns(
        "addmm addmv baddbmm cumsum cumprod fill put scatter scatter_add index_add",
        memory_last=True,
    )
    set_columns("abs absolute", real_result=True)
    set_columns("addmm addmv baddbmm", product=True)
    set_columns("addmm", check=check_product)
    set_columns("cumsum", running="cumsum_out_cpu")
    set_columns("cumprod", running="cumprod_out_cpu")
    set_columns("clamp clamp_max clamp_min clip", number_cast=True)
    return rows


ROWS: Final = _rows()
