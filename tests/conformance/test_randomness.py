"""Random ops are asked by what they promise: no verdict depends on the numbers that are drawn, and
a broken promise is told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from conformance import TorchLike, execute
from conformance.catalogue import CATALOGUE
from conformance.corpus.opinfo import corpus_of
from conformance.corpus.options import cases_of_area
from conformance.judge.comparing.compare import compare
from conformance.judge.comparing.randomness import draws
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.steps import Backward, Call, Read
from conformance.program.values import Ref
from conformance.program.words.vocabulary import DRAWING

pytestmark = [
    pytest.mark.usefixtures("one_thread"),
    pytest.mark.filterwarnings("ignore"),
]

DROPOUT = "nn.functional.dropout"
X = Input.of("x", np.arange(1.0, 31.0, dtype="float32"), requires_grad=True)
S = Input.of("s", np.float32(1.0))


class Faulty:
    """Torch, with other functions in `nn.functional` or at the top."""

    def __init__(self, functional: Any = torch.nn.functional, **top: Any) -> None:
        self.nn = _Behind(torch.nn, functional=functional)
        self.__dict__.update(top)

    def __getattr__(self, name: str) -> Any:
        return getattr(torch, name)


class _Behind(SimpleNamespace):
    def __init__(self, module: Any, **names: Any) -> None:
        super().__init__(module=module, **names)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.module, name)


def with_dropout(dropout: Any) -> Faulty:
    return Faulty(_Behind(torch.nn.functional, dropout=dropout))


def differences(program: Program, module: Any = torch) -> set[str]:
    """The kinds of mismatch between torch and a module, of other numbers."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        expected = execute(program, TorchLike(torch))
        torch.manual_seed(2)
        actual = execute(program, TorchLike(module))
    return {each.kind for each in compare(expected, actual, program)}


def dropped(*args: Any, **kwargs: Any) -> Program:
    """Dropout, what follows from it, and a step beside it."""
    follows = (
        Call(DROPOUT, (Ref("x"), *args), kwargs, result="y"),
        Call("sin", (Ref("s"),), result="t"),
        Call("mul", (Ref("y"), 2), result="z"),
        Call("sum", (Ref("z"),), result="total"),
        Read("str", Ref("z")),
        Backward(Ref("total")),
    )
    return Program((X, S), follows)


@pytest.mark.parametrize("op", [name for name in CATALOGUE if name in DRAWING])
def test_other_numbers_are_no_difference_in_the_samples_of(op):
    cases = [case for case in corpus_of(op, CATALOGUE[op].opinfo).cases if "/float32" in case.id]
    assert cases
    assert [case.id for case in cases if differences(case.program)] == []


def test_no_promise_depends_on_the_numbers():
    assert [case.id for case in cases_of_area("random") if differences(case.program)] == []


def test_what_follows_from_drawn_numbers_may_have_others():
    assert differences(dropped()) == set()


@pytest.mark.parametrize("certain", [{"p": 0.0}, {"p": 1.0}, {"training": False}])
def test_what_leaves_nothing_to_chance_is_compared_in_values(certain):
    wrong = with_dropout(lambda x, *args, **kwargs: x * 0.25)
    assert "value" in differences(dropped(**certain), wrong)


def test_what_does_not_follow_from_drawn_numbers_is_compared_in_values():
    assert "value" in differences(dropped(), Faulty(sin=torch.cos))


def test_shape_dtype_and_graph_of_drawn_numbers_are_compared():
    drop = torch.nn.functional.dropout
    assert "dtype" in differences(dropped(), with_dropout(lambda x: drop(x).double()))
    assert "shape" in differences(dropped(), with_dropout(lambda x: drop(x)[1:]))
    assert "graph" in differences(dropped(), with_dropout(lambda x: drop(x) + 0))
    assert "flag" in differences(dropped(), with_dropout(lambda x: drop(x).detach()))


def test_an_error_of_a_random_op_is_compared():
    assert "raises" in differences(dropped(1.5), with_dropout(lambda x, p: x * 1))


@pytest.mark.parametrize(
    ("step", "random"),
    [
        (Call(DROPOUT, (Ref("x"), 0.5)), True),
        (Call(DROPOUT, (Ref("x"), 0.5, False)), False),
        (Call("nn.functional.alpha_dropout", (Ref("x"),)), False),
        (Call("nn.functional.rrelu", (Ref("x"),), {"training": True}), True),
        (Call("bernoulli_", (Ref("x"), 0.5), form="method"), True),
        (Call("bernoulli_", (Ref("x"), 1), form="method"), False),
        (Call("sin", (Ref("x"),)), False),
    ],
)
def test_a_call_draws_unless_an_argument_rules_it_out(step, random):
    assert draws(step) is random


def _mask(x: torch.Tensor, p: float) -> torch.Tensor:
    return (torch.rand_like(x) >= p).to(x.dtype)


def _unmasked(x, p=0.5, training=True, inplace=False):
    """The gradient flows through what was dropped, too."""
    kept = x * _mask(x, p) / (1 - p)
    return x / (1 - p) + (kept - x / (1 - p)).detach()


def _unscaled_gradient(x, p=0.5, training=True, inplace=False):
    kept = x * _mask(x, p)
    return kept + (kept / (1 - p) - kept).detach()


def _unscaled(x, p=0.5, training=True, inplace=False):
    return x * _mask(x, p)


def _always_training(x, p=0.5, training=True, inplace=False):
    return torch.nn.functional.dropout(x, p, True, inplace)


def _never_in_place(x, p=0.5, training=True, inplace=False):
    return torch.nn.functional.dropout(x, p, training)


@pytest.mark.parametrize(
    "fault", [_unmasked, _unscaled_gradient, _unscaled, _always_training, _never_in_place]
)
def test_a_broken_promise_of_dropout_is_told(fault):
    found = [c.id for c in cases_of_area("random") if differences(c.program, with_dropout(fault))]
    assert any("dropout" in name for name in found)
