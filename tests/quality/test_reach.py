"""What the programs reach is measured on torch itself, and no cell that is needed stays empty."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from conformance import Program, TorchLike
from conformance.program.inputs import Input
from conformance.program.steps import Backward, Call, EnterMode, LeaveMode, RetainGrad, Step
from conformance.program.values import Ref
from reach.cells import AXES, Cell, universe
from reach.measuring import Reach, measured
from reach.pieces import reached
from reach.table import axes, page
from reach.watching import tells


def read(*steps: Step) -> Reach:
    """What a program of these steps reaches, whose input is `x0`; `x1` is a seed that tells."""
    inputs = Input.of("x0", np.array([1.0, 2.0, 3.0]), True), Input.of("x1", np.array([4.0, 5.0]))
    return measured([Program(inputs, steps)], TorchLike(torch))


X, SEED, T = Ref("x0"), Ref("x1"), Ref("t0")
SLICED = Call("[]", (X, slice(None, None, 2)), form="operator", result="t0")
EXP, SIN = Call("exp", (X,), result="t0"), Call("sin", (X,), result="t1")


def counts(reach: Reach, cell: Cell) -> tuple[int, int, int]:
    return reach.called[cell], reach.walked[cell], reach.told[cell]


def test_a_pass_with_unlike_gradients_tells_elements_apart():
    reach = read(SLICED, Backward(T, SEED))
    assert counts(reach, ("op", "__getitem__")) == (1, 1, 1)
    assert counts(reach, ("layout", "first: contiguous")) == (1, 1, 1)
    assert counts(reach, ("value", "float: others")) == (1, 1, 1)


def test_a_pass_with_one_and_the_same_gradient_tells_nothing():
    total = Call("sum", (T,), result="t1")
    assert counts(read(SLICED, total, Backward(Ref("t1"))), ("op", "__getitem__")) == (1, 1, 0)


def test_what_no_pass_comes_to_is_called_and_not_walked():
    total = Call("sum", (Ref("t1"),), result="t2")
    reach = read(EXP, SIN, total, Backward(Ref("t2")))
    assert counts(reach, ("op", "exp")) == (1, 0, 0)
    assert counts(reach, ("op", "sin")) == (1, 1, 0)


def test_two_features_meet_where_one_pass_goes_through_both():
    pair = ("two features", "in-place + retain_grad")
    write = Call("mul_", (T, 3), form="method")
    assert counts(read(SLICED, RetainGrad(T), write), pair) == (1, 0, 0)
    assert counts(read(SLICED, RetainGrad(T), write, Backward(T, SEED)), pair) == (1, 1, 1)


def test_a_block_left_by_an_error_is_walked_by_what_was_made_within():
    block = EnterMode("enable_grad"), SLICED, LeaveMode(True)
    assert counts(read(*block, Backward(T, SEED)), ("feature", "left by an error")) == (1, 1, 1)


@pytest.mark.parametrize(
    ("gradients", "answer"),
    [
        ([[1.0, 1.0]], False),
        ([[1.0, 2.0]], True),
        ([1.0], False),
        ([0.0], False),
        ([2.5], True),
        ([float("nan"), 1.0], False),
    ],
)
def test_one_element_tells_if_it_is_neither_0_nor_1(gradients, answer):
    assert tells([torch.tensor(each) for each in gradients]) == answer


def test_a_cell_that_no_program_calls_is_listed_as_empty():
    text = page(Reach(), 0, "now")
    assert all(f"| {name} | " in text for name in AXES)
    assert "`__getitem__`" not in text.split("## Empty cells")[0]
    assert not any(axis.full for axis in axes(Reach()))
    assert sum(len(axis.empty) for axis in axes(Reach())) == len(universe())


@pytest.mark.slow
def test_no_cell_that_is_needed_is_empty_in_20_000_programs():
    whole = Reach()
    for reach in reached(20_000, 0, 2):
        whole.merge(reach)
    assert {axis.name: axis.empty for axis in axes(whole) if not axis.full} == {}
