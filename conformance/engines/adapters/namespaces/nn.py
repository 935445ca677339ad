"""Torch's ops on a namespace of activations like `jax.nn` or `mlx.nn`."""

from __future__ import annotations

from typing import Any

from conformance.engines.adapters.namespaces.rows import Ops, named, offered

_ONE = {
    "nn.functional.hardsigmoid": "hard_sigmoid", "nn.functional.hardswish": "hard_swish",
    "nn.functional.logsigmoid": "log_sigmoid", "nn.functional.mish": "mish",
    "nn.functional.relu": "relu", "nn.functional.relu6": "relu6", "nn.functional.selu": "selu",
    "nn.functional.silu": "silu", "nn.functional.softplus": "softplus",
    "nn.functional.softsign": "soft_sign", "sigmoid": "sigmoid",
}  # fmt: skip
_ALSO = {"nn.functional.hardswish": "hardswish", "nn.functional.softsign": "softsign"}


def nn_ops(nn: Any) -> Ops:
    """The ops that the namespace has."""
    rows: Ops = {
        "log_softmax": lambda input, dim: nn.log_softmax(input, axis=dim),
        "softmax": lambda input, dim: nn.softmax(input, axis=dim),
        "nn.functional.celu": lambda input, alpha=1.0: nn.celu(input, alpha),
        "nn.functional.elu": lambda input, alpha=1.0: nn.elu(input, alpha),
        "nn.functional.glu": lambda input, dim=-1: nn.glu(input, axis=dim),
        "nn.functional.hardshrink": lambda input, lambd=0.5: nn.hard_shrink(input, lambd),
        "nn.functional.hardtanh": lambda input: nn.hard_tanh(input),
        "nn.functional.leaky_relu": lambda input, negative_slope=0.01: nn.leaky_relu(
            input, negative_slope
        ),
        "nn.functional.softmin": lambda input, dim: nn.softmin(input, axis=dim),
        "nn.functional.softshrink": lambda input, lambd=0.5: nn.softshrink(input, lambd),
    }
    return {**named(nn, _ONE, {}), **named(nn, _ALSO, {}), **offered(nn, rows)}


def losses_ops(losses: Any) -> Ops:
    """The ops of a namespace of losses like `mlx.nn.losses`."""
    rows: Ops = {
        "nn.functional.mse_loss": lambda input, target, *, reduction="mean": losses.mse_loss(
            input, target, reduction
        ),
        "nn.functional.l1_loss": lambda input, target, *, reduction="mean": losses.l1_loss(
            input, target, reduction
        ),
        "nn.functional.smooth_l1_loss": lambda input, target, *, beta=1.0, reduction="mean": (
            losses.smooth_l1_loss(input, target, beta, reduction)
        ),
        "nn.functional.huber_loss": lambda input, target, *, delta=1.0, reduction="mean": (
            losses.huber_loss(input, target, delta, reduction)
        ),
        "nn.functional.binary_cross_entropy": lambda input, target, *, reduction="mean": (
            losses.binary_cross_entropy(input, target, None, False, reduction)
        ),
        "nn.functional.binary_cross_entropy_with_logits": (
            lambda input, target, *, reduction="mean": losses.binary_cross_entropy(
                input, target, None, True, reduction
            )
        ),
        "nn.functional.margin_ranking_loss": (
            lambda input1, input2, target, *, margin=0.0, reduction="mean": (
                losses.margin_ranking_loss(input1, input2, target, margin, reduction)
            )
        ),
    }
    return offered(losses, rows)
