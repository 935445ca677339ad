"""Torch's ops on a namespace whose functions are named and called as NumPy's are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conformance.engines.adapters.namespaces.linalg import fft_ops, linalg_ops
from conformance.engines.adapters.namespaces.rows import Ops, axes, given, named, offered

_UNARY: Mapping[str, str] = {
    "neg": "negative", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh",
    "acosh": "arccosh", "atanh": "arctanh", "sgn": "sign", "conj_physical": "conj",
    "bitwise_not": "invert",
} | {
    name: name
    for name in (
        "abs", "angle", "ceil", "conj", "cos", "cosh", "deg2rad", "exp", "exp2", "expm1", "floor",
        "fliplr", "flipud", "i0", "imag", "isfinite", "isinf", "isnan", "isneginf", "isposinf",
        "log", "log10", "log1p", "log2", "logical_not", "positive", "rad2deg", "ravel", "real",
        "reciprocal", "rsqrt", "sign", "signbit", "sin", "sinc", "sinh", "sqrt", "square", "tan",
        "tanh", "trunc", "trace", "diagflat", "isreal",
    )
}  # fmt: skip

_BINARY: Mapping[str, str] = {
    "add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "true_divide": "divide",
    "pow": "power", "float_power": "float_power", "floor_divide": "floor_divide",
    "remainder": "remainder", "fmod": "fmod", "atan2": "arctan2", "maximum": "maximum",
    "minimum": "minimum", "fmax": "fmax", "fmin": "fmin", "logaddexp": "logaddexp",
    "logaddexp2": "logaddexp2", "hypot": "hypot", "copysign": "copysign",
    "heaviside": "heaviside", "nextafter": "nextafter", "gcd": "gcd", "lcm": "lcm", "eq": "equal",
    "ne": "not_equal", "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal",
    "logical_and": "logical_and", "logical_or": "logical_or", "logical_xor": "logical_xor",
    "bitwise_and": "bitwise_and", "bitwise_or": "bitwise_or", "bitwise_xor": "bitwise_xor",
    "bitwise_left_shift": "left_shift", "bitwise_right_shift": "right_shift", "dot": "dot",
    "vdot": "vdot", "outer": "outer", "inner": "inner", "kron": "kron", "mm": "matmul",
    "bmm": "matmul", "mv": "matmul", "matmul": "matmul", "broadcast_to": "broadcast_to",
}  # fmt: skip


def numpy_ops(np: Any) -> Ops:
    """The ops that the namespace has, those of its `linalg` and `fft` with them."""
    return {
        **linalg_ops(np.linalg),
        **fft_ops(np.fft),
        **named(np, _UNARY, _BINARY),
        **reductions(np),
        **offered(np, along(np)),
        **offered(np, shapes(np)),
        **offered(np, indexing(np)),
    }


def reductions(np: Any) -> Ops:
    """What takes dims away."""

    def reduced(name: str) -> Callable[..., Any]:
        return lambda input, dim=None, keepdim=False: getattr(np, name)(
            input, axis=axes(dim), keepdims=keepdim
        )

    def summed(name: str) -> Callable[..., Any]:
        return lambda input, dim=None, keepdim=False, *, dtype=None: getattr(np, name)(
            input, axis=axes(dim), keepdims=keepdim, **given(dtype=dtype)
        )

    def spread(name: str) -> Callable[..., Any]:
        def row(input: Any, dim: Any = None, *, correction: Any = 1, keepdim: bool = False) -> Any:
            if isinstance(dim, bool):  # `var(x, unbiased)`
                dim, correction = None, int(dim)
            correction = 1 if correction is None else correction
            return getattr(np, name)(input, axis=axes(dim), ddof=correction, keepdims=keepdim)

        return row

    rows = {
        reduced: {"amax": "max", "amin": "min", "all": "all", "any": "any", "argmax": "argmax",
                  "argmin": "argmin"},
        summed: {name: name for name in ("sum", "mean", "prod", "nansum", "nanmean")},
        spread: {"std": "std", "var": "var"},
    }  # fmt: skip
    return {
        op: make(name)
        for make, names in rows.items()
        for op, name in names.items()
        if hasattr(np, name)
    }


def along(np: Any) -> Ops:
    """What goes along a dim, and what has options of its own."""
    return {
        "max": lambda input: np.max(input),
        "min": lambda input: np.min(input),
        "cumsum": lambda input, dim: np.cumsum(input, axis=dim),
        "cumprod": lambda input, dim: np.cumprod(input, axis=dim),
        "count_nonzero": lambda input, dim=None: np.count_nonzero(input, axis=axes(dim)),
        "quantile": lambda input, q, dim=None, keepdim=False, *, interpolation="linear": (
            np.quantile(input, q, axis=dim, keepdims=keepdim, method=interpolation)
        ),
        "nanquantile": lambda input, q, dim=None, keepdim=False, *, interpolation="linear": (
            np.nanquantile(input, q, axis=dim, keepdims=keepdim, method=interpolation)
        ),
        "msort": lambda input: np.sort(input, axis=0),
        "diff": lambda input, n=1, dim=-1: np.diff(input, n=n, axis=dim),
        "trapezoid": lambda y, x=None, *, dx=1, dim=-1: np.trapezoid(y, x, dx=dx, axis=dim),
        "tensordot": lambda a, b, dims=2: np.tensordot(a, b, dims),
        "einsum": lambda equation, *operands: np.einsum(
            equation, *(operands[0] if isinstance(operands[0], list | tuple) else operands)
        ),
        "cross": lambda input, other, dim=-1: np.cross(input, other, axis=dim),
        "cov": lambda input, *, correction=1: np.cov(input, ddof=correction),
        "corrcoef": lambda input: np.corrcoef(input),
        "clamp": lambda input, min=None, max=None: np.clip(input, min, max),
        "clamp_min": lambda input, min: np.clip(input, min, None),
        "clamp_max": lambda input, max: np.clip(input, None, max),
        "round": lambda input, *, decimals=0: np.round(input, decimals),
        "where": lambda condition, input, other: np.where(condition, input, other),
        "nan_to_num": lambda input, nan=None, posinf=None, neginf=None: np.nan_to_num(
            input, **given(nan=nan, posinf=posinf, neginf=neginf)
        ),
        "isclose": lambda input, other, rtol=1e-05, atol=1e-08, equal_nan=False: np.isclose(
            input, other, rtol=rtol, atol=atol, equal_nan=equal_nan
        ),
    }


def shapes(np: Any) -> Ops:
    """What gives the same numbers in another shape, or several arrays as one."""
    return {
        "reshape": lambda input, shape: np.reshape(input, shape),
        "permute": lambda input, dims: np.transpose(input, dims),
        "transpose": lambda input, dim0, dim1: np.swapaxes(input, dim0, dim1),
        "movedim": lambda input, source, destination: np.moveaxis(input, source, destination),
        "squeeze": lambda input: np.squeeze(input),
        "unsqueeze": lambda input, dim: np.expand_dims(input, dim),
        "flip": lambda input, dims: np.flip(input, dims),
        "roll": lambda input, shifts, dims=None: np.roll(input, shifts, axis=dims),
        "rot90": lambda input, k=1, dims=(0, 1): np.rot90(input, k, dims),
        "tile": lambda input, dims: np.tile(input, dims),
        "repeat_interleave": lambda input, repeats, dim=None: np.repeat(input, repeats, axis=dim),
        "cat": lambda tensors, dim=0: np.concatenate(tensors, axis=dim),
        "stack": lambda tensors, dim=0: np.stack(tensors, axis=dim),
        "hstack": lambda tensors: np.hstack(tensors),
        "vstack": lambda tensors: np.vstack(tensors),
        "dstack": lambda tensors: np.dstack(tensors),
        "column_stack": lambda tensors: np.column_stack(tensors),
        "tensor_split": lambda input, indices_or_sections, dim=0: np.array_split(
            input, indices_or_sections, axis=dim
        ),
        "tril": lambda input, diagonal=0: np.tril(input, k=diagonal),
        "triu": lambda input, diagonal=0: np.triu(input, k=diagonal),
        "diag": lambda input, diagonal=0: np.diag(input, k=diagonal),
        "diagonal": lambda input, offset=0, dim1=0, dim2=1: np.diagonal(
            input, offset, axis1=dim1, axis2=dim2
        ),
        "zeros_like": lambda input, *, dtype=None: np.zeros_like(input, **given(dtype=dtype)),
        "ones_like": lambda input, *, dtype=None: np.ones_like(input, **given(dtype=dtype)),
        "full_like": lambda input, fill_value, *, dtype=None: np.full_like(
            input, fill_value, **given(dtype=dtype)
        ),
    }


def indexing(np: Any) -> Ops:
    """What picks some of the numbers."""
    return {
        "__getitem__": lambda input, index: input[index],
        "take": lambda input, index: np.take(input, index),
        "index_select": lambda input, dim, index: np.take(input, index, axis=dim),
        "select": lambda input, dim, index: np.take(input, index, axis=dim),
        "take_along_dim": lambda input, indices, dim=None: np.take_along_axis(
            input, indices, axis=dim
        ),
    }
