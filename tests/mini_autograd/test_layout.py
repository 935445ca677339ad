"""The order of dims in memory that results have: what `stride()` shows."""

from __future__ import annotations

import pytest

import mini_autograd as torch


def columns(*shape: int) -> torch.Tensor:
    """A tensor of which the first dim lies densest."""
    dims = tuple(range(len(shape)))[::-1]
    return torch.ones(shape[::-1]).permute(dims)


def test_the_first_operand_decides_an_elementwise_result() -> None:
    rows = torch.ones(5, 10)
    assert (columns(5, 10) + rows).stride() == (1, 5)
    assert (rows + columns(5, 10)).stride() == (10, 1)


def test_where_the_first_is_repeated_the_next_decides() -> None:
    assert (torch.ones(1, 1) * columns(5, 10)).stride() == (1, 5)
    assert torch.ones(5, 1).expand(5, 10).mul(columns(5, 10)).stride() == (1, 5)


def test_an_expanded_operand_alone_gives_rows() -> None:
    assert torch.tensor([True, False]).expand(3, 2).rsqrt().stride() == (2, 1)


@pytest.mark.parametrize("keepdim", [False, True])
def test_reductions_give_rows(keepdim: bool) -> None:
    expected = (5, 5, 1) if keepdim else (5, 1)
    for reduced in (
        columns(3, 4, 5).sum(1, keepdim),
        columns(3, 4, 5).amax(1, keepdim),
        columns(3, 4, 5).logsumexp(1, keepdim),
        columns(3, 4, 5).prod(1, keepdim),
    ):
        assert reduced.stride() == expected


def test_scans_and_softmaxes_give_rows_and_a_sort_keeps_the_order() -> None:
    x = columns(3, 4)
    assert x.cumsum(0).stride() == x.softmax(0).stride() == x.log_softmax(1).stride() == (4, 1)
    values, indices = x.sort(0)
    assert values.stride() == indices.stride() == (1, 3)


@pytest.mark.parametrize("name", ["rsqrt", "tanh", "exp", "sigmoid"])
def test_a_gradient_lies_as_its_cotangent_does_where_the_saved_lies_otherwise(name: str) -> None:
    x = torch.ones(3, 4, requires_grad=True)
    for create_graph in (False, True):
        y = getattr(x, name)()
        (grad,) = torch.autograd.grad(y, x, columns(3, 4), create_graph=create_graph)
        assert grad.stride() == (1, 3)


def test_a_formula_that_begins_with_what_is_saved_lies_as_that_does() -> None:
    x = torch.ones(3, 4, requires_grad=True)
    (grad,) = torch.autograd.grad(x.erf(), x, columns(3, 4))
    assert grad.stride() == (4, 1)


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (torch.relu, (1, 3)),  # as the result, whatever the cotangent
        (torch.erf, (1, 3)),
        (lambda x: x.clamp(0, 2), (1, 3)),
        (lambda x: torch.maximum(x, columns(3, 4)), (1, 3)),
        (lambda x: torch.nn.functional.mse_loss(x, columns(3, 4), reduction="none"), (4, 1)),
        (torch.tanh, (4, 1)),
    ],
)
def test_a_rule_decides_whose_order_a_gradient_has(f, expected) -> None:
    x = columns(3, 4).requires_grad_()
    for create_graph in (False, True):
        (grad,) = torch.autograd.grad(f(x), x, torch.ones(3, 4), create_graph=create_graph)
        assert grad.stride() == expected


def test_a_norms_gradient_lies_as_what_it_is_of() -> None:
    x = columns(3, 4).requires_grad_()
    assert torch.autograd.grad(x.norm(), x)[0].stride() == (1, 3)
    assert torch.autograd.grad(x.norm(dim=1).sum(), x)[0].stride() == (1, 3)


def test_topk_gives_rows() -> None:
    assert columns(3, 4).topk(1).values.stride() == (1, 1)


def test_zeros_for_an_expanded_cotangent_are_in_rows() -> None:
    x = torch.ones(3, 4, requires_grad=True)
    (grad,) = torch.autograd.grad(x.sign(), x, torch.ones(4)[None, :].expand(3, 4))
    assert grad.stride() == (4, 1)
