"""Losses: mean squared error, and cross entropy composed of likelihoods."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from mini_autograd.arrays import dtypes
from mini_autograd.core.modes.warn_once import after_walk
from mini_autograd.core.op import differentiable, unpromoted
from mini_autograd.core.saved.gradient_tensors import count_writes
from mini_autograd.core.table import ops
from mini_autograd.messages.ops import kernels as kernel_errors
from mini_autograd.messages.ops import losses as errors
from mini_autograd.messages.ops import shapes as shape_errors
from mini_autograd.messages.ops.reductions import not_implemented
from mini_autograd.messages.tensors.state import result_shape
from mini_autograd.ops.nn.likelihood import likelihood_loss, numel
from mini_autograd.ops.pointwise.arithmetic import over, plus, times
from mini_autograd.ops.reduction.reductions import mean_all, sum_all
from mini_autograd.parsing.overloads import composite
from mini_autograd.parsing.types import Array, Float, Str, SymInt


def _mse_double_backward(grad: Any, grad_output: Any, reduction: str) -> Any:
    """By the input: the loss is quadratic."""
    twice = times(grad * grad_output, 2)
    if reduction != "mean":
        return twice
    return count_writes(over(twice, max(numel(grad), 1)))  # torch divides in place


@differentiable(
    elementwise=False,
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


@unpromoted(
    node="MseLossBackwardBackward0",
    order=(),
    grad_output=lambda grad, self, target, reduction: mse_loss_backward(
        grad, self, target, reduction
    ),
    # torch's formulas name the input itself, too, and so it is saved in any case
    self=lambda grad, grad_output, self, reduction: _mse_double_backward(
        grad, grad_output, reduction
    ),
    target=lambda grad, grad_output, target, reduction: (
        -_mse_double_backward(grad, grad_output, reduction)
    ),
)
def mse_loss_backward(grad_output: Array, self: Array, target: Array, reduction: Str) -> Array:
    """The gradient of the loss by its first argument, in rows, however the arguments lie, and in
    the dtype of that argument, whatever the other's is."""
    factor = 2.0 / max(self.size, 1) if reduction == "mean" else 2.0
    common = np.result_type(self, target)
    result = (self.astype(common) - target) * common.type(factor) * grad_output
    if self.size and result.shape != self.shape:  # memory was replaced since the loss
        after_walk(kernel_errors.resized_output(self.shape, result.shape))
    return np.asarray(result, self.dtype, order="C")


def probability_loss(self: Any, target: Any, weight: Any, reduction: str, smoothing: float) -> Any:
    """Cross entropy with a probability for each class."""
    axis = 0 if len(self.shape) == 1 else 1
    if not self.shape:
        raise shape_errors.no_dims(axis)
    logs = ops.log_softmax(self, axis)
    classes = self.shape[axis]
    if weight is not None and tuple(weight.shape) != (classes,):
        raise errors.class_weights(classes, weight.shape, probabilities=True)
    if smoothing > 0:
        _check_smoothing(smoothing)
        target = plus(times(target, 1 - smoothing), _share(smoothing, classes))
    beside = weight
    if weight is not None and len(self.shape) > 1:
        beside = _beside(weight, self, axis)  # which torch records first
    product = logs * target
    if beside is not None:
        product = product * beside
    if reduction == "none":
        return -ops.sum(product, (axis,))
    total = ops.sum_all(product)
    if reduction == "sum":
        return -total
    if not numel(self):  # an average of nothing, which torch writes over the sum
        return -total.fill_(math.nan)
    return over(-total, numel(self) / classes)


def _check_smoothing(smoothing: float) -> None:
    if smoothing > 1:
        raise errors.label_smoothing(smoothing)


def _share(smoothing: float, classes: int) -> float:
    """The part of the smoothing that falls to one class."""
    return smoothing / classes if classes else math.inf


def _beside(weight: Any, self: Any, axis: int) -> Any:
    """The weights of classes as a shape that broadcasts with the input."""
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
    smooth = -ops.sum(weighted, (axis,))
    if tuple(smooth.shape) != tuple(ignored.shape):  # torch fills in place
        raise result_shape(smooth.shape, ignored.shape)
    smooth = ops.masked_fill(smooth, ignored, 0.0)
    if reduction != "none":
        smooth = ops.sum_all(smooth)
    if reduction == "mean":
        smooth = smooth / _mass(target, weight, ignored)
    # torch's compiler computes the second operand of the sum first, and so walks take it last
    smooth = times(smooth, _share(smoothing, self.shape[axis]))
    return times(loss, 1 - smoothing) + smooth


def _mass(target: Any, weight: Any, ignored: Any) -> Any:
    """What a mean divides by: the weights of the targets' classes."""
    kept = ~ignored
    if weight is None:
        return ops.sum_all(kept)
    return ops.sum_all(ops.gather(weight, 0, ops.masked_select(target, kept)))


@composite
def cross_entropy_loss(
    self: Array,
    target: Array,
    weight: Array | None,
    reduction: Str,
    ignore_index: SymInt,
    label_smoothing: Float,
) -> Any:
    """Cross entropy; a target of the input's shape holds probabilities, else classes."""
    shape = tuple(self.shape)
    if shape == tuple(target.shape):
        if target._array.dtype.kind != "f":  # type: ignore[attr-defined]
            raise errors.probabilities_dtype(target.dtype)
        if ignore_index >= 0:
            raise errors.ignore_index_of_probabilities()
        return probability_loss(self, target, weight, reduction, label_smoothing)
    if label_smoothing > 0:
        return smoothed_loss(self, target, weight, reduction, ignore_index, label_smoothing)
    logs = ops.log_softmax_along(self, 0 if len(shape) == 1 else 1)
    return likelihood_loss(logs, target, weight, reduction, ignore_index)
