"""Writes: their history on tensors and views, the version counter, and what is refused."""

from __future__ import annotations

import pytest

import mini_autograd as torch


def leaf():
    return torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)


def test_a_write_becomes_the_tensors_history():
    x = leaf()
    y = x * 1
    assert y.mul_(3) is y
    assert y.grad_fn.name() == "MulBackward0"
    assert y._version == 1
    y.sum().backward()
    assert x.grad.tolist() == [[3, 3], [3, 3]]


def test_a_rule_sees_the_values_from_before_the_write():
    x = leaf()
    (x * 1).pow_(2).sum().backward()
    assert x.grad.tolist() == [[2, 4], [6, 8]]


def test_a_write_to_a_view_rebases_base_and_sisters():
    x = leaf()
    base = x * 1
    first, second = base[0], base[1]
    first.mul_(10)
    assert base.tolist() == [[10, 20], [3, 4]]
    assert base.grad_fn.name() == "torch::autograd::CopySlices"
    assert first.grad_fn.name() == second.grad_fn.name() == "AsStridedBackward0"
    base.sum().backward()
    assert x.grad.tolist() == [[10, 10], [1, 1]]


def test_a_view_that_is_written_to_passes_a_gradient_of_its_own():
    x = leaf()
    base = x * 1
    view = base[:, 0]
    view.exp_()
    view.sum().backward()
    assert x.grad[0].tolist() == pytest.approx([2.7182818, 0])


def test_a_base_without_grad_gets_it_from_what_is_written_into_it():
    x = leaf()
    base = torch.zeros(2, 2)
    base[0] = x[1] * 2
    assert base.requires_grad
    base.sum().backward()
    assert x.grad.tolist() == [[0, 0], [2, 2]]


def test_writes_are_differentiable_twice():
    x = leaf()
    y = x * x
    y[0].mul_(x[0])
    (first,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x)
    assert first.tolist() == [[3, 12], [6, 8]]
    assert second.tolist() == [[6, 12], [2, 2]]


@pytest.mark.parametrize(
    "write",
    [
        lambda x: x.add_(1),
        lambda x: x.zero_(),
        lambda x: x.copy_(torch.ones(2, 2)),
        lambda x: x.__setitem__([0], 1.0),
    ],
)
def test_a_leaf_refuses_and_is_left_as_it_was(write):
    x = leaf()
    with pytest.raises(RuntimeError, match=r"^a leaf Variable that requires grad is being used"):
        write(x)
    assert x.tolist() == [[1, 2], [3, 4]]
    assert x._version == 0


def test_a_view_of_a_leaf_refuses():
    with pytest.raises(RuntimeError, match="a view of a leaf Variable that requires grad"):
        leaf()[0] = 1.0


def test_a_leaf_may_be_written_without_grad():
    x = leaf()
    with torch.no_grad():
        x -= 1
    assert x.is_leaf
    assert x.tolist() == [[0, 1], [2, 3]]


def test_one_of_several_views_refuses():
    first, _ = (leaf() * 1).unbind(0)
    with pytest.raises(RuntimeError, match="Output 0 of Unbind is a view and is being modified"):
        first.add_(1)


def test_a_saved_tensor_that_was_written_to_is_noticed():
    y = leaf() * 1
    z = y * y
    y.add_(1)
    with pytest.raises(RuntimeError, match=r"output 0 of Add, is at version 1; expected version 0"):
        z.sum().backward()


