"""`func`: transforms of functions, nested ones, what they leave alone and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest

import mini_autograd as torch
from mini_autograd import func


def vector(*values, requires_grad=False):
    return torch.tensor(values, requires_grad=requires_grad)


def cube_sum(x):
    return (x**3).sum()


def test_grad_needs_no_flag_and_leaves_none():
    x = vector(1.0, 2.0)
    found = func.grad(cube_sum)(x)
    assert found.tolist() == [3.0, 12.0]
    assert not found.requires_grad
    assert not x.requires_grad
    assert x.grad is None


def test_grad_of_grad():
    third = func.grad(func.grad(func.grad(lambda x: x**4)))
    assert third(torch.tensor(2.0)).item() == 48.0


def test_an_inner_transform_does_not_see_the_outer_argument_as_its_own():
    # d/dx (x · d/dy (x + y)) = 1: confusing the two arguments gives 2
    assert func.grad(lambda x: x * func.grad(lambda y: x + y)(x))(torch.tensor(1.0)).item() == 1.0


def test_what_it_gives_can_be_differentiated_by_the_users_tensors():
    x, w = vector(1.0, 2.0, requires_grad=True), vector(3.0, 4.0, requires_grad=True)
    func.grad(lambda a: (a**3 * w).sum())(x).sum().backward()
    assert x.grad.tolist() == [18.0, 48.0]
    assert w.grad.tolist() == [3.0, 12.0]


def test_without_grad_outside_nothing_leads_on():
    x = vector(1.0, 2.0, requires_grad=True)
    with torch.no_grad():
        found = func.grad(func.grad(lambda a: a**3))(x[0])
    assert found.item() == 6.0
    assert not found.requires_grad


def test_arguments_are_leaves_inside():
    x = vector(1.0, 2.0, requires_grad=True)
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad is being used in"):
        func.grad(lambda a: a.mul_(2).sum())(x)
    assert x.tolist() == [1.0, 2.0]


def test_argnums_choose_and_nest():
    x, y = torch.tensor(2.0), torch.tensor(3.0)
    assert func.grad(lambda a, b: a * b, argnums=-1)(x, y).item() == 2.0
    first, second = func.grad(lambda a, b: a * b, argnums=(1, 0))(x, y)
    assert (first.item(), second.item()) == (2.0, 3.0)


def test_gradients_are_nested_as_the_argument_is():
    found = func.grad(lambda p: p["w"] * p["b"][0])(
        {"w": torch.tensor(2.0), "b": [torch.tensor(3.0)]}
    )
    assert found["w"].item() == 3.0
    assert found["b"][0].item() == 2.0


def test_aux_goes_along():
    gradient, aux = func.grad(lambda x: (x**2, {"twice": x * 2}), has_aux=True)(torch.tensor(3.0))
    assert gradient.item() == 6.0
    assert aux["twice"].item() == 6.0
    assert not aux["twice"].requires_grad
    gradient, (value, _) = func.grad_and_value(lambda x: (x**2, x), has_aux=True)(torch.tensor(3.0))
    assert (gradient.item(), value.item()) == (6.0, 9.0)


def test_vjp_gives_a_function_to_be_called_again():
    x = vector(1.0, 2.0)
    output, products = func.vjp(lambda a: {"square": a**2}, x)
    assert output["square"].tolist() == [1.0, 4.0]
    for _ in range(2):
        (product,) = products({"square": vector(1.0, -1.0)})
        assert product.tolist() == [2.0, -4.0]


def test_an_output_that_is_the_argument_is_the_users_tensor():
    x = vector(1.0, 2.0)
    assert func.vjp(lambda a: a, x)[0] is x


def test_jvp_pushes_tangents():
    x = vector(1.0, 2.0)
    output, tangent = func.jvp(lambda a: (a**2, a.sum()), (x,), (vector(1.0, -1.0),))
    assert [each.tolist() for each in output] == [[1.0, 4.0], 3.0]
    assert [each.tolist() for each in tangent] == [[2.0, -4.0], 0.0]


@pytest.mark.parametrize("transform", [func.jacrev, func.jacfwd])
def test_jacobians_by_rows_and_by_columns(transform):
    x, y = vector(1.0, 2.0), vector(3.0)
    by_x, by_y = transform(lambda a, b: a * b, argnums=(0, 1))(x, y)
    assert by_x.tolist() == [[3.0, 0.0], [0.0, 3.0]]
    assert by_y.tolist() == [[1.0], [2.0]]
    assert transform(torch.sum)(x).tolist() == [1.0, 1.0]


def test_hessian():
    assert func.hessian(cube_sum)(vector(1.0, 2.0)).tolist() == [[6.0, 0.0], [0.0, 12.0]]


def test_jacfwd_does_not_depend_on_an_argument_counted_from_the_end():
    assert func.jacfwd(cube_sum, argnums=-1)(vector(1.0, 2.0)).tolist() == [0.0, 0.0]


def test_inside_a_transform_the_users_autograd_is_refused():
    x = vector(1.0, 2.0)
    with pytest.raises(RuntimeError, match=r"attempting to call Tensor.requires_grad_\(\)"):
        func.grad(lambda a: a.requires_grad_().sum())(x)
    with pytest.raises(RuntimeError, match=r"backward\(\) called inside a functorch transform"):
        func.grad(lambda a: a.sum().backward())(x)
    assert x.requires_grad_().requires_grad  # and is no longer, once it is done


REFUSED = {
    "Expected f(*args) to return a scalar Tensor, got tensor with 1 dims": lambda x: func.grad(
        lambda a: a
    )(x),
    "Expected f(*args) to return a Tensor, got <class 'float'>": lambda x: func.grad(lambda a: 1.0)(
        x
    ),
    "Got argnum=1, but only 1 positional inputs": lambda x: func.grad(cube_sum, argnums=1)(x),
    "argnums elements must be unique, got (0, 0)": lambda x: func.grad(cube_sum, argnums=(0, -1))(
        x
    ),
    "output of function f should be a tuple: (output, aux) if has_aux is True": lambda x: func.grad(
        cube_sum, has_aux=True
    )(x),
    "All outputs of f must be floating-point or complex Tensors": lambda x: func.vjp(
        lambda a: torch.arange(2), x
    ),
    "cotangents: *, primal output: (*, *)": lambda x: func.vjp(lambda a: (a, a), x)[1](x),
    "Got primals with structure TreeSpec(tuple, None, [*]) and tangents with structure *": (
        lambda x: func.jvp(cube_sum, (x,), x)
    ),
    "Expected primals to be a tuple": lambda x: func.jvp(cube_sum, x, x),
    "Tensor is of size [2] while the given forward gradient is of size [1]": lambda x: func.jvp(
        cube_sum, (x,), (x[:1],)
    ),
    "The output of f is independent of the inputs": lambda x: func.jvp(
        lambda a: torch.ones(1), (x,), (x,), strict=True
    ),
    "jacrev: Expected all inputs to be real": lambda x: func.jacrev(cube_sum)(x * 1j),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_cannot_be_transformed_is_refused_in_torchs_words(message):
    with pytest.raises(RuntimeError) as caught:
        REFUSED[message](vector(1.0, 2.0))
    assert message in str(caught.value)


def test_an_argument_to_differentiate_by_must_be_a_tensor():
    with pytest.raises(ValueError, match="Thing passed to transform API must be Tensor, got"):
        func.grad(cube_sum)(2.0)


def test_retain_grad_is_refused_inside_a_transform() -> None:
    def function(a: Any) -> Any:
        a.retain_grad()
        return a.sum()

    with pytest.raises(RuntimeError, match=r"attempting to call Tensor.retain_grad\(\) inside"):
        torch.func.grad(function)(torch.ones(2))


def test_jacobians_of_no_elements_have_the_shapes_of_some() -> None:
    empty = torch.zeros(0, 2, requires_grad=True)
    rows = torch.func.jacrev(lambda x: x * x)(empty)
    assert rows.shape == (0, 2, 0, 2)
    assert rows.grad_fn.name() == "ViewBackward0"
    assert torch.func.jacfwd(lambda x: x.sum())(torch.zeros(0)).shape == (0,)
    assert torch.func.hessian(lambda x: (x * x).sum())(torch.zeros(0)).shape == (0, 0)


def test_the_graph_of_what_a_transform_gives_shows_the_users_tensors_alone():
    x = torch.ones(2, requires_grad=True)
    first, second = x.chunk(2)
    output, products = torch.func.vjp(lambda a, b: a * b, first, second)
    for each in (output, *products(torch.ones(1))):
        names = {node.name() for node, _ in each.grad_fn.next_functions if node is not None}
        assert names == {"SplitBackward0"}


def test_an_argument_that_requires_no_grad_is_no_part_of_the_graph():
    x, constant = torch.ones((), requires_grad=True), torch.ones(())
    output, _ = torch.func.vjp(lambda a, b: a * b, constant, x)
    assert output.grad_fn.next_functions[0] == (None, 0)
    assert output.grad_fn.next_functions[1][0].variable is x


def test_inside_a_transform_its_arguments_are_leaves():
    seen = []

    def f(x):
        y = x * 2
        seen.append([type(node).__name__ for node, _ in y.grad_fn.next_functions if node])
        return y

    torch.func.grad(f)(torch.ones((), requires_grad=True) * 3)
    assert seen == [["AccumulateGrad"]]


def test_columns_of_a_jacobian_lie_together_in_memory() -> None:
    x = torch.tensor([1.0, 2.0])
    jacobian = torch.func.jacfwd(lambda a: a * a)(x)
    assert (jacobian.tolist(), jacobian.stride()) == ([[2.0, 0.0], [0.0, 4.0]], (1, 2))
    assert torch.func.hessian(lambda a: (a * a).sum())(x).stride() == (1, 2)
    assert torch.func.jacrev(lambda a: a * a)(x).stride() == (2, 1)


def test_columns_that_nothing_reaches_are_one_zero_shown_often() -> None:
    jacobian = torch.func.jacfwd(lambda x: x.detach() * 2)(torch.ones(2))
    assert jacobian.stride() == (1, 0)
    with pytest.raises(RuntimeError, match="more than one element of the written-to tensor"):
        jacobian.sigmoid_()


def test_what_a_transform_gave_is_walked_as_if_its_arguments_were_the_users_tensors() -> None:
    x = torch.tensor(1.0, requires_grad=True)
    _, value = torch.func.grad_and_value(lambda a, b: (a * a * b).sum())(x, x)
    (gradient,) = torch.autograd.grad(value, x, create_graph=True)
    sums = [node.name() for node, _ in gradient.grad_fn.next_functions]
    assert sums == ["AddBackward0", "MulBackward0"]  # one after the other, as they came


def test_what_leads_to_no_tensor_of_the_users_is_no_part_of_the_graph_outside() -> None:
    constant, x = torch.tensor(1.0), torch.tensor(2.0, requires_grad=True)
    _, value = torch.func.grad_and_value(lambda a, b: a * a * b)(constant, x)
    assert [node and node.name() for node, _ in value.grad_fn.next_functions] == [
        None,
        "torch::autograd::AccumulateGrad",
    ]
