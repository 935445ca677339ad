"""The printed script is plain torch code that does what the program does."""

from __future__ import annotations

import numpy as np
import pytest
from handwritten import GRID, PROGRAMS, T0, T1, T2, X0, X1, operator
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from scripts import differences_of_the_script, run

from conformance import (
    Backward,
    Call,
    EnterMode,
    Input,
    LeaveMode,
    Mismatch,
    Program,
    Raised,
    Read,
    Ref,
    RegisterHook,
    execute,
    resolve_engine,
)
from conformance.generate.generated import drawn
from conformance.program.values import NUMPY_DTYPES

TORCH = resolve_engine("torch")


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name != "snippets"])
@pytest.mark.filterwarnings("ignore")
def test_the_script_leaves_every_tensor_as_the_program_does(name):
    assert differences_of_the_script(PROGRAMS[name]) == ()


@pytest.mark.filterwarnings("ignore")
def test_the_scripts_of_drawn_programs_do_what_the_programs_do():
    writing = ["mul", "add", "exp", "sum", "select", "transpose", "narrow", "split"]
    for ops, count in ((None, 250), (writing, 150)):
        for each in drawn(TORCH, count=count, seed=5, ops=ops):
            assert differences_of_the_script(each.program) == (), each.program.script()


def stale_view():
    """A walk elsewhere, while a view is stale; what the view is then given as history is newer
    than the other branch, so that its hook is called first."""
    x1 = Input.of("x1", np.float32([3.0, 4.0]), True)
    steps = (
        operator("*", X0, 2.0, result="t0"),
        operator("[]", T0, slice(None), result="t1"),
        Call("mul_", (T0, 3.0), form="method"),
        Backward(X1, X1),
        Call("exp", (X1,), result="t2"),
        RegisterHook(T2, "record", "tensor", "t3"),
        Read(T1, "grad_fn"),
        RegisterHook(T1, "record", "tensor", "t4"),
        operator("+", T1, T2, result="t5"),
        Backward(Ref("t5"), X1),
    )
    return Program((Input.of("x0", np.float32([1.0, 2.0]), True), x1), steps)


@pytest.mark.filterwarnings("ignore")
def test_to_look_for_gradients_gives_no_view_a_history():
    program = stale_view()
    assert [call.values[0] for call in execute(program, TORCH).calls] == ["t4", "t3"]
    assert differences_of_the_script(program) == ()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["raising", "snippets", "reads", "hooks", "functions", "memory"])
def test_the_script_prints_the_errors_that_the_program_raises(name):
    trace = execute(PROGRAMS[name], TORCH)
    _, printed = run(PROGRAMS[name].script(trace))
    errors = [outcome for outcome in trace.outcomes if isinstance(outcome, Raised)]
    assert errors
    for error in errors:
        assert f"{error.error}: {error.message}\n" in printed


def test_the_script_is_short():
    program = Program(
        (Input.of("x0", np.float32([[1.0, 2.0]]), True), Input.of("x1", GRID.T)),
        (
            operator("*", X0, -2.5, result="t0"),
            EnterMode("no_grad"),
            operator("[]", T0, (Ellipsis, slice(None, 1)), result="t1"),
            LeaveMode(),
            Backward(T0),
        ),
    )
    assert program.script(execute(program, TORCH)) == (
        "import torch\n"
        "\n"
        "x0 = torch.tensor([[1., 2.]], requires_grad=True)\n"
        "x1 = torch.tensor([[0., 1., 2., 3.], [4., 5., 6., 7.], [8., 9., 10., 11.]])"
        ".permute(1, 0)\n"
        "t0 = x0 * (-2.5)\n"
        "with torch.no_grad():\n"
        "    t1 = t0[..., :1]\n"
        "try:\n"
        "    t0.backward()\n"
        "except Exception as error:\n"
        "    print(type(error).__name__, error, sep=': ')\n"
    )


def test_the_script_ends_with_what_differs():
    program = Program((Input.of("x0", np.float32(2), True),), (operator("*", X0, X0, result="t0"),))
    mismatch = Mismatch("value", 0, "t0", "4.", "5.", "off by 1")
    assert program.script(mismatches=[mismatch]).endswith(
        "t0 = x0 * x0\n# value: expected 4., got 5.\nprint('t0', t0)\n"
    )


def test_a_block_without_steps_is_still_python():
    run(Program((), (EnterMode("no_grad"), LeaveMode(), EnterMode("no_grad"))).script())


@given(npst.arrays(st.sampled_from(list(NUMPY_DTYPES.values())), npst.array_shapes(min_dims=0)))
def test_an_input_is_written_with_exactly_its_values(array):
    names, _ = run(Program((Input.of("x0", array),), ()).script())
    written = names["x0"].numpy()
    assert (written.shape, written.dtype) == (array.shape, array.dtype)
    np.testing.assert_array_equal(written, array)
    if array.dtype.kind in "fc":
        same = np.isnan(array) | (np.signbit(written.real) == np.signbit(array.real))
        assert same.all()
