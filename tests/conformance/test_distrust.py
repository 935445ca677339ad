"""Whatever an engine gives, the harness goes on, and says that it differs."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from fakes import bare_engine, torch_but
from handwritten import T0, X0, X1, method, operator

from conformance import (
    Backward,
    Call,
    Input,
    Program,
    Read,
    Ref,
    RegisterHook,
    RequiresGrad,
    compare,
    execute,
    resolve_engine,
)
from conformance.judge.referee import judge
from conformance.program.script.wording import worded

TORCH = resolve_engine("torch")
VECTOR = Input.of("x0", np.float32([1.0, 2.0]))
LEAF = Input.of("x0", np.float32([1.0, 2.0]), True)
SUM = Program((VECTOR,), (operator("+", X0, X0, result="t0"),))


class Same:
    """Equal to whatever it is compared with."""

    def __eq__(self, other):
        return True

    __hash__ = object.__hash__


class Broken:
    """Raises for whatever it is asked."""

    def __repr__(self):
        raise ValueError("no")

    __str__ = __eq__ = __bool__ = __len__ = __iter__ = __hash__ = __repr__


class Key:
    """Raises when it is printed."""

    __str__ = __repr__ = Broken.__repr__


class Word(str):
    __slots__ = ()


class Number(int):
    pass


def endless():
    items = []
    items.extend((items, items))
    return items


ODD = {
    "number": 10**5000,
    "endless": endless(),
    "surrogate": "\ud800",
    "a str of its own": Word("[1.0]"),
    "an int of its own": Number(3),
    "broken": Broken(),
    "equal to all": Same(),
    "class": Broken,
    "long double": np.longdouble(1),
    "key": {Key(): 1},
    "long text": "x" * 10**6,
    "array within": [float("nan"), np.array([1, 2])],
    "array of objects": np.array([Key()], object),
}


def raising(error):
    def broken(self, *args):
        raise error

    return broken


def told(verdict):
    """A verdict's kinds that count, once it has been through JSON."""
    text = json.dumps([worded(mismatch) for mismatch in verdict.mismatches])
    text.encode()
    return {mismatch.kind for mismatch in verdict.mismatches if mismatch.counts}


def grades(verdict):
    return [verdict.grade(number) for number in (1, 2, 3, 4, 5)]


def test_an_engine_of_which_no_value_can_be_read_agrees_in_no_value():
    unreadable = property(raising(RuntimeError("no")), lambda self, value: None)
    error = raising(RuntimeError("no"))
    engine = bare_engine(numpy=error, tolist=error, grad=unreadable)
    verdict = judge(SUM, TORCH, engine)
    assert told(verdict) == {"raises"}
    assert grades(verdict)[:2] == ["differ", "differ"]


def test_what_is_lacking_is_unsupported_at_the_grade_that_it_is_of():
    lacking = bare_engine(tolist=raising(NotImplementedError("not yet")))
    verdict = judge(SUM, TORCH, lacking)
    assert (verdict.outcome, verdict.attempted) == ("unsupported", True)
    assert grades(verdict) == ["unsupported", "agree", "silent", "silent", "unsupported"]
    (values,) = [m for m in verdict.mismatches if m.where == "x0"]
    assert values.detail == ".numpy()"
    assert worded(values).reason == "NotImplementedError: not yet"


def test_a_gradient_that_cannot_be_read_leaves_grade_one_open_only_where_there_is_one():
    hidden = property(raising(AttributeError("grad")), lambda self, value: None)
    assert grades(judge(SUM, TORCH, bare_engine(grad=hidden)))[0] == "agree"
    engine = bare_engine(grad=hidden, backward=lambda self: None)
    program = Program((Input.of("x0", np.float32(1), True),), (Backward(X0),))
    assert grades(judge(program, TORCH, engine))[0] == "unsupported"


@pytest.mark.parametrize(
    "given",
    [
        np.array(["a", None], object),
        np.array([1.0, 2.0]),
        np.array([2, 4], np.float32),
        np.broadcast_to(np.float32(1), (10**9,)),
        endless(),
        Broken(),
    ],
    ids=["objects", "double", "wrong", "huge", "endless", "broken"],
)
def test_an_array_that_is_none_of_the_tensors_is_a_difference(given):
    assert told(judge(SUM, TORCH, bare_engine(numpy=lambda self: given))) <= {"value", "dtype"}
    assert told(judge(SUM, TORCH, bare_engine(numpy=lambda self: given)))


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ({"shape": property(lambda self: (2.5,))}, "shape"),
        ({"shape": property(raising(RuntimeError("no")))}, "raises"),
        ({"shape": property(lambda self: Broken())}, "shape"),
        ({"dtype": property(lambda self: Broken())}, "raises"),
        ({"dtype": property(lambda self: "float\ud800")}, "dtype"),
        ({"stride": lambda self: (1, 1)}, "stride"),
        ({"stride": lambda self: ()}, "stride"),
        ({"stride": lambda self: (10**5000,)}, "stride"),
        ({"_version": 10**5000}, "version"),
        ({"output_nr": 10**5000}, "graph"),
        ({"output_nr": -1.5}, "graph"),
        ({"is_leaf": 1}, "flag"),
        ({"is_leaf": Broken()}, "flag"),
        ({"grad_fn": Same()}, "graph"),
        ({"grad_fn": Broken()}, "graph"),
        (
            {"grad": property(lambda self: np.float32([1]), lambda self, value: None)},
            "grad_missing",
        ),
    ],
)
def test_an_odd_field_is_a_difference(members, kind):
    verdict = judge(SUM, TORCH, bare_engine(**members))
    assert kind in told(verdict) <= {kind, "raises"}  # the addition may refuse it too


