"""Dtypes, the default dtype, and torch's type promotion.

torch promotes by category, not only by dtype: a dimensioned tensor outranks a 0-d tensor of the
same kind, and that outranks a Python number. Evidence: ``torch.result_type`` on 2.13.0 over every
pair of dtypes and ranks (tests/parity/test_promotion_parity.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.messages import arguments as errors
from mini_autograd.messages.naming import InTorch
from mini_autograd.messages.tensors import creation

BOOL, INTEGRAL, FLOATING, COMPLEX = range(4)
_CATEGORY = {"b": BOOL, "i": INTEGRAL, "u": INTEGRAL, "f": FLOATING, "c": COMPLEX}


class dtype(metaclass=InTorch):
    """An element type: one object per type, printed as torch's."""

    __module__ = "mini_autograd"  # as it prints: <class 'mini_autograd.dtype'>
    __slots__ = ("category", "cpp_name", "name", "numpy", "scalar_name")

    def __init__(
        self, name: str, scalar_name: str, cpp_name: str, stored: str | None = None
    ) -> None:
        self.name = name
        self.numpy = np.dtype(stored or name)
        self.category = _CATEGORY[self.numpy.kind]
        self.scalar_name = scalar_name  # as c10 prints it: 'Float'
        self.cpp_name = cpp_name  # as caffe2's TypeMeta prints it: 'float'

    @property
    def is_floating_point(self) -> bool:
        """Whether it is a real floating-point type."""
        return self.category == FLOATING

    @property
    def is_complex(self) -> bool:
        """Whether it is a complex type."""
        return self.category == COMPLEX

    @property
    def is_signed(self) -> bool:
        """Whether it can hold a negative number."""
        return self.numpy.kind not in "bu"

    @property
    def itemsize(self) -> int:
        """Bytes an element."""
        return self.numpy.itemsize

    def to_complex(self) -> dtype:
        """The complex type of the same precision."""
        return _TO_COMPLEX.get(self, self)

    def to_real(self) -> dtype:
        """The real type of the same precision."""
        return _TO_REAL.get(self, self)

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str:
        return self.name


float16: Final = dtype("float16", "Half", "c10::Half")
float32: Final = dtype("float32", "Float", "float")
float64: Final = dtype("float64", "Double", "double")
int8: Final = dtype("int8", "Char", "signed char")
int16: Final = dtype("int16", "Short", "short int")
int32: Final = dtype("int32", "Int", "int")
int64: Final = dtype("int64", "Long", "long int")
uint8: Final = dtype("uint8", "Byte", "unsigned char")
bool_: Final = dtype("bool", "Bool", "bool")
complex64: Final = dtype("complex64", "ComplexFloat", "c10::complex<float>")
complex128: Final = dtype("complex128", "ComplexDouble", "c10::complex<double>")

ALL: Final = (
    float16, float32, float64, int8, int16, int32, int64, uint8, bool_, complex64, complex128,
)  # fmt: skip
# NumPy has no complex32. No tensor has this dtype; where promotion gives it, an error names it.
COMPLEX_HALF: Final = dtype("complex32", "ComplexHalf", "c10::complex<c10::Half>", "complex64")
_TO_COMPLEX = {float16: complex64, float32: complex64, float64: complex128}
_TO_REAL = {complex64: float32, complex128: float64}
_BY_NUMPY: Final[dict[np.dtype[Any], dtype]] = {each.numpy: each for each in ALL}
_PYTHON: Final[dict[type, dtype]] = {bool: bool_, int: int64}

_NUMBERS: Final = ((bool_, bool), (int64, (int, np.integer)))

_default = float32


def get_default_dtype() -> dtype:
    """The dtype of Python floats, and of integers where a float is needed."""
    return _default


def set_default_dtype(d: dtype) -> None:
    """Set the dtype of Python floats; a TypeError unless it is a floating-point dtype."""
    global _default
    if not isinstance(d, dtype):
        raise creation.default_dtype_type()
    if not d.is_floating_point:
        raise creation.default_dtype_not_float()
    _default = d


