"""Paddle (https://github.com/PaddlePaddle/Paddle) as a torch-like module: it is one, but for the
name of one argument."""

from __future__ import annotations

import paddle

__version__ = paddle.__version__
_backward = paddle.Tensor.backward


def backward(self, gradient=None, retain_graph=None):
    """As Paddle's, with `gradient` for `grad_tensor`."""
    _backward(self, gradient, bool(retain_graph))


paddle.Tensor.backward = backward


def __getattr__(name):
    return getattr(paddle, name)
