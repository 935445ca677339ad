"""tinygrad (https://github.com/tinygrad/tinygrad) as a torch-like module: gradients of the leaves
alone, torch's names for dtypes and arguments, functions beside methods."""

from __future__ import annotations

import os
import weakref
from importlib.metadata import version

os.environ.setdefault("DEV", "PYTHON")  # Its own interpreter: slow, but it needs no compiler.

from tinygrad import Tensor, dtypes
from tinygrad.dtype import INVERSE_DTYPES_DICT

__version__ = version("tinygrad")
float32, float64, int32, int64, bool = (
    *(dtypes.float32, dtypes.float64, dtypes.int32, dtypes.int64, dtypes.bool),
)
for _dtype, _name in ((float32, "float32"), (float64, "float64"), (int32, "int32")):
    INVERSE_DTYPES_DICT[_dtype.name] = _name  # its `str`, which is `dtypes.float` else
INVERSE_DTYPES_DICT[int64.name] = "int64"

_leaves: weakref.WeakSet[Tensor] = weakref.WeakSet()


def _requires_grad_(self, requires_grad=True):
    (_leaves.add if requires_grad else _leaves.discard)(self)
    return self


def _backward(self, gradient=None):
    """Add to the `.grad` of the leaves that the tensor stands on; tinygrad's own `backward` does
    so for every tensor on the way."""
    reached = self.uop.toposort()
    leaves = [each for each in list(_leaves) if each.uop in reached]
    if not leaves:
        raise RuntimeError("tensor does not require grad")
    for leaf, grad in zip(leaves, self.gradient(*leaves, gradient=gradient), strict=True):
        leaf.grad = grad if leaf.grad is None else leaf.grad + grad


Tensor.requires_grad_ = _requires_grad_
Tensor.backward = _backward


def tensor(data, dtype=None, requires_grad=False):
    return Tensor(data, dtype=dtype).requires_grad_(requires_grad)


from_numpy = Tensor


def zeros(size, dtype=float32, requires_grad=False):
    return Tensor.zeros(*size, dtype=dtype).requires_grad_(requires_grad)


SAME = (
    *("exp", "log", "log2", "sqrt", "rsqrt", "square", "reciprocal", "sin", "cos", "tan", "tanh"),
    *("sigmoid", "erf", "sign", "abs", "neg", "add", "sub", "mul", "div", "pow", "maximum"),
    *("minimum", "eq", "ne", "matmul", "reshape", "transpose", "permute", "squeeze", "unsqueeze"),
    *("flatten", "diagonal", "tril", "triu", "roll", "split", "chunk", "gather", "masked_fill"),
    *("clone", "logical_not"),
)
"""Where the method has torch's name and order of arguments."""

AXIS = {
    **{name: name for name in ("sum", "mean", "prod", "logsumexp", "softmax", "log_softmax")},
    **{name: name for name in ("var", "std", "cumsum")},
    "amax": "max",
    "amin": "min",
}
"""By torch's name, methods that say `axis` where torch says `dim`."""


def _with_dim(method):
    def called(self, *args, dim=None, **options):
        return method(self, *args, **({} if dim is None else {"axis": dim}), **options)

    return called


for _name, _own in AXIS.items():
    setattr(Tensor, _name, _with_dim(getattr(Tensor, _own)))  # which still takes `axis`
for _name in (*SAME, *AXIS):
    globals()[_name] = getattr(Tensor, _name)


def where(condition, input, other):
    return condition.where(input, other)


def clamp(input, min=None, max=None):
    return input.clamp(min, max)


def cat(tensors, dim=0):
    return tensors[0].cat(*tensors[1:], dim=dim)


def stack(tensors, dim=0):
    return tensors[0].stack(*tensors[1:], dim=dim)


def flip(input, dims):
    return input.flip(dims)


def mm(input, mat2):
    return input.matmul(mat2)
