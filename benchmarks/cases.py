"""What is measured: programs of plain torch code, given torch or an engine of the same API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import numpy as np

Program = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Case:
    """One program, and how often to run it."""

    name: str
    build: Callable[[ModuleType], Program]
    target: float | None  # the greatest time that is wanted, in torch's
    calls: int  # in one measurement
    rounds: int


def scalar(torch: ModuleType) -> Program:
    """The tutorial's first graph: built and walked, so nothing but overhead."""

    def run() -> None:
        x = torch.tensor(1.0, requires_grad=True)
        y = 2 * x + x**2
        y.backward()

    return run


def vector(torch: ModuleType) -> Program:
    """The tutorial's vector: multiplied by a number, and walked with a gradient."""

    def run() -> None:
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        y = 3.14 * x
        y.backward(torch.tensor([1.0, 1.0]))

    return run


def perceptron(torch: ModuleType) -> Program:
    """One step of a classifier of 28 by 28 images: 784-128-10, relu, 64 images at once."""
    random = np.random.default_rng(0)
    images = torch.tensor(random.standard_normal((64, 784), np.float32))
    digits = torch.tensor(random.integers(0, 10, 64))
    shapes = ((784, 128), (128,), (128, 10), (10,))
    parameters = [torch.tensor(0.1 * random.standard_normal(s, np.float32)) for s in shapes]
    for each in parameters:
        each.requires_grad_()
    w1, b1, w2, b2 = parameters
    cross_entropy = torch.nn.functional.cross_entropy

    def run() -> None:
        for each in parameters:
            each.grad = None
        hidden = torch.relu(images @ w1 + b1)
        cross_entropy(hidden @ w2 + b2, digits).backward()

    return run


def elementwise(torch: ModuleType) -> Program:
    """A million elements through a chain of functions: the cost of memory and of NumPy."""
    x = torch.tensor(np.linspace(-1, 1, 1_000_000, dtype=np.float32), requires_grad=True)

    def run() -> None:
        x.grad = None
        (x.exp().sin() * x).square().sum().backward()

    return run


def chain(length: int) -> Callable[[ModuleType], Program]:
    """Additions one upon the other, as deep as they are many: backward only."""

    def build(torch: ModuleType) -> Program:
        x = torch.tensor(1.0, requires_grad=True)
        y = x
        for _ in range(length):
            y = y + x

        def run() -> None:
            y.backward(retain_graph=True)

        return run

    return build


CASES = (
    Case("scalar: 2*x + x**2, build and backward", scalar, 0.35, calls=50, rounds=400),
    Case("vector: 3.14 * x of two elements, build and backward", vector, 0.6, calls=50, rounds=400),
    Case("MLP 784-128-10, batch 64, step", perceptron, 1.0, calls=10, rounds=60),
    Case("1e6 float32: exp sin mul square sum, and back", elementwise, 0.6, calls=1, rounds=25),
    Case("25,000 additions, backward", chain(25_000), None, calls=1, rounds=7),
    Case("50,000 additions, backward", chain(50_000), None, calls=1, rounds=7),
    Case("100,000 additions, backward", chain(100_000), None, calls=1, rounds=7),
)
