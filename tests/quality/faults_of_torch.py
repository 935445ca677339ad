"""Faults planted in torch itself, so in an engine that the harness was not built beside."""

from __future__ import annotations

import torch


def gradient(change):
    """The op with the gradient that flows into it changed."""

    def fault(op):
        def broken(*args, **kwargs):
            result = op(*args, **kwargs)
            if isinstance(result, torch.Tensor) and result.requires_grad and not result.is_leaf:
                result.register_hook(change)
            return result

        return broken

    return fault


def result(change):
    """The op with its result changed."""
    return lambda op: lambda *args, **kwargs: change(op(*args, **kwargs))


def instead(op):
    """Another op in this one's place."""
    return lambda _: op


def other_message(op):
    def broken(*args, **kwargs):
        try:
            return op(*args, **kwargs)
        except RuntimeError as error:
            raise RuntimeError(f"{error}!") from None

    return broken


def other_type(op):
    def broken(*args, **kwargs):
        try:
            return op(*args, **kwargs)
        except IndexError as error:
            raise ValueError(str(error)) from None

    return broken


def no_error(op):
    def broken(tensor, dim):
        try:
            return op(tensor, dim)
        except IndexError:
            return op(tensor, 0)

    return broken


def mul_without_its_second_path(op):
    return lambda left, right: op(left, right.detach() if right is left else right)


def where_by_multiplying(op):
    def broken(condition, left, right):
        if not all(isinstance(x, torch.Tensor) and x.is_floating_point() for x in (left, right)):
            return op(condition, left, right)
        return op(condition, 1, 0) * left + op(condition, 0, 1) * right

    return broken


def keepdim_forgotten(op):
    def broken(*args, **kwargs):
        return op(*args, **{key: value for key, value in kwargs.items() if key != "keepdim"})

    return broken


def relu_as_clamp(op):
    return lambda tensor, *args, **kwargs: tensor.clamp(min=0)


def flipped(grad):
    return grad.flip(0) if grad.dim() else grad


def undo_transpose(tensor):
    square = tensor.dim() == 2 and tensor.shape[0] == tensor.shape[1]
    return tensor.transpose(0, 1) if square else tensor


def retaining(op):
    return lambda *args, **kwargs: op(*args, **{**kwargs, "retain_graph": True})


def uncounted(op):
    def broken(tensor, other):
        op(tensor.data, other)
        return tensor

    return broken


# The kind that shows it, the ops that are drawn (all of them if none are named), and the fault.
FAULTS = {
    "a sign": ("grad_value", None, {"neg": gradient(lambda grad: -grad)}),
    "a gradient that is twice too large": (
        "grad_value",
        None,
        {"mean": gradient(lambda grad: grad * 2)},
    ),
    "a gradient that is lost": (
        "grad_missing",
        "tanh add mul",
        {"tanh": result(lambda t: t.detach())},
    ),
    "a gradient along the wrong dim": ("grad_value", "sum add mul", {"sum": gradient(flipped)}),
    "a second path dropped": ("grad_value", "mul sum", {"mul": mul_without_its_second_path}),
    "relu at 0": ("grad_value", "nn.functional.relu add mul", {"relu": relu_as_clamp}),
    "where with a NaN in the other branch": (
        "value",
        "where add mul",
        {"where": where_by_multiplying},
    ),
    "a transpose that does nothing": ("value", None, {"t": result(undo_transpose)}),
    "float64 leaking into float32": ("dtype", None, {"exp": result(lambda t: t.double())}),
    "keepdim forgotten": ("shape", None, {"amax": keepdim_forgotten}),
    "a view that copies": ("alias", None, {"unsqueeze": result(torch.clone)}),
    "a message changed": ("error_message", None, {"mm": other_message}),
    "another type of error": ("error_type", None, {"select": other_type}),
    "an error not raised": ("raises", None, {"unsqueeze": no_error}),
    "a mode that does nothing": ("flag", None, {"no_grad": instead(torch.enable_grad)}),
    "a version that is not counted": ("version", None, {"mul_": uncounted}),
    "a name in the graph": ("graph", None, {"square": instead(lambda x: x * x)}),
    "a graph that may be used twice": ("raises", None, {"Tensor.backward": retaining}),
}
