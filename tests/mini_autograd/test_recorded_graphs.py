"""The graph of a recorded walk is torch's, node by node (as torch 2.13.0 prints it)."""

from __future__ import annotations

from typing import Any

import pytest

import mini_autograd as torch


def graph(tensor: Any) -> str:
    """The nodes below a tensor, each with what it leads to; a node seen before by its number."""
    numbers: dict[int, int] = {}

    def shown(node: Any) -> str:
        if node is None:
            return "-"
        if id(node) in numbers:
            return f"#{numbers[id(node)]}"
        numbers[id(node)] = len(numbers)
        name = node.name().rpartition(":")[2].removesuffix("Backward0")
        edges = ", ".join(shown(target) for target, _ in node.next_functions)
        return f"{name}({edges})" if edges else name.removeprefix("Accumulate")

    return shown(tensor.grad_fn)


def leaf(*size: int) -> Any:
    return torch.ones(size, requires_grad=True)


def gradient(output: Any, by: Any, seed: Any) -> Any:
    return torch.autograd.grad(output, by, seed, create_graph=True)[0]


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (((2, 2), (0, 1), 0), "AsStrided(CopySlices(-, SumBackward1(Grad)))"),
        (((2, 2), (1, 1), 0), "AsStrided(IndexAdd(-, View(Grad)))"),
        (((2, 2, 1), (1, 1, 3), 0), "AsStrided(IndexAdd(-, View(SqueezeBackward1(Grad))))"),
        (((2,), (1,), 1), "AsStrided(CopySlices(-, Grad))"),
    ],
)
def test_the_gradient_of_a_view_by_strides_goes_through_zeros(view: Any, expected: str) -> None:
    x = leaf(3)
    assert graph(gradient(x.as_strided(*view), x, leaf(*view[0]))) == expected


def test_what_a_memory_shows_several_times_divides_its_gradient() -> None:
    x = leaf(3)
    got = gradient(x.expand(2, 3).as_strided((2, 2), (1, 1), 0), x, leaf(2, 2))
    assert graph(got) == "View(SumBackward1(AsStrided(Div(IndexAdd(-, View(Grad)), -))))"


def test_a_renewed_view_hands_its_gradient_back_through_zeros() -> None:
    x = leaf(3)
    base = x * 2
    view = base[1]
    base.mul_(3)
    got = gradient(view, x, torch.tensor(1.0, requires_grad=True))
    assert graph(got) == "Mul(Mul(AsStrided(CopySlices(-, Grad)), -), -)"


def test_a_write_to_a_real_view_of_complex_numbers_is_undone_in_that_view() -> None:
    x = torch.ones(3, dtype=torch.complex64, requires_grad=True)
    base = x * 2
    torch.view_as_real(base)[1].exp_()
    got = gradient(base, x, torch.ones(3, dtype=torch.complex64, requires_grad=True))
    assert graph(got) == (
        "Mul(CopySlices(CopyBackwards(-, Grad), Mul(Clone(AsStrided(ViewAsReal(#2))), "
        "Exp(Select(ViewAsReal(Mul(Grad, -)))))), -)"
    )


def test_a_write_to_a_view_of_a_base_with_gaps_is_undone_in_a_copy_with_gaps() -> None:
    x = leaf(3, 2)
    base = torch.ones(3, 4)[:, ::2].detach()
    base.mul_(x)
    base[1].exp_()
    got = gradient(base, x, leaf(3, 2))
    assert graph(got) == (
        "Mul(CopySlices(CopyBackwards(-, Grad), Mul(Clone(AsStrided(#2)), "
        "Exp(Select(Mul(-, Grad))))), -)"
    )


def test_what_a_power_casts_its_base_to_it_casts_before_the_logarithm() -> None:
    x = leaf(2)
    exponent = torch.ones(2, dtype=torch.float64, requires_grad=True)
    got = gradient(x**exponent, exponent, torch.ones(2, dtype=torch.float64))
    assert graph(got) == "Mul(-, Where(-, Mul(PowBackward1(Grad, Grad), Log(ToCopy(#4)))))"


def test_the_gradient_of_a_trace_is_written_into_a_row_of_zeros() -> None:
    x = leaf(2, 3)
    got = gradient(x.trace(), x, torch.tensor(1.0, requires_grad=True))
    assert graph(got) == "View(IndexFillBackward1(-, Grad))"
    assert got.tolist() == [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]


def test_the_second_derivative_of_softmax_begins_with_the_cotangent() -> None:
    x, seed = leaf(1, 2), leaf(1, 2)
    first = gradient(x.softmax(1), x, seed)
    assert graph(gradient(first, x, torch.ones(1, 2))).startswith(
        "SoftmaxBackwardData(Sub(Sub(Mul(Grad, -)"
    )


def test_a_sign_of_complex_numbers_is_divided_by_twice_their_magnitude_as_a_number() -> None:
    x = torch.ones(2, dtype=torch.complex64, requires_grad=True)
    got = gradient(x.sgn(), x, torch.ones(2, dtype=torch.complex64))
    assert "MulBackward1(Abs(" in graph(got)