def test_detached_tensors_share_the_version_and_data_does_not():
    y = leaf() * 1
    y.detach().zero_()
    assert y._version == 1
    y.data.fill_(1)
    assert y._version == 1
    assert y.tolist() == [[1, 1], [1, 1]]


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda x: x.add_(torch.ones(3)), "The size of tensor a (2) must match"),
        (
            lambda x: x.add_(torch.ones(2, 2, 2)),
            "output with shape [2, 2] doesn't match the broadcast shape [2, 2, 2]",
        ),
        (lambda x: x.add_(1j), "result type ComplexFloat can't be cast to the desired output"),
        (lambda x: x.fill_(1e39), "value cannot be converted to type float without overflow"),
        (lambda x: x.add_(x.t()), "some elements of the input tensor and the written-to tensor"),
        (lambda x: x[:1].expand(2, 2).add_(1), "more than one element of the written-to tensor"),
        (lambda x: x.__setitem__([0], torch.ones(3)), "value tensor of shape [3] cannot be"),
    ],
)
def test_bad_writes_change_nothing(write, message):
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    with pytest.raises(RuntimeError) as caught:
        write(x)
    assert message in str(caught.value)
    assert x.tolist() == [[1, 2], [3, 4]]
    assert x._version == 0


def test_an_argument_of_another_type_is_told_by_the_in_place_name():
    with pytest.raises(TypeError, match=r"add_\(\): argument 'other' \(position 1\)"):
        torch.ones(2).add_("a")
    x = torch.ones(2)
    with pytest.raises(TypeError, match=r"for \+=: 'Tensor' and 'str'"):
        x += "a"


def test_a_write_keeps_the_tensors_dtype():
    x = torch.ones(2, dtype=torch.float16)
    x += torch.tensor([1.5, 2.0], dtype=torch.float64)
    assert x.dtype is torch.float16
    count = torch.tensor([1, 2])
    count[0] = 1.7
    assert count.tolist() == [1, 2]
    with pytest.raises(RuntimeError, match="result type Float can't be cast to the desired"):
        count += 1.5


def test_item_assignment_of_every_kind():
    x = torch.zeros(2, 3)
    x[0, 1] = 1.0
    x[:, 2] = torch.tensor([2.0, 3.0])
    x[x == 0] = -1.0
    x[[1], [0]] = torch.tensor(9.0)
    assert x.tolist() == [[-1, 1, 2], [9, -1, 3]]
    x[...] = 4.0
    x[False] = 5.0
    assert x.tolist() == [[4, 4, 4], [4, 4, 4]]
    with pytest.raises(TypeError, match=r"can't assign a list to a torch\.FloatTensor"):
        x[0] = [1, 2, 3]


def test_retained_gradients_follow_the_tensor_and_hooks_stay():
    x = leaf()
    y = x * 1
    y.retain_grad()
    seen = []
    y.register_hook(lambda grad: seen.append(grad.tolist()))
    y.mul_(3)
    y.sum().backward()
    assert y.grad.tolist() == [[1, 1], [1, 1]]
    assert seen == [[[3, 3], [3, 3]]]


def test_index_put_accumulates_what_meets():
    x = torch.zeros(2)
    x.index_put_((torch.tensor([0, 0]),), torch.tensor([1.0, 2.0]), accumulate=True)
    assert x.tolist() == [3, 0]


@pytest.mark.parametrize(
    ("write", "error", "message"),
    [
        (
            lambda: torch.ones(3).cumsum_(0, dtype=torch.int64),
            RuntimeError,
            "Bad in-place call: input tensor dtype float and output tensor dtype long int should",
        ),
        (
            lambda: torch.ones(3, dtype=torch.bool).cumprod_(0),
            NotImplementedError,
            "\"cumprod_out_cpu\" not implemented for 'Bool'",
        ),
        (
            lambda: torch.ones(3, 3).addmm_(torch.ones(2, 3), torch.ones(3, 2)),
            RuntimeError,
            "Bad in-place call: input tensor size [3, 3] and output tensor size [2, 2] should",
        ),
        (
            lambda: torch.ones(2).masked_fill_(torch.ones(3, dtype=torch.bool), 0),
            RuntimeError,
            "The size of tensor a (2) must match the size of tensor b (3)",
        ),
        (
            lambda: torch.ones(2, dtype=torch.int32).clamp_(0.5),
            RuntimeError,
            "result type Float can't be cast to the desired output type int",
        ),
        (
            lambda: torch.ones(()).copy_(torch.ones(1)),
            RuntimeError,
            "output with shape [] doesn't match the broadcast shape [1]",
        ),
        (
            lambda: torch.ones(2).copy_(torch.ones(2), 1),
            TypeError,
            "copy_(): argument 'non_blocking' (position 2) must be bool, not int",
        ),
        (lambda: torch.ones(2).zero_(1), TypeError, "TensorBase.zero_() takes no arguments"),
    ],
)
def test_in_place_ops_refuse_in_words_of_their_own(write, error, message):
    with pytest.raises(error) as caught:
        write()
    assert message in str(caught.value)


