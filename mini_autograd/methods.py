"""The public face of a Tensor: installs the families' methods, and what needs no op."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd import autograd, dtypes, inplace, printing, subscript
from mini_autograd.errors import tensors as errors
from mini_autograd.tensor import Tensor, detached

FAMILIES: Final = (
    "arithmetic", "powers", "division", "rounding", "elementary", "comparison", "choosing",
    "complexes", "reductions", "running", "moments", "norms", "extrema", "ordering",
    "normalisation", "losses", "views", "joining", "linalg", "products", "rearranging", "diagonals", "restriding", "readers", "slicing", "indexing", "gathering", "picking", "masking", "writing", "conversion", "operators",
)  # fmt: skip


def _families() -> Iterator[ModuleType]:
    for name in FAMILIES:
        try:
            yield importlib.import_module(f"mini_autograd.ops.{name}")
        except ModuleNotFoundError:
            continue


def functions() -> dict[str, Any]:
    """The functions of every family, by their public names."""
    return {k: v for each in _families() for k, v in getattr(each, "FUNCTIONS", {}).items()}


def backward(
    self: Tensor,
    gradient: Tensor | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Tensor | Sequence[Tensor] | None = None,
) -> None:
    """Accumulates the gradients of this tensor into its leaves; see `autograd.backward`."""
    autograd.backward(self, gradient, retain_graph, create_graph, inputs)


def requires_grad_(self: Tensor, requires_grad: bool = True) -> Tensor:
    """Sets whether gradients flow to it, and gives it back."""
    if requires_grad and self._array.dtype.kind not in "fc":
        raise errors.only_floating_method()
    self.requires_grad = requires_grad
    return self


def detach(self: Tensor) -> Tensor:
    """An alias outside the graph, on the same memory and version counter."""
    return detached(self)


def item(self: Tensor) -> Any:
    """Its only element, as a Python number."""
    if self._array.size != 1:
        raise errors.not_scalar(self._array.size)
    return self._array.item()


def tolist(self: Tensor) -> Any:
    """Its elements in nested lists; of a 0-d tensor the number."""
    return self._array.tolist()


def numpy(self: Tensor, *, force: bool = False) -> NDArray[Any]:
    """Its array, on the same memory; refused if that would cut a graph, unless forced."""
    if self._requires_grad and not force:
        raise errors.numpy_requires_grad()
    return self._array


def text(self: Tensor) -> str:
    """As torch prints it."""
    default = dtypes.get_default_dtype()
    node = self._node
    return printing.tensor_text(
        self._array,
        default_dtype=default.numpy,
        default_complex=default.to_complex().numpy,
        grad_fn_name=None if node is None else node.title,
        requires_grad=self._requires_grad,
    )


def formatted(self: Tensor, spec: str) -> str:
    """In an f-string: a 0-d tensor as its number."""
    return printing.format_tensor(self, self._array, spec, is_subclass=type(self) is not Tensor)


def array(self: Tensor, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
    """What NumPy's functions see."""
    return np.array(numpy(self), dtype=dtype, copy=copy)


def _number(self: Tensor) -> Any:
    if self._array.size != 1:
        raise errors.not_scalar(self._array.size)
    return self._array.item()


_OWN: Final[dict[str, Any]] = {
    "backward": backward, "requires_grad_": requires_grad_, "detach": detach, "item": item,
    "tolist": tolist, "numpy": numpy, "__repr__": text, "__format__": formatted,
    "__array__": array, "__getitem__": subscript.get_item, "__setitem__": subscript.set_item,
    "__float__": lambda self: float(_number(self)),
    "__int__": lambda self: int(_number(self)),
    "__bool__": lambda self: bool(_number(self)),
}  # fmt: skip


def install() -> None:
    """Puts every method, operator and property on `Tensor`."""
    methods: dict[str, Any] = {}
    for family in _families():
        methods |= getattr(family, "METHODS", {})
        for table in ("OPERATORS", "PROPERTIES"):
            for name, value in getattr(family, table, {}).items():
                setattr(Tensor, name, value)
    for name, value in {**methods, **inplace.methods_of(methods), **_OWN}.items():
        setattr(Tensor, name, value)


install()
