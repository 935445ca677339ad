"""What an engine lacks is unsupported, and told from what it refuses."""

from __future__ import annotations

from inspect import signature
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from fakes import bare_engine, torch_but
from handwritten import T0, T1, X0, X1, method, operator

from conformance import (
    UNOBSERVED,
    Backward,
    Call,
    DType,
    EnterMode,
    Input,
    Program,
    Raised,
    Read,
    Ref,
    RegisterHook,
    Returned,
    SetData,
    Snippet,
    TorchLike,
    Unsupported,
    execute,
    resolve_engine,
)

TORCH = resolve_engine("torch")
VECTOR = Input.of("x0", np.float32([1.0, 2.0]), True)


def outcomes(*steps, engine=TORCH, inputs=(VECTOR,)):
    return execute(Program(tuple(inputs), steps), engine).outcomes


def test_an_op_that_the_engine_lacks_is_unsupported_and_so_is_what_depends_on_it():
    steps = Call("cat", ([X0],), result="t0"), operator("*", T0, 2, result="t1"), Backward(T1)
    found = outcomes(*steps, engine=torch_but("cat"))
    assert found == (Unsupported("cat"),) * 3
    assert [outcome.reason for outcome in found] == [
        "AttributeError: module 'fake' has no attribute 'cat'"
    ] * 3


def test_a_method_that_the_engine_lacks_is_unsupported():
    assert outcomes(method("frobnicate", X0)) == (Unsupported("Tensor.frobnicate"),)


def test_a_dtype_that_the_engine_lacks_is_unsupported():
    steps = [method("to", X0, DType("float128"))]
    assert outcomes(*steps) == (Unsupported("float128"),)


def test_an_attribute_error_raised_inside_an_op_is_raised():
    def relu(tensor):
        return tensor.missing

    (outcome,) = outcomes(Call("relu", (X0,)), engine=torch_but(relu=relu))
    assert isinstance(outcome, Raised)
    assert outcome.error == "AttributeError"


def test_not_implemented_raised_by_an_op_is_raised():
    def relu(tensor):
        raise NotImplementedError("not for this dtype")

    (outcome,) = outcomes(Call("relu", (X0,)), engine=torch_but(relu=relu))
    assert (outcome.error, outcome.message) == ("NotImplementedError", "not for this dtype")


def test_a_bare_engine_runs_what_it_has():
    plain = Input.of("x0", np.float32([1.0, 2.0]))
    steps = (
        operator("+", X0, X0, result="t0"),
        operator("@", X0, X0, result="t1"),
        Read(X0, "is_contiguous"),
        EnterMode("no_grad"),
        Snippet("torch.relu(x0)"),
    )
    trace = execute(Program((plain,), steps), bare_engine())
    assert trace.outcomes == (
        Returned(Ref("t0")),
        Unsupported("ForeignTensor.__matmul__ (@)"),
        Unsupported("ForeignTensor.is_contiguous"),
        Unsupported("no_grad"),
        Unsupported("relu"),
    )
    assert trace.tensors["t0"].values.tolist() == [2.0, 4.0]
    assert trace.tensors["t0"].grad is None
    assert trace.tensors["t0"].version is UNOBSERVED
    assert trace.aliases is UNOBSERVED


def test_an_input_that_the_engine_cannot_make_is_missing():
    plain = Input.of("x0", np.float64([1.0])), Input.of("x1", np.float32([1.0]))
    program = Program(plain, (operator("+", X0, X1, result="t0"),))
    trace = execute(program, bare_engine())
    assert set(trace.missing) == {"x0"}
    assert trace.outcomes == (Unsupported("float64"),)
    assert (
        trace.missing["x0"] == "float64: AttributeError: module 'bare' has no attribute 'float64'"
    )


@pytest.mark.parametrize(
    ("step", "lacking"),
    [
        (operator("+", 1.0, X0), "__radd__ (+)"),
        (operator("*=", X0, X0), "__imul__ (*=)"),
        (operator("<=", X0, X0), "__le__ (<=)"),
        (operator("==", X0, X0), "__eq__ (==)"),
        (operator("[]=", X0, 0, 1.0), "__setitem__ ([]=)"),
    ],
)
def test_an_operator_that_the_tensor_inherits_from_object_is_lacking_too(step, lacking):
    plain = Input.of("x0", np.float32([1.0, 2.0]))
    (outcome,) = outcomes(step, engine=bare_engine(), inputs=(plain,))
    assert outcome == Unsupported(f"ForeignTensor.{lacking}")


@pytest.mark.parametrize(
    ("step", "lacking"),
    [
        (method("cosine", X0, dim=0), "cosine(dim=)"),
        (method("cosine", X0, 0), "cosine(argument 1)"),
        (Backward(X0, retain_graph=True), "backward(retain_graph=)"),
        (Read(X0, "len"), "Tensor.__len__"),
        (Read(X0, "str"), "Tensor.__str__"),
        (SetData(X0, X0), "Tensor.data"),
    ],
)
def test_an_argument_or_a_method_of_pythons_that_is_not_there_is_lacking(step, lacking):
    members = {"cosine": lambda self: self, "backward": lambda self, gradient=None: None}
    engine = SimpleNamespace(__name__="slight", float32=torch.float32)
    engine.Tensor = engine.tensor = type(
        "Tensor", (), {"__init__": lambda self, data, dtype: None, **members}
    )
    plain = Input.of("x0", np.float32([1.0, 2.0]))
    (outcome,) = outcomes(step, engine=TorchLike(engine), inputs=(plain,))
    assert outcome == Unsupported(lacking)


def test_a_type_error_of_arguments_that_the_signature_takes_is_raised():
    (outcome,) = outcomes(Call("autograd.grad", (X0, X0), {"grad_outputs": 1}))
    assert outcome.error == "TypeError"


def test_what_none_lacks_is_no_lack_of_the_engine():
    (outcome,) = outcomes(RegisterHook(X0, "record", "node", "h0"))
    assert outcome.error == "AttributeError"
    assert outcome.message == "'NoneType' object has no attribute 'register_hook'"


def test_an_operand_error_is_no_lack_of_the_operator():
    (outcome,) = outcomes(operator("+", X0, "text"))
    assert outcome.error == "TypeError"


def test_what_an_op_raises_is_no_lack_though_its_decorator_hides_what_it_takes():
    def scaled(input, *, factor):
        return input * float(factor)

    def as_shown(*args, dim=1):  # such as takes torch's names beside the engine's own
        return scaled(*args, factor=dim)

    as_shown.__signature__ = signature(scaled)
    (outcome,) = outcomes(Call("exp", (X0,), {"dim": None}), engine=torch_but(exp=as_shown))
    assert outcome.error == "TypeError"
    assert not outcome.lacking
