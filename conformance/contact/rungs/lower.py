"""The lower half of the ladder: from making one tensor to gradients that add up."""

from __future__ import annotations

import numpy as np

from conformance.contact.rungs.pieces import (
    FLAGS,
    LEAF,
    OTHER,
    PLAIN,
    SEED,
    SQUARE,
    S,
    W,
    X,
    Y,
    Z,
    method,
    of,
    op,
    program,
)
from conformance.contact.rungs.rung import Rung
from conformance.program.steps import Backward, Call, ClearGrad, SetGrad
from conformance.program.values import DType

LOWER: tuple[Rung, ...] = (
    Rung(
        "tensor",
        "torch.tensor([1.0, 2.0])",
        program(steps=(Call("tensor", ([1.0, 2.0],), result="y"),)),
        ("import",),
        "a function `tensor(data, dtype=None)` that gives a `Tensor` with `.shape` and `.dtype`",
        ("shape",),
    ),
    Rung(
        "dtype",
        "torch.tensor([1.0, 2.0], dtype=torch.float32)",
        program(steps=(Call("tensor", ([1.0, 2.0],), {"dtype": DType("float32")}, result="y"),)),
        ("tensor",),
        "`float32` in the module, `tensor(..., dtype=float32)`, and a `.dtype` whose `str` ends "
        "in `float32`",
        ("shape", "dtype"),
    ),
    Rung(
        "read",
        "x.detach().numpy(), or x.tolist()",
        program(PLAIN),
        ("dtype",),
        "`Tensor.detach()`, and `Tensor.numpy()` or `Tensor.tolist()`, which give the values",
        ("shape", "dtype", "values"),
    ),
    Rung(
        "shapes",
        "tensors without dims, and with two",
        program(
            of("x", "float32", 1.5),
            of("w", "float32", [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
        ),
        ("read",),
        "`tensor` of a number, and of nested lists",
    ),
    Rung(
        "no elements",
        "torch.zeros((0, 3), dtype=torch.float32)",
        program(of("x", "float32", np.zeros((0, 3)))),
        ("read",),
        "`zeros(shape, dtype=)`, of shapes with a size of 0 too",
    ),
    Rung(
        "dtypes",
        "tensors of float64, int64 and bool",
        program(
            of("x", "float64", [1.5]),
            of("w", "int64", [1, 2]),
            of("z", "bool", [True, False]),
        ),
        ("read",),
        "`float64`, `int64` and `bool` in the module",
    ),
    Rung(
        "function",
        "torch.exp(x)",
        program(PLAIN, steps=(Call("exp", (X,), result="y"),)),
        ("read",),
        "ops as functions of the module: `exp(x)`",
    ),
    Rung(
        "method",
        "x.exp()",
        program(PLAIN, steps=(method("exp", X, result="y"),)),
        ("read",),
        "ops as methods of the tensor: `Tensor.exp`",
    ),
    Rung(
        "operator",
        "x * x",
        program(PLAIN, steps=(SQUARE,)),
        ("read",),
        "operators of the tensor: `Tensor.__mul__`",
    ),
    Rung(
        "number",
        "3.14 * x",
        program(PLAIN, steps=(op("*", 3.14, X, result="y"),)),
        ("operator",),
        "reflected operators, and numbers as operands: `Tensor.__rmul__`",
    ),
    Rung(
        "broadcasting",
        "shapes [2, 1] and [3]",
        program(
            of("x", "float32", [[1.0], [2.0]]),
            of("w", "float32", [1.0, 2.0, 3.0]),
            steps=(op("*", X, W, result="y"),),
        ),
        ("operator", "shapes"),
        "operands of unlike shapes, as NumPy broadcasts them",
    ),
    Rung(
        "requires_grad",
        "x.requires_grad_(); y = x * x",
        program(LEAF, steps=(SQUARE,)),
        ("operator",),
        "`Tensor.requires_grad_()`, or a `requires_grad` that can be set",
        ("shape", "dtype", "values"),
    ),
    Rung(
        "flags",
        "x.requires_grad, x.is_leaf, y.requires_grad, y.is_leaf",
        program(LEAF, steps=(SQUARE,)),
        ("requires_grad",),
        "`.requires_grad` and `.is_leaf`, which a result has as well",
        FLAGS,
    ),
    Rung(
        "backward",
        "(x * x).sum().backward()",
        program(LEAF, steps=(SQUARE, method("sum", Y, result="s"), Backward(S))),
        ("requires_grad",),
        "`Tensor.sum()` and `Tensor.backward()`",
        ("shape", "dtype", "values"),
    ),
    Rung(
        ".grad",
        "x.grad, a tensor that can be read like any other",
        program(LEAF, steps=(SQUARE, method("sum", Y, result="s"), Backward(S))),
        ("backward",),
        "`Tensor.grad`: None, or a `Tensor` with `.shape`, `.dtype`, `.detach()` and `.numpy()`",
    ),
    Rung(
        "gradient seed",
        "y.backward(gradient=torch.tensor([10.0, 100.0]))",
        program(LEAF, SEED, steps=(SQUARE, Backward(Y, W))),
        (".grad",),
        "`Tensor.backward(gradient=None, retain_graph=None, create_graph=False, inputs=None)`",
    ),
    Rung(
        "several uses",
        "(x * w + x).backward(...)",
        program(
            LEAF,
            OTHER,
            steps=(op("*", X, W, result="y"), op("+", Y, X, result="z"), Backward(Z, W)),
        ),
        ("gradient seed",),
        "the gradients of all uses of a tensor, summed",
    ),
    Rung(
        "broadcast gradient",
        "the gradient of an operand that was broadcast",
        program(
            of("x", "float32", [[1.0], [2.0]], True),
            of("w", "float32", [1.0, 2.0, 3.0], True),
            steps=(op("*", X, W, result="y"), method("sum", Y, result="s"), Backward(S)),
        ),
        (".grad", "broadcasting"),
        "gradients summed over the dims that were broadcast, to the operand's own shape",
    ),
    Rung(
        "accumulation",
        "two backward calls: x.grad is their sum",
        program(
            LEAF,
            SEED,
            steps=(SQUARE, Backward(Y, W), op("*", X, W, result="z"), Backward(Z, W)),
        ),
        ("gradient seed",),
        "a backward that adds to `.grad` instead of replacing it",
    ),
    Rung(
        "clearing .grad",
        "x.grad = None; x.grad = w",
        program(
            LEAF,
            SEED,
            steps=(SQUARE, Backward(Y, W), ClearGrad(X), SetGrad(X, W)),
        ),
        ("gradient seed",),
        "a `.grad` that can be set",
    ),
)
