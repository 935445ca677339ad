"""Extrema and order statistics: who gets the gradient of a tie, NaN, indices, refusals."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest

import mini_autograd as torch

NAN = math.nan


def leaf(values: Any) -> torch.Tensor:
    return torch.tensor(values, requires_grad=True)


def gradient(output: torch.Tensor, of: torch.Tensor, seed: Any) -> Any:
    return torch.autograd.grad(output, of, torch.tensor(seed))[0].tolist()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("amax", [0.0, 0.5, 0.5]),
        ("max", [0.0, 0.5, 0.5]),
        ("amin", [1.0, 0.0, 0.0]),
        ("min", [1.0, 0.0, 0.0]),
    ],
)
def test_ties_of_all_elements_share_the_gradient(name: str, expected: Any) -> None:
    x = leaf([1.0, 3.0, 3.0])
    assert gradient(getattr(x, name)(), x, 1.0) == expected


def test_along_a_dim_amax_shares_and_max_takes_the_first() -> None:
    x = leaf([[3.0, 1.0, 3.0]])
    assert gradient(x.amax(1), x, [2.0]) == [[1.0, 0.0, 1.0]]
    assert gradient(x.max(1).values, x, [2.0]) == [[2.0, 0.0, 0.0]]


def test_max_along_a_dim_prints_as_a_named_tuple() -> None:
    found = torch.tensor([[1.0, 5.0], [4.0, 2.0]]).max(dim=1)
    assert repr(found) == (
        "torch.return_types.max(\nvalues=tensor([5., 4.]),\nindices=tensor([1, 0]))"
    )
    values, indices = found
    assert values is found.values is found[0]
    assert indices is found.indices


def test_names_of_nodes() -> None:
    x = leaf([[1.0, 2.0]])
    names = [each.grad_fn.name() for each in (x.max(), x.max(0)[0], x.max(x), x.amax())]
    assert names == ["MaxBackward1", "MaxBackward0", "MaximumBackward0", "AmaxBackward0"]


def test_indices_are_outside_the_graph() -> None:
    indices = leaf([1.0, 2.0]).max(0).indices
    assert (indices.requires_grad, indices.grad_fn, indices.dtype) == (False, None, torch.int64)


def test_max_of_two_tensors_halves_a_tie() -> None:
    x, y = leaf([1.0, 4.0]), leaf([1.0, 3.0])
    grads = torch.autograd.grad(torch.max(x, y), (x, y), torch.tensor([2.0, 2.0]))
    assert [each.tolist() for each in grads] == [[1.0, 2.0], [1.0, 0.0]]


@pytest.mark.parametrize("name", ["max", "min", "argmax", "argmin"])
def test_nan_is_extreme(name: str) -> None:
    x = torch.tensor([1.0, NAN, 2.0, NAN])
    found = getattr(x, name)(0)
    index = found if name.startswith("arg") else found.indices
    assert index.item() == 1


def test_nans_take_the_gradient_of_max() -> None:
    x = leaf([1.0, NAN, 3.0])
    assert gradient(x.max(), x, 1.0) == [0.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda x: x.max(),
            RuntimeError,
            "max(): Expected reduction dim to be specified for input.numel() == 0. Specify the "
            "reduction dim with the 'dim' argument.",
        ),
        (
            lambda x: x.max(0),
            IndexError,
            "max(): Expected reduction dim 0 to have non-zero size.",
        ),
        (
            lambda x: x.amin(0),
            IndexError,
            "amin(): Expected reduction dim 0 to have non-zero size.",
        ),
        (
            lambda x: x.argmax(),
            IndexError,
            "argmax(): Expected reduction dim to be specified for input.numel() == 0.",
        ),
        (
            lambda x: torch.aminmax(x),
            RuntimeError,
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no "
            "identity.",
        ),
        (lambda x: x.topk(4), RuntimeError, "selected index k out of range"),
    ],
)
def test_an_extremum_of_nothing_is_refused(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call(torch.empty(0, 3))


def test_over_a_dim_with_elements_an_empty_tensor_is_no_error() -> None:
    assert torch.empty(0, 3).max(1).values.shape == (0,)


def test_complex_numbers_have_no_order() -> None:
    with pytest.raises(
        NotImplementedError, match=r"^\"max_all\" not implemented for 'ComplexFloat'$"
    ):
        torch.tensor([1j]).max()


def test_sort_sends_gradients_back_to_their_places() -> None:
    x = leaf([3.0, 1.0, 2.0])
    y = x.sort(descending=True)
    assert (y.values.tolist(), y.indices.tolist()) == ([3.0, 2.0, 1.0], [0, 2, 1])
    assert gradient(y.values, x, [1.0, 10.0, 100.0]) == [1.0, 100.0, 10.0]


@pytest.mark.parametrize(("descending", "expected"), [(False, [1, 2, 0, 3]), (True, [0, 3, 2, 1])])
def test_nan_sorts_as_the_greatest_and_equals_keep_their_order(
    descending: bool, expected: list[int]
) -> None:
    x = torch.tensor([NAN, 1.0, 2.0, NAN])
    assert x.argsort(descending=descending).tolist() == expected


def test_topk_gives_its_gradient_to_the_chosen() -> None:
    x = leaf([3.0, 1.0, 2.0])
    assert gradient(x.topk(2).values, x, [5.0, 7.0]) == [5.0, 0.0, 7.0]


def test_median_is_the_lower_of_the_middle() -> None:
    x = leaf([4.0, 1.0, 3.0, 2.0])
    y = x.median(0)
    assert (x.median().item(), y.values.item(), y.indices.item()) == (2.0, 2.0, 3)
    assert gradient(y.values, x, 1.0) == [0.0, 0.0, 0.0, 1.0]


def test_the_second_derivative_of_a_pick_picks_the_seed() -> None:
    x = leaf([[1.0, 5.0], [4.0, 2.0]])
    seed = leaf([1.0, 1.0])
    (first,) = torch.autograd.grad(x.max(1).values, x, seed, create_graph=True)
    assert gradient(first, seed, [[1.0, 2.0], [3.0, 4.0]]) == [2.0, 3.0]


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_of_two_zeros_the_first(dtype: Any) -> None:
    x, y = torch.tensor(-0.0, dtype=dtype), torch.tensor(0.0, dtype=dtype)
    assert math.copysign(1, torch.minimum(y, x).item()) == 1
    assert math.copysign(1, torch.maximum(x, y).item()) == -1
    assert math.copysign(1, torch.stack([x, y]).amin().item()) == -1
    assert math.copysign(1, torch.stack([y, x]).amax().item()) == 1
    assert math.copysign(1, torch.relu(x).item()) == -1


def test_an_empty_dim_is_refused_before_a_repeated_one() -> None:
    with pytest.raises(IndexError, match=r"^amin\(\): Expected reduction dim -1 to have non-zero"):
        torch.zeros((0,)).amin((-1, 0))


def test_a_complex_gradient_of_a_real_choice_is_refused() -> None:
    x = leaf(1.0)
    chosen = torch.where(torch.tensor(False), x, torch.tensor(1j))
    with pytest.raises(RuntimeError, match="input_is_complex == grad_is_complex"):
        chosen.backward(torch.tensor(1 + 0j))
    assert x.grad is None


@pytest.mark.parametrize("name", ["max", "min", "median"])
def test_the_gradient_of_one_pick_keeps_its_dtype_where_writes_are_watched(name: str) -> None:
    x = leaf(1.0)
    with torch.autograd.graph.allow_mutation_on_saved_tensors():
        y = getattr(x, name)()
        x.grad_dtype = None
        y.backward()
    assert x.grad.dtype == torch.float32
