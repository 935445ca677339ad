"""The rungs' programs, by the names that the rungs have in `ladder.toml`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.steps import (
    Apply,
    Backward,
    Call,
    ClearGrad,
    Copy,
    Detach,
    EnterMode,
    Functional,
    Grad,
    LeaveMode,
    PackHooks,
    Read,
    RegisterHook,
    RetainGrad,
    SetGrad,
    Step,
)
from conformance.program.values import DType, Ref, Value

X, W, Y, Z, S = (Ref(name) for name in ("x", "w", "y", "z", "s"))


def _input(name: str, dtype: str, values: object, requires_grad: bool = False) -> Input:
    return Input.of(name, np.array(values, dtype), requires_grad)


def op(symbol: str, *args: Value, result: str | None = None) -> Call:
    """An operator."""
    return Call(symbol, args, form="operator", result=result)


def method(name: str, *args: Value, result: str | None = None) -> Call:
    """A method of the first argument."""
    return Call(name, args, form="method", result=result)


SQUARE = op("*", X, X, result="y")
SUM = method("sum", Y, result="s")

PLAIN = _input("x", "float32", [0.5, 2.0])
LEAF = _input("x", "float32", [0.5, 2.0], True)
OTHER = _input("w", "float32", [3.0, 5.0], True)
SEED = _input("w", "float32", [10.0, 100.0])
DOUBLE = _input("x", "float64", [0.5, 2.0], True), _input("w", "float64", [10.0, 100.0])
COLUMN, ROW = [[1.0], [2.0]], [1.0, 2.0, 3.0]


def _of(inputs: tuple[Input, ...], *steps: Step) -> Program:
    return Program(inputs, steps)


def _plain(*steps: Step) -> Program:
    return Program((PLAIN,), steps)


def _leaf(*steps: Step) -> Program:
    return Program((LEAF,), steps)


def _seeded(*steps: Step) -> Program:
    return Program((LEAF, SEED), steps)


PROGRAMS: Mapping[str, Program] = {
    "tensor": _of((), Call("tensor", ([1.0, 2.0],), result="y")),
    "dtype": _of((), Call("tensor", ([1.0, 2.0],), {"dtype": DType("float32")}, result="y")),
    "read": _plain(),
    "shapes": _of(
        (_input("x", "float32", 1.5), _input("w", "float32", [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    ),
    "no elements": _of((_input("x", "float32", np.zeros((0, 3))),)),
    "dtypes": _of(
        (
            _input("x", "float64", [1.5]),
            _input("w", "int64", [1, 2]),
            _input("z", "bool", [True, False]),
        )
    ),
    "function": _plain(Call("exp", (X,), result="y")),
    "method": _plain(method("exp", X, result="y")),
    "operator": _plain(SQUARE),
    "number": _plain(op("*", 3.14, X, result="y")),
    "broadcasting": _of(
        (_input("x", "float32", COLUMN), _input("w", "float32", ROW)), op("*", X, W, result="y")
    ),
    "requires_grad": _leaf(SQUARE),
    "flags": _leaf(SQUARE),
    "backward": _leaf(SQUARE, SUM, Backward(S)),
    ".grad": _leaf(SQUARE, SUM, Backward(S)),
    "gradient seed": _seeded(SQUARE, Backward(Y, W)),
    "several uses": _of(
        (LEAF, OTHER), op("*", X, W, result="y"), op("+", Y, X, result="z"), Backward(Z, W)
    ),
    "broadcast gradient": _of(
        (_input("x", "float32", COLUMN, True), _input("w", "float32", ROW, True)),
        op("*", X, W, result="y"),
        SUM,
        Backward(S),
    ),
    "accumulation": _seeded(SQUARE, Backward(Y, W), op("*", X, W, result="z"), Backward(Z, W)),
    "clearing .grad": _seeded(SQUARE, Backward(Y, W), ClearGrad(X), SetGrad(X, W)),
    "error raised": _leaf(SQUARE, Backward(Y)),
    "second backward": _seeded(
        SQUARE, Backward(Y, W, retain_graph=True), Backward(Y, W), Backward(Y, W)
    ),
    ".grad of no leaf": _seeded(
        SQUARE,
        op("*", X, W, result="z"),
        RetainGrad(Z),
        op("+", Y, Z, result="s"),
        Backward(S, W),
        Read(Y, "grad_is_none"),
        Read(Z, "grad_is_none"),
    ),
    "detach": _leaf(Detach(X, "z"), op("*", Z, X, result="y")),
    "no_grad": _leaf(EnterMode("no_grad"), SQUARE, LeaveMode()),
    "autograd.grad": _seeded(SQUARE, Grad(Y, X, W, result="z")),
    "double backward": _of(
        DOUBLE,
        op("**", X, 3, result="y"),
        Backward(Y, W, create_graph=True),
        Call("grad", (X,), form="attribute", result="z"),
        ClearGrad(X),  # Else torch adds to z in place, which is another question.
        Backward(Z, W),
    ),
    "indexing": _leaf(op("[]", X, 0, result="y"), Backward(Y)),
    "in-place": _seeded(SQUARE, method("mul_", Y, 3), op("+=", Y, W), Backward(Y, W)),
    "in-place refused": _seeded(
        method("mul_", X, 2), method("exp", X, result="y"), method("mul_", Y, 2), Backward(Y, W)
    ),
    "views": _seeded(SQUARE, op("[]", Y, 0, result="z"), method("mul_", Z, 3), Backward(Y, W)),
    "hooks": _seeded(SQUARE, RegisterHook(Y, "scale", "tensor", "h"), Backward(Y, W)),
    "accumulate hooks": _seeded(
        RegisterHook(X, "record", "post_accumulate", "h"), SQUARE, Backward(Y, W)
    ),
    "grad_fn": _leaf(SQUARE, Read(Y, "grad_fn")),
    "node hooks": _seeded(SQUARE, RegisterHook(Y, "record", "node", "h"), Backward(Y, W)),
    "versions": _plain(method("mul_", X, 2), Read(X, "version")),
    "shared memory": _plain(op("[]", X, slice(0, 1), result="y")),
    "Function": _of((LEAF, OTHER), Apply("Multiply", (X, W), "y"), Backward(Y, W)),
    "modes": _leaf(
        EnterMode("set_grad_enabled", (False,)),
        SQUARE,
        EnterMode("enable_grad"),
        op("*", X, X, result="z"),
        LeaveMode(),
        LeaveMode(),
        EnterMode("inference_mode"),
        op("*", X, X, result="s"),
        LeaveMode(),
    ),
    "saved tensors": _seeded(PackHooks("record"), SQUARE, LeaveMode(), Backward(Y, W)),
    "functional": _of(DOUBLE, Functional("autograd.functional.vjp", "cube", X, W, result="y")),
    "func": _of(
        (_input("x", "float64", [0.5, 2.0]),),
        Functional("func.grad", "product_sum", (X, X), result="y"),
    ),
    "copies": _leaf(Copy(X, "deepcopy", "y"), Copy(X, "pickle", "z")),
    "complex": _of(
        (_input("x", "complex64", [1 + 2j, 3j], True), _input("w", "complex64", [1j, 1 + 0j])),
        SQUARE,
        Backward(Y, W),
    ),
}

SENT: Mapping[str, Program] = {"tensor": _plain(), "dtype": _plain()}
"""In place of these rungs' programs, for an engine that is sent its tensors as data: it need not
have a function that makes one of lists."""
