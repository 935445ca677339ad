"""The text of tensors against the installed torch, on drawn arrays, options and format specs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from mini_autograd.frontend import printing

Array = NDArray[Any]

DTYPES = [
    "float16",
    "float32",
    "float64",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "bool",
    "complex64",
    "complex128",
]

# Both sides of every limit that torch chooses a notation by, and what it treats apart.
LANDMARKS = [
    *(0.0, -0.0, math.inf, -math.inf, math.nan, 1.0, -1.0, 0.5, 12345.678),
    *(1e8, 100000001.0, 1e-4, 9.99e-5, 1000.0, 1000.5, 65504.0, 5e-324, 1.7e308),
]

# Those with a dimension above 6 and over 1000 elements are summarised.
SHAPES = st.one_of(
    hnp.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=4),
    hnp.array_shapes(min_dims=1, max_dims=1, max_side=40),
    st.sampled_from([(1000,), (1001,), (2, 600), (600, 2), (40, 40), (7, 2, 80), (3, 7, 7, 7)]),
)

OPTIONS = st.fixed_dictionaries(
    {"profile": st.sampled_from(["default", "short", "full", "unknown", None])},
    optional={
        "precision": st.integers(0, 9),
        "threshold": st.sampled_from([0, 5, 50, 1000, math.inf]),
        "edgeitems": st.integers(0, 4),
        "linewidth": st.sampled_from([1, 20, 40, 80, 120]),
        "sci_mode": st.sampled_from([True, False, None]),
    },
)

SPECS = st.sampled_from(["", ".2f", ".3e", "d", "5", ">10", "x", ",", "zz", "+", "%", "g"])


@pytest.fixture(autouse=True)
def _untouched_settings() -> Iterator[None]:
    yield
    torch.set_default_dtype(torch.float32)
    set_both_options(profile="default")


def set_both_options(**options: Any) -> None:
    torch.set_printoptions(**options)
    printing.set_printoptions(**options)


@st.composite
def arrays(draw: st.DrawFn, shapes: st.SearchStrategy[tuple[int, ...]] = SHAPES) -> Array:
    """An array of few distinct values (what decides the notation), drawn, at random places."""
    dtype = np.dtype(draw(st.sampled_from(DTYPES)))
    shape = draw(shapes)
    elements = hnp.from_dtype(dtype)
    if dtype.kind in "fc":
        part = st.sampled_from(LANDMARKS) | st.floats(-2000, 2000) | st.integers(-99, 99)
        elements |= st.builds(complex, part, part) if dtype.kind == "c" else part
    with np.errstate(over="ignore"):  # a landmark beyond float16 is an infinity
        pool = np.array(draw(st.lists(elements, min_size=1, max_size=4)), dtype.newbyteorder("="))
    places = np.random.default_rng(draw(st.integers(0, 2**32))).integers(len(pool), size=shape)
    values = np.asarray(pool[places])
    return values.swapaxes(0, -1) if values.ndim and draw(st.booleans()) else values


def torch_tensor(values: Array, graph: str) -> torch.Tensor:
    tensor = torch.from_numpy(values)
    if graph == "none" or values.dtype.kind not in "fc":
        return tensor
    tensor.requires_grad_()
    return tensor.view_as(tensor) if graph == "node" else tensor


def our_text(values: Array, like: torch.Tensor, default: str) -> str:
    return printing.tensor_text(
        values,
        default_dtype=np.dtype(default),
        default_complex=np.dtype("complex128" if default == "float64" else "complex64"),
        grad_fn_name=type(like.grad_fn).__name__ if like.grad_fn is not None else None,
        requires_grad=like.requires_grad,
    )


@seed(213)
@settings(max_examples=200, deadline=None, database=None)
@given(
    arrays(),
    st.sampled_from(["none", "leaf", "node"]),
    st.sampled_from(["float32", "float64", "float16"]),
    st.just({"profile": "default"}) | OPTIONS,
)
def test_repr_is_torchs(values: Array, graph: str, default: str, options: dict[str, Any]) -> None:
    set_both_options(profile="default")
    set_both_options(**options)
    torch.set_default_dtype(getattr(torch, default))
    tensor = torch_tensor(values, graph)
    assert our_text(values, tensor, default) == repr(tensor)


@seed(213)
@settings(max_examples=100, deadline=None, database=None)
@given(st.lists(OPTIONS, max_size=4))
def test_options_are_kept_as_torch_keeps_them(calls: list[dict[str, Any]]) -> None:
    for options in calls:
        set_both_options(**options)
        assert printing.get_printoptions() == torch._tensor_str.get_printoptions()


def outcome(call: Callable[..., str], *arguments: Any, **metadata: Any) -> tuple[str, str]:
    try:
        return "text", call(*arguments, **metadata)
    except (TypeError, ValueError) as error:
        return type(error).__name__, str(error)


class Tensor:
    """Stands in for the engine's tensor; errors name the class."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


@seed(213)
@settings(max_examples=200, deadline=None, database=None)
@given(arrays() | arrays(shapes=st.just(())), SPECS, st.sampled_from(["none", "leaf"]))
def test_format_is_torchs(values: Array, spec: str, graph: str) -> None:
    tensor = torch_tensor(values, graph)
    ours = Tensor(our_text(values, tensor, "float32"))
    got = outcome(printing.format_tensor, ours, values, spec, is_subclass=False)
    assert got == outcome(format, tensor, spec)
