"""Programs written by hand, together using every kind of step; each agrees with itself."""

from __future__ import annotations

import numpy as np

from conformance import (
    Apply,
    Backward,
    Call,
    ClearGrad,
    Copy,
    Detach,
    DType,
    EnterMode,
    Forget,
    Functional,
    Grad,
    Input,
    LeaveMode,
    MultiGradHook,
    NumPyScalar,
    PackHooks,
    Program,
    Read,
    Ref,
    RegisterHook,
    RemoveHook,
    RequiresGrad,
    RetainGrad,
    SetData,
    SetGrad,
    SetGradDtype,
    Snippet,
    WeakReference,
)
from conformance.program.words.reads import READS

X0, X1, T0, T1, T2 = (Ref(name) for name in ("x0", "x1", "t0", "t1", "t2"))

GRID = np.arange(12, dtype=np.float32).reshape(3, 4)


def operator(symbol, *args, result=None):
    return Call(symbol, args, form="operator", result=result)


def method(name, *args, result=None, **kwargs):
    return Call(name, args, kwargs, form="method", result=result)


PROGRAMS = {
    "broadcast": Program(
        (
            Input.of("x0", np.float32([[1.5], [np.nan], [-0.0]]), True),
            Input.of("x1", np.float32([np.inf, 1e-42])),
        ),
        (
            operator("*", X0, X1, result="t0"),
            Call("add", (T0, X0), {"alpha": 2}, result="t1"),
            Backward(T1, X1),
            Backward(T1, T1),
        ),
    ),
    "layouts": Program(
        (
            Input.of("x0", GRID.T, True),
            Input.of("x1", GRID[1:, ::2], True),
            Input.of("x2", np.broadcast_to(np.float32([[1], [2]]), (2, 3))),
        ),
        (
            method("sum", X0, 0, result="t0"),
            operator("@", Ref("x2"), T0, result="t1"),
            Call("T", (X1,), form="attribute", result="t2"),
            method("sum", T2, dim=(0, 1), keepdim=True, result="t3"),
            Backward(Ref("t3")),
            Backward(T1, Ref("x2"), retain_graph=True),
        ),
    ),
    "tuples": Program(
        (Input.of("x0", np.float64([[3.0, 1.0], [2.0, 4.0]]), True),),
        (
            Call("max", (X0, 1), result="t0"),
            Call("split", (X0, 1), {"dim": 0}, result="t1"),
            operator("+", Ref("t0[0]"), Ref("t1[1]"), result="t2"),
            Call("cat", ([Ref("t1[0]"), T2],), result="t3"),
            Grad([Ref("t3")], [X0], [Ref("t3")], create_graph=True, result="t4"),
            Grad(Ref("t4[0]"), (X0, T2), Ref("t4[0]"), allow_unused=True, result="t5"),
        ),
    ),
    "state": Program(
        (Input.of("x0", np.float32([1.0, 2.0]), True), Input.of("x1", np.float32([3.0, 5.0]))),
        (
            operator("**", 2.0, X0, result="t0"),
            RetainGrad(T0),
            method("sum", T0, result="t1"),
            Backward(T1, retain_graph=True),
            SetGrad(X0, X1),
            Backward(T1, create_graph=True, inputs=[X0]),
            ClearGrad(T0),
            Detach(X0, "t2"),
            RequiresGrad(T2),
            operator("*", T2, X0, result="t3"),
            SetGrad(X0, T1),
            RequiresGrad(Ref("t3"), False),
        ),
    ),
    "modes": Program(
        (Input.of("x0", np.float32([[1.0, 2.0], [3.0, 4.0]]), True),),
        (
            EnterMode("no_grad"),
            method("mul_", X0, -2.0),
            operator("[]=", X0, (slice(None), 1), 0.5),
            EnterMode("set_grad_enabled", (True,)),
            operator("*", X0, X0, result="t0"),
            operator("+=", X0, 1),
            LeaveMode(),
            operator("*", X0, 2, result="t1"),
            LeaveMode(),
            LeaveMode(),
            operator("[]", T0, (Ellipsis, None, [0, 1]), result="t2"),
            Backward(T0, X0),
            EnterMode("enable_grad"),
        ),
    ),
    "raising": Program(
        (Input.of("x0", np.float32([1.0, 2.0]), True), Input.of("x1", np.int64([[1], [2], [3]]))),
        (
            Backward(X0),
            Call("mm", (X0, X1), result="t0"),
            operator("*", T0, 2, result="t1"),
            operator("*", X1, 2, result="t2"),
            RequiresGrad(X1),
            method("to", T2, DType("float64"), result="t3"),
            EnterMode("set_grad_enabled"),
            LeaveMode(),
        ),
    ),
    "reads": Program(
        (Input.of("x0", np.float32(1.5), True), Input.of("x1", np.float32([0.1, 1e9]))),
        (
            operator("*", X0, X1, result="t0"),
            *(
                Read(ref, what, X0 if row.operands == 2 else None)
                for ref in (X0, X1, T0)
                for what, row in READS.items()
            ),
        ),
    ),
    "hooks": Program(
        (Input.of("x0", np.float32([1.0, -2.0]), True), Input.of("x1", np.float32([3.0, 5.0]))),
        (
            operator("*", X0, X1, result="t0"),
            RegisterHook(T0, "scale", "tensor", "h0"),
            RegisterHook(X0, "read_grad", "post_accumulate", "h1"),
            RegisterHook(T0, "record", "node", "h2"),
            RegisterHook(T0, "scale", "node_pre", "h3"),
            RegisterHook(X1, "record", "tensor", "h4"),
            MultiGradHook((X0, T0), "all", "record", "h5"),
            MultiGradHook((X0, T0), "any", "record", "h6"),
            Backward(T0, X1, retain_graph=True),
            RemoveHook(Ref("h3")),
            RemoveHook(Ref("h4")),
            RegisterHook(T0, "wrong_shape", "tensor", "h7"),
            Backward(T0, X1, retain_graph=True),
            RemoveHook(Ref("h7")),
            Call("autograd.backward", ([T0, X0], [X1, X1]), {"retain_graph": True}),
            Backward(T0, X1, create_graph=True),
        ),
    ),
    "functions": Program(
        (Input.of("x0", np.float64([1.0, -2.0]), True), Input.of("x1", np.float64([3.0, 5.0]))),
        (
            Apply("Multiply", (X0, X1), "t0"),
            Apply("SumAndCount", (T0,), "t1"),
            Apply("RaiseBackward", (X0,), "t2"),
            Apply("DoubleInPlace", (X0,), "t3"),
            Backward(Ref("t1[0]")),
            Backward(T2, X1),
            Apply("Multiply", (X1, X0)),
        ),
    ),
    "saved tensors": Program(
        (Input.of("x0", np.float32([1.0, -2.0]), True),),
        (
            PackHooks("scale", "p0"),
            operator("*", X0, X0, result="t0"),
            LeaveMode(raising=True),
            PackHooks("raise_packing"),
            method("exp", X0, result="t1"),
            EnterMode("no_grad"),
            LeaveMode(raising=True),
            LeaveMode(),
            EnterMode("autograd.graph.save_on_cpu"),
            method("exp", X0, result="t2"),
            EnterMode("inference_mode"),
            operator("*", X0, 2, result="t3"),
            LeaveMode(raising=True),
            Backward(T0, X0),
            Backward(T2, X0),
            EnterMode("autograd.detect_anomaly"),
        ),
    ),
    "functional": Program(
        (Input.of("x0", np.float64([1.0, -2.0]), True), Input.of("x1", np.float64([3.0, 5.0]))),
        (
            Functional("autograd.functional.jacobian", "product", (X0, X1), result="t0"),
            Functional("autograd.functional.vjp", "cube", X0, X1, {"strict": True}, "t1"),
            Functional("func.grad", "product_sum", (X0, X1), kwargs={"argnums": 1}, result="t2"),
            Functional("func.vjp", "cube", X0, X1, result="t3"),
            Functional("autograd.gradcheck", "cube", (X0,), result="t4"),
            Functional("autograd.functional.hessian", "cube", X0),
        ),
    ),
    "memory": Program(
        (Input.of("x0", np.float32([1.0, -2.0]), True), Input.of("x1", np.float32([3.0, 5.0]))),
        (
            operator("*", X0, X0, result="t0"),
            SetData(X0, X1),
            Copy(X0, "deepcopy", "t1"),
            Copy(T0, "pickle", "t2"),
            Copy(T0, "deepcopy", "t3"),
            Copy(X0, "copy", "t4"),
            Backward(T0, X1),
            Call("split", (X1, 1), result="t5"),
            Forget(T0),
            Forget(Ref("t5")),
            Read(T0, "grad_fn"),
            Read(Ref("t5[1]"), "item"),
        ),
    ),
    "several roots": Program(
        (Input.of("x0", np.float32([1.0, -2.0]), True), Input.of("x1", np.float32([3.0, 5.0]))),
        (
            operator("*", X0, X0, result="t0"),
            method("sum", T0, result="t1"),
            Backward([T1, T0], [None, X1], retain_graph=True),
            Backward((T0, T1), [X1, None], retain_graph=True, inputs=[X0]),
            Grad([T0, T0], [X0], [X1, X1], retain_graph=True, result="t2"),
            Call("autograd.graph.get_gradient_edge", (T0,), result="t3"),
            Call("autograd.graph.get_gradient_edge", (X0,), result="t4"),
            Backward([Ref("t3")], [X1], retain_graph=True),
            Grad(T1, [Ref("t3"), Ref("t4")], result="t5"),
            Backward([T1, T0]),
        ),
    ),
    "life times": Program(
        (Input.of("x0", np.float32([1.0, -2.0]), True), Input.of("x1", np.float32([3.0, 5.0]))),
        (
            operator("*", X0, X1, result="t0"),
            method("exp", T0, result="t1"),
            operator("*", T1, T1, result="t2"),
            WeakReference(T0, "h0"),
            WeakReference(T1, "h1"),
            Forget(T0),
            Forget(T1),
            Read(Ref("h0"), "alive"),
            Read(Ref("h1"), "alive"),
            Backward(T2, X1),
            Read(Ref("h1"), "alive"),
        ),
    ),
    "memory by strides": Program(
        (Input.of("x0", np.float32([1.0, -2.0]), True), Input.of("x1", np.float32([3.0, 5.0]))),
        (
            operator("*", X0, X0, result="t0"),
            Call("as_strided", (T0, (2, 2), (1, 0)), result="t1"),
            Backward(T1, T1),
            method("set_", X1, X0),
            method("set_", T0, X1, 1, (1,)),
            method("set_", X1),
        ),
    ),
    "dtypes of gradients": Program(
        (Input.of("x0", np.float32([1.0, -2.0]), True), Input.of("x1", np.float64([3.0, 5.0]))),
        (
            SetGradDtype(X0, DType("float64")),
            Backward(X0, X1),
            Read(X0, "grad_dtype"),
            SetGradDtype(X0, None),
            ClearGrad(X0),
            SetGradDtype(X0, None),
            Backward(X0, X1),
        ),
    ),
    "scalars of NumPy's": Program(
        (Input.of("x0", np.float32([1.0, -2.0]), True), Input.of("x1", np.int64([3, 5]))),
        (
            operator("*", NumPyScalar("float64", 2.0), X0, result="t0"),
            operator("+", X1, NumPyScalar("float32", -0.5), result="t1"),
            operator("-", NumPyScalar("bool", True), X1, result="t2"),
            operator("//", NumPyScalar("int32", 7), X1, result="t3"),
            operator("**", X0, NumPyScalar("uint8", 2), result="t4"),
            operator("*=", X1, NumPyScalar("int64", 2)),
        ),
    ),
    "into a tensor": Program(
        (Input.of("x0", np.float32([1.0, -2.0])), Input.of("x1", np.float32([3.0, 5.0]))),
        (
            Call("mul", (X0, X0), {"out": X1}, result="t0"),
            Call("exp", (X0,), {"out": X0}),
            Call("sum", (X0,), {"out": X1}),
        ),
    ),
    "forward mode": Program(
        (Input.of("x0", np.float32([1.0, -2.0]), True), Input.of("x1", np.float32([3.0, 5.0]))),
        (
            EnterMode("autograd.forward_ad.dual_level"),
            Call("autograd.forward_ad.make_dual", (X0, X1), result="t0"),
            operator("*", T0, T0, result="t1"),
            Call("autograd.forward_ad.unpack_dual", (T1,), result="t2"),
            Backward(Ref("t2[1]"), X1),
            LeaveMode(),
            Call("autograd.forward_ad.unpack_dual", (T1,), result="t3"),
            Functional("func.jvp", "cube", (X1,), (X1,), result="t4"),
            Functional("func.vmap", "square_sum", X1, result="t5"),
        ),
    ),
    "run otherwise": Program(
        (Input.of("x0", np.float32([1.0, -2.0]), True), Input.of("x1", np.float32([3.0, 5.0]))),
        (
            Functional("no_grad()", "cube", X0, result="t0"),
            Functional("enable_grad() of a generator", "cube", X0, result="t1"),
            EnterMode("no_grad"),
            Functional("in a thread", "product", (X0, X1), result="t2"),
            LeaveMode(),
            Functional("30 times", "shifted", X0, result="t3"),
            Functional(
                "utils.checkpoint.checkpoint", "sines", X0, None, {"use_reentrant": False}, "t4"
            ),
            Backward(T2, X1),
            Backward(Ref("t4"), X1),
        ),
    ),
    "snippets": Program(
        (Input.of("x0", np.float32([1.0, 2.0]), True),),
        (
            Snippet("y = x0 * 2\nprint(y)\n\nprint(type(y))\n"),
            Snippet("print('before')\nx0.backward()\n"),
        ),
    ),
    "odd values": Program(
        (
            Input.of("x0", np.complex64([complex(1, -0.0), complex(np.nan, np.inf)]), True),
            Input.of("x1", np.zeros((0, 3), np.float64), True),
            Input.of("x2", np.array([True, False])),
            Input.of("x3", np.float16([0.1, 65504, 6e-8])),
            Input.of("x4", np.uint8([0, 255])),
        ),
        (
            operator("*", X0, complex(0.5, -0.0), result="t0"),
            method("sum", X1, result="t1"),
            method("clamp", Ref("x3"), min=float("-inf"), max=-0.0, result="t2"),
            operator("[]", Ref("x3"), Ref("x2"), result="t3"),
            Backward(T1),
            Backward(T0, X0),
        ),
    ),
}
