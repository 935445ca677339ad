"""Faults that are slight, or that show in zeros, kinks and conjugates alone: what a witness that
excuses too much would excuse. They are planted in torch itself."""

from __future__ import annotations

import torch
from faults_of_torch import gradient

VALUES = frozenset({"value", "grad_value", "zero_sign"})
"""The kinds of difference that witnesses may excuse."""


ABS, AMAX = torch.Tensor.abs, torch.Tensor.amax  # as they are where a fault stands for them


def result(change):
    """The op with its result changed."""

    def fault(op):
        def broken(*args, **kwargs):
            found = op(*args, **kwargs)
            return change(found) if isinstance(found, torch.Tensor) else found

        return broken

    return fault


def instead(op):
    """Another op in this one's place, for one tensor that is floating."""

    def fault(whole):
        def broken(x, *args, **kwargs):
            if args or kwargs or not isinstance(x, torch.Tensor) or not x.is_floating_point():
                return whole(x, *args, **kwargs)
            return op(x)

        return broken

    return fault


def grown(by):
    return lambda value: value * (1 + by) if value.is_floating_point() else value


def unsigned(value):
    """Negative zeros made positive."""
    return value + 0.0 if value.is_floating_point() else value


def opposite(value):
    """Zeros of the other sign."""
    return torch.where(value == 0, -value, value) if value.is_floating_point() else value


def conjugated(grad):
    return grad.conj().resolve_conj() if grad.is_complex() else grad


class AbsAtZero(torch.autograd.Function):
    """An absolute value whose derivative at 0 is 1, where torch has 0."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return ABS(x.detach())

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return torch.where(x == 0, grad, grad * x.sign())


class FirstOfTies(torch.autograd.Function):
    """The greatest of all, whose gradient goes to the first of equal ones, where torch divides."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return AMAX(x.detach())

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        first = torch.zeros(x.numel(), dtype=x.dtype)
        first[x.argmax()] = 1
        return first.reshape(x.shape) * grad


# The ops that are drawn, and the fault.
SLIGHT_FAULTS = {
    "exp a thousandth too large": ("exp mul add", {"exp": result(grown(1e-3))}),
    "sum a thousandth too large": ("sum mul add", {"sum": result(grown(1e-3))}),
    "mm ten millionths too large": ("mm mul add", {"mm": result(grown(1e-5))}),
    "sin's gradient a thousandth too large": ("sin mul", {"sin": gradient(grown(1e-3))}),
    "mul's gradient a thousandth too large": ("mul sum add", {"mul": gradient(grown(1e-3))}),
    "a conjugate dropped from mul": ("mul sum", {"mul": gradient(conjugated)}),
    "a conjugate dropped from exp": ("exp", {"exp": gradient(conjugated)}),
    "a conjugate dropped from div": ("div sum", {"div": gradient(conjugated)}),
    "a conjugate dropped from mm": ("mm add", {"mm": gradient(conjugated)}),
    "a conjugate too many in sum": ("sum mul", {"sum": gradient(conjugated)}),
    "abs at zero": ("abs mul", {"abs": instead(AbsAtZero.apply)}),
    "a tie for the first alone": ("amax mul", {"amax": instead(FirstOfTies.apply)}),
    "neg without negative zeros": ("neg mul", {"neg": result(unsigned)}),
    "mul without negative zeros": ("mul neg add", {"mul": result(unsigned)}),
    "relu without negative zeros": ("nn.functional.relu neg mul", {"relu": result(opposite)}),
    "abs with negative zeros": ("abs neg mul", {"abs": result(opposite)}),
    "minimum of zeros of one sign": ("minimum neg mul", {"minimum": result(unsigned)}),
    "a sum that begins with zero": ("sum neg mul", {"sum": result(opposite)}),
    "add of zeros": ("add neg mul", {"add": result(opposite)}),
    "an epsilon of a tenth": (
        "var sqrt div add",
        {"sqrt": instead(lambda x, sqrt=torch.Tensor.sqrt: sqrt(x + 1e-5))},
    ),
}
