"""What is timed: each case makes a function of an engine's module."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import mini_autograd

Run = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One row: `make(module)` prepares the case on that engine and gives what is timed."""

    name: str
    make: Callable[[Any], Run]
    limit: str


def scalar(module: Any) -> Run:
    """The tutorial's 0-d case: build and backward."""

    def run() -> None:
        x = module.tensor(1.0, requires_grad=True)
        y = 2 * x + x**2
        y.backward()

    return run


def perceptron(module: Any) -> Run:
    """A relu MLP 784-128-10 on a batch of 64, forward, cross entropy and backward."""
    rng = np.random.default_rng(0)

    def parameter(*shape: int) -> Any:
        values = rng.standard_normal(shape).astype(np.float32) / np.float32(np.sqrt(shape[-1]))
        return module.from_numpy(values).requires_grad_()

    weights = [parameter(128, 784), parameter(128), parameter(10, 128), parameter(10)]
    x = module.from_numpy(rng.standard_normal((64, 784)).astype(np.float32))
    target = module.from_numpy(rng.integers(0, 10, 64))
    functional = module.nn.functional

    def run() -> None:
        first, first_bias, second, second_bias = weights
        hidden = functional.relu(functional.linear(x, first, first_bias))
        loss = functional.cross_entropy(functional.linear(hidden, second, second_bias), target)
        loss.backward()
        for each in weights:
            each.grad = None

    return run


def elementwise(module: Any) -> Run:
    """A million float32 elements through exp, sin, mul, square and sum, and back."""
    values = np.random.default_rng(0).random(1_000_000, dtype=np.float32)
    x = module.from_numpy(values).requires_grad_()

    def run() -> None:
        (x.exp().sin() * x).square().sum().backward()
        x.grad = None

    return run


def chain(length: int) -> Run:
    """So many additions in a row, on our engine."""

    def run() -> None:
        x = y = mini_autograd.tensor(1.0, requires_grad=True)
        for _ in range(length):
            y = y + x
        y.backward()

    return run


CASES = (
    Case("(a) the tutorial's scalar case", scalar, "0.50"),
    Case("(b) relu MLP 784-128-10, batch 64", perceptron, "1.50"),
    Case("(c) a million elements: exp, sin, mul, square, sum", elementwise, "2.00"),
)
