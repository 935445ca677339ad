"""A fault of each kind of step beyond calls and plain backward passes, planted in torch itself: the
feature whose programs show it, the kinds that it shows as, and what is replaced by what."""

from __future__ import annotations

import threading
from typing import NamedTuple

import numpy as np
import torch
from torch.autograd.graph import GradientEdge


class StepFault(NamedTuple):
    """`memory`: what the fault remembers of a program, to be forgotten before the next."""

    feature: str
    kinds: str
    places: dict
    memory: tuple = ()


def first_root_only(backward):
    def broken(tensors, grad_tensors=None, *args, **kwargs):
        if isinstance(tensors, list | tuple) and not isinstance(tensors, GradientEdge):
            tensors, grad_tensors = tensors[:1], grad_tensors and grad_tensors[:1]
        return backward(tensors, grad_tensors, *args, **kwargs)

    return broken


def edge_of_the_first_output(get_gradient_edge):
    def broken(tensor):
        edge = get_gradient_edge(tensor)
        inner = edge.node.next_functions
        above = [each for each, _ in inner if each is not None]
        return GradientEdge(above[0], 0, edge.ownership_token) if above else edge

    return broken


def never_set(_):
    return property(lambda self: None, lambda self, value: None)


def kept_alive(kept):
    def fault(op):
        def broken(*args, **kwargs):
            kept.extend(arg for arg in args if isinstance(arg, torch.Tensor))
            return op(*args, **kwargs)

        return broken

    return fault


def widened(op):
    """A scalar of NumPy's as a tensor of its dtype, which promotes."""

    def broken(self, other):
        if isinstance(other, np.floating):
            other = torch.full((1,) * max(self.dim(), 1), float(other), dtype=torch.float64)
        return op(self, other)

    return broken


def copied(set_):
    def broken(self, *args):
        return set_(self, *(arg.clone() if isinstance(arg, torch.Tensor) else arg for arg in args))

    return broken


def from_the_start(as_strided):
    return lambda x, size, stride, offset=0: as_strided(x, size, stride, 0)


def not_written(op):
    def broken(*args, out=None, **kwargs):
        return op(*args, **kwargs)

    return broken


def entered_once(mode):
    """A mode that is open from a generator's first step to its last, outside of it as well."""

    class Broken(mode):
        def __call__(self, function):
            if "yielding" not in function.__qualname__:
                return super().__call__(function)

            def generator(*args):
                with self:
                    yield from function(*args)

            return generator

    return Broken


def only_in_the_main_thread(op):
    def broken(*args):
        if threading.current_thread() is not threading.main_thread():
            return op(*args).detach()
        return op(*args)

    return broken


def recursive(backward):
    def depth(node):
        count = 0
        while node is not None and count < 1000:
            node = next((each for each, _ in node.next_functions if each is not None), None)
            count += 1
        return count

    def broken(self, *args, **kwargs):
        if depth(self.grad_fn) >= 1000:
            raise RecursionError("maximum recursion depth exceeded")
        return backward(self, *args, **kwargs)

    return broken


def cut_off(checkpoint):
    def broken(function, *args, **kwargs):
        with torch.no_grad():
            return function(*args)

    return broken


def first_dim_only(vmap):
    return lambda function, in_dims=0, out_dims=0: vmap(function)


def tangent_doubled(make_dual):
    return lambda tensor, tangent: make_dual(tensor, tangent * 2)


def jvp_doubled(jvp):
    def broken(*args):
        value, tangent = jvp(*args)
        return value, tangent * 2 if isinstance(tangent, torch.Tensor) else tangent

    return broken


def of_the_first_size(sizes):
    """A gradient that is right for the first size that the op has met in a program alone."""

    def fault(op):
        def broken(x, *args, **kwargs):
            result = op(x, *args, **kwargs)
            if isinstance(x, torch.Tensor) and x.dim() and result.requires_grad:
                sizes.append(x.shape[0])
                if x.shape[0] != sizes[0] and not result.is_leaf:
                    result.register_hook(lambda grad: grad * 2)
            return result

        return broken

    return fault


