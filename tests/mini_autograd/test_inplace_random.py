"""Random fills: their distributions, their histories, what they refuse."""

from __future__ import annotations

import pytest

import mini_autograd as torch


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


@pytest.mark.parametrize(
    ("fill", "low", "high", "mean"),
    [
        (lambda x: x.normal_(), -6, 6, 0.0),
        (lambda x: x.normal_(3, 0), 3, 3, 3.0),
        (lambda x: x.uniform_(), 0, 1, 0.5),
        (lambda x: x.uniform_(-2, 4), -2, 4, 1.0),
        (lambda x: x.bernoulli_(), 0, 1, 0.5),
        (lambda x: x.bernoulli_(0.25), 0, 1, 0.25),
        (lambda x: x.bernoulli_(torch.full((1,), 0.25)), 0, 1, 0.25),
        (lambda x: x.random_(10), 0, 9, 4.5),
        (lambda x: x.random_(-2, 3), -2, 2, 0.0),
        (lambda x: x.exponential_(), 0, 40, 1.0),
        (lambda x: x.exponential_(4), 0, 10, 0.25),
        (lambda x: x.geometric_(0.5), 1, 60, 2.0),
        (lambda x: x.log_normal_(0, 0.5), 0, 40, 1.1331),
    ],
)
def test_a_fill_is_of_its_distribution(fill, low, high, mean):
    x = fill(torch.empty(20000))
    assert low <= x.min().item() <= x.max().item() <= high
    assert abs(x.mean().item() - mean) < 0.05


def test_whole_numbers_without_bounds_stay_exact():
    drawn = torch.empty(1000).random_()
    assert drawn.max().item() <= 2**24
    assert (drawn == drawn.floor()).all()
    assert torch.empty(100, dtype=torch.bool).random_().dtype is torch.bool
    assert torch.empty(100, dtype=torch.uint8).random_().max().item() <= 255


def test_a_cauchy_fill_has_its_median():
    x = torch.empty(20001).cauchy_(5.0, 0.1).sort()[0]
    assert abs(x[10000].item() - 5.0) < 0.01


@pytest.mark.parametrize(
    ("fill", "name"),
    [
        (lambda x: x.normal_(), "NormalBackward0"),
        (lambda x: x.uniform_(), "UniformBackward0"),
        (lambda x: x.bernoulli_(0.5), "BernoulliBackward2"),
        (lambda x: x.random_(), "RandomBackward2"),
        (lambda x: x.random_(3), "RandomBackward1"),
        (lambda x: x.random_(1, 3), "RandomBackward0"),
        (lambda x: x.exponential_(), "ExponentialBackward0"),
        (lambda x: x.cauchy_(), "CauchyBackward0"),
        (lambda x: x.log_normal_(), "LogNormalBackward0"),
        (lambda x: x.geometric_(0.5), "GeometricBackward0"),
    ],
)
def test_no_gradient_passes_a_fill(fill, name):
    x = torch.ones(2, requires_grad=True)
    y = fill(x * 2)
    assert y.grad_fn.name() == name
    assert y._version == 1
    y.sum().backward()
    assert x.grad.tolist() == [0.0, 0.0]


def test_no_gradient_passes_to_the_probabilities():
    p = torch.full((2,), 0.5, requires_grad=True)
    torch.zeros(2).bernoulli_(p).sum().backward()
    assert p.grad.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: x.normal_(0, -1), "normal expects std >= 0.0, but found std -1"),
        (
            lambda x: x.uniform_(1, 0),
            "uniform_ expects to return a [from, to) range, but found from=1 > to=0",
        ),
        (lambda x: x.bernoulli_(2.0), "bernoulli_ expects p to be in [0, 1], but got p=2"),
        (
            lambda x: x.random_(5, 2),
            "random_ expects 'from' to be less than 'to', but got from=5 >= to=2",
        ),
        (
            lambda x: x.exponential_(-1),
            "exponential_ expects lambda > 0.0, but found lambda=-1",
        ),
        (lambda x: x.cauchy_(0, -1), "cauchy_ expects sigma > 0.0, but found sigma=-1"),
        (lambda x: x.geometric_(2), "geometric_ expects p to be in (0, 1), but got p=2"),
        (lambda x: x.log_normal_(0, -1), "log_normal_ expects std > 0.0, but found std=-1"),
        (lambda x: x.bool().random_(0, 5), "to - 1 is out of bounds for bool"),
        (lambda x: x.long().normal_(), "\"normal_kernel_cpu\" not implemented for 'Long'"),
        (
            lambda x: x.requires_grad_().normal_(),
            "a leaf Variable that requires grad is being used in an in-place operation.",
        ),
    ],
)
def test_what_a_fill_refuses(call, message):
    with pytest.raises(RuntimeError) as raised:
        call(torch.zeros(3))
    assert str(raised.value) == message


def test_a_fill_repeats_with_its_seed_and_with_a_generator():
    first = torch.empty(3).normal_()
    torch.manual_seed(0)
    assert torch.empty(3).normal_().tolist() == first.tolist()
    drawn = [torch.empty(3).uniform_(generator=torch.Generator().manual_seed(5)) for _ in "ab"]
    assert drawn[0].tolist() == drawn[1].tolist()