def test_smoothing_adds_its_share_to_the_target_as_a_number() -> None:
    x = leaf(2, 3)
    loss = torch.nn.functional.cross_entropy(x, leaf(2, 3), label_smoothing=0.5)
    assert (
        graph(loss)
        == "DivBackward1(Neg(Sum(Mul(LogSoftmax(Grad), AddBackward1(MulBackward1(Grad))))))"
    )


def test_the_products_of_a_vjp_lead_to_cotangents_alone_if_nothing_else_has_a_graph() -> None:
    x, seed = torch.ones(2), leaf(2)
    _, products = torch.func.vjp(lambda x: x * x * x, x)
    assert graph(products(seed)[0]) == "Add(Add(Mul(Grad, -), Mul(Mul(#3, -), -)), Mul(#5, -))"


def test_what_a_vjp_saved_of_a_write_has_no_graph_either() -> None:
    def doubled(x: Any) -> Any:
        y = x * 2
        y.mul_(x)
        return y.sum()

    seed = torch.tensor(1.0, requires_grad=True)
    _, products = torch.func.vjp(doubled, torch.ones(2))
    assert graph(products(seed)[0]) == "Add(Mul(Expand(Grad), -), Mul(Mul(#2, -), -))"


def second_order_shapes(function: Any, x: Any) -> list[tuple[int, ...]]:
    """The shapes of what the nodes of a second recorded walk save, in that order."""
    seed = torch.ones_like(function(x)).requires_grad_()
    first = gradient(function(x), x, seed)
    packed: list[tuple[int, ...]] = []

    def pack(tensor: Any) -> Any:
        packed.append(tuple(tensor.shape))
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        torch.autograd.grad(first, (x, seed), torch.ones(2, 3), create_graph=True)
    return packed


def test_a_second_walk_saves_as_much_as_torch_and_in_its_order() -> None:
    whole, row = (2, 3), (2, 1)
    assert second_order_shapes(lambda x: x.relu(), leaf(2, 3)) == [whole] * 2
    losses = torch.nn.functional
    assert (
        second_order_shapes(
            lambda x: losses.mse_loss(x, torch.ones(2, 3), reduction="none"), leaf(2, 3)
        )
        == [whole] * 4
    )
    assert second_order_shapes(lambda x: x.softmax(1), leaf(2, 3)) == [
        whole, whole, whole, row, whole, whole, whole, whole, whole, whole, whole,
    ]  # fmt: skip


def test_the_gradients_of_bounds_are_computed_together_the_lower_first() -> None:
    x = torch.tensor([0.0, 1.0, 2.0], requires_grad=True)
    low, high = (torch.tensor([bound], requires_grad=True) for bound in (0.5, 1.5))
    seed = torch.ones(3, requires_grad=True)
    packed: list[list[bool]] = []

    def pack(tensor: Any) -> Any:
        packed.append(tensor.tolist())
        return tensor

    clamped = x.clamp(low, high)
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        torch.autograd.grad(clamped, (x, low, high), seed, create_graph=True)
    assert packed == [[True, False, False], [False, False, True], [False, True, False]]


def test_a_power_written_in_place_into_halves_takes_the_logarithm_in_the_exponents_dtype() -> None:
    exponent = torch.tensor([2.0, 3.0], requires_grad=True)
    power = torch.tensor([1.0, 2.0], dtype=torch.float16).pow_(exponent)
    got = gradient(power, exponent, torch.ones(2, dtype=torch.float16))
    assert graph(got) == "Mul(-, Where(-, Mul(PowBackward1(-, Grad), -)))"
    assert got.tolist() == [0.0, 5.545177459716797]


def test_an_extremum_of_a_number_views_its_gradient() -> None:
    x = leaf()
    assert graph(gradient(x.amax(), x, leaf())) == "Mul(Div(View(Grad), -), -)"


@pytest.mark.parametrize(
    ("function", "output", "expected"),
    [
        (torch.aminmax, 1, "Mul(Div(View(Grad), -), -)"),
        (torch.var_mean, 1, "DivBackward1(Expand(Grad))"),
        (
            torch.var_mean,
            0,
            "Mul(MulBackward1(Grad), Sub(Grad, Mean(#4)))",
        ),
    ],
)
def test_an_output_without_a_gradient_adds_no_step(
    function: Any, output: int, expected: str
) -> None:
    x = leaf(2)
    assert graph(gradient(function(x)[output], x, leaf())) == expected


def test_a_deviation_without_a_gradient_gives_no_nan() -> None:
    x = torch.tensor([[1.0], [2.0]], requires_grad=True)
    with pytest.warns(UserWarning, match="degrees of freedom"):
        mean = torch.std_mean(x, 1)[1]
    mean.sum().backward()
    assert x.grad.tolist() == [[1.0], [1.0]]


def test_the_node_of_a_deviation_and_a_mean_names_its_results_by_number() -> None:
    saved = dir(torch.std_mean(leaf(2))[0].grad_fn)
    assert "_saved_result0" in saved
    assert "_saved_std" not in saved
