"""Which names of a module are its own, and which form of an op is called where one is missing."""

from __future__ import annotations

import functools
import math
import random
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch
from fakes import torch_but
from handwritten import T0, X0, X1, method, operator

from conformance import (
    Backward,
    Call,
    Input,
    Program,
    Raised,
    Returned,
    TorchLike,
    Unsupported,
    execute,
    resolve_engine,
)
from conformance.catalogue import CATALOGUE
from conformance.engines.naming.foreign import foreign_names, own_names
from conformance.generate.forms import _samples, tried
from conformance.judge.comparing.compare import compare
from conformance.program.script.wording import worded

TORCH = resolve_engine("torch")
PAIR = Input.of("x0", np.float32([1.0, 2.0]), True), Input.of("x1", np.float32([3.0, 5.0]))


def module(name: str = "toy", **names: object) -> ModuleType:
    made = ModuleType(name)
    vars(made).update(names)
    return made


HIPS = module("autograd", grad=lambda *args: None)
OTHERS = module("numpy.linalg", norm=np.linalg.norm)


@pytest.mark.parametrize(
    ("names", "foreign"),
    [
        ({"autograd": HIPS}, {"autograd"}),
        ({"linalg": OTHERS}, {"linalg"}),
        ({"random": random}, set()),  # torch.random is another, but see below
        ({"math": math, "functools": functools}, set()),
        ({"exp": math.exp, "prod": math.prod}, {"exp", "prod"}),
        ({"exp": np.exp, "add": lambda x, y: x + y}, set()),
        ({"exp": torch.exp, "Tensor": torch.Tensor, "autograd": torch.autograd}, set()),
        ({"autograd": module("toy.autograd")}, set()),
        ({"autograd": module("hips"), "func": SimpleNamespace()}, set()),
        ({"autograd": HIPS, "exp": math.exp, "__all__": ["autograd", "exp"]}, set()),
    ],
)
def test_a_name_that_a_module_has_merely_imported_is_not_its_own(names, foreign):
    found = set(foreign_names(module(**names)))
    assert found - {"random"} == foreign


def test_torch_and_a_module_of_its_own_names_stay_as_they_are():
    for name in ("torch", "mini_autograd"):
        engine = resolve_engine(name)
        assert type(engine.module) is ModuleType


def test_an_import_is_lacking_with_the_reason_and_everything_else_is_there():
    own = own_names(module(autograd=HIPS, relu=torch.relu))
    assert own.relu is torch.relu
    with pytest.raises(AttributeError, match="is the module autograd") as raised:
        _ = own.autograd
    assert "name it in __all__" in str(raised.value)


def run(step: Call, engine: TorchLike, inputs=PAIR):
    return execute(Program(inputs, (step,)), engine)


@pytest.mark.parametrize(
    ("step", "lacking", "called"),
    [
        (Call("exp", (X0,), result="t0"), "exp", "Tensor.exp"),
        (Call("add", (X0, X1), {"alpha": 2}, result="t0"), "add", "Tensor.add"),
    ],
)
def test_a_missing_function_is_run_as_the_method_and_said_to_be_missing(step, lacking, called):
    expected, actual = run(step, TORCH), run(step, torch_but(lacking))
    assert actual.outcomes == expected.outcomes
    (mismatch,) = compare(expected, actual, Program(PAIR, (step,)))
    assert (mismatch.kind, mismatch.step) == ("unsupported", None)
    assert mismatch.detail == f"{lacking} (run as {called})"


class Slim:
    """A tensor with an operator and a method, and next to nothing else."""

    def __init__(self, data, dtype=None):
        self.data = np.asarray(data, np.float32)

    shape = property(lambda self: self.data.shape)
    dtype = property(lambda self: torch.float32)
    detach = requires_grad_ = lambda self: self

    def numpy(self):
        return self.data

    def __mul__(self, other):
        return Slim(self.data * other.data)

    def div(self, other):
        return Slim(self.data / other.data)

    def where(self, condition, other):
        return Slim(np.where(condition.data, self.data, other.data))


SLIM = TorchLike(
    SimpleNamespace(
        __name__="slim",
        Tensor=Slim,
        tensor=Slim,
        float32=torch.float32,
        bool=torch.bool,
        sub=lambda x, y: Slim(x.data - y.data),
    )
)


@pytest.mark.parametrize(
    "step",
    [
        Call("mul", (X0, X1), result="t0"),
        method("mul", X0, X1, result="t0"),
        operator("/", X0, X1, result="t0"),
        Call("div", (X0, X1), result="t0"),
        method("sub", X0, X1, result="t0"),
        operator("-", X0, X1, result="t0"),
    ],
)
def test_any_form_stands_for_any_other(step: Call):
    trace = run(step, SLIM)
    assert isinstance(trace.outcomes[0], Returned)
    np.testing.assert_array_equal(trace.tensors["t0"].values, run(step, TORCH).tensors["t0"].values)
    assert set(trace.forms) == {0}


