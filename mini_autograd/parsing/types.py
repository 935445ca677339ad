"""The words of op signatures: what a forward's annotations say about its arguments.

A forward runs on raw arrays; its annotations say which arguments are tensors for the user. The
argument parser (`schema`) reads them by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays.dtypes import dtype
from mini_autograd.arrays.formats import memory_format

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
Sizes = Sequence[int]  # given as a sequence; each as a method's only argument also one by one
Dims = Sequence[int]  # likewise, of numbers that torch never traces
Bool = bool
DType = dtype
MemoryFormat = memory_format
Str = str
Anything = Any
