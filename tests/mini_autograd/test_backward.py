"""`backward` and `grad`: what they take, what they refuse, and where gradients go."""

from __future__ import annotations

import warnings

import pytest

import mini_autograd as torch


def leaf(*values):
    return torch.tensor(values, requires_grad=True)


def test_a_scalar_needs_no_gradient_and_other_outputs_do():
    x = leaf(1.0, 2.0)
    with pytest.raises(RuntimeError, match="grad can be implicitly created only for scalar outp"):
        (x * 2).backward()
    assert x.grad is None
    (x * 2).sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


@pytest.mark.parametrize("shape", [(1,), (1, 1)])
def test_one_element_is_scalar_whatever_its_rank(shape):
    x = torch.full(shape, 3.0, requires_grad=True)
    (x * x).backward()
    assert x.grad.flatten().tolist() == [6.0]


def test_a_complex_output_needs_a_gradient():
    x = torch.tensor(1.0 + 1.0j, requires_grad=True)
    with pytest.raises(RuntimeError, match="only for real scalar outputs but got"):
        (x * x).backward()


def test_the_gradient_weighs_the_output():
    x = leaf(1.0, 2.0, 3.0)
    (x * x).backward(torch.tensor([1.0, 0.0, -2.0]))
    assert x.grad.tolist() == [2.0, 0.0, -12.0]


def test_a_gradient_of_another_shape_is_refused():
    x = leaf(1.0, 2.0)
    with pytest.raises(RuntimeError) as raised:
        (x * 2).backward(torch.tensor([1.0]))
    assert str(raised.value) == (
        "Mismatch in shape: grad_output[0] has a shape of torch.Size([1]) "
        "and output[0] has a shape of torch.Size([2])."
    )


def test_a_real_gradient_of_another_dtype_is_converted():
    x = leaf(1.0, 2.0)
    (x * 2).backward(torch.tensor([1.0, 2.0], dtype=torch.float64))
    assert x.grad.dtype is torch.float32
    assert x.grad.tolist() == [2.0, 4.0]


def test_a_complex_gradient_for_a_real_output_is_refused():
    with pytest.raises(RuntimeError, match="both grad_output and output are required to have the"):
        (leaf(1.0) * 2).backward(torch.tensor([1.0 + 1.0j]))


def test_what_has_no_graph_is_refused():
    with pytest.raises(RuntimeError) as raised:
        torch.tensor(1.0).backward()
    assert str(raised.value) == (
        "element 0 of tensors does not require grad and does not have a grad_fn"
    )


def test_a_leaf_may_be_the_output():
    x = torch.tensor(5.0, requires_grad=True)
    x.backward()
    assert x.grad.item() == 1.0


def test_gradients_accumulate_in_the_same_tensor():
    x = leaf(1.0)
    (x * 2).backward()
    first = x.grad
    (x * 3).backward()
    assert x.grad is first
    assert first.tolist() == [5.0]


def test_a_gradient_put_there_by_the_user_is_added_to():
    x = leaf(1.0, 2.0)
    x.grad = torch.tensor([10.0, 20.0])
    (x * 2).sum().backward()
    assert x.grad.tolist() == [12.0, 22.0]


def test_the_gradient_that_was_given_is_not_the_leafs_own():
    x, y = leaf(1.0, 2.0), leaf(1.0, 2.0)
    given = torch.tensor([1.0, 1.0])
    (x + y).backward(given)
    x.grad.mul_(5)
    assert given.tolist() == [1.0, 1.0]
    assert y.grad.tolist() == [1.0, 1.0]


def test_several_outputs_go_backward_in_one_walk():
    x = leaf(1.0, 2.0)
    y = x * x
    torch.autograd.backward([y, y.sum()], [torch.tensor([1.0, 0.0]), None])
    assert x.grad.tolist() == [4.0, 4.0]


def test_as_many_gradients_as_outputs_are_needed():
    x = leaf(1.0)
    with pytest.raises(RuntimeError, match="got 2 tensors and 1 gradients"):
        torch.autograd.backward([x * 1, x * 2], [torch.tensor([1.0])])


def test_a_gradient_that_is_no_tensor_is_refused():
    with pytest.raises(TypeError, match="gradients can be either Tensors or None, but got float"):
        torch.autograd.backward([leaf(1.0) * 2], [1.0])


def test_create_graph_warns_of_the_cycle_that_it_makes():
    x = leaf(3.0)
    with pytest.warns(UserWarning, match="will create a reference cycle"):
        (x**3).sum().backward(create_graph=True)
    assert x.grad.requires_grad
    (second,) = torch.autograd.grad(x.grad.sum(), x)
    assert second.tolist() == [18.0]


