"""Losses: mean squared error, negative log likelihood, and cross entropy composed of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from mini_autograd import dtypes, ops
from mini_autograd.errors import losses as errors
from mini_autograd.errors.reductions import not_implemented
from mini_autograd.op import Promotion, differentiable
from mini_autograd.ops.reductions import mean_all, sum_all
from mini_autograd.ops.scaling import over, times, zeros
from mini_autograd.types import Array, Int, Mask, Str

__all__ = ["mse_loss", "nll_loss", "nll_loss2d"]


def _mse_double_backward(grad: Any, grad_output: Any, reduction: str) -> Any:
    """By the input: the loss is quadratic."""
    twice = times(grad * grad_output, 2)
    return over(twice, max(_numel(grad), 1)) if reduction == "mean" else twice


def _numel(value: Any) -> int:
    number = 1
    for size in value.shape:
        number *= size
    return number


@differentiable(
    self=lambda grad, self, target, reduction: mse_loss_backward(grad, self, target, reduction),
    target=lambda grad, self, target, reduction: mse_loss_backward(grad, target, self, reduction),
)
def mse_loss(self: Array, target: Array, reduction: Str) -> Array:
    """The squared differences, or their mean or sum."""
    if self.dtype.kind != "f":
        raise not_implemented("mse_cpu", dtypes.of(self))
    difference = self - target
    square = np.asarray(difference * difference)
    if reduction == "none":
        return square
    return (mean_all if reduction == "mean" else sum_all)(square)


@differentiable(
    node="MseLossBackwardBackward0",
    grad_output=lambda grad, self, target, reduction: (
        mse_loss_backward(grad, self, target, reduction)
        if reduction == "none"
        else sum_all(mse_loss_backward(grad, self, target, reduction))
    ),
    self=lambda grad, grad_output, reduction: _mse_double_backward(grad, grad_output, reduction),
    target=lambda grad, grad_output, reduction: -_mse_double_backward(grad, grad_output, reduction),
)
def mse_loss_backward(grad_output: Array, self: Array, target: Array, reduction: Str) -> Array:
    """The gradient of the loss by its first argument."""
    factor = 2.0 / max(self.size, 1) if reduction == "mean" else 2.0
    return (self - target) * (grad_output * self.dtype.type(factor))


def _aimed(
    self: Array, target: Array, weight: Any, ignore_index: int, axis: int
) -> tuple[tuple[Array, ...], Array, Array | None]:
    """Where the targets point in the input, the weights there, and the mask of what counts.

    The mask is None where all count; what is ignored points to class 0, with a weight of zero.
    """
    kept = target != ignore_index
    mask = None if kept.all() else kept
    index = target if mask is None else np.where(kept, target, 0)
    if weight is None:
        weights = np.ones(target.shape, self.dtype) if mask is None else kept.astype(self.dtype)
    else:
        weights = weight[index] if mask is None else np.where(kept, weight[index], 0)
    last = target.ndim - 1
    places = [
        np.arange(size).reshape((size,) + (1,) * (last - dim))
        for dim, size in enumerate(target.shape)
    ]
    places.insert(axis, index.astype(np.int64, copy=False))
    return tuple(places), weights, mask


def _check_targets(self: Array, target: Array, weight: Any, axis: int, ignore_index: int) -> None:
    classes = self.shape[axis]
    if weight is not None and weight.shape != (classes,):
        raise errors.class_weights(classes, weight.shape, probabilities=False)
    if target.dtype not in (np.int64, np.uint8):
        raise errors.target_dtype(dtypes.of(target))
    if self.dtype.kind != "f":
        kernel = "nll_loss_out_frame" if axis + 1 == self.ndim else "nll_loss2d_forward_out_frame"
        raise not_implemented(kernel, dtypes.of(self))
    if weight is not None and weight.dtype != self.dtype:
        raise errors.expected_scalar_type(dtypes.of(self), dtypes.of(weight))
    wrong = (target < 0) | (target >= classes)
    if wrong.any():
        wrong &= target != ignore_index
        if wrong.any():
            raise errors.target_out_of_bounds(int(target[wrong].flat[0]))


def _likelihood(
    self: Array, target: Array, weight: Any, reduction: str, ignore_index: int, axis: int
) -> Array:
    """The weighted negative elements that the targets name, reduced."""
    _check_targets(self, target, weight, axis, ignore_index)
    places, weights, mask = _aimed(self, target, weight, ignore_index, axis)
    losses = -self[places] * weights
    if mask is not None:  # an infinity that is ignored times zero would be NaN
        losses = np.where(mask, losses, self.dtype.type(0))
    if reduction == "none":
        return losses
    total = np.add.reduce(losses, axis=None, dtype=_wide(self))
    if reduction == "mean":
        total = total / np.add.reduce(weights, axis=None, dtype=_wide(self))
    return np.asarray(total).astype(self.dtype)


def _likelihood_grad(
    grad: Array, self: Array, target: Array, weight: Any, reduction: str, ignore: int, axis: int
) -> Array:
    places, weights, mask = _aimed(self, target, weight, ignore, axis)
    if reduction == "mean":
        grad = grad / np.add.reduce(weights, axis=None, dtype=_wide(self))
    values = -grad * weights
    result = np.zeros(self.shape, self.dtype)
    result[places] = values if mask is None else np.where(mask, values, 0)
    return result


def _wide(array: Array) -> Any:
    return np.float32 if array.dtype == np.float16 else array.dtype


@differentiable(
    promotion=Promotion.NONE,
    self=lambda grad, self, target, weight, reduction, ignore_index: nll_loss_backward(
        grad, self, target, weight, reduction, ignore_index
    ),
)
def nll_loss(
    self: Array, target: Mask, weight: Mask | None, reduction: Str, ignore_index: Int
) -> Array:
    """The negative elements of rows of log-probabilities that the targets name."""
    if target.ndim > 1:
        raise errors.multi_target()
    if self.ndim > 1 or target.ndim:
        rows = self.shape[0] if self.ndim > 1 else 1
        if rows != (target.shape[0] if target.ndim else 0):
            raise errors.size_mismatch(self.shape, target.shape)
    if self.ndim == 1:
        target = target.reshape(())
    return _likelihood(self, target, weight, reduction, ignore_index, self.ndim - 1)


@differentiable(
    promotion=Promotion.NONE,
    node="NllLossBackwardBackward0",
    grad_output=lambda grad, target, weight, reduction, ignore_index: nll_loss(
        grad, target, weight, reduction, ignore_index
    ),
    self=lambda grad: zeros(tuple(grad.shape), grad),
)
def nll_loss_backward(
    grad_output: Array,
    self: Array,
    target: Mask,
    weight: Mask | None,
    reduction: Str,
    ignore_index: Int,
) -> Array:
    """The gradient of `nll_loss` by its input."""
    if self.ndim == 1:
        target = target.reshape(())
    return _likelihood_grad(
        grad_output, self, target, weight, reduction, ignore_index, self.ndim - 1
    )


@differentiable(
    node="NllLoss2DBackward0",
    promotion=Promotion.NONE,
    self=lambda grad, self, target, weight, reduction, ignore_index: nll_loss2d_backward(
        grad, self, target, weight, reduction, ignore_index
    ),
)
def nll_loss2d(
    self: Array, target: Mask, weight: Mask | None, reduction: Str, ignore_index: Int
) -> Array:
    """As `nll_loss`, for images: the classes are dim 1 of four."""
    if (self.shape[0], *self.shape[2:]) != target.shape:
        raise errors.spatial_size_mismatch(self.shape, target.shape)
    return _likelihood(self, target, weight, reduction, ignore_index, 1)


@differentiable(
    promotion=Promotion.NONE,
    node="NllLoss2DBackwardBackward0",
    grad_output=lambda grad, target, weight, reduction, ignore_index: nll_loss2d(
        grad, target, weight, reduction, ignore_index
    ),
    self=lambda grad: zeros(tuple(grad.shape), grad),
)
def nll_loss2d_backward(
    grad_output: Array,
    self: Array,
    target: Mask,
    weight: Mask | None,
    reduction: Str,
    ignore_index: Int,
) -> Array:
    """The gradient of `nll_loss2d` by its input."""
    return _likelihood_grad(grad_output, self, target, weight, reduction, ignore_index, 1)


def likelihood_loss(self: Any, target: Any, weight: Any, reduction: str, ignore_index: int) -> Any:
    """Chooses the op by the input's dims; what has three or five of them is made four."""
    shape = tuple(self.shape)
    if not shape:
        raise errors.no_dims()
    batch = target.shape[0] if len(target.shape) else 0
    if len(shape) != 1 and shape[0] != batch:
        raise errors.batch_size(shape[0], batch)
    if len(shape) <= 2:
        return nll_loss(self, target, weight, reduction, ignore_index)
    if len(shape) == 4:
        return nll_loss2d(self, target, weight, reduction, ignore_index)
    expected = (shape[0], *shape[2:])
    if tuple(target.shape[1:]) != shape[2:]:
        raise errors.target_size(expected, target.shape)
    if not _numel(self):
        flat, places = (*shape[:2], 0, 0), (shape[0], 0, 0)
    else:
        flat, places = (*shape[:2], 1, -1), (shape[0], 1, -1)
    loss = nll_loss2d(
        ops.view(ops.contiguous(self), flat),
        ops.view(ops.contiguous(target), places),
        weight,
        reduction,
        ignore_index,
    )
    return ops.view(loss, expected) if reduction == "none" else loss


