"""The words of op signatures: what a forward's annotations say about its arguments, and what
torch takes for each.

A forward runs on raw arrays; its annotations say which arguments are tensors for the user. The
argument parser (`schema`) reads them by name.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays.dtypes import dtype
from mini_autograd.arrays.formats import memory_format
from mini_autograd.arrays.generators import Generator
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.ops.kernels import overflow

Array = NDArray[Any]  # a tensor operand, promoted with the others
Mask = NDArray[np.bool_]  # a tensor operand that keeps its dtype and gets no gradient
IndexArray = NDArray[np.integer[Any]]  # likewise
Arrays = Sequence[NDArray[Any]]  # several tensor operands in one argument
IndexArrays = Sequence[NDArray[Any] | None]  # one for each dim, None for a whole dim
Number = complex  # any Python number
Float = float  # an int too
Int = int
SymInt = int  # one that torch may trace
Ints = Sequence[int]  # given as a sequence, or as one int
SymInts = Sequence[int]  # likewise, of numbers that torch may trace
Sizes = Sequence[int]  # given as a sequence; each as a method's only argument also one by one
Dims = Sequence[int]  # likewise, of numbers that torch never traces
Bool = bool
DType = dtype
MemoryFormat = memory_format
RandomSource = Generator
Str = str
Anything = Any


def is_number(value: object) -> bool:
    """Whether torch takes it for a Python number (NumPy's scalars included)."""
    return isinstance(value, (int, float, complex, np.number, np.bool_))


def python_number(value: np.generic) -> int | float | complex:
    """A NumPy number as torch takes it: what is no int, and no complex of Python's, is a float."""
    if isinstance(value, (np.integer, complex)):
        number: int | complex = value.item()
        return number
    real: np.generic = value.real if isinstance(value, np.complexfloating) else value
    return float(real)


def is_scalar(value: object) -> bool:
    """Whether torch takes a tensor for the number in it."""
    return isinstance(value, Tensor) and not value._array.ndim and not value._requires_grad


def is_int(value: object) -> bool:
    """Whether torch takes it for an int: not a bool."""
    if isinstance(value, Tensor):
        return value._array.ndim == 0 and value._array.dtype.kind in "iu"
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def is_index(value: object) -> bool:
    """Whether Python takes it for an index; a bool, too, but none of NumPy's."""
    if isinstance(value, (Tensor, np.generic)):
        return isinstance(value, np.integer)
    try:
        operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        return False
    return True


def is_float(value: object) -> bool:
    """Whether torch takes it for a float: any real number, and a tensor that has a number."""
    if isinstance(value, Tensor):
        return is_scalar(value)
    return isinstance(value, (int, float, np.integer, np.floating, np.bool_))


def number_in(value: Tensor, word: str) -> Any:
    """The number in a tensor; a complex one, as a float, must be real."""
    number = value.item()
    if word == "Float" and isinstance(number, complex):
        if number.imag:
            raise overflow("double")
        return number.real
    return number


def _is_one_int(value: object, kinds: str) -> bool:
    if isinstance(value, Tensor):
        return value._array.size == 1 and value._array.dtype.kind in kinds
    return is_int(value)


def is_listed_int(value: object) -> bool:
    """Whether it is an int where a list of ints may be: a tensor of one number, too."""
    return _is_one_int(value, "iub")


def _is_traced_int(value: object) -> bool:
    """Whether it is an int where torch may trace it: of a tensor, one element of any shape."""
    return _is_one_int(value, "iu") or (is_index(value) and not isinstance(value, bool))


def is_first_int(value: object) -> bool:
    return is_listed_int(value) or (is_index(value) and not isinstance(value, bool))


def _is_sizes(value: object) -> bool:
    """Whether a list begins with an int: torch looks at the others as it unpacks them."""
    return isinstance(value, (tuple, list)) and (not value or is_first_int(value[0]))


def _is_ints(value: object) -> bool:
    return is_listed_int(value) or _is_sizes(value)


def _is_tensors(value: object) -> bool:
    return isinstance(value, (tuple, list)) and all(isinstance(each, Tensor) for each in value)


def _is_indices(value: object) -> bool:
    return isinstance(value, (tuple, list)) and all(
        each is None or isinstance(each, Tensor) for each in value
    )


# How each word of `types` is checked and how torch's errors call it.
WORDS: Final[dict[str, tuple[Callable[[Any], bool], str]]] = {
    "Array": (lambda value: isinstance(value, Tensor), "Tensor"),
    "Mask": (lambda value: isinstance(value, Tensor), "Tensor"),
    "IndexArray": (lambda value: isinstance(value, Tensor), "Tensor"),
    "Arrays": (_is_tensors, "tuple of Tensors"),
    "IndexArrays": (_is_indices, "tuple of Tensors"),
    "Number": (is_number, "Number"),
    "Float": (is_float, "float"),
    "Int": (is_int, "int"),
    "SymInt": (_is_traced_int, "int"),
    "Ints": (_is_ints, "tuple of ints"),
    "SymInts": (_is_ints, "tuple of ints"),
    "Sizes": (_is_sizes, "tuple of ints"),
    "Dims": (_is_sizes, "tuple of ints"),
    "Bool": (lambda value: isinstance(value, bool), "bool"),
    "DType": (lambda value: isinstance(value, dtype), "torch.dtype"),
    "MemoryFormat": (lambda value: isinstance(value, memory_format), "torch.memory_format"),
    "RandomSource": (lambda value: isinstance(value, Generator), "torch.Generator"),
    "Str": (lambda value: isinstance(value, str), "str"),
    "Anything": (lambda value: True, "object"),
}

LISTS: Final = ("Ints", "SymInts", "Sizes", "Dims")
SYMBOLIC: Final = ("SymInts", "Sizes")
OF_TENSORS: Final = ("Arrays", "IndexArrays")