def mistaken_for_its_twin(hooked):
    """Hooks that are kept by a tensor's values."""

    def register(register_hook):
        def broken(self, hook):
            hooked.append((self, hook))
            return register_hook(self, hook)

        return broken

    def call(op):
        def broken(x, y, *args, **kwargs):
            for tensor, hook in [*hooked]:
                if is_twin(y, tensor):
                    y.register_hook(hook)
            return op(x, y, *args, **kwargs)

        return broken

    return {"Tensor.register_hook": register, **dict.fromkeys(("mul", "add", "sub"), call)}


def is_twin(y, tensor):
    if not isinstance(y, torch.Tensor) or y is tensor or not (y.requires_grad and y.is_leaf):
        return False
    return y.shape == tensor.shape and torch.equal(y, tensor)


def mode_left_by_an_inner_walk(backward):
    """After a pass within another gradients are recorded."""

    def broken(*args, **kwargs):
        inner = torch._C._current_graph_task_id() != -1
        backward(*args, **kwargs)
        if inner:
            torch._C._set_grad_enabled(not torch.is_grad_enabled())

    return broken


_KEPT: list = []
_SIZES: list = []
_HOOKED: list = []

_OFTEN = ("mul", "add", "sub", "div", "sin", "exp", "Tensor.__mul__", "Tensor.__add__")

FAULTS: dict[str, StepFault] = {
    "of several roots the first alone": StepFault(
        "several roots", "grad_value grad_missing", {"autograd.backward": first_root_only}
    ),
    "an edge below the tensor's own": StepFault(
        "gradient edges",
        "value grad_value",
        {"autograd.graph.get_gradient_edge": edge_of_the_first_output},
    ),
    "grad_dtype is not kept": StepFault(
        "grad_dtype", "grad_dtype raises", {"Tensor.grad_dtype": never_set}
    ),
    "operands are kept alive": StepFault(
        "life times", "flag", {name: kept_alive(_KEPT) for name in (*_OFTEN, "sum")}, (_KEPT,)
    ),
    "a scalar of NumPy's promotes": StepFault(
        "NumPy scalars",
        "dtype",
        {f"Tensor.__{name}__": widened for name in ("mul", "add", "sub", "truediv")},
    ),
    "set_ copies": StepFault("set_", "alias", {"Tensor.set_": copied}),
    "as_strided from the start": StepFault("views", "value", {"as_strided": from_the_start}),
    "out= is not written": StepFault(
        "out=",
        "value identity version",
        dict.fromkeys(("add", "mul", "sub", "sin", "exp", "neg", "abs", "lt", "ge"), not_written),
    ),
    "a mode between two yields": StepFault("decorators", "flag", {"no_grad": entered_once}),
    "a thread that records nothing": StepFault(
        "threads", "flag grad_missing raises", {"Tensor.__mul__": only_in_the_main_thread}
    ),
    "a recursive walk": StepFault("deep graphs", "raises", {"Tensor.backward": recursive}),
    "checkpoint cuts the graph": StepFault(
        "checkpoint", "flag graph raises", {"utils.checkpoint.checkpoint": cut_off}
    ),
    "vmap over the first dim": StepFault(
        "vmap", "shape value raises", {"func.vmap": first_dim_only}
    ),
    "a tangent is doubled": StepFault(
        "forward AD", "value", {"autograd.forward_ad.make_dual": tangent_doubled}
    ),
    "jvp is doubled": StepFault("forward AD", "value", {"func.jvp": jvp_doubled}),
    "a gradient of the first size": StepFault(
        "retain_graph",
        "grad_value",
        {name: of_the_first_size(_SIZES) for name in _OFTEN},
        (_SIZES,),
    ),
    "a hook of equal values": StepFault(
        "tensor hooks", "hook_order", mistaken_for_its_twin(_HOOKED), (_HOOKED,)
    ),
    "an inner walk leaves a mode": StepFault(
        "functions", "flag", {"autograd.backward": mode_left_by_an_inner_walk}
    ),
}