def probability_loss(self: Any, target: Any, weight: Any, reduction: str, smoothing: float) -> Any:
    """Cross entropy with a probability for each class."""
    axis = 0 if len(self.shape) == 1 else 1
    logs = ops.log_softmax(self, axis)
    classes = self.shape[axis]
    if weight is not None and tuple(weight.shape) != (classes,):
        raise errors.class_weights(classes, weight.shape, probabilities=True)
    _check_smoothing(smoothing)
    if smoothing > 0:
        target = ops.add(times(target, 1 - smoothing), smoothing / classes)
    product = logs * target
    if weight is not None:
        product = product * _beside(weight, self, axis)
    if reduction == "none":
        return -ops.sum(product, (axis,))
    total = -ops.sum_all(product)
    return over(total, _numel(self) / classes) if reduction == "mean" else total


def _check_smoothing(smoothing: float) -> None:
    if not 0 <= smoothing <= 1:
        raise errors.label_smoothing(smoothing)


def _beside(weight: Any, self: Any, axis: int) -> Any:
    """The weights of classes as a shape that broadcasts with the input."""
    if len(self.shape) == 1:
        return weight
    return ops.view(weight, tuple(-1 if each == axis else 1 for each in range(len(self.shape))))


def smoothed_loss(
    self: Any, target: Any, weight: Any, reduction: str, ignore_index: int, smoothing: float
) -> Any:
    """Cross entropy where each class has a part of the target's probability."""
    _check_smoothing(smoothing)
    axis = 0 if len(self.shape) == 1 else 1
    logs = ops.log_softmax(self, axis)
    loss = likelihood_loss(logs, target, weight, reduction, ignore_index)
    weighted = logs if weight is None else logs * _beside(weight, self, axis)
    ignored = target == ignore_index
    smooth = ops.masked_fill(-ops.sum(weighted, (axis,)), ignored, 0.0)
    if reduction != "none":
        smooth = ops.sum_all(smooth)
    if reduction == "mean":
        smooth = smooth / _mass(target, weight, ignored)
    return times(loss, 1 - smoothing) + times(smooth, smoothing / self.shape[axis])


def _mass(target: Any, weight: Any, ignored: Any) -> Any:
    """What a mean divides by: the weights of the targets' classes."""
    kept = ~ignored
    return ops.sum_all(kept if weight is None else weight[target[kept]])


def cross_entropy_loss(
    self: Any, target: Any, weight: Any, reduction: str, ignore_index: int, smoothing: float
) -> Any:
    """Cross entropy; a target of the input's shape holds probabilities, else classes."""
    if tuple(self.shape) == tuple(target.shape):
        if not target.dtype.is_floating_point:
            raise errors.probabilities_dtype(target.dtype)
        if ignore_index >= 0:
            raise errors.ignore_index_of_probabilities()
        return probability_loss(self, target, weight, reduction, smoothing)
    if smoothing > 0:
        return smoothed_loss(self, target, weight, reduction, ignore_index, smoothing)
    logs = ops.log_softmax(self, 0 if len(self.shape) == 1 else 1)
    return likelihood_loss(logs, target, weight, reduction, ignore_index)


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {}
METHODS: Final[dict[str, Callable[..., Any]]] = {}