def test_without_it_gradients_have_no_history():
    x = leaf(3.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (x**3).sum().backward()
    assert not x.grad.requires_grad


def test_empty_inputs_are_refused():
    with pytest.raises(RuntimeError) as raised:
        (leaf(1.0) * 2).backward(inputs=[])
    assert str(raised.value) == "`inputs` argument to `backward()` cannot be empty."


def test_inputs_between_retain_their_gradient():
    x = leaf(1.0)
    y = x * 2
    (y * y).sum().backward(inputs=[y])
    assert y.grad.tolist() == [4.0]
    assert x.grad is None


def test_grad_gives_and_does_not_accumulate():
    x, y = leaf(2.0), leaf(3.0)
    by_x, by_y = torch.autograd.grad((x * x * y).sum(), [x, y])
    assert (by_x.tolist(), by_y.tolist()) == ([12.0], [4.0])
    assert x.grad is y.grad is None


def test_grad_of_what_is_unused_is_refused_unless_allowed():
    x, y = leaf(2.0), leaf(3.0)
    output = (x * 2).sum()
    with pytest.raises(RuntimeError, match="appears to not have been used in the graph"):
        torch.autograd.grad(output, [x, y], retain_graph=True)
    by_x, by_y = torch.autograd.grad(output, [x, y], allow_unused=True)
    assert by_x.tolist() == [2.0]
    assert by_y is None


def test_unused_inputs_get_zeros_on_request():
    x, y = leaf(2.0), leaf(3.0)
    _, by_y = torch.autograd.grad((x * 2).sum(), [x, y], materialize_grads=True)
    assert by_y.tolist() == [0.0]


def test_zeros_on_request_and_unused_forbidden_contradict():
    x = leaf(1.0)
    with pytest.raises(ValueError, match="Expected allow_unused to be True or not passed"):
        torch.autograd.grad(x.sum(), x, allow_unused=False, materialize_grads=True)


def test_grad_by_what_requires_none_is_refused():
    x = leaf(2.0)
    with pytest.raises(RuntimeError, match="One of the differentiated Tensors does not require g"):
        torch.autograd.grad((x * 2).sum(), torch.tensor([1.0]))


def test_an_input_asked_for_twice_is_answered_twice():
    x = leaf(2.0)
    first, second = torch.autograd.grad((x * x).sum(), [x, x])
    assert first.tolist() == second.tolist() == [4.0]


def test_every_order_of_derivative_comes_from_the_same_rules():
    x = torch.tensor(2.0, requires_grad=True)
    value = x**4
    found = []
    for _ in range(5):
        (value,) = torch.autograd.grad(value, x, create_graph=True)
        found.append(value.item())
    assert found == [32.0, 48.0, 48.0, 24.0, 0.0]


def test_seven_routes_to_one_mixed_derivative():
    """d²(x³y²)/dxdy at (2, 3) is 6x²y = 72, in either order and by grad or backward."""

    def f():
        x = torch.tensor(2.0, requires_grad=True)
        y = torch.tensor(3.0, requires_grad=True)
        return x, y, x**3 * y**2

    def by_grad(first):
        x, y, value = f()
        one, other = (x, y) if first == "x" else (y, x)
        (slope,) = torch.autograd.grad(value, one, create_graph=True)
        return torch.autograd.grad(slope, other)[0].item()

    def by_backward(first):
        x, y, value = f()
        one, other = (x, y) if first == "x" else (y, x)
        (slope,) = torch.autograd.grad(value, one, create_graph=True)
        slope.backward()
        return other.grad.item()

    def by_both_at_once():
        x, y, value = f()
        by_x, by_y = torch.autograd.grad(value, [x, y], create_graph=True)
        return torch.autograd.grad([by_x, by_y], [x, y], [torch.tensor(0.0), torch.tensor(1.0)])[
            0
        ].item()

    def by_a_seed_that_requires_grad():
        x, y, value = f()
        seed = torch.tensor(1.0, requires_grad=True)
        (slope,) = torch.autograd.grad(value, x, seed, create_graph=True)
        (by_y,) = torch.autograd.grad(slope, y, create_graph=True)
        return torch.autograd.grad(by_y, seed)[0].item()

    def by_differences():
        def slope(height):
            x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
            return torch.autograd.grad(x**3 * height**2, x)[0].item()

        return (slope(3.0 + 1e-4) - slope(3.0 - 1e-4)) / 2e-4

    exact = [by_grad("x"), by_grad("y"), by_backward("x"), by_backward("y"), by_both_at_once()]
    assert [*exact, by_a_seed_that_requires_grad()] == [72.0] * 6
    assert by_differences() == pytest.approx(72.0, rel=1e-6)
