"""What a graph keeps for backward: what of it is checked for writes, and when it is freed."""

from __future__ import annotations

import gc
import weakref

import pytest

import mini_autograd as torch

SECOND_TIME = "Trying to backward through the graph a second time"
MODIFIED = "one of the variables needed for gradient computation has been modified by an inplace"


def leaf(*values):
    return torch.tensor(values, requires_grad=True)


def test_a_write_to_an_operand_that_a_rule_needs_is_noticed():
    x = leaf(1.0, 2.0)
    factor = torch.tensor([3.0, 4.0])
    y = (x * factor).sum()
    factor.add_(1)
    with pytest.raises(RuntimeError, match=MODIFIED):
        y.backward()
    assert x.grad is None


def test_the_error_says_which_version_it_found_and_what_made_the_tensor():
    x = leaf(1.0, 2.0)
    a = x.exp()
    y = (a * a).sum()
    a.zero_()
    with pytest.raises(RuntimeError) as raised:
        y.backward()
    assert (
        "[torch.FloatTensor [2]], which is output 0 of Zero, is at version 1; "
        "expected version 0 instead."
    ) in str(raised.value)


def test_a_write_to_a_result_that_its_rule_needs_is_noticed():
    x = leaf(1.0)
    y = x.exp()
    y.detach().mul_(2)
    with pytest.raises(RuntimeError, match=MODIFIED):
        y.sum().backward()


def test_a_write_through_a_view_is_noticed_too():
    x = leaf(1.0, 2.0)
    factor = torch.tensor([3.0, 4.0])
    y = (x * factor).sum()
    factor[0] = 9.0
    with pytest.raises(RuntimeError, match=MODIFIED):
        y.backward()


def test_an_operand_that_only_the_other_gradient_needs_is_not_saved():
    x = leaf(1.0, 2.0)
    data = torch.tensor([3.0, 4.0])
    y = (x + data).sum() + (data * x).sum()
    with torch.no_grad():
        x.add_(1)  # mul's rule for `data` alone would need it, and `data` needs no gradient
    y.backward()
    assert x.grad.tolist() == [4.0, 5.0]


def test_a_write_before_the_op_is_no_write_since():
    x = leaf(1.0)
    factor = torch.tensor([3.0])
    factor.add_(1)
    (x * factor).sum().backward()
    assert x.grad.tolist() == [4.0]


def test_an_op_of_shapes_alone_saves_no_tensor():
    x = leaf(1.0, 2.0)
    y = x * 1
    z = y.sum()
    y.detach().zero_()
    z.backward()
    assert x.grad.tolist() == [1.0, 1.0]


def test_the_values_from_when_the_graph_was_built_count():
    x = leaf(2.0)
    y = (x * x).sum()
    x.data = torch.tensor([5.0])
    y.backward()
    assert x.grad.tolist() == [10.0]  # a leaf is saved as it is; torch sees the new data too


def test_a_graph_is_freed_by_the_walk():
    x = leaf(2.0)
    y = (x * x).sum()
    y.backward()
    with pytest.raises(RuntimeError, match=SECOND_TIME):
        y.backward()
    assert x.grad.tolist() == [4.0]


def test_a_number_is_freed_as_a_tensor_is():
    y = leaf(2.0) * 3
    y.backward()
    with pytest.raises(RuntimeError, match=SECOND_TIME):
        y.backward()


def test_a_node_that_saved_no_tensor_goes_backward_again():
    x = leaf(2.0, 3.0)
    y = (x + 1).sum()
    y.backward()
    y.backward()
    assert x.grad.tolist() == [2.0, 2.0]


def test_retain_graph_keeps_what_was_saved():
    x = leaf(2.0)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.tolist() == [8.0]


def test_only_the_part_that_was_walked_is_freed():
    x = leaf(2.0)
    shared = x * x
    left, right = (shared * 3).sum(), (shared * 5).sum()
    left.backward()
    with pytest.raises(RuntimeError, match=SECOND_TIME):
        right.backward()
    other = leaf(1.0)
    (other * 2).sum().backward()
    assert other.grad.tolist() == [2.0]