def test_a_floor_division_in_place_has_no_derivative():
    y = torch.ones(2, requires_grad=True) * 3
    y //= 2
    assert y.grad_fn.name() == "torch::autograd::NotImplemented"
    with pytest.raises(RuntimeError, match="derivative for aten::floor_divide_ is not implemented"):
        y.sum().backward()


def test_an_expanded_tensor_may_be_copied_onto_itself():
    x = torch.ones(1).expand(2)
    x.copy_(x)
    x[...] = x
    assert x.tolist() == [1.0, 1.0]
    assert x._version == 2


def test_a_view_is_renewed_though_its_base_requires_grad_no_more():
    x = torch.ones(4, requires_grad=True)
    view = x.view(2, 2)
    x.requires_grad_(False)
    x.mul_(2)
    assert view.grad_fn.name() == "AsStridedBackward0"
    assert view.grad_fn.next_functions == ((None, 0),)


def test_a_copys_gradient_is_summed_in_the_dtype_of_its_source():
    source = torch.ones(1, dtype=torch.float64, requires_grad=True)
    target = torch.ones(3)
    target.copy_(source)
    target.backward(torch.tensor([1e8, 1.0, 1.0]))
    assert source.grad.item() == 100000002.0


def test_the_gradient_of_a_squeezed_number_can_be_written_to():
    x = torch.tensor([1.0], requires_grad=True)
    grad = torch.autograd.grad(x.squeeze().clone(), x)[0]
    grad.mul_(2)
    assert grad.tolist() == [2.0]


def test_a_view_written_to_before_its_base_required_grad_is_renewed_when_it_does():
    x = torch.ones(4)
    view = x[:2]
    x.mul_(2)
    assert view.grad_fn is None
    x.requires_grad_()
    view.sum().backward()
    assert view.grad_fn.name() == "AsStridedBackward0"
    assert x.grad.tolist() == [1.0, 1.0, 0.0, 0.0]


def test_a_triangle_of_an_expanded_tensor_writes_what_it_changes():
    x = torch.tensor([1.0, 2.0]).expand(2, 2)
    assert x.tril_().tolist() == [[1.0, 0.0], [1.0, 0.0]]


def test_a_view_reshaped_without_grad_is_renewed_from_its_base():
    x = torch.ones(1, 2, requires_grad=True)
    view = x.t()
    with torch.no_grad():
        view.squeeze_()
    assert view.grad_fn.name() == "AsStridedBackward0"
    view.sum().backward()
    assert x.grad.tolist() == [[1.0, 1.0]]


def test_a_real_number_written_over_complex_ones_gets_no_complex_gradient() -> None:
    value = torch.tensor(1.0, requires_grad=True)
    z = torch.zeros(2, dtype=torch.complex64)
    z[...] = value
    with pytest.raises(RuntimeError, match=r"Expected isFloatingType\(grad.scalar_type\(\)\)"):
        z.backward(torch.ones(2, dtype=torch.complex64))
    z = torch.zeros(2, dtype=torch.complex64)
    z.copy_(value)
    z.backward(torch.ones(2, dtype=torch.complex64))
    assert value.grad.item() == 2.0
