"""How an input becomes a tensor of a torch-like module, in its own memory layout."""

from __future__ import annotations

from typing import Any

from conformance.engines.observing.texts import said
from conformance.engines.torchlike.names import offers
from conformance.engines.torchlike.way import PLAIN, Way
from conformance.program.inputs import Input
from conformance.program.inputs.layout import View
from conformance.program.trace import Unsupported
from conformance.program.values import NUMPY_DTYPES


def make(module: Any, entry: Input, way: Way = PLAIN) -> Any:
    """The input as a leaf tensor; raises whatever the module raises when it cannot."""
    layout = entry.layout
    tensor = way.made(_filled(module, entry, layout.base))
    for view in layout.views:
        tensor = _viewed(tensor, view)
    if entry.requires_grad:
        tensor = _requiring_grad(tensor)
    return tensor


def _filled(module: Any, entry: Input, shape: tuple[int, ...]) -> Any:
    if 0 in shape:  # A nested list cannot say (0, 3), and an array of NumPy's has no strides then.
        return module.zeros(shape, dtype=getattr(module, entry.dtype))
    array = entry.storage.reshape(shape)
    if _by_numpy(module, entry):
        # A copy, in this machine's byte order, since the tensor's memory is written in place.
        dtype = array.dtype
        return module.from_numpy(array.astype(dtype if dtype.isnative else dtype.newbyteorder("=")))
    return module.tensor(array.tolist(), dtype=getattr(module, entry.dtype))


def _by_numpy(module: Any, entry: Input) -> bool:
    return entry.dtype in NUMPY_DTYPES and hasattr(module, "from_numpy")


def _viewed(tensor: Any, view: View) -> Any:
    if view.method == "[]":
        return tensor[view.args[0]]
    return getattr(tensor, view.method)(*view.args)


def _requiring_grad(tensor: Any) -> Any:
    if hasattr(tensor, "requires_grad_"):
        made = tensor.requires_grad_()
        return tensor if made is None else made  # Where torch gives the tensor, some give nothing.
    tensor.requires_grad = True
    return tensor


def unsupported_for(module: Any, entry: Input, error: Exception) -> Unsupported:
    """What the module lacks to make the input, where `make` raised `error`: the root, which is the
    same for every input of that kind. The tensor is made again, part by part."""
    try:
        tensor = _filled(module, entry, entry.layout.base)
    except Exception as failure:
        return Unsupported(_of_filling(module, entry, failure), said(failure))
    for view in entry.layout.views:
        try:
            tensor = _viewed(tensor, view)
        except Exception as failure:
            return Unsupported(_of_view(type(tensor), view), said(failure))
    return Unsupported(f"{type(tensor).__name__}.requires_grad_", said(error))


def _of_filling(module: Any, entry: Input, failure: Exception) -> str:
    maker = "tensor"
    if 0 in entry.layout.base:
        maker = "zeros"
    elif _by_numpy(module, entry):
        maker = "from_numpy"
    for name in (maker, entry.dtype):
        if not hasattr(module, name):
            return name
    keyword = isinstance(failure, TypeError) and "'dtype'" in str(failure)
    return f"{maker}(dtype=)" if keyword else f"{maker}() of {entry.dtype}"


def _of_view(kind: type, view: View) -> str:
    if view.method == "[]" and not offers(kind, ("__getitem__",)):
        return f"{kind.__name__}.__getitem__ ([])"
    return f"{kind.__name__}{'[...]' if view.method == '[]' else f'.{view.method}()'}"
