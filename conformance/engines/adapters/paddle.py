"""Paddle, which has torch's names for most things: as a module that looks like torch."""

from __future__ import annotations

from typing import Any

import paddle

from conformance.engines.torchlike import TorchLike

_walk = paddle.Tensor.backward


def backward(self: Any, gradient: Any = None, retain_graph: Any = None) -> None:
    """Its own, whose cotangent has another name."""
    _walk(self, gradient, bool(retain_graph))


paddle.Tensor.backward = backward
engine = TorchLike(paddle, "paddle")
