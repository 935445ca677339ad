"""Losses: reductions, ignored and weighted classes, smoothing, and what torch refuses."""

from __future__ import annotations

import math
import re
import warnings
from typing import Any

import pytest

import mini_autograd as torch
from mini_autograd.nn import functional

LOGITS = [[0.0, math.log(3)], [0.0, math.log(3)]]  # probabilities 1/4 and 3/4


def leaf(values: Any) -> torch.Tensor:
    return torch.tensor(values, requires_grad=True)


def gradient(output: torch.Tensor, of: torch.Tensor) -> Any:
    return torch.autograd.grad(output, of)[0].tolist()


@pytest.mark.parametrize(
    ("reduction", "expected"), [("none", [1.0, 9.0]), ("mean", 5.0), ("sum", 10.0)]
)
def test_mean_squared_error(reduction: str, expected: Any) -> None:
    loss = functional.mse_loss(
        torch.tensor([1.0, 5.0]), torch.tensor([2.0, 2.0]), reduction=reduction
    )
    assert loss.tolist() == expected


def test_both_sides_of_mse_have_a_gradient() -> None:
    x, y = leaf([1.0, 5.0]), leaf([2.0, 2.0])
    loss = functional.mse_loss(x, y)
    assert loss.grad_fn.name() == "MseLossBackward0"
    assert [g.tolist() for g in torch.autograd.grad(loss, (x, y))] == [[-1.0, 3.0], [1.0, -3.0]]


def test_other_sizes_broadcast_with_a_warning() -> None:
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    with pytest.warns(UserWarning, match=r"^Using a target size \(torch.Size\(\[2\]\)\)"):
        loss = functional.mse_loss(x, torch.tensor([0.0, 0.0]), reduction="sum")
    assert gradient(loss, x) == [[2.0, 4.0], [6.0, 8.0]]


def test_the_old_way_to_reduce_warns() -> None:
    with pytest.warns(UserWarning, match="please use reduction='sum' instead"):
        loss = functional.l1_loss(torch.zeros(2), torch.ones(2), size_average=False)
    assert loss.item() == 2.0


def test_an_unknown_reduction_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^foo is not a valid value for reduction$"):
        functional.mse_loss(torch.zeros(1), torch.zeros(1), reduction="foo")


def test_cross_entropy_is_composed_as_torch_composes_it() -> None:
    x = leaf(LOGITS)
    loss = functional.cross_entropy(x, torch.tensor([0, 1]))
    assert loss.item() == pytest.approx((math.log(4) + math.log(4 / 3)) / 2)
    assert loss.grad_fn.name() == "NllLossBackward0"
    assert loss.grad_fn.next_functions[0][0].name() == "LogSoftmaxBackward0"
    flat = [value for row in gradient(loss, x) for value in row]
    assert flat == pytest.approx([-0.375, 0.375, 0.125, -0.125])


def test_an_ignored_target_does_not_count() -> None:
    x = leaf(LOGITS)
    loss = functional.cross_entropy(x, torch.tensor([1, -100]))
    assert loss.item() == pytest.approx(math.log(4 / 3))
    assert gradient(loss, x)[1] == [0.0, 0.0]


def test_nothing_but_ignored_targets_is_nan() -> None:
    assert math.isnan(functional.cross_entropy(leaf(LOGITS), torch.tensor([-100, -100])).item())


def test_a_mean_is_weighted_by_the_targets_classes() -> None:
    weight = torch.tensor([1.0, 3.0])
    loss = functional.cross_entropy(leaf(LOGITS), torch.tensor([0, 1]), weight)
    assert loss.item() == pytest.approx((math.log(4) + 3 * math.log(4 / 3)) / 4)


def test_label_smoothing_mixes_in_all_classes() -> None:
    loss = functional.cross_entropy(leaf(LOGITS), torch.tensor([1, 1]), label_smoothing=0.5)
    assert loss.item() == pytest.approx(0.75 * math.log(4 / 3) + 0.25 * math.log(4))


def test_probabilities_as_targets() -> None:
    x, y = leaf([LOGITS[0]]), leaf([[0.5, 0.5]])
    loss = functional.cross_entropy(x, y)
    assert loss.item() == pytest.approx((math.log(4) + math.log(4 / 3)) / 2)
    assert gradient(loss, y)[0] == pytest.approx([math.log(4), math.log(4 / 3)])


def test_images_have_their_classes_in_dim_1() -> None:
    x = leaf([[[0.0, math.log(3)], [0.0, 0.0]]])  # one image of two classes and two places
    loss = functional.cross_entropy(x, torch.tensor([[0, 1]]), reduction="none")
    assert loss.tolist()[0] == pytest.approx([math.log(2), math.log(4)])


