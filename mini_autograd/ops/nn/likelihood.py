"""The negative log likelihood of classes, for rows and for images."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from mini_autograd.arrays import dtypes, layout
from mini_autograd.arrays.dims import positions
from mini_autograd.core.modes.grad_mode import state
from mini_autograd.core.op import DifferentiableOp, unpromoted
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.ops import losses as errors
from mini_autograd.messages.ops import shapes as shape_errors
from mini_autograd.ops.nn.targets import (
    check_bounds,
    check_kept,
    check_spatial,
    check_target_dtype,
    check_targets,
    counting,
    is_index,
)
from mini_autograd.ops.reduction.reductions import fold
from mini_autograd.parsing.overloads import composite
from mini_autograd.parsing.types import Array, Int, Mask, Str, SymInt


def _check_weight(weight: Any, name: str = "nll_loss_backward") -> Any:
    """The weights of classes, by which there is no derivative."""
    if isinstance(weight, Tensor) and weight._requires_grad and state.enabled:
        raise errors.weight_without_derivative(name)
    return weight


def numel(value: Any) -> int:
    """How many elements a tensor or an array has."""
    number = 1
    for size in value.shape:
        number *= size
    return number


def _classes(self: Array) -> int:
    """The dim of the classes."""
    return min(self.ndim, 2) - 1


def _aimed(
    self: Array, target: Array, weight: Any, ignore_index: int, axis: int
) -> tuple[tuple[Array, ...], Array | None, Array | None]:
    """Where the targets point in the input, the weights there, and the mask of what counts.

    The mask is None where all count; what is ignored points to class 0, with a weight of zero.
    The weights are None where all are one.
    """
    mask = counting(target, ignore_index)
    index = target if mask is None else np.where(mask, target, 0)
    if weight is None:
        weights = None if mask is None else mask.astype(self.dtype)
    else:
        weight = weight.reshape(-1)
        weights = weight[index] if mask is None else np.where(mask, weight[index], 0)
    last = target.ndim - 1
    places = [positions(size, last - dim) for dim, size in enumerate(target.shape)]
    places.insert(axis, index.astype(np.int64, copy=False))
    return tuple(places), weights, mask


def _likelihood(
    self: Array, target: Array, weight: Any, reduction: str, ignore_index: int
) -> tuple[Array, Array]:
    """The weighted negative elements that the targets name, reduced; and the sum of weights."""
    axis = _classes(self)
    check_targets(self, target, weight, axis, reduction, ignore_index)
    if not self.shape[axis] and target.size:
        return _of_no_class(self, target, reduction), np.zeros((), self.dtype)
    places, weights, mask = _aimed(self, target, weight, ignore_index, axis)
    losses = -self[places]
    if weights is not None:
        losses = losses * weights
    if mask is not None:  # an infinity that is ignored times zero would be NaN
        losses = np.where(mask, losses, self.dtype.type(0))
    if reduction == "none" and self.ndim > 1:
        return layout.in_rows(losses), np.zeros((), self.dtype)
    wide = np.float32 if self.dtype.char == "e" else None
    total = fold(np.add, losses, None, False, wide)
    if weights is None:
        total_weight = total.dtype.type(target.size)
    else:
        total_weight = fold(np.add, weights, None, False, wide)
    if reduction == "mean":
        total = total / total_weight
    return np.asarray(total, self.dtype), np.asarray(total_weight, self.dtype)


def _of_no_class(self: Array, target: Array, reduction: str) -> Array:
    """The loss where there is no class: every target is ignored, or it were out of bounds."""
    if reduction == "none":
        return np.zeros(target.shape, self.dtype)
    return np.array(np.nan if reduction == "mean" else 0.0, self.dtype)


def _likelihood_grad(
    grad_output: Array,
    self: Array,
    target: Mask,
    weight: Mask | None,
    reduction: Str,
    ignore_index: Int,
    total_weight: Mask,
) -> Array:
    """The gradient of a loss by its input. A lone row has no row of targets."""
    axis = _classes(self)
    if self.ndim == 4 and not layout.empty_as(self).flags.c_contiguous:
        raise errors.images_not_in_order()
    result = np.zeros(self.shape, self.dtype)
    check_kept(self, target, weight, axis)
    if self.ndim == 1:
        target = target.reshape(-1)[:1].reshape(())  # the first, if another shape was given it
    spatial = self.ndim == 4
    if not self.size:
        return layout.empty_as(self) if spatial else result
    if target.dtype != np.int64 and (spatial or target.dtype != np.uint8):  # as a hook unpacked it
        if spatial and target.dtype != np.uint8:
            raise errors.target_dtype(dtypes.of(target))
        raise errors.scalar_type(dtypes.int64, dtypes.of(target))
    check_bounds(self.shape[axis], target, ignore_index)
    places, weights, mask = _aimed(self, target, weight, ignore_index, axis)
    if reduction == "mean":
        grad_output = grad_output / total_weight
    values = -grad_output if weights is None else -grad_output * weights
    result[places] = values if mask is None else np.where(mask, values, 0)
    return result


@unpromoted(
    outputs=("output", "total_weight"),
    constant=1,
    self=lambda grads, self, target, weight, reduction, ignore_index, result1: nll_loss_backward(
        grads[0], self, target, _check_weight(weight), reduction, ignore_index, result1
    ),
)
def nll_loss(
    self: Array, target: Mask, weight: Mask | None, reduction: Str, ignore_index: Int
) -> tuple[Array, Array]:
    """The negative elements of rows of log-probabilities that the targets name."""
    if target.ndim > 1:
        raise errors.multi_target()
    check_target_dtype(target)
    if self.ndim > 1 and not target.ndim:
        raise shape_errors.no_dims(0)
    if self.ndim > 1 and self.shape[0] != target.shape[0]:
        raise errors.size_mismatch(self.shape, target.shape)
    if self.ndim == 1:
        target = target.reshape(())
    return _likelihood(self, target, weight, reduction, ignore_index)


@unpromoted(
    node="NllLoss2DBackward0",
    outputs=("output", "total_weight"),
    constant=1,
    self=lambda grads, self, target, weight, reduction, ignore_index, result1: nll_loss2d_backward(
        grads[0],
        self,
        target,
        _check_weight(weight, "nll_loss2d_backward"),
        reduction,
        ignore_index,
        result1,
    ),
)
def nll_loss2d(
    self: Array, target: Mask, weight: Mask | None, reduction: Str, ignore_index: Int
) -> tuple[Array, Array]:
    """As `nll_loss`, for images: the classes are dim 1 of four."""
    if target.ndim == 3:
        check_target_dtype(target)
    check_spatial(self, target, weight)
    return _likelihood(self, target, weight, reduction, ignore_index)


def _gradient(loss: DifferentiableOp, node: str) -> DifferentiableOp:
    """The op that gives the gradient of a loss by its input."""
    made = unpromoted(
        name=f"{loss.op.name}_backward",
        node=node,
        grad_output=lambda grad, target, weight, reduction, ignore_index: loss(
            grad, target, weight, reduction, ignore_index
        )[0],
        # torch saves the target and weights even where only this is to be given
        self=lambda grad, target, weight: ops.zeros_as(grad, grad),
    )
    return made(_likelihood_grad)


nll_loss_backward: Final = _gradient(nll_loss, "NllLossBackwardBackward0")
nll_loss2d_backward: Final = _gradient(nll_loss2d, "NllLoss2DBackwardBackward0")


def likelihood_loss(self: Any, target: Any, weight: Any, reduction: str, ignore_index: int) -> Any:
    """Chooses the op by the input's dims; what has three or five of them is made four."""
    shape, given = tuple(self.shape), tuple(target.shape)
    if not shape:
        raise errors.no_dims()
    batch = given[0] if given else 0
    if len(shape) != 1 and shape[0] != batch:
        raise errors.batch_size(shape[0], batch)
    expected = (shape[0], *shape[2:])
    if len(shape) not in (1, 2, 4) and given[1:] != shape[2:]:
        raise errors.target_size(expected, target.shape)
    _check_weight(weight, "nll_loss_forward" if len(shape) <= 2 else "nll_loss2d_forward")
    if len(shape) == len(given) == 1 and given != (1,) and is_index(target._array):
        raise errors.target_of_a_row(given[0])
    if len(shape) <= 2:
        return nll_loss(self, target, weight, reduction, ignore_index)[0]
    if len(shape) == 4:
        return nll_loss2d(self, target, weight, reduction, ignore_index)[0]
    flat = (*shape[:2], 1, -1) if numel(self) else (*shape[:2], 0, 0)
    places = (shape[0], 1, -1) if numel(target) else (shape[0], 0, 0)
    loss, _ = nll_loss2d(
        ops.view(ops.contiguous(self), flat),
        ops.view(ops.contiguous(target), places),
        weight,
        reduction,
        ignore_index,
    )
    return ops.view(loss, expected) if reduction == "none" else loss


@composite
def nll_loss_nd(
    self: Array, target: Mask, weight: Mask | None, reduction: Str, ignore_index: SymInt
) -> Any:
    """`likelihood_loss` as users call it, with what is no tensor refused."""
    return likelihood_loss(self, target, weight, reduction, ignore_index)
