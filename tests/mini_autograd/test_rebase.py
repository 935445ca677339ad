"""The history of bases and views after a write: what is renewed, when, and what backward gives."""

from __future__ import annotations

import pytest

import mini_autograd as torch


def names(node) -> list[str]:
    """The names of the nodes from one on, along the first edges."""
    found = []
    while node is not None:
        found.append(node.name().rpartition("::")[2])
        node = node.next_functions[0][0] if node.next_functions else None
    return found


def computed() -> torch.Tensor:
    return torch.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True) * 1


def test_a_write_to_a_view_is_a_write_to_its_base():
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    base = x * 1
    view = base[:2]
    view.mul_(10)
    assert names(base.grad_fn) == ["CopySlices", "MulBackward0", "AccumulateGrad"]
    assert names(view.grad_fn)[:2] == ["AsStridedBackward0", "CopySlices"]
    base.sum().backward()
    assert x.grad.tolist() == [10.0, 10.0, 1.0]


def test_a_sister_view_shows_the_write_and_passes_its_gradient():
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    base = x * 1
    first, second = base[:2], base[1:]
    first.mul_(10)
    assert second.tolist() == [20.0, 3.0]
    second.sum().backward()
    assert x.grad.tolist() == [0.0, 10.0, 1.0]


def test_several_writes_are_one_renewal():
    base = computed()
    view = base[:2]
    base.mul_(2)
    base.mul_(3)
    assert names(view.grad_fn)[:4] == [
        "AsStridedBackward0", "MulBackward0", "MulBackward0", "MulBackward0",
    ]  # fmt: skip


def test_a_history_that_was_asked_for_is_kept_until_the_next_write():
    base = computed()
    view = base[:2]
    base.mul_(2)
    renewed = view.grad_fn
    assert view.grad_fn is renewed
    base.mul_(2)
    assert view.grad_fn is not renewed


def test_a_write_of_a_write_chains():
    base = computed()
    base[:2].mul_(2)
    base[1:].mul_(3)
    assert names(base.grad_fn)[:3] == ["CopySlices", "CopySlices", "MulBackward0"]
    assert base.grad_fn.next_functions[1] == (None, 0)


def test_the_written_value_gets_its_part_of_the_gradient():
    base = computed()
    value = torch.tensor([7.0, 8.0], requires_grad=True)
    base[1:3] = value
    (base * torch.tensor([1.0, 2.0, 3.0, 4.0])).sum().backward()
    assert value.grad.tolist() == [2.0, 3.0]


def test_a_view_of_a_base_that_gets_a_history_later_requires_grad():
    base = torch.zeros(4)
    view = base[:2]
    assert view.is_leaf
    base.mul_(torch.ones(4, requires_grad=True))
    assert view.requires_grad
    assert not view.is_leaf
    assert names(view.grad_fn)[:2] == ["AsStridedBackward0", "MulBackward0"]


def test_a_view_of_a_leaf_written_without_grad_leads_to_the_leaf_anew():
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    view = x[:2]
    with torch.no_grad():
        view.mul_(5)
    assert names(view.grad_fn) == ["AsStridedBackward0", "AccumulateGrad"]
    view.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0, 0.0]


def test_a_view_keeps_its_history_while_its_base_is_detached():
    base = computed()
    view = base[:2]
    base.detach_()
    assert not base.requires_grad
    assert view.requires_grad
    assert view.grad_fn.name() == "SliceBackward0"
    base.add_(1)
    assert view.grad_fn.name() == "AsStridedBackward0"
    assert view.grad_fn.next_functions == ((None, 0),)


def test_a_view_borrows_the_flag_of_its_base_and_has_one_of_its_own():
    base = torch.zeros(4)
    view = base[:2]
    base.requires_grad_()
    assert view.requires_grad
    assert view.grad_fn is None
    view.requires_grad_(False)
    assert view.requires_grad
    view.requires_grad_(True)
    base.requires_grad_(False)
    assert view.requires_grad
    assert not base.requires_grad


def test_a_leaf_that_is_a_view_stays_one_after_a_write_elsewhere():
    base = torch.zeros(4)
    view = base[:2].requires_grad_()
    base.add_(1)
    assert view.is_leaf
    (view * 3).sum().backward()
    assert view.grad.tolist() == [3.0, 3.0]