@pytest.mark.parametrize(
    ("target", "error", "message"),
    [
        ([0, 2], IndexError, "Target 2 is out of bounds."),
        ([0], ValueError, "Expected input batch_size (2) to match target batch_size (1)."),
        ([0.0, 1.0], RuntimeError, "expected target dtype to be Long or Byte, but got Float"),
    ],
)
def test_wrong_targets_are_refused(target: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        functional.cross_entropy(leaf(LOGITS), torch.tensor(target))


def test_weights_that_require_grad_are_refused() -> None:
    with pytest.raises(
        RuntimeError, match=r"^The function 'nll_loss_forward' is not differentiable"
    ):
        functional.nll_loss(leaf(LOGITS), torch.tensor([0, 1]), leaf([1.0, 1.0]))


def test_an_ignored_infinity_is_no_nan() -> None:
    x = leaf([[-math.inf, 0.0]])
    loss = functional.nll_loss(x, torch.tensor([0]), ignore_index=0, reduction="sum")
    assert loss.item() == 0.0
    assert gradient(loss, x) == [[0.0, 0.0]]


def test_second_derivative_of_cross_entropy() -> None:
    x = leaf([LOGITS[0]])
    loss = functional.cross_entropy(x, torch.tensor([1]))
    (first,) = torch.autograd.grad(loss, x, create_graph=True)
    (second,) = torch.autograd.grad(first, x, torch.tensor([[1.0, 0.0]]))
    assert second.tolist()[0] == pytest.approx([3 / 16, -3 / 16])  # p (1 - p)


def test_one_hot() -> None:
    assert functional.one_hot(torch.tensor([0, 2])).tolist() == [[1, 0, 0], [0, 0, 1]]
    with pytest.raises(RuntimeError, match=r"^Class values must be smaller than num_classes.$"):
        functional.one_hot(torch.tensor([2]), 2)


def test_no_warning_without_a_reason() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        functional.cross_entropy(leaf(LOGITS), torch.tensor([0, 1])).backward()
        functional.mse_loss(torch.zeros(2), torch.ones(2))


def test_no_classes_and_no_rows() -> None:
    empty = torch.zeros((0,))
    assert math.isnan(functional.cross_entropy(empty, empty).item())
    assert functional.cross_entropy(empty, empty, reduction="sum").item() == 0.0
    ignored = functional.cross_entropy(torch.zeros((2, 0)), torch.tensor([0, 0]), ignore_index=0)
    assert math.isnan(ignored.item())
    x = torch.zeros((0, 1), requires_grad=True)
    loss = functional.cross_entropy(x, torch.zeros((0, 1)))
    assert "NegBackward0" in str(loss.grad_fn)
    assert gradient(loss, x) == []


def test_weights_may_require_grad_where_nothing_is_recorded() -> None:
    with torch.no_grad():
        loss = functional.nll_loss(leaf([[-1.0]]), torch.tensor([0]), leaf([1.0]))
    assert loss.item() == 1.0


def test_an_overflow_in_the_gradient_of_the_squared_error() -> None:
    x = leaf(1.0)
    loss = functional.mse_loss(x, torch.tensor(3e38))
    (grad,) = torch.autograd.grad(loss, x, torch.tensor(0.0))
    assert math.isnan(grad.item())


def test_the_sum_of_weights_is_saved_as_a_result_without_a_gradient():
    scores = torch.ones(2, 3, requires_grad=True)
    targets, weight = torch.tensor([1, 0]), torch.tensor([1.0, 2.0, 4.0])
    for reduction, expected in (("mean", 3.0), ("sum", 3.0), ("none", 0.0)):
        loss = functional.nll_loss(scores, targets, weight=weight, reduction=reduction)
        saved = loss.grad_fn._saved_total_weight
        assert saved.item() == expected
        assert not saved.requires_grad


def test_a_gradient_is_divided_by_the_sum_of_weights_as_it_was_packed():
    scores = torch.ones(2, 3, requires_grad=True)
    doubled = torch.autograd.graph.saved_tensors_hooks(
        lambda t: t if t.ndim else t * 2, lambda t: t
    )
    with doubled:
        functional.nll_loss(scores, torch.tensor([1, 0])).backward()
    assert scores.grad.tolist() == [[0, -0.25, 0], [-0.25, 0, 0]]


def test_what_a_second_derivative_of_a_likelihood_forbids() -> None:
    logits, target = torch.tensor([[1.0, 2.0]], requires_grad=True), torch.tensor([0])
    weight = torch.tensor([1.0, 3.0])
    loss = torch.nn.functional.cross_entropy(logits, target, weight=weight)
    weight.requires_grad_()
    with pytest.raises(RuntimeError, match="'nll_loss_backward' is not differentiable with respec"):
        torch.autograd.grad(loss, logits, create_graph=True)
    loss = torch.nn.functional.cross_entropy(logits, target)
    (grad,) = torch.autograd.grad(loss, logits, create_graph=True)
    target.bitwise_xor_(torch.tensor([0]))
    with pytest.raises(RuntimeError, match=r"\[torch.LongTensor \[1\]\] is at version 1"):
        grad.sum().backward()


def test_weights_that_were_written_are_told_as_the_view_that_was_saved() -> None:
    logits, weight = torch.tensor([1.0], requires_grad=True), torch.tensor([1.0])
    loss = torch.nn.functional.cross_entropy(
        logits, torch.tensor(0), weight=weight, label_smoothing=0.5
    )
    weight.mul_(torch.tensor(1.0, requires_grad=True))
    with pytest.raises(RuntimeError, match="which is output 0 of AsStrided"):
        loss.backward()
