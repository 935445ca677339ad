"""What `nll_loss` asks of its targets and weights, forwards and, of what was saved, backwards."""

from __future__ import annotations

from typing import Any

import numpy as np

from mini_autograd.arrays import dtypes
from mini_autograd.arrays.dims import in_range
from mini_autograd.messages.ops import losses as errors
from mini_autograd.messages.ops import shapes as shape_errors
from mini_autograd.messages.ops.reductions import not_implemented
from mini_autograd.parsing.types import Array


def is_index(target: Array) -> bool:
    """Whether the targets are classes, and no probabilities."""
    return target.dtype.char in "lB" or dtypes.of(target) in (dtypes.int64, dtypes.uint8)


def check_target_dtype(target: Array) -> None:
    """Whether they are, as an error says it."""
    if not is_index(target):
        raise errors.target_dtype(dtypes.of(target))


def check_targets(
    self: Array, target: Array, weight: Any, axis: int, reduction: str, ignore_index: int
) -> None:
    """What torch's forward asks of all three, once their dims fit."""
    classes = self.shape[axis]
    spatial = self.ndim == 4
    if not spatial and weight is not None and weight.shape != (classes,):
        raise errors.class_weights(classes, weight.shape, probabilities=False)
    if self.dtype.kind != "f":
        kernel = "nll_loss2d_forward_out_frame" if spatial else "nll_loss_out_frame"
        raise not_implemented(kernel, dtypes.of(self))
    if weight is not None and weight.dtype != self.dtype:
        raise errors.scalar_type(dtypes.of(self), dtypes.of(weight))
    reads = target.size or reduction == "none"  # else torch takes no look at the dtype
    if spatial and reads and target.dtype != np.int64:
        raise errors.scalar_type(dtypes.int64, dtypes.of(target))
    rows = reduction == "none" and self.ndim == 2
    check_bounds(classes, target, ignore_index, letters=rows and target.dtype == np.uint8)


def check_bounds(classes: int, target: Array, ignore_index: int, *, letters: bool = False) -> None:
    """Whether each target that counts is a class; `letters`: a byte is one in the error."""
    if not in_range(target, 0, classes):
        wrong = (target < 0) | (target >= classes)
        wrong &= target != ignore_index
        if wrong.any():
            first = int(target[wrong].flat[0])
            raise errors.target_out_of_bounds(chr(first) if letters else first)


def counting(target: Array, ignore_index: int) -> Array | None:
    """Which targets are not to be ignored; None if all count."""
    if target.size == 1 and target.item() != ignore_index:
        return None
    kept = target != ignore_index
    return None if kept.all() else kept


def check_spatial(self: Array, target: Array, weight: Any) -> None:
    """Whether there is a target for each place of an image, and a weight for each class."""
    if target.ndim != 3:
        raise errors.no_spatial_targets(target.ndim)
    if weight is not None and weight.size != self.shape[1]:
        raise errors.spatial_class_weights()
    if (self.shape[0], *self.shape[2:]) != target.shape:
        raise errors.spatial_size_mismatch(self.shape, target.shape)


def check_kept(self: Array, target: Array, weight: Any, axis: int) -> None:
    """What torch's backward asks of what was saved, which may have been given other data since."""
    if self.ndim == 4:
        check_spatial(self, target, weight)
    else:
        if target.ndim > 1:
            raise errors.multi_target()
        if self.ndim > 1 and not target.ndim:
            raise shape_errors.no_dims(0)
        if target.ndim and self.shape[0] != target.shape[0]:
            raise errors.size_mismatch(self.shape, target.shape)
    if weight is not None and weight.size != self.shape[axis]:
        raise errors.spatial_class_weights()
    if weight is not None and weight.dtype != self.dtype:
        raise errors.scalar_type(dtypes.of(self), dtypes.of(weight))
