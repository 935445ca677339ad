"""Faults of single ops: in a rule, in a forward, in how it is called."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from planting import Fault, attribute, called, fault, remade, rule

from mini_autograd import Tensor, enable_grad
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import make
from mini_autograd.ops.indexing.picking import index_select
from mini_autograd.ops.pointwise.arithmetic import sub_promoted
from mini_autograd.ops.pointwise.rounding import relu
from mini_autograd.ops.reduction import extrema
from mini_autograd.ops.reduction.reductions import sum as sum_dims
from mini_autograd.ops.reduction.running import cumsum, prod_all
from mini_autograd.ops.shape import transposing


def _recording(call: Any) -> Any:
    def broken(*args: Any, **kwargs: Any) -> Any:
        with enable_grad():
            return call(*args, **kwargs)

    return broken


def _as_bytes(call: Any) -> Any:
    return lambda *args, **kwargs: make(call(*args, **kwargs)._array.astype(np.uint8))


def _without_keepdim(call: Any) -> Any:
    return lambda *args, **kwargs: call(
        *args, **{name: value for name, value in kwargs.items() if name != "keepdim"}
    )


def _restored_first(grad: Any, self_shape: tuple[int, ...], dim: Any, keepdim: bool) -> Any:
    """The gradient of a sum, as if the first dims had been summed over."""
    return ops.expand(grad, self_shape)


def _whole_to_each_tie(grad: Any, self: Any, result: Any, dim: Any, keepdim: bool) -> Any:
    grad = extrema._viewed(grad, dim, keepdim)
    return grad * (extrema._viewed(result, dim, keepdim) == self)


def _last_of_repeated(grad: Any, self_shape: tuple[int, ...], dim: int, index: Any) -> Any:
    return ops.index_copy(ops.zeros_of(grad, self_shape), dim, index, grad)


FAULTS_OF_OPS: Final[dict[str, Fault]] = {
    # Rules.
    "a sign": fault("grad_value", rule(sub_promoted, other=lambda grad, alpha: grad * alpha)),
    "a swapped transpose": fault(
        "grad_value raises",
        rule(ops.mm, self=lambda grad, mat2, self_shape, self_strides: ops.mm(grad, mat2)),
    ),
    "a gradient spread along the wrong dim": fault(
        "grad_value raises", rule(sum_dims, self=_restored_first), "sum mul add"
    ),
    "a tie that counts twice": fault(
        "grad_value",
        rule(ops.amax, self=_whole_to_each_tie),
        "amax amin add",
    ),
    "a tie for the first alone": fault(
        "grad_value",
        rule(
            ops.maximum,
            self=lambda grad, self, other: grad * (self >= other),
            other=lambda grad, self, other: grad * (self < other),
        ),
    ),
    "a gradient at the kink": fault(
        "grad_value", rule(relu, self=lambda grad, result: grad * (result >= 0))
    ),
    "a product divided by a zero": fault(
        "grad_value",
        rule(prod_all, self=lambda grad, self, result: grad * result / self),
        "prod mul add",
    ),
    "a running sum not reversed": fault(
        "grad_value", rule(cumsum, self=lambda grad, self_dtype, dim: cumsum(grad, dim))
    ),
    "a product's factors not conjugated": fault(
        "grad_value",
        rule(
            ops.mul,
            self=lambda grad, other: grad * other,
            other=lambda grad, self: grad * self,
        ),
        "mul sum",
    ),
    "an index that is repeated": fault("grad_value", rule(index_select, self=_last_of_repeated)),
    # Forwards.
    "float64 leaking into float32": fault(
        "dtype",
        remade(ops.exp, lambda forward: lambda self: np.exp(self.astype(np.float64))),
    ),
    "a comparison that gives bytes": fault("dtype", called(_as_bytes, "lt")),
    "a view that copies": fault(
        "alias",
        remade(ops.transpose, lambda forward: lambda *args: forward(*args).copy(), view=False),
    ),
    "detach that copies": fault(
        "alias",
        attribute(Tensor, "detach", lambda _: lambda self: make(self._array.copy())),
    ),
    "a mean that forgets keepdim": fault("shape", called(_without_keepdim, "mean"), "mean mul add"),
    "no_grad ignored by an op": fault("flag", called(_recording, "mul"), "mul add"),
    "a node by another name": fault("graph", remade(ops.sqrt, node="SqrtBackward")),
    # Errors.
    "a dim that wraps round": fault(
        "raises", attribute(transposing, "wrap_dim", lambda _: lambda dim, ndim: dim % (ndim or 1))
    ),
}