def test_arguments_stand_in_the_order_of_the_form_that_is_called():
    step = Call("where", (X0, X1, X1), result="t0")
    step = Call("where", (X1, X0, X1), result="t0")
    inputs = Input.of("x0", np.float32([1.0, 2.0])), Input.of("x1", np.array([True, False]))
    trace = run(step, SLIM, inputs)
    assert trace.tensors["t0"].values.tolist() == [1.0, 0.0]


def test_what_the_other_form_refuses_tells_nothing_of_the_one_that_is_lacking():
    step = Call("div", (X0, X1), {"rounding_mode": "floor"}, result="t0")
    assert run(step, SLIM).outcomes == (Unsupported("div"),)
    assert run(Call("mul", (X0, X1), {"out": None}), SLIM).outcomes == (Unsupported("mul"),)


def test_what_is_lacking_in_every_form_is_lacking():
    outcome = run(Call("exp", (X0,), result="t0"), SLIM).outcomes[0]
    assert outcome == Unsupported("exp")
    assert outcome.reason.startswith("AttributeError: ")


FORMS = [
    pytest.param(entry, id=entry.name)
    for entry in CATALOGUE.values()
    if entry.signatures and {"function", "operator"} <= {form.kind for form in entry.forms}
]


@pytest.mark.parametrize("entry", FORMS)
def test_the_forms_of_an_op_mean_the_same_to_torch(entry):
    """What the substitution stands on."""
    samples = _samples(entry, TORCH)
    binary = next(form for form in entry.forms if form.kind == "operator")
    for program, expected in samples["operator", binary.op][:2]:
        (step,) = program.steps
        if not all(hasattr(argument, "name") for argument in step.args):
            continue  # a number, which a function need not take as its first
        other = Program(program.inputs, (Call(entry.name, step.args, result=step.result),))
        assert not compare(expected, execute(other, TORCH), program)


def refusing(error: Exception) -> TorchLike:
    def relu(*args, **kwargs):
        raise error

    return torch_but(relu=relu)


def first(step, engine):
    program = Program(PAIR, (step,))
    mismatches = compare(execute(program, TORCH), execute(program, engine), program)
    return mismatches[0]


def test_not_implemented_is_lacking_where_torch_does_it():
    found = first(Call("relu", (X0,), result="t0"), refusing(NotImplementedError("not yet")))
    assert (found.kind, found.detail) == ("unsupported", "relu")
    assert worded(found).reason == "NotImplementedError: not yet"


def test_not_implemented_is_an_error_like_any_other_where_torch_raises():
    found = first(Call("relu", (1.0,), result="t0"), refusing(NotImplementedError("not yet")))
    assert found.kind == "error_type"


@pytest.mark.parametrize(
    ("text", "options", "lacking"),
    [
        ("relu() got an unexpected keyword argument 'inplace'", {"inplace": False}, "inplace="),
        ("'inplace' is an invalid keyword argument for relu()", {"inplace": False}, "inplace="),
        ("relu() takes no keyword arguments", {"inplace": False}, "inplace="),
        ("relu() takes 1 positional argument but 2 were given", {}, "argument 2"),
        ("relu() takes exactly one argument (2 given)", {}, "argument 2"),
    ],
)
def test_an_argument_that_is_refused_by_text_is_lacking(text, options, lacking):
    outcome = run(Call("relu", (X0, X1), options), refusing(TypeError(text))).outcomes[0]
    assert isinstance(outcome, Raised)
    assert outcome.lacking == f"relu({lacking})"


def test_a_type_error_from_inside_an_op_is_no_lack():
    def relu(*args, **kwargs):
        def inner(tensor):
            raise TypeError("relu() takes 1 positional argument but 2 were given")

        return inner(args[0])

    outcome = run(Call("relu", (X0,)), torch_but(relu=relu)).outcomes[0]
    assert outcome.lacking == ""


def test_inputs_that_cannot_be_made_have_one_root():
    engine = TorchLike(SimpleNamespace(__name__="bare", Tensor=Slim, tensor=Slim))
    shapes = [Input.of("x0", np.ones(shape, np.float32)) for shape in ((), (2,), (2, 3))]
    roots = {execute(Program((entry,), (Backward(X0),)), engine).outcomes for entry in shapes}
    assert roots == {(Unsupported("float32"),)}


def test_each_form_of_an_op_is_really_called():
    answers = {each.form.op: each.answer for each in tried(CATALOGUE["mul"], SLIM, TORCH)}
    assert answers["*"] == "works"
    assert answers["mul"] == "absent"
    wrong = torch_but(exp=lambda x: x)
    (function, *_) = tried(CATALOGUE["exp"], wrong, TORCH)
    assert function.answer == "differs"
    (function, *_) = tried(CATALOGUE["exp"], torch_but(exp=lambda x: T0.missing), TORCH)
    assert function.answer == "raises"