def test_after_an_error_in_a_rule_the_nodes_before_it_are_freed_and_it_is_not():
    x = leaf(2.0)
    factor = torch.tensor([3.0])
    y = x * factor
    z = (y * y).sum()
    factor.add_(1)
    with pytest.raises(RuntimeError, match=MODIFIED):
        z.backward()
    with pytest.raises(RuntimeError, match=SECOND_TIME):
        z.backward()
    assert x.grad is None


def test_a_saved_result_is_no_reference_cycle():
    gc.collect()
    gc.disable()
    try:
        y = leaf(1.0).exp().tanh()
        graph = weakref.ref(y)
        del y
        assert graph() is None
    finally:
        gc.enable()


def test_a_saved_result_has_its_history_in_a_second_derivative():
    x = leaf(1.0)
    (first,) = torch.autograd.grad(x.exp().sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x)
    assert second.item() == pytest.approx(2.718281828, rel=1e-6)


def test_a_promoted_operand_is_seen_in_the_dtype_that_was_computed_in():
    x = torch.tensor([2.0, 3.0], requires_grad=True)
    (x ** torch.tensor([2, 3])).sum().backward()
    assert x.grad.dtype is torch.float32
    assert x.grad.tolist() == [4.0, 27.0]


def test_a_rounded_quotient_saves_its_operands_though_nothing_comes_of_them() -> None:
    a = torch.tensor([5.0, 3.0], requires_grad=True)
    b = torch.tensor([2.0, 4.0])
    quotient = torch.div(a, b, rounding_mode="floor")
    b.mul_(2)
    with pytest.raises(RuntimeError, match="is at version 1; expected version 0"):
        quotient.sum().backward()


def test_of_several_stale_tensors_the_error_names_the_first_by_name() -> None:
    a = torch.ones(2, requires_grad=True) * 1
    b = torch.ones(2, requires_grad=True).exp()
    product = a * b
    with torch.no_grad():
        a.mul_(2)
        b.mul_(2)
    with pytest.raises(RuntimeError, match="which is output 0 of Exp, is at version 1"):
        product.sum().backward()  # of `other`, then `self`


def test_what_a_write_needs_of_the_values_before_it_is_saved_as_a_clone() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = torch.tensor([3.0, 4.0], requires_grad=True)
    product = x * 1
    product.mul_(y)
    assert product.grad_fn._saved_self.grad_fn.name() == "CloneBackward0"
    assert product.grad_fn.next_functions[0][0].name() == "MulBackward0"
    (grad,) = torch.autograd.grad(product.sum(), y, create_graph=True)
    assert torch.autograd.grad(grad.sum(), x)[0].tolist() == [1.0, 1.0]


def test_a_walk_misses_the_history_of_a_saved_tensor_that_was_detached_in_place() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    for made in (x * 2, x.exp()):  # of which the second has a version counter
        z = made.sin()
        made.detach_()
        assert z.grad_fn._saved_self is made  # who only looks gets it
        with pytest.raises(RuntimeError, match="a saved tensor that has been detached in-place"):
            z.sum().backward()


def test_what_was_detached_before_it_was_saved_is_a_leaf() -> None:
    y = (torch.tensor([1.0, 2.0], requires_grad=True) * 2).detach_().requires_grad_()
    (y * y).sum().backward()
    assert y.grad.tolist() == [4.0, 8.0]


def test_shapes_that_a_walk_cannot_bring_together_are_told_as_an_op_tells_them() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: torch.ones(3)):
        y = x.sin()
    message = r"The size of tensor a \(2\) must match the size of tensor b \(3\)"
    with pytest.raises(RuntimeError, match=message):
        y.sum().backward()
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (x * 2).sum().backward()
    x.data = torch.ones(2, 1)
    message = r"output with shape \[2\] doesn't match the broadcast shape \[2, 2\]"
    with pytest.raises(RuntimeError, match=message):
        (x * 2).sum().backward()