@pytest.mark.parametrize(
    "given",
    ODD.values(),
    ids=ODD,
)
def test_an_odd_value_is_a_difference(given):
    program = Program((VECTOR,), (Read(X0, "tolist"),))
    engine = bare_engine(numpy=lambda self: self.data.numpy(), tolist=lambda self: given)
    assert told(judge(program, TORCH, engine)) & {"value", "dtype"}
    call = Program((VECTOR,), (Call("relu", (X0,), result="t0"),))
    assert told(judge(call, TORCH, torch_but(relu=lambda tensor: given)))


def test_a_message_that_cannot_be_written_or_read_is_a_difference():
    for error in (type("Odd", (ValueError,), {"__str__": Broken.__repr__})(), ValueError("\ud800")):
        program = Program((VECTOR,), (Call("mm", (X0, X0)),))
        found = told(judge(program, TORCH, torch_but(mm=raising(error))))
        assert found == {"error_type", "error_message"}


def test_an_in_place_operator_that_gives_nothing_binds_nothing():
    program = Program((VECTOR,), (operator("+=", X0, 1), operator("*", X0, 2, result="t0")))
    engine = bare_engine(__iadd__=lambda self, other: None)
    assert {"identity", "value", "raises"} <= told(judge(program, TORCH, engine))


@pytest.mark.parametrize(
    "step",
    [
        operator("+=", X0, 1),
        method("add_", X0, 1, result="t0"),
        Call("add_", (X0, 1), form="method"),
        method("contiguous", X0, result="t0"),
        RequiresGrad(X0),
    ],
)
def test_another_object_in_place_of_the_tensor_itself_is_seen(step):
    class Copying(torch.Tensor):
        pass

    program = Program((VECTOR,), (step,))
    whole, copied = execute(program, TORCH), execute(program, TORCH)
    assert whole.same[0][0][1] == "x0"
    object.__setattr__(copied, "same", {})
    assert [m.kind for m in compare(whole, copied, program)] == ["identity"]


def test_a_tensor_that_vanishes_is_missed():
    whole, program = execute(SUM, TORCH), SUM
    less = replace(whole, tensors={"x0": whole.tensors["x0"]})
    assert [(m.kind, m.where) for m in compare(whole, less, program)] == [("value", "t0")]
    assert [(m.kind, m.where) for m in compare(less, whole, program)] == [("value", "t0")]


def test_the_sign_of_a_zero_is_seen_in_reads_and_in_what_hooks_are_given():
    zero = Input.of("x0", np.float32([0.0]), True)
    read = Program((zero,), (method("abs", X0, result="t0"), Read(T0, "tolist")))
    negative = torch_but(Tensor=torch.Tensor)
    expected, actual = execute(read, TORCH), execute(read, negative)
    actual.outcomes[1].value[0] = -0.0
    assert [(m.kind, m.where) for m in compare(expected, actual, read)] == [
        ("zero_sign", "t0.tolist()")
    ]
    steps = (RegisterHook(X0, "record", "tensor", "h0"), Backward(X0, Ref("x1")))
    hooked = Program((zero, Input.of("x1", np.float32([0.0]))), steps)
    expected, actual = execute(hooked, TORCH), execute(hooked, TORCH)
    actual.calls[0].values[1].values[0] = -0.0
    assert [(m.kind, m.where) for m in compare(expected, actual, hooked)] == [
        ("zero_sign", "calls[0][1]")
    ]


def test_the_graph_is_followed_to_the_leaves():
    steps = (
        operator("*", X0, 2, result="t0"),
        operator("*", T0, 2, result="t1"),
        operator("*", Ref("t1"), 2, result="t2"),
    )
    twice = Input.of("x1", np.float32([1.0, 2.0]), True)
    program = Program((LEAF, twice), steps)
    other = Program((LEAF, twice), (operator("*", X1, 2, result="t0"), *steps[1:]))
    found = compare(execute(program, TORCH), execute(other, TORCH), program)
    assert [(m.kind, *worded(m)[:3]) for m in found] == [
        ("graph", "t0.grad_fn.next_functions[0][0].variable", "x0", "x1")
    ]
