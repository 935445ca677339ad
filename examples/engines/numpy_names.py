"""Torch's ops by the names that NumPy has for them, for engines with a namespace like NumPy's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

SAME = (
    *("exp", "expm1", "log", "log1p", "log2", "sqrt", "square", "reciprocal", "sin", "cos"),
    *("tan", "tanh", "sign", "maximum", "minimum", "where", "matmul", "dot", "outer"),
    *("remainder", "logical_and", "logical_or", "logical_not"),
)
OTHER = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "div": "true_divide",
    "pow": "power",
    "neg": "negative",
    "abs": "absolute",
    "mm": "matmul",
    "mv": "matmul",
    "bmm": "matmul",
    "eq": "equal",
    "ne": "not_equal",
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
    "unsqueeze": "expand_dims",
    "movedim": "moveaxis",
    "transpose": "swapaxes",
    "broadcast_to": "broadcast_to",
}
OPERATORS = {
    "add": "add",
    "sub": "sub",
    "mul": "mul",
    "truediv": "div",
    "pow": "pow",
    "matmul": "matmul",
    "mod": "remainder",
}
COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
NO_METHOD = frozenset({"where", "cat", "stack", "broadcast_to"})


def ops_of(np: Any) -> Mapping[str, Callable[..., Any]]:
    """The ops by torch's names, on the arrays of a namespace like NumPy's."""
    return {
        **{name: _two(getattr(np, name)) for name in SAME},
        **{name: _two(getattr(np, other)) for name, other in OTHER.items()},
        "reshape": lambda input, *shape: np.reshape(input, _flat(shape)),
        "permute": lambda input, *dims: np.transpose(input, _flat(dims)),
        "where": lambda condition, input, other: np.where(condition, input, other),
        "clamp": lambda input, min=None, max=None: np.clip(input, min, max),
        "cat": lambda tensors, dim=0: np.concatenate(tensors, dim),
        "stack": lambda tensors, dim=0: np.stack(tensors, dim),
        "tril": lambda input, diagonal=0: np.tril(input, diagonal),
        "triu": lambda input, diagonal=0: np.triu(input, diagonal),
        "flip": lambda input, *dims: np.flip(input, _flat(dims)),
        "roll": lambda input, shifts, dims=None: np.roll(input, shifts, dims),
        "squeeze": lambda input, dim=None: np.squeeze(input, dim),
        "diagonal": lambda input, offset=0, dim1=0, dim2=1: np.diagonal(input, offset, dim1, dim2),
        "cumsum": lambda input, dim: np.cumsum(input, dim),
        **{name: _reduction(getattr(np, name)) for name in ("sum", "mean", "prod")},
        **{f"a{name}": _reduction(getattr(np, name)) for name in ("max", "min")},
        **{name: _spread(getattr(np, name)) for name in ("var", "std")},
    }


def _two(function: Callable[..., Any]) -> Callable[..., Any]:
    """Without NumPy's keywords: torch's ops have none of them."""
    return lambda *args: function(*args)


def _flat(sizes: tuple[Any, ...]) -> Any:
    return sizes[0] if len(sizes) == 1 and not isinstance(sizes[0], int) else sizes


def _reduction(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda input, dim=None, keepdim=False: function(input, axis=dim, keepdims=keepdim)


def _spread(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda input, dim=None, *, correction=1, keepdim=False: function(
        input, axis=dim, ddof=correction, keepdims=keepdim
    )


def give(kind: type, module: dict[str, Any], ops: Mapping[str, Callable[..., Any]]) -> None:
    """Give the module its functions, and the class of its tensors methods and operators."""
    module.update(ops)
    for name in ops.keys() - NO_METHOD:
        setattr(kind, name, ops[name])
    for name, op in OPERATORS.items():
        setattr(kind, f"__{name}__", ops[op])
        setattr(kind, f"__r{name}__", lambda self, other, op=ops[op]: op(other, self))
    for name in COMPARISONS:
        setattr(kind, f"__{name}__", ops[name])
    kind.__hash__ = object.__hash__
    kind.__neg__, kind.__abs__ = ops["neg"], ops["abs"]
