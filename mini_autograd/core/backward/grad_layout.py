"""How a leaf's gradient lies in memory: as the leaf does if that is dense, else in rows.

torch calls it the gradient layout contract: a fresh `.grad` is copied to obey it, one that was
there before is kept and warned of.
"""

from __future__ import annotations

import numpy as np

from mini_autograd.arrays.layout import Array, Shape, contiguous_strides, is_dense, strides_of
from mini_autograd.core.modes import warn_once
from mini_autograd.messages.graph import walk as errors


def wanted_strides(leaf: Array, dtype: np.dtype[np.generic]) -> Shape:
    """The strides of a leaf's gradient in bytes.

    Their dtypes differ if somebody gave the leaf other data after the graph was recorded.
    """
    if not is_dense(leaf):
        return contiguous_strides(leaf.shape, dtype.itemsize)
    return tuple([each // leaf.itemsize * dtype.itemsize for each in strides_of(leaf)])


def same_strides(grad: Array, strides: Shape) -> bool:
    """Whether they agree in every dim that has a second element; to torch 0 tells of a view.

    A leaf that was given data of fewer dims has, where torch looks, a stride of 1 and then zeros.
    """
    found = strides_of(grad)
    if len(found) > len(strides):
        strides = (*(strides or (grad.itemsize,)), *[0] * len(found))
    return all(
        (size == 1 and a) or a == b for size, a, b in zip(grad.shape, found, strides, strict=False)
    )


def obeys(grad: Array, leaf: Array) -> bool:
    """Whether a gradient lies as that of the leaf has to, whatever the leaf's shape is by now."""
    if not is_dense(leaf):
        return same_strides(grad, contiguous_strides(grad.shape, grad.itemsize))
    return same_strides(grad, wanted_strides(leaf, grad.dtype))


def check(grad: Array, leaf: Array) -> None:
    """Warns of a gradient that lies otherwise, after the walk that adds to it."""
    if grad.strides == leaf.strides and is_dense(leaf):
        return
    if not same_strides(grad, wanted_strides(leaf, grad.dtype)):
        strides = (_elements(grad), _elements(leaf))
        warn_once.after_walk(
            errors.grad_layout(grad.shape, leaf.shape, *strides), errors.grad_layout.text
        )


def _elements(array: Array) -> list[int]:
    return [each // array.itemsize for each in strides_of(array)]
