"""In-place view ops: a tensor that shows its own memory in another shape from then on.

Nothing is written, yet torch counts a version and makes the op's node the tensor's history. A view
stays a view, on its own branch of the graph: its base is not told, and only the other views of
the memory are renewed when asked.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from mini_autograd.core.modes.grad_mode import state
from mini_autograd.core.modes.transforms import state as transforms
from mini_autograd.core.op import DifferentiableOp, InPlace, public, unpromoted
from mini_autograd.core.saved.packing import announce_write, composed, packing_threads
from mini_autograd.core.tensor.history import autograd_sees, count_write, set_history
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.inplace.checks import check_captured
from mini_autograd.inplace.forms import as_function, check_recordable
from mini_autograd.messages.tensors import inplace as errors
from mini_autograd.ops.shape import transposing
from mini_autograd.ops.shape.restriding import checked_region, strided_view
from mini_autograd.parsing.overloads import Bound, composite, overloaded
from mini_autograd.parsing.types import Array, Int, Sizes


def _in_place(name: str, node: str, view: DifferentiableOp) -> DifferentiableOp:
    """A view op under its in-place name: the same forward and rules, a node of its own."""
    rule = view.op.rules["self"]
    return unpromoted(name=name, node=node, self=rule)(view.op.forward)


_strided: Final = _in_place("as_strided_", "AsStridedBackward1", strided_view)


@unpromoted(name="t_", node="TBackward1", self=lambda grad: transposing.t(grad))
def _t(self: Array) -> Array:
    if self.ndim > 2:
        raise errors.not_a_matrix(self.ndim)
    return self.T


@unpromoted(
    name="swapaxes_",
    node="TransposeBackward1",
    self=lambda grad, axis0, axis1: transposing.transpose(grad, axis0, axis1),
)
def _swapaxes(self: Array, axis0: Int, axis1: Int) -> Array:
    return np.asarray(transposing.transpose.op.bare(self, axis0, axis1))


@composite(name="as_strided_", dispatched=True)
def _as_strided(self: Array, size: Sizes, stride: Sizes, storage_offset: Int | None = None) -> Any:
    region = checked_region(self._array, size, stride, storage_offset)  # type: ignore[attr-defined]
    return _strided(self, size, stride, *region)


_squeeze: Final = overloaded(
    "squeeze_",
    _in_place("squeeze_", "SqueezeBackward3", transposing.squeeze),
    _in_place("squeeze_", "SqueezeBackward4", transposing.squeeze_dim),
    _in_place("squeeze_", "SqueezeBackward5", transposing.squeeze_dims),
)


def _shown(name: str, op: Bound | DifferentiableOp, *, composite: bool = False) -> None:
    """Makes public the method that gives the tensor the array and the history of the result."""

    in_place = InPlace(name)

    def call(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        if transforms.depth:
            check_captured(in_place, self, args, kwargs)
        needs_grad = state.enabled and self._requires_grad and autograd_sees(self)
        if needs_grad:
            check_recordable(name, self, op.method, args, kwargs)
        result = op.method(self, *args, **kwargs)
        if packing_threads:
            announce_write(self)
        self._array = result._array
        count_write(self)
        if needs_grad:
            set_history(self, result._node)
        return self

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"`{name[:-1]}` of the tensor itself, which it gives back."
    public(function=False)(composed(call) if composite else call)


_shown("as_strided_", _as_strided)
as_function("as_strided_")
for _name in ("transpose_", "swapdims_"):
    _form = _in_place(_name, "TransposeBackward1", transposing.transpose)
    _shown(_name, _form, composite=_name != "transpose_")
_shown("swapaxes_", _swapaxes, composite=True)
_shown("t_", _t)
_shown("unsqueeze_", _in_place("unsqueeze_", "UnsqueezeBackward1", transposing.unsqueeze))
_shown("squeeze_", _squeeze)