def of(array: NDArray[Any]) -> dtype:
    """The dtype of an array; a TypeError where torch has no such type."""
    found = _BY_NUMPY.get(array.dtype)
    if found is None:
        raise creation.unsupported_numpy_type(array.dtype)
    return found


def of_number(number: complex) -> dtype:
    """The dtype that a Python number has in type promotion."""
    kind = type(number)
    found = _PYTHON.get(kind)
    if found is not None:
        return found
    for found, kinds in _NUMBERS:  # a subclass, or one of NumPy's scalars
        if isinstance(number, kinds):
            return found
    # torch reads NumPy's other scalars as floats, bool_ and complex64 included.
    return _default.to_complex() if isinstance(number, complex) else _default


def promote_types(a: dtype, b: dtype) -> dtype:
    """The smallest type that both convert to, as torch has it (uint8 with int8 gives int16)."""
    if a is b:
        return a
    if a.category < b.category:
        a, b = b, a
    if a.category == BOOL or b.category == BOOL:
        return a
    if a.category == b.category:
        return _BY_NUMPY[np.promote_types(a.numpy, b.numpy)]
    if a.category == COMPLEX and b.category == FLOATING:
        # torch widens: complex64 with float64 gives complex128; float16 has no complex here.
        return _BY_NUMPY[np.promote_types(a.numpy, b.numpy)]
    return a  # a float outranks every integer, whatever their widths


def result_type(operands: Iterable[NDArray[Any] | complex]) -> dtype:
    """The common dtype of arrays and Python numbers, by torch's three ranks."""
    ranks: list[dtype | None] = [None, None, None]
    for operand in operands:
        if isinstance(operand, np.ndarray):
            rank, found = (0 if operand.ndim else 1), of(operand)
        else:
            rank, found = 2, of_number(operand)
        previous = ranks[rank]
        ranks[rank] = found if previous is None else promote_types(previous, found)
    dimensioned, zero_dim, number = ranks
    result = _combine(dimensioned, _combine(zero_dim, number))
    assert result is not None
    return result


def _combine(higher: dtype | None, lower: dtype | None) -> dtype | None:
    """A lower rank changes the result only where its category is higher."""
    if higher is None or lower is None:
        return higher or lower
    if higher.category >= lower.category and higher.category != BOOL:
        return higher
    if higher.category == FLOATING:
        # The higher rank keeps its precision.
        return COMPLEX_HALF if higher is float16 else higher.to_complex()
    return promote_types(higher, lower)


def to_floating(found: dtype) -> dtype:
    """The dtype of a result that must be floating point, as of `exp`: the default for integers."""
    return found if found.category >= FLOATING else _default


def can_cast(from_: dtype, to: dtype) -> bool:
    """Whether a result may be written to a tensor of another dtype: not of a lower category."""
    return from_.category <= to.category


def check_int(number: object) -> None:
    """Raises an OverflowError for an int of more than 64 bits, as torch's parser does."""
    if isinstance(number, int) and not -(1 << 63) <= number < 1 << 64:
        raise errors.int_too_large(negative=number < 0)


def number_array(number: complex, wanted: np.dtype[Any]) -> NDArray[Any]:
    """A Python number as a 0-d array; integers too large for the dtype wrap, as torch's do.

    Raises:
        OverflowError: an int of more than 64 bits.
    """
    if type(number) is float:
        return np.array(number, wanted)
    check_int(number)
    if wanted.kind in "iu" and isinstance(number, (int, np.integer)):
        return np.array(int(number) & 0xFFFFFFFFFFFFFFFF, np.uint64).astype(wanted)
    if wanted.kind != "c" and isinstance(number, (complex, np.complexfloating)):
        number = number.real
    return np.array(number, wanted)


@lru_cache(maxsize=256)
def constant(number: int, wanted: np.dtype[Any]) -> NDArray[Any]:
    """A number of the program's own, to compute with: NumPy takes longer for Python's numbers."""
    return np.array(number, wanted)


def of_numpy(found: np.dtype[Any]) -> dtype:
    """The dtype of a NumPy dtype that some tensor has."""
    return _BY_NUMPY[found]
