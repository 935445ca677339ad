"""`Size`, the type of `tensor.shape`."""

from __future__ import annotations

from typing import Any

from mini_autograd.messages import arguments as errors
from mini_autograd.messages.naming import InTorch


class Size(tuple[int, ...], metaclass=InTorch):
    """A shape: a tuple of ints that prints as torch's."""

    __module__ = "mini_autograd"  # as it prints: <class 'mini_autograd.Size'>
    __slots__ = ()

    def numel(self) -> int:
        """The number of elements."""
        count = 1
        for size in self:
            count *= size
        return count

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"

    def __getitem__(self, index: Any) -> Any:
        found = tuple.__getitem__(self, index)
        return Size(found) if isinstance(index, slice) else found

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, tuple):
            raise errors.concatenated_type(other)
        return Size(tuple.__add__(self, other))

    def __mul__(self, times: Any) -> Any:
        repeated = tuple.__mul__(self, times)
        return repeated if repeated is NotImplemented else Size(repeated)

    __rmul__ = __mul__
