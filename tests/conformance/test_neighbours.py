"""The neighbours of a sample's call: what is changed, and that nothing else is."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch

from conformance import TorchLike, execute
from conformance.catalogue import CATALOGUE
from conformance.corpus.case import Case, op_and_check
from conformance.corpus.neighbours import BASES, arguments, bases, neighbours, operands
from conformance.corpus.opinfo import corpus_of, neighbours_of
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.steps import Backward, Call, Grad
from conformance.program.trace import Raised, Returned
from conformance.program.values import DType, Ref

pytestmark = pytest.mark.usefixtures("one_thread")

TORCH = TorchLike(torch)
X, Y = (Input.of(name, np.arange(6.0, dtype="f4").reshape(2, 3), True) for name in ("x0", "x1"))
ADD = Program((X, Y), (Call("add", (Ref("x0"), Ref("x1")), {"alpha": 2}, result="t0"),))


def cases(op: str) -> list[Case]:
    return [*neighbours_of(op, CATALOGUE[op].opinfo).cases]


def made() -> list[tuple[str, Program]]:
    return [*neighbours(CATALOGUE["add"], ADD, ["subtract"])]


def test_each_part_of_a_call_is_changed():
    what = Counter(name for name, _ in made())
    assert {*what} == {
        "argument-0",
        "argument-1",
        "alpha",
        "x0",
        "x1",
        "operands",
        "arguments",
        "name",
    }
    assert min(what.values()) > 2


def test_a_neighbour_differs_in_one_thing():
    for what, program in made():
        if what in ("x0", "x1"):
            assert program.steps == ADD.steps
            changed = [a.name for a, b in zip(program.inputs, ADD.inputs, strict=True) if a != b]
            assert changed == [what]
        elif what != "operands":
            assert program.inputs == ADD.inputs


def test_no_two_changes_of_one_thing_are_the_same():
    for name in ("x0", "x1", "alpha", "arguments"):
        hashes = [program.hash for what, program in made() if what == name]
        assert len(hashes) == len({*hashes}), name


def test_another_name_of_an_op_is_called():
    ops = {program.steps[-1].op for what, program in made() if what == "name"}
    assert ops == {"add", "add_", "subtract"}


@pytest.mark.parametrize("value", [True, 2, 0.5, 1j, "mean", None, DType("float32"), (1, 2), []])
def test_an_argument_of_any_kind_has_others_and_is_none_of_them(value):
    others = [*arguments.in_place_of(value)]
    assert len(others) > 2
    assert len({*map(repr, (value, *others))}) == 1 + len(others)


def test_the_operand_is_given_every_dtype_shape_layout_and_value():
    found = [*operands.in_place_of(X)]
    assert {"float32", *operands.DTYPES} == {each.dtype for each in found}
    assert {len(each.shape) for each in found} == {1, 2, 3}
    assert any(0 in each.strides for each in found)
    assert any(np.isnan(each.array).any() for each in found)
    assert not all(each.requires_grad for each in found if each.dtype == "float32")


def test_what_may_become_an_integer_stays_finite():
    for each in (*operands.in_place_of(X, finite=True),):
        assert np.isfinite(each.array).all()
    for together in operands.together((X, Y), finite=True):
        assert all(np.isfinite(each.array).all() for each in together)


def test_few_calls_are_bases_and_each_is_of_another_kind():
    value = [
        c.program for c in corpus_of("sum", CATALOGUE["sum"].opinfo).cases if c.check == "value"
    ]
    found = bases(value)
    assert 1 <= len(found) <= BASES
    assert len({(step.op, *sorted(step.kwargs)) for each in found for step in each.steps}) > 1


def test_what_kills_torch_is_no_base():
    call = Call("lu_unpack", (Ref("x0"), Ref("x1")), result="t0")
    assert not bases([Program((X, Y), (call,))])


def test_the_corpus_asks_them_with_their_gradients_and_errors():
    found = cases("mul")
    assert all(op_and_check(case.id) == ("mul", "neighbours") for case in found)
    assert len({case.id for case in found}) == len(found)
    kinds = Counter(type(case.program.steps[-1]) for case in found)
    assert kinds[Backward] + kinds[Grad] > 20
    outcomes = Counter(type(execute(case.program, TORCH).outcomes[0]) for case in found)
    assert outcomes[Raised] > 5
    assert outcomes[Returned] > 50
