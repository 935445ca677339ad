"""Errors of the random fills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mini_autograd.messages.message import C_TYPES as C_TYPES
from mini_autograd.messages.message import Message
from mini_autograd.messages.ops.kernels import dtype_overflow as dtype_overflow
from mini_autograd.messages.ops.kernels import not_implemented as not_implemented

if TYPE_CHECKING:
    from mini_autograd.arrays.dtypes import dtype

# fmt: off

expects = Message(RuntimeError, "{name} expects {requirement}, but {found}", mark="at_once")
empty_range = Message(RuntimeError,
    "uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}",
    mark="at_once")
too_wide_range = Message(RuntimeError, "uniform_ expects to-from <= "
    "std::numeric_limits<{found.scalar_name}>::max(), but found to={high:g} and from={low:g} which "
    "result in to-from to exceed the limit", mark="at_once")
out_of_bounds = Message(RuntimeError, "{bound} is out of bounds for {found:c}")
unbounded = out_of_bounds._replace(mark="at_once")
# Said before an op in place looks at memory.
no_uniform = not_implemented._replace(mark="at_once")
no_normal = not_implemented._replace(mark="at_once")
no_integers = Message(RuntimeError,
    "random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
no_representable = Message(RuntimeError, "random_ expects 'from' casted to dtype to be less than "
    "'to' casted to dtype, but got from={low} >= to={high}")
none_above = Message(RuntimeError, "random_ expects 'from' casted to dtype to be less than or "
    "equal to 'to_inc' casted to dtype, but got from={low} > to_inc={last}")
no_bounds = Message(RuntimeError,
    "{where} handles only integral, floating-point and boolean types")
no_full_range = Message(RuntimeError, "{kernel} handles only int64, double, float and bfloat16")
imprecise_bound = Message(UserWarning, "{bound} is out of bounds [-(2^{bits}), 2^{bits}]. Due to "
    "precision limitations {found:c} can support discrete uniform distribution only within this "
    "range. This warning will become an error in version 1.7 release, please fix the code in "
    "advance")
_too_long_order = Message(RuntimeError,
    "n cannot be greater than {most} for {found.scalar_name} type.")


def too_long_order(bits: int, found: dtype) -> RuntimeError:
    """More numbers than the dtype has in a row."""
    return _too_long_order(2**bits + 1 if bits < 24 else f"2^{bits}+1", found)


# A tensor of probabilities has one that is none.
probability = Message(RuntimeError,
    "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be "
    "improved?  If so, please report an enhancement request to PyTorch.)")
continuous = Message(RuntimeError, "{name} distribution is a continuous probability distribution. "
    "dtype must be a floating point but you specified {found}")
continuous_at_once = continuous._replace(mark="at_once")
