"""Autograd as a Hypothesis state machine: torch, and beside it an engine that looks like torch.

Each rule does one thing on both sides. Where one raises, the other must raise the same, and the
program goes on; after each step every tensor must look alike on both sides.

    pytest examples/state_machine.py                      # mini_autograd
    ENGINE=your_engine pytest examples/state_machine.py   # any module that can be imported

For an engine that is still small, take out the rules and the `ASPECTS` that it has nothing for.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
import torch
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule


class Pair(NamedTuple):
    """The same thing on both sides: torch's, and the engine's."""

    reference: Any
    subject: Any


LIBRARIES = Pair(torch, import_module(os.environ.get("ENGINE", "mini_autograd")))

# Sums and products of small whole numbers are exact, in whatever order an engine computes them.
# A few are enough: the less there is to draw, the shorter the programs that Hypothesis ends with.
VALUES = st.sampled_from([1.0, [2.0, -1.0], [[0.0, 1.0], [3.0, -2.0], [-1.0, 2.0]]])
DTYPES = st.sampled_from(["float32", "float64"])
VIEWS = st.sampled_from([("__getitem__", 0), ("transpose", 0, -1), ("reshape", -1), ("detach",)])

# What is compared of a tensor. Torch warns of the `.grad` of a tensor that is no leaf.
ASPECTS: dict[str, Callable[[Any], Any]] = {
    "shape": lambda x: tuple(x.shape),
    "dtype": lambda x: str(x.dtype).rpartition(".")[2],
    "values": lambda x: np.array(x.detach().numpy()),
    "requires_grad": lambda x: x.requires_grad,
    "is_leaf": lambda x: x.is_leaf,
    "_version": lambda x: x._version,
    "grad": lambda x: look(x.grad, GRADIENT) if x.is_leaf and x.grad is not None else None,
}
# And of a gradient. How often it was written to while it was summed up is the engine's own affair.
GRADIENT: list[str] = [name for name in ASPECTS if name not in ("_version", "grad")]


def look(x: Any, aspects: Iterable[str] = ASPECTS) -> dict[str, Any]:
    """What is compared of a tensor, as it is now."""
    return {name: outcome(ASPECTS[name], x) for name in aspects}


def outcome(do: Callable[..., Any], *given: Any) -> Any:
    """What a call returns, or the exception that it raises."""
    try:
        return do(*given)
    except Exception as error:
        return error


def assert_alike(what: str, expected: Any, actual: Any) -> None:
    """Fail, and say where, unless both are the same."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name in expected | actual:
            assert_alike(f"{what}.{name}", expected.get(name), actual.get(name))
    elif not are_alike(expected, actual):
        # As the cause, the engine's own traceback is printed.
        cause = actual if isinstance(actual, Exception) else None
        raise AssertionError(f"{what} is {actual!r}, and should be {expected!r}") from cause


def are_alike(expected: Any, actual: Any) -> bool:
    """Whether two things are equal: arrays but for rounding, exceptions in type and message."""
    if type(expected) is not type(actual):
        return False
    if isinstance(expected, Exception):
        return str(expected) == str(actual)
    if isinstance(expected, np.ndarray):
        same_shape = expected.shape == actual.shape
        return same_shape and np.allclose(actual, expected, rtol=1e-5, atol=1e-5, equal_nan=True)
    return bool(expected == actual)


class Autograd(RuleBasedStateMachine):
    """A program of tensors, written step by step while it runs on both sides."""

    tensors: Bundle[Pair] = Bundle("tensors")

    def __init__(self) -> None:
        super().__init__()
        self.made: list[Pair] = []  # all that is in the bundle: number 3 is printed as tensors_3
        self.heard = Pair([], [])  # what hooks were given in this step
        self.records = True  # whether the next step does

    def both(self, do: Callable[..., Any], *pairs: Pair) -> Pair | None:
        """Call `do(lib, *half of each pair)` for both sides; None where both raise the same."""
        records, self.records = self.records, True

        def step(lib: Any, *halves: Any) -> Any:
            with nullcontext() if records else lib.no_grad():
                return do(lib, *halves)

        done = Pair(*(outcome(step, *side) for side in zip(LIBRARIES, *pairs, strict=True)))
        if not any(isinstance(each, Exception) for each in done):
            return done
        assert_alike("the outcome", *done)
        return None

    def new(self, do: Callable[..., Any], *pairs: Pair) -> Any:
        """What goes into the bundle: the tensor that `do` gives, or nothing if it raises."""
        if (pair := self.both(do, *pairs)) is None:
            return multiple()
        self.made.append(pair)
        return pair

    # Hypothesis leaves some rules out of most programs, and without a leaf nothing would happen.
    @initialize(target=tensors, values=VALUES)
    def first_leaf(self, values: Any) -> Any:
        return self.leaf(values, "float32", requires_grad=True)

    @rule(target=tensors, values=VALUES, dtype=DTYPES, requires_grad=st.booleans())
    def leaf(self, values: Any, dtype: str, requires_grad: bool) -> Any:
        def do(lib: Any) -> Any:
            return lib.tensor(values, dtype=getattr(lib, dtype), requires_grad=requires_grad)

        return self.new(do)

    @rule(target=tensors, op=st.sampled_from(["square", "relu", "sum"]), x=tensors)
    def unary(self, op: str, x: Pair) -> Any:
        return self.new(lambda lib, x: getattr(lib, op)(x), x)

    @rule(target=tensors, op=st.sampled_from(["add", "sub", "mul"]), x=tensors, y=tensors)
    def binary(self, op: str, x: Pair, y: Pair) -> Any:
        return self.new(lambda lib, x, y: getattr(lib, op)(x, y), x, y)

    @rule(target=tensors, x=tensors, call=VIEWS)
    def view(self, x: Pair, call: tuple[Any, ...]) -> Any:
        method, *arguments = call
        return self.new(lambda _, x: getattr(x, method)(*arguments), x)

    @rule(x=tensors, op=st.sampled_from(["add_", "mul_", "copy_"]), y=tensors)
    def write(self, x: Pair, op: str, y: Pair) -> None:
        self.both(lambda _, x, y: getattr(x, op)(y), x, y)

    @rule(x=tensors, doubles=st.booleans())
    def hook(self, x: Pair, doubles: bool) -> None:
        def register(_: Any, x: Any, heard: list[Any]) -> None:
            def called(grad: Any) -> Any:
                heard.append(look(grad, GRADIENT))
                return grad * 2 if doubles else None

            x.register_hook(called)

        self.both(register, x, self.heard)

    @rule()
    def no_grad(self) -> None:
        self.records = False

    @rule(root=tensors, retain_graph=st.booleans())
    def backward(self, root: Pair, retain_graph: bool) -> None:
        # A scalar needs no gradient. Ones would not show that two of them were swapped.
        shape = root.reference.shape
        seed = np.arange(1.0, 1 + shape.numel()).reshape(shape).tolist() if shape else None

        def do(lib: Any, root: Any) -> None:
            gradient = lib.tensor(seed, dtype=root.dtype) if seed else None
            root.backward(gradient, retain_graph=retain_graph)

        self.both(do, root)

    @invariant()
    def sides_are_alike(self) -> None:
        for number, pair in enumerate(self.made):
            assert_alike(f"tensors_{number}", *map(look, pair))
        assert_alike("what hooks heard", *(dict(enumerate(heard)) for heard in self.heard))
        for heard in self.heard:
            heard.clear()


TestAutograd = Autograd.TestCase
TestAutograd.settings = settings(max_examples=200, stateful_step_count=20, deadline=None)