def test_a_view_that_got_a_history_is_a_leaf_to_writes_until_it_is_asked_for():
    # seen on torch 2.13.0: its check does not renew the history
    base = torch.zeros(4)
    first, second = base[:2], base[2:]
    first.add_(torch.ones(2, requires_grad=True))
    with pytest.raises(RuntimeError, match=r"^a leaf Variable that requires grad is being used"):
        second.mul_(2)
    assert second.grad_fn.name() == "AsStridedBackward0"
    second.mul_(2)
    assert second.grad_fn.next_functions[0][0].name() == "torch::autograd::CopySlices"


def test_retain_grad_moves_to_the_new_history():
    base = computed()
    view = base[:2]
    view.retain_grad()
    base.mul_(2)
    view.sum().backward()
    assert view.grad.tolist() == [1.0, 1.0]


def test_a_view_across_dtypes_is_replayed_step_by_step():
    base = torch.zeros(3, dtype=torch.complex64, requires_grad=True) * 1
    pairs = torch.view_as_real(base[1:])
    part = pairs[:1]
    base.mul_(2)
    assert names(pairs.grad_fn)[:3] == [
        "ViewAsRealBackward0", "AsStridedBackward0", "MulBackward0",
    ]  # fmt: skip
    assert names(part.grad_fn)[:3] == [
        "AsStridedBackward0", "ViewAsRealBackward0", "AsStridedBackward0",
    ]  # fmt: skip


def test_a_write_to_a_real_view_of_complex_numbers_goes_backward():
    x = torch.tensor([1 + 2j, 3 + 4j], requires_grad=True)
    base = x * 1
    base.real.mul_(10)
    torch.view_as_real(base).sum().backward()
    assert x.grad.tolist() == [10 + 1j, 10 + 1j]


def test_an_in_place_view_op_on_a_view_leaves_its_base_alone():
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    base = x * 1
    view = base.view(3, 1)
    view.t_()
    assert names(view.grad_fn)[:3] == ["TBackward1", "ViewBackward0", "MulBackward0"]
    assert base.grad_fn.name() == "MulBackward0"
    assert view._base is base
    base.mul_(3)
    assert view.grad_fn.name() == "AsStridedBackward0"


def test_a_view_with_a_new_history_is_used_in_the_walk_after_what_used_it():
    base = computed()
    view = base[:2]
    base.mul_(2)
    grad = torch.autograd.grad((view * view).sum(), base)[0]
    assert grad.tolist() == [4.0, 8.0, 0.0, 0.0]


def test_a_written_view_kept_for_backward_is_told_by_its_new_history():
    base = computed()
    view = base[:2]
    view.exp_()
    base.mul_(2)
    with pytest.raises(RuntimeError, match=r"\[2\]\], which is output 0 of AsStrided, is at vers"):
        base.sum().backward()


def test_a_second_derivative_goes_through_a_written_view():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    base = x * 1
    base[:1].exp_()
    (grad,) = torch.autograd.grad(base.sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(grad.sum(), x)
    assert second.tolist() == pytest.approx([2.7182817459106445, 0.0])


def below(node, depth=6):
    """The graph below a node, as nested tuples of names."""
    if node is None or not depth:
        return None
    return (
        node.name().removeprefix("torch::autograd::"),
        *(below(n, depth - 1) for n, _ in node.next_functions),
    )


def test_the_graph_of_a_gradient_shows_how_a_write_went_backward():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    written = x * 2
    written[:1].zero_()
    (grad,) = torch.autograd.grad((written * written).sum(), x, create_graph=True)
    assert grad.tolist() == [0.0, 16.0]
    # of the written gradient: a copy of what came, and the zeros that took the view's place
    copied = below(grad.grad_fn, 3)
    assert copied == ("MulBackward0", ("CopySlices", ("CopyBackwards", None, None), None), None)
    assert torch.autograd.grad(grad.sum(), x)[0].tolist() == [0.0, 8.0]


def test_the_gradient_of_an_empty_piece_is_zeros_without_a_history():
    x = torch.ones(2, 3, requires_grad=True)
    y = x * 1
    y.retain_grad()
    piece = y[1:1]
    piece.cos_()
    piece.backward(torch.ones(0, 3, requires_grad=True), create_graph=True)
    assert not y.grad.requires_grad
    assert y.grad.tolist() == [[0, 0, 0], [0, 0, 0]]
