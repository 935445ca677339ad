"""Engines that differentiate functions: what a program's calls and backward passes ask of them, and
what is no answer of theirs."""

import numpy as np
import pytest
from functions_engine import cos, make, mul, op
from handwritten import operator

from conformance import (
    UNOBSERVED,
    Backward,
    Call,
    Detach,
    EngineError,
    Grad,
    Input,
    Program,
    Raised,
    Ref,
    RegisterHook,
    Unsupported,
    compare,
    execute,
    resolve_engine,
)

TORCH = resolve_engine("torch")
ENGINE = make()
X, Y, Z, T, G = (Ref(name) for name in ("x", "y", "z", "t", "g"))
SHOWN = {"shape", "dtype", "value", "grad_missing", "grad_shape", "grad_dtype", "grad_value"}


def leaf(name, *values):
    return Input.of(name, np.array(values or (0.5, 2.0)), True)


SEED = Input.of("w", np.array([10.0, 100.0]))
W = Ref("w")


def function(name, *args, result):
    return Call(name, args, result=result)


def program(*steps, inputs=()):
    return Program(tuple(inputs) or (leaf("x"), SEED), steps)


def differences(asked, engine=ENGINE):
    found = compare(execute(asked, TORCH), execute(asked, engine), asked)
    return [each for each in found if each.kind in SHOWN or each.kind == "raises"]


SQUARE = operator("*", X, X, result="y")
SECOND = (
    function("sin", X, result="y"),
    Grad(Y, X, W, create_graph=True, result="g"),
    Backward(Ref("g[0]"), W),
)


@pytest.mark.parametrize(
    "steps",
    [
        (SQUARE, Backward(Y, W)),
        (SQUARE, Backward(Y, W, True), operator("*", Y, X, result="z"), Backward(Z, W)),
        (operator("*", 3.0, X, result="y"), operator("+", Y, 1, result="z"), Backward(Z, W)),
        SECOND,
        (*SECOND[:2], Grad(Ref("g[0]"), X, W, create_graph=True, result="t"),
         Backward(Ref("t[0]"), W)),
        (SQUARE, Backward([Y, X], [W, W])),
        (Backward(X, W),),
    ],
)  # fmt: skip
def test_gradients_of_any_order_are_the_functions(steps):
    assert not differences(program(*steps))


def test_the_gradient_by_a_result_is_that_of_what_follows_it():
    steps = function("sin", X, result="y"), operator("*", Y, Y, result="z")
    assert not differences(program(*steps, Grad(Z, (Y, X), W, result="g")))


def test_the_gradient_by_a_result_has_a_graph_that_goes_on_before_it():
    steps = function("sin", X, result="y"), operator("*", Y, Y, result="z")
    again = Grad(Z, Y, W, create_graph=True, result="g"), Backward(Ref("g[0]"), W)
    assert not differences(program(*steps, *again))


def test_a_wrong_rule_is_found_in_the_order_where_it_shows():
    wrong = op(np.cos, lambda grad, x: mul(grad, cos(x)))
    planted = make(sin=lambda input: op(np.sin, lambda grad, x: mul(grad, wrong(x)))(input))
    assert not differences(program(*SECOND[:1], Backward(Y, W)), planted)
    assert [each.kind for each in differences(program(*SECOND), planted)] == ["grad_value"]


def test_each_of_several_results_has_a_gradient_of_its_own():
    steps = function("std_mean", X, result="y"), operator("*", Ref("y[1]"), X, result="z")
    engine = make()
    trace = execute(program(*steps, Backward(Z, W)), engine)
    assert trace.tensors["x"].grad.values == pytest.approx([3 * 0.25 * 10, 3 * 4 * 100])


def test_what_no_root_is_made_of_has_no_gradient():
    asked = program(SQUARE, Backward(Y, W), inputs=(leaf("x"), leaf("z"), SEED))
    assert execute(asked, ENGINE).tensors["z"].grad is None
    assert not differences(asked)


def test_a_layout_is_the_same_array():
    column = Input("x", "float64", (2, 2), np.arange(4.0).tobytes(), True, (1, 2))
    seed = Input.of("w", np.ones((2, 2)))
    assert not differences(program(SQUARE, Backward(Y, W), inputs=(column, seed)))


def test_a_cotangent_is_cast_as_torch_casts_it():
    seed = Input.of("w", np.array([10.0, 100.0], "float32"))
    assert not differences(program(SQUARE, Backward(Y, W), inputs=(leaf("x"), seed)))


def test_of_a_tensor_nothing_is_seen_but_what_the_engine_gave():
    state = execute(program(SQUARE, Backward(Y, W)), ENGINE).tensors["y"]
    fields = ["requires_grad", "is_leaf", "grad_fn", "stride", "version", "output_nr"]
    assert {name for name in fields if getattr(state, name) is not UNOBSERVED} == set()


@pytest.mark.parametrize(
    ("step", "lacking"),
    [
        (Call("mul_", (X, 2), form="method", result="y"), "Tensor.mul_"),
        (Detach(X, "y"), "Tensor.detach"),
        (RegisterHook(X, "record", "tensor", "y"), "Tensor.register_hook"),
        (Call("tan", (X,), result="y"), "tan"),
        (Call("sin", (X,), {"out": X}, result="y"), "sin(out=)"),
        (Grad(X, X, W, materialize_grads=True, result="y"), "autograd.grad(materialize_grads=)"),
    ],
)
def test_what_it_has_no_notion_of_is_unsupported(step, lacking):
    (outcome,) = execute(program(step), ENGINE).outcomes
    found = outcome.lacking if isinstance(outcome, Raised) else outcome.what
    assert found == lacking
    assert isinstance(outcome, Unsupported | Raised)


def test_an_op_that_torch_has_not_is_refused_with_the_nearest_name():
    with pytest.raises(EngineError, match=r"'asinn' is none of .*; did you mean 'asin'\?"):
        make(asinn=np.arcsin)
