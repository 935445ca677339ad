"""`autograd.functional`: results and their nesting, graphs, strict mode, what is refused."""

from __future__ import annotations

import pytest

import mini_autograd as torch
from mini_autograd.autograd import functional

X = (1.0, 2.0)


def vector(*values, requires_grad=False):
    return torch.tensor(values, requires_grad=requires_grad)


def cube_sum(x):
    return (x**3).sum()


def test_a_jacobian_has_the_outputs_shape_and_then_the_inputs():
    found = functional.jacobian(lambda x: x.sum(0), torch.ones(2, 3))
    assert found.shape == (3, 2, 3)
    assert found.tolist()[0] == [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]


def test_a_jacobian_is_nested_as_outputs_and_inputs_are():
    x, y = vector(*X), vector(3.0)
    found = functional.jacobian(lambda a, b: (a * b, b.sum()), (x, y))
    assert [[each.tolist() for each in row] for row in found] == [
        [[[3.0, 0.0], [0.0, 3.0]], [[1.0], [2.0]]],
        [[0.0, 0.0], [1.0]],
    ]
    alone = functional.jacobian(lambda a: (a * 2,), x)
    assert isinstance(alone, tuple)
    assert alone[0].tolist() == [[2.0, 0.0], [0.0, 2.0]]


@pytest.mark.parametrize("options", [{}, {"vectorize": True}])
def test_hessian_of_a_cube(options):
    found = functional.hessian(cube_sum, vector(*X), **options)
    assert found.tolist() == [[6.0, 0.0], [0.0, 12.0]]
    assert not found.requires_grad


def test_forward_mode_gives_the_outputs_dtype_and_lists():
    x = vector(*X)
    options = {"vectorize": True, "strategy": "forward-mode"}
    found = functional.jacobian(lambda a: a.double().exp() * 0 + a.double() ** 2, x, **options)
    assert found.dtype is torch.float64
    assert found.tolist() == [[2.0, 0.0], [0.0, 4.0]]
    nested = functional.jacobian(lambda a, b: (a * b, b), (x, x), **options)
    assert isinstance(nested, list)
    assert isinstance(nested[0], list)


def test_products_give_the_output_and_the_product():
    x, v = vector(*X), vector(1.0, -1.0)
    assert [each.tolist() for each in functional.vjp(lambda a: a**2, x, v)] == [
        [1.0, 4.0],
        [2.0, -4.0],
    ]
    assert functional.jvp(lambda a: a**2, x, v)[1].tolist() == [2.0, -4.0]
    assert functional.vhp(cube_sum, x, v)[1].tolist() == [6.0, -12.0]
    output, product = functional.hvp(cube_sum, x, v)
    assert (output.item(), product.tolist()) == (9.0, [6.0, -12.0])


def test_the_function_runs_with_grad_on_other_tensors():
    x = vector(*X, requires_grad=True)
    seen = []

    def function(a):
        seen.append((torch.is_grad_enabled(), a is x, a.is_leaf, a.requires_grad))
        return a.sum()

    with torch.no_grad():
        functional.vjp(function, x)
        functional.vjp(function, x, create_graph=True)
    assert seen == [(True, False, True, True), (True, False, False, True)]
    assert x.grad is None


def test_create_graph_leads_back_to_the_users_tensor():
    x = vector(*X, requires_grad=True)
    functional.hessian(cube_sum, x, create_graph=True).sum().backward()
    assert x.grad.tolist() == [6.0, 6.0]


def test_without_strict_an_independent_input_has_zeros():
    x, y = vector(*X), vector(*X)
    first, second = functional.vjp(lambda a, b: a.sum(), (x, y))[1]
    assert (first.tolist(), second.tolist()) == ([1.0, 1.0], [0.0, 0.0])


STRICT = {
    "does not require gradients": lambda x, y: functional.vjp(
        lambda a: a.detach().sum(), x, strict=True
    ),
    "independent of input 1. This is not allowed in strict mode.": lambda x, y: functional.vjp(
        lambda a, b: a.sum(), (x, y), strict=True
    ),
    "Output 0 of the user-provided function is independent of input 1": lambda x, y: (
        functional.jacobian(lambda a, b: a, (x, y), strict=True)
    ),
    "the jacobian of the user-provided function with respect to input 0 is": lambda x, y: (
        functional.hessian(lambda a: a.sum(), x, strict=True)
    ),
    "in strict mode when create_graph=True": lambda x, y: functional.vjp(
        lambda a: a.sum(), x, strict=True, create_graph=True
    ),
}


@pytest.mark.parametrize("message", STRICT)
def test_strict_refuses_what_does_not_depend_on_an_input(message):
    with pytest.raises(RuntimeError, match=message):
        STRICT[message](vector(*X), vector(*X))


def test_a_function_that_captures_its_input_does_not_depend_on_its_argument():
    x = vector(*X, requires_grad=True)
    with pytest.raises(RuntimeError, match="independent of input 0"):
        functional.vjp(lambda a: x.sum(), x, strict=True)


REFUSED = {
    "value at index 1 has type <class 'int'>": (TypeError, lambda x: ((x, 3), x)),
    "given inputs has type <class 'list'>": (TypeError, lambda x: ([x], x)),
    "v has invalid size: should be torch.Size": (RuntimeError, lambda x: (x, x[:1])),
    "The given v should contain a single Tensor.": (RuntimeError, lambda x: (x, (x, x))),
    "Entry 1 in v has invalid size": (RuntimeError, lambda x: ((x, x), (x, x[:1]))),
    "v is a tuple of invalid length: should be 2 but got 1": (
        RuntimeError,
        lambda x: ((x, x), (x,)),
    ),
    "The vector v can only be None if the input to the user-provided function is": (
        RuntimeError,
        lambda x: (x, None),
    ),
}


@pytest.mark.parametrize("message", REFUSED)
def test_arguments_are_refused_in_torchs_words(message):
    kind, arguments = REFUSED[message]
    inputs, v = arguments(vector(*X))
    with pytest.raises(kind, match=message.replace("(", r"\(")):
        functional.hvp(lambda *a: sum(each.sum() for each in a), inputs, v)


def test_options_that_exclude_each_other_are_refused():
    x = vector(*X)
    with pytest.raises(RuntimeError, match="`strict=True` and `vectorized=True`"):
        functional.jacobian(cube_sum, x, strict=True, vectorize=True)
    with pytest.raises(NotImplementedError, match="only implemented for `vectorize=True`"):
        functional.jacobian(cube_sum, x, strategy="forward-mode")
    with pytest.raises(AssertionError, match="Expected strategy to be either"):
        functional.hessian(cube_sum, x, outer_jacobian_strategy="both")


def test_a_batch_of_cotangents_gives_a_batch_of_gradients():
    x = vector(*X, requires_grad=True)
    (found,) = torch.autograd.grad(x**2, x, torch.eye(2), is_grads_batched=True)
    assert found.tolist() == [[2.0, 0.0], [0.0, 4.0]]
    with pytest.raises(RuntimeError, match="we interpret the first dimension of each grad_output"):
        torch.autograd.grad(x**2, x, torch.ones(2), is_grads_batched=True)
