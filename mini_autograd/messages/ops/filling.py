"""Errors of the random fills."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mini_autograd.arrays.dtypes import dtype


# C++'s names of the dtypes, where torch prints those.
C_TYPES = {
    "bool": "bool", "uint8": "unsigned char", "int8": "signed char", "int16": "short int",
    "int32": "int", "int64": "long int", "float16": "c10::Half", "float32": "float",
    "float64": "double", "complex64": "c10::complex<float>", "complex128": "c10::complex<double>",
}  # fmt: skip


def expects(name: str, requirement: str, found: str) -> RuntimeError:
    """A parameter of a distribution out of its range, as "p=2"."""
    return RuntimeError(f"{name} expects {requirement}, but {found}")


def empty_range(low: float, high: float) -> RuntimeError:
    """`uniform_` from more than to."""
    return expects("uniform_", "to return a [from, to) range", f"found from={low:g} > to={high:g}")


def no_integers(low: int, high: int) -> RuntimeError:
    """`random_` from as much as to, or more."""
    return expects("random_", "'from' to be less than 'to'", f"got from={low} >= to={high}")


def out_of_bounds(bound: str, found: dtype) -> RuntimeError:
    """A bound that the dtype cannot hold."""
    return RuntimeError(f"{bound} is out of bounds for {C_TYPES[found.name]}")


def probability() -> RuntimeError:
    """A tensor of probabilities has one that is none."""
    return RuntimeError(
        "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be "
        "improved?  If so, please report an enhancement request to PyTorch.)"
    )


def continuous(name: str, found: str) -> RuntimeError:
    """Integers for a distribution that has a density."""
    return RuntimeError(
        f"{name} distribution is a continuous probability distribution. dtype must be a floating "
        f"point but you specified {found}"
    )
