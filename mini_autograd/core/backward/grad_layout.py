"""The strides of a leaf's gradient: the leaf's own if it is dense, else contiguous.

torch calls it the gradient layout contract: a new `.grad` is copied to obey it; one that exists
already is kept, with a warning.
"""

from __future__ import annotations

import numpy as np

from mini_autograd.arrays.layout import Array, Shape, contiguous_strides, is_dense, strides_of
from mini_autograd.core.modes import warn_once
from mini_autograd.messages.graph import walk as errors


def wanted_strides(leaf: Array, dtype: np.dtype[np.generic]) -> Shape:
    """The strides in bytes that a leaf's gradient must have.

    Its dtype differs from the leaf's if `leaf.data` was set after the graph was recorded.
    """
    if not is_dense(leaf):
        return contiguous_strides(leaf.shape, dtype.itemsize)
    return tuple([each // leaf.itemsize * dtype.itemsize for each in strides_of(leaf)])


def same_strides(grad: Array, strides: Shape) -> bool:
    """Whether the strides agree; in a dim of size 1 they may differ, unless the gradient's is 0.

    For a leaf whose `.data` was set to fewer dims, torch reads a stride of 1 and then zeros.
    """
    found = strides_of(grad)
    if len(found) > len(strides):
        strides = (*(strides or (grad.itemsize,)), *[0] * len(found))
    return all(
        (size == 1 and a) or a == b for size, a, b in zip(grad.shape, found, strides, strict=False)
    )


def obeys(grad: Array, leaf: Array) -> bool:
    """Whether a gradient has the strides of the contract, even if the leaf's shape has changed."""
    if not is_dense(leaf):
        return grad.flags.c_contiguous  # whatever the stride of a dim of size 1
    return same_strides(grad, wanted_strides(leaf, grad.dtype))


def check(grad: Array, leaf: Array) -> None:
    """Warn, after the walk, of an existing `.grad` that does not obey the contract."""
    if grad.strides == leaf.strides and is_dense(leaf):
        return
    if not same_strides(grad, wanted_strides(leaf, grad.dtype)):
        strides = (_elements(grad), _elements(leaf))
        warn_once.after_walk(
            errors.grad_layout(grad.shape, leaf.shape, *strides), errors.grad_layout.text
        )


def _elements(array: Array) -> list[int]:
    return [each // array.itemsize for each in strides_of(array)]
