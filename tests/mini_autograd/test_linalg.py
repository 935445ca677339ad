"""Matrix products: values, gradients and their layout, how matmul is composed, refusals."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

import mini_autograd as torch
from mini_autograd.ops.linalg.products import linear

A = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
B = [[1.0, 0.0], [0.0, 2.0], [3.0, 0.0]]


def leaf(values: object) -> torch.Tensor:
    return torch.tensor(values, requires_grad=True)


def shaped(*shape: int) -> torch.Tensor:
    return torch.ones(shape, requires_grad=True)


def graph(tensor: torch.Tensor) -> str:
    """The names on the way down the first input of each node."""
    names, node = [], tensor.grad_fn
    while node is not None:
        names.append(node.name().split("::")[-1].removesuffix("Backward0"))
        node = node.next_functions[0][0] if node.next_functions else None
    return " ".join(names)


def test_mm_and_its_gradients() -> None:
    a, b = leaf(A), leaf(B)
    product = torch.mm(a, b)
    assert product.tolist() == [[10.0, 4.0], [22.0, 10.0]]
    product.backward(torch.tensor([[1.0, 10.0], [100.0, 1000.0]]))
    assert a.grad.tolist() == [[1.0, 20.0, 3.0], [100.0, 2000.0, 300.0]]
    assert b.grad.tolist() == [[401.0, 4010.0], [502.0, 5020.0], [603.0, 6030.0]]


def test_the_gradient_of_a_matrix_stored_by_columns_is_stored_so_too() -> None:
    a, b = leaf(A), leaf(B)
    by_columns = b.t().contiguous().t()
    (grad,) = torch.autograd.grad(torch.mm(a, by_columns).sum(), by_columns)
    assert grad.stride() == (1, 3)


def test_only_the_operand_that_the_other_gradient_needs_is_saved() -> None:
    a, b = leaf(A), torch.tensor(B)
    product = torch.mm(a, b)
    b.add_(1.0)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        product.sum().backward()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: torch.mm(shaped(2, 3), shaped(2, 3)), "cannot be multiplied (2x3 and 2x3)"),
        (lambda: torch.mm(shaped(3), shaped(3, 3)), "self must be a matrix"),
        (
            lambda: torch.mm(shaped(2, 3), shaped(3, 2).double()),
            "to have the same dtype, but got: float != double",
        ),
        (lambda: torch.bmm(shaped(2, 3), shaped(2, 3)), "batch1 must be a 3D tensor"),
        (
            lambda: torch.bmm(shaped(1, 2, 3), shaped(1, 2, 3)),
            "batch2 tensor to be: [1, 3] but got: [1, 2].",
        ),
        (
            lambda: torch.mv(shaped(2, 3), shaped(2)),
            "size mismatch, got input (2), mat (2x3), vec (2)",
        ),
        (
            lambda: torch.dot(shaped(2, 3), shaped(2)),
            "1D tensors expected, but got 2D and 1D tensors",
        ),
        (lambda: torch.dot(shaped(2), shaped(3)), "but got 2 and 3 elements respectively"),
        (
            lambda: torch.matmul(shaped(2), torch.tensor(1.0)),
            "need to be at least 1D, but they are 1D and 0D",
        ),
        (
            lambda: torch.addmm(shaped(4), shaped(2, 3), shaped(3, 2)),
            "(2) must match the existing size (4)",
        ),
        (
            lambda: torch.outer(shaped(2, 2), shaped(2)),
            "outer: Expected 1-D argument self, but got 2-D",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(RuntimeError, match=re.escape(message)):
        call()


def test_there_is_no_product_of_masks() -> None:
    mask = torch.ones(2, 3).bool()
    with pytest.raises(NotImplementedError, match="\"addmm_impl_cpu_\" not implemented for 'Bool'"):
        torch.mm(mask, mask.t())


@pytest.mark.parametrize(
    ("a", "b", "shape", "names"),
    [
        ((3,), (3,), (), "Dot AccumulateGrad"),
        ((2, 3), (3,), (2,), "Mv AccumulateGrad"),
        ((3,), (3, 2), (2,), "SqueezeBackward4 Mm Unsqueeze AccumulateGrad"),
        ((2, 3), (3, 2), (2, 2), "Mm AccumulateGrad"),
        ((4, 2, 3), (3, 5), (4, 2, 5), "UnsafeView Mm View AccumulateGrad"),
        ((4, 2, 3), (3,), (4, 2), "UnsafeView Mv View AccumulateGrad"),
        ((4, 2, 3), (4, 3, 5), (4, 2, 5), "UnsafeView Bmm View Expand AccumulateGrad"),
        (
            (2, 3),
            (4, 3, 5),
            (4, 2, 5),
            "Clone Transpose UnsafeView Mm UnsafeView Clone Transpose AccumulateGrad",
        ),
    ],
)
def test_matmul_is_composed_by_rank(
    a: tuple[int, ...], b: tuple[int, ...], shape: tuple[int, ...], names: str
) -> None:
    product = torch.matmul(shaped(*a), shaped(*b))
    assert product.shape == shape
    assert graph(product) == names


def test_matmul_sums_the_gradient_of_a_broadcast_batch() -> None:
    a, b = shaped(2, 1, 1, 3), shaped(4, 3, 1)
    torch.matmul(a, b).sum().backward()
    assert a.grad.tolist() == [[[[4.0, 4.0, 4.0]]]] * 2
    assert b.grad.tolist() == [[[2.0], [2.0], [2.0]]] * 4


def test_the_operator_leaves_what_is_no_tensor_to_the_other_side() -> None:
    with pytest.raises(TypeError, match="unsupported operand type"):
        _ = leaf(A) @ 3


def test_addmm_scales_both_terms() -> None:
    start, a, b = leaf([1.0, 1.0]), leaf(A), leaf(B)
    result = torch.addmm(start, a, b, beta=2, alpha=10)
    assert result.tolist() == [[102.0, 42.0], [222.0, 102.0]]
    result.sum().backward()
    assert start.grad.tolist() == [4.0, 4.0]
    assert a.grad.tolist() == [[10.0, 20.0, 30.0], [10.0, 20.0, 30.0]]


def test_a_beta_of_zero_hides_nan() -> None:
    a = torch.ones(1, 1)
    assert torch.addmm(torch.tensor([float("nan")]), a, a, beta=0).tolist() == [[1.0]]


def test_half_precision_is_accumulated_in_single() -> None:
    row = torch.tensor([[2048.0, 1.0, 1.0, 1.0, 1.0]], dtype=torch.float16)
    assert torch.mm(row, torch.ones(5, 1).half()).item() == 2052.0


def test_integers_wrap() -> None:
    x = torch.full((1, 2), 100, dtype=torch.int8)
    assert torch.mm(x, x.t()).item() == 32  # 20000 modulo 256


def test_complex_gradients_conjugate_the_other_operand() -> None:
    a = torch.tensor([1 + 2j], requires_grad=True)
    b = torch.tensor([3 - 1j])
    torch.dot(a, b).backward(torch.tensor(1 + 0j))
    assert a.grad.tolist() == [3 + 1j]


@pytest.mark.parametrize(
    ("shape", "names"),
    [
        ((2, 3), "Addmm AccumulateGrad"),
        ((4, 2, 3), "View Addmm AccumulateGrad"),
        ((3,), "View Addmm AccumulateGrad"),
    ],
)
def test_linear_with_a_bias_is_one_addmm(shape: tuple[int, ...], names: str) -> None:
    result = linear(shaped(*shape), shaped(5, 3), shaped(5))
    assert result.shape == (*shape[:-1], 5)
    assert graph(result) == names


def test_linear_adds_the_bias_to_rows_that_lie_apart() -> None:
    result = linear(shaped(2, 4, 3).transpose(0, 1), shaped(5, 3), shaped(5))
    assert graph(result).startswith("Add UnsafeView Mm")
    assert result[0, 0, 0].item() == 4.0


def test_a_second_derivative_of_a_product() -> None:
    a, b = leaf([[2.0]]), leaf([[3.0]])
    (first,) = torch.autograd.grad(torch.mm(torch.mm(a, b), a), a, create_graph=True)
    assert first.item() == 12.0
    (second,) = torch.autograd.grad(first, b)
    assert second.item() == 4.0


def test_a_scale_beyond_the_dtype_is_refused() -> None:
    half, single = torch.ones(2, 2, dtype=torch.float16), torch.ones(2, 2)
    with pytest.raises(RuntimeError, match="type float without overflow"):
        torch.addmm(single, single, single, alpha=1e300)
    with pytest.raises(RuntimeError, match="type c10::Half without overflow"):
        torch.addmv(half[0], half, half[0], beta=70000)
    with pytest.raises(RuntimeError, match="type c10::Half without overflow"):
        torch.add(half, half, alpha=-1e38)
    assert torch.addmm(half, half, half, alpha=70000.0).tolist() == [[float("inf")] * 2] * 2


def test_a_gradient_that_is_turned_round_twice_is_still_a_view() -> None:
    x, w = torch.ones(3), torch.ones(2, 3, requires_grad=True)
    (grad,) = torch.autograd.grad(torch.nn.functional.linear(x, w), w, torch.ones(2))
    assert grad._is_view()
    with pytest.raises(RuntimeError, match="A view was created in no_grad mode"):
        grad.mul_(w)
    b = torch.ones(4, 1, requires_grad=True)
    (summed,) = torch.autograd.grad(torch.ones(4, 2) * b, b, torch.ones(4, 2))
    assert not summed._is_view()


def test_what_numpy_made_on_the_way_makes_no_view_of_a_gradient() -> None:
    x, y = torch.ones(3, 2, requires_grad=True), torch.ones(1, 2, requires_grad=True)
    power = x ** torch.ones(3, 2)
    (grad,) = torch.autograd.grad(power, x, torch.ones(3, 2))
    assert not grad._is_view()
    added = torch.ones(3, 2).scatter_add(0, torch.zeros(1, 2, dtype=torch.int64), y)
    (grad,) = torch.autograd.grad(added, y, torch.ones(3, 2))
    assert not grad._is_view()
