"""What is warned of: once a process or each time, in torch's words."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import mini_autograd as torch


def said(call):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    return [(each.category, str(each.message)) for each in caught]


ONCE = {
    "a scalar of a graph": (
        lambda: float(torch.tensor(2.0, requires_grad=True)),
        "Converting a tensor with requires_grad=True to a scalar may lead to unexpected "
        "behavior.\nConsider using tensor.detach() first.",
    ),
    "a complex number of a graph": (
        lambda: complex(torch.tensor(2.0, requires_grad=True)),
        "Converting a tensor with requires_grad=True to a scalar may lead to unexpected "
        "behavior.\nConsider using tensor.detach() first.",
    ),
    "a cycle": (
        lambda: torch.ones((), requires_grad=True).exp().backward(create_graph=True),
        "Using backward() with create_graph=True will create a reference cycle between the "
        "parameter and its gradient which can cause a memory leak. We recommend using "
        "autograd.grad when creating the graph to avoid this. If you have to use this function, "
        "make sure to reset the .grad fields of your parameters to None after use to break the "
        "cycle and avoid the leak.",
    ),
    "complex to real": (
        lambda: torch.ones(1).copy_(torch.tensor([1j])),
        "Casting complex values to real discards the imaginary part",
    ),
    "a read-only array": (
        lambda: torch.from_numpy(np.broadcast_to(np.ones(1), (2,))),
        "The given NumPy array is not writable, and PyTorch does not support non-writable "
        "tensors. This means writing to this tensor will result in undefined behavior. You may "
        "want to copy the array to protect its data or make it writable before converting it to "
        "a tensor. This type of warning will be suppressed for the rest of this program.",
    ),
    "T of no matrix": (
        lambda: torch.ones(2).T,
        "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is "
        "deprecated and it will throw an error in a future release. Consider `x.mT` to transpose "
        "batches of matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the "
        "dimensions of a tensor.",
    ),
    "T of a number": (
        lambda: torch.tensor(1.0).T,
        "Tensor.T is deprecated on 0-D tensors. This function is the identity in these cases.",
    ),
    "mH of a number": (
        lambda: torch.tensor(1.0).mH,
        "Tensor.mH is deprecated on 0-D tensors. Consider using x.conj().",
    ),
    "a scatter that reduces": (
        lambda: torch.ones(2).scatter(0, torch.tensor([0]), torch.ones(1), reduce="add"),
        "The reduce argument of torch.scatter with Tensor src is deprecated and will be removed "
        "in a future PyTorch release. Use torch.scatter_reduce instead for more reduction options.",
    ),
}


@pytest.mark.parametrize(("call", "message"), ONCE.values(), ids=ONCE)
def test_it_is_said_once_or_always(call, message):
    assert said(call) == [(UserWarning, message)]
    assert said(call) == []
    torch.set_warn_always(True)
    assert torch.is_warn_always_enabled()
    assert said(call) == said(call) == [(UserWarning, message)]


def test_a_warning_that_was_made_an_error_is_said_again():
    call = ONCE["T of a number"][0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            with pytest.raises(UserWarning, match="deprecated on 0-D tensors"):
                call()


def test_the_switch_takes_bools_only():
    with pytest.raises(RuntimeError, match="setWarnOnlyOnce expects a bool, but got int"):
        torch.set_warn_always(1)


def test_the_grad_of_what_was_computed_is_asked_for_with_a_warning_each_time():
    y = torch.ones(2, requires_grad=True) * 2
    message = (
        "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad "
        "attribute won't be populated during autograd.backward(). If you indeed want the .grad "
        "field to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. "
        "If you access the non-leaf Tensor by mistake, make sure you access the leaf Tensor "
        "instead. See github.com/pytorch/pytorch/pull/30531 for more information."
    )
    assert said(lambda: y.grad) == said(lambda: y.grad) == [(UserWarning, message)]
    y.retain_grad()
    assert said(lambda: y.grad) == []


def test_no_warning_for_a_leaf_a_view_without_history_or_a_grad_that_was_set():
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        view = x[:1]
    computed = x * 2
    computed.grad = torch.ones(2)
    assert said(lambda: (x.grad, view.grad, computed.grad, torch.ones(1).grad)) == []


LAYOUT = (
    "grad and param do not obey the gradient layout contract. This is not an error, but may "
    "impair performance.\n"
)


@pytest.mark.parametrize(
    ("leaf", "held", "told"),
    [
        (lambda: torch.ones(2, 3).t(), lambda: torch.ones(3, 2), ([3, 2], [2, 1], [1, 3])),
        (lambda: torch.ones(3, 2), lambda: torch.ones(2, 3).t(), ([3, 2], [1, 3], [2, 1])),
        (lambda: torch.ones(3), lambda: torch.ones(6)[::2], ([3], [2], [1])),
        (lambda: torch.ones(6)[::2], lambda: torch.ones(6)[::2], ([3], [2], [2])),
        (
            lambda: torch.ones(1, 3),
            lambda: torch.ones(3).as_strided((1, 3), (0, 1)),
            ([1, 3], [0, 1], [3, 1]),
        ),
    ],
)
def test_a_held_gradient_that_lies_otherwise_than_its_leaf_is_warned_of(leaf, held, told):
    x = leaf().requires_grad_()
    x.grad = held()
    shape, grad_strides, strides = told
    message = (
        f"{LAYOUT}grad.sizes() = {shape}, strides() = {grad_strides}\n"
        f"param.sizes() = {shape}, strides() = {strides}"
    )
    assert said(lambda: (x * 2).sum().backward()) == [(UserWarning, message)]
    assert said(lambda: (x * 2).sum().backward()) == []  # once a process


@pytest.mark.parametrize(
    ("leaf", "held"),
    [
        (lambda: torch.ones(1, 3), lambda: torch.ones(3, 1).t()),
        (lambda: torch.ones(6)[::2], lambda: torch.ones(3)),
        (lambda: torch.ones(1).expand(3), lambda: torch.ones(3)),
    ],
)
def test_a_dim_of_one_element_and_a_leaf_that_is_not_dense_want_nothing(leaf, held):
    x = leaf().requires_grad_()
    x.grad = held()
    assert said(lambda: (x * 2).sum().backward()) == []


def test_what_a_walk_warns_of_is_said_when_it_has_ended():
    x = torch.ones(2, 3).t().requires_grad_()
    x.grad = torch.ones(3, 2)
    y = x * 2
    y.register_hook(lambda grad: warnings.warn("from the hook", stacklevel=1))
    messages = [message for _, message in said(lambda: y.sum().backward(None, True, True))]
    assert [message.split(".")[0] for message in messages] == [
        "from the hook",
        "Using backward() with create_graph=True will create a reference cycle between the "
        "parameter and its gradient which can cause a memory leak",
        "grad and param do not obey the gradient layout contract",
    ]


def test_a_walk_that_fails_warns_all_the_same():
    x = torch.ones(2, requires_grad=True)
    x.register_hook(lambda grad: grad[:1])

    def fail():
        with pytest.raises(RuntimeError):
            x.exp().sum().backward(create_graph=True)

    assert [category for category, _ in said(fail)] == [UserWarning]


def test_a_walk_inside_another_says_its_own_alone():
    def inside(grad):
        x = torch.ones((), requires_grad=True)
        x.register_hook(lambda grad: "no tensor")
        with pytest.raises(TypeError):
            x.backward()
        warnings.warn("after the inner walk", stacklevel=1)
        return "no tensor"

    def fail():
        x = torch.ones((), requires_grad=True)
        x.register_hook(inside)
        with torch.autograd.set_detect_anomaly(True), pytest.raises(TypeError):
            x.exp().backward(create_graph=True)

    assert [message.split(".")[0].strip() for _, message in said(fail)] == [
        "Error detected in torch::autograd::AccumulateGrad",
        "Previous calculation was induced by torch::autograd::AccumulateGrad",
        "after the inner walk",
        "Using backward() with create_graph=True will create a reference cycle between the "
        "parameter and its gradient which can cause a memory leak",
        "Error detected in torch::autograd::AccumulateGrad",
    ]


@pytest.mark.parametrize(
    "call",
    [
        lambda: torch.zeros(0).copy_(torch.zeros(0, dtype=torch.complex64)),
        lambda: torch.zeros(0, 3).copy_(torch.zeros(3, dtype=torch.complex64)),
        lambda: torch.zeros(0, dtype=torch.complex64).to(torch.float32),
        lambda: torch.zeros(0).fill_(torch.tensor(1j)),
        lambda: torch.tensor(3e38).mul_(1e300),
        lambda: torch.tensor(3e38).mul_(torch.tensor(1e300, dtype=torch.float64)),
        lambda: torch.tensor([3e38]).pow_(torch.tensor([3.0], dtype=torch.float64)),
    ],
)
def test_no_warning_where_no_element_is_cast_nor_of_an_overflow(call):
    assert said(call) == []


def test_a_number_taken_out_of_a_graph_is_warned_of_only_while_one_is_recorded():
    x = torch.tensor(1.0, requires_grad=True)
    for convert in (float, complex, lambda x: torch.tensor([x])):
        with torch.no_grad():
            assert said(lambda convert=convert: convert(x)) == []
    assert len(said(lambda: float(x))) == 1


def test_one_number_under_a_mask_on_an_expanded_tensor_is_warned_of_twice():
    x, mask = torch.ones(1).expand(2), torch.tensor([True, False])
    writes = {
        "a number": lambda: x.__setitem__((mask,), 1.0),
        "two numbers": lambda: x.__setitem__((torch.tensor([0, 1]),), torch.ones(2)),
    }
    assert [text.split(" on ")[0] for _, text in said(writes["a number"])] == [
        "Use of index_put_",
        "Use of masked_fill_",
    ]
    assert [text.split(" on ")[0] for _, text in said(writes["two numbers"])] == [
        "Use of index_put_"
    ]


def test_no_warning_of_a_real_exponent_beside_a_complex_base():
    x = torch.tensor(2j, requires_grad=True)
    y = x ** torch.tensor(2.0)
    assert said(lambda: y.backward(torch.tensor(1 + 0j))) == []
    assert x.grad.item() == pytest.approx(-4j)
