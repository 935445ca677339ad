"""A run gives a trace whatever the engine does, and leaves the engine's global state alone."""

from __future__ import annotations

import weakref
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from fakes import torch_but
from handwritten import PROGRAMS, T0, T1, X0, method, operator

from conformance import (
    Apply,
    Backward,
    Call,
    DType,
    Engine,
    EngineError,
    EnterMode,
    Forget,
    Input,
    LeaveMode,
    NotRun,
    PackHooks,
    Program,
    Raised,
    Ref,
    RegisterHook,
    Returned,
    Snippet,
    Text,
    execute,
    resolve_engine,
)

TORCH = resolve_engine("torch")
VECTOR = Input.of("x0", np.float32([1.0, 2.0]), True)


def outcomes(*steps, engine=TORCH, inputs=(VECTOR,)):
    return execute(Program(tuple(inputs), steps), engine).outcomes


def test_a_result_is_named_and_a_tuples_items_too():
    (outcome,) = outcomes(Call("max", (X0, 0), result="t0"))
    assert outcome == Returned((Ref("t0[0]"), Ref("t0[1]")))


def test_a_call_may_give_a_plain_value():
    assert outcomes(Call("equal", (X0, X0), result="t0")) == (Returned(True),)


def test_an_error_is_an_outcome():
    (outcome,) = outcomes(Backward(X0))
    assert outcome.error == "RuntimeError"
    assert outcome.message == "grad can be implicitly created only for scalar outputs"
    assert "Exception" in outcome.bases


def test_what_depends_on_a_result_that_was_never_made_is_not_run():
    steps = Call("mm", (X0, X0), result="t0"), operator("*", T0, 2, result="t1"), Backward(T1)
    assert outcomes(*steps)[1:] == (NotRun("t0"), NotRun("t1"))


def test_in_place_operators_bind_their_name_again():
    program = Program(
        (VECTOR,),
        (
            operator("*", X0, 1, result="t0"),
            operator("+=", T0, 1),
            operator("*", T0, 2, result="t1"),
        ),
    )
    trace = execute(program, TORCH)
    assert trace.tensors["t1"].values.tolist() == [4.0, 6.0]
    assert trace.tensors["t0"].version == 1


def test_an_input_is_not_changed_by_a_program_that_writes_into_it():
    plain = Input.of("x0", np.float32([1.0, 2.0]))
    execute(Program((plain,), (method("zero_", X0),)), TORCH)
    assert plain.array.tolist() == [1.0, 2.0]


def test_a_snippet_gives_what_it_prints_with_the_engine_called_torch():
    assert outcomes(Snippet("print(type(x0), end='')"))[0].value == Text("<class 'torch.Tensor'>")


def test_a_snippet_that_raises_keeps_what_it_had_printed():
    (outcome,) = outcomes(Snippet("print(1)\nraise ValueError('no')"))
    assert (outcome.error, outcome.message, outcome.printed) == ("ValueError", "no", "1\n")


def test_modes_that_a_program_leaves_open_end_with_it():
    execute(Program((), (EnterMode("no_grad"), EnterMode("no_grad"))), TORCH)
    assert torch.is_grad_enabled()


def test_global_state_set_by_a_call_is_restored():
    steps = (
        Call("set_grad_enabled", (False,)),
        Call("set_default_dtype", (DType("float64"),)),
    )
    execute(Program((), steps), TORCH)
    assert torch.is_grad_enabled()
    assert torch.get_default_dtype() is torch.float32


def test_modes_of_every_kind_that_a_program_leaves_open_end_with_it():
    modes = [
        EnterMode("autograd.detect_anomaly"),
        EnterMode("inference_mode"),
        EnterMode("autograd.graph.disable_saved_tensors_hooks", ("no hooks here",)),
        EnterMode("autograd.set_multithreading_enabled", (False,)),
        Call("autograd.set_detect_anomaly", (True,)),
        PackHooks("raise_packing"),
    ]
    found = outcomes(*modes)
    assert [type(outcome) for outcome in found] == [Returned] * 5 + [Raised]
    assert found[5].message == "no hooks here"
    assert not torch.is_anomaly_enabled()
    assert not torch.is_inference_mode_enabled()
    assert torch._C._is_multithreading_enabled()
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
        assert outcomes(operator("*", X0, X0, result="t0"))[0] == Returned(Ref("t0"))


def test_a_mode_that_cannot_be_left_leaves_the_others_to_be():
    class Stuck:
        def __enter__(self):
            pass

        def __exit__(self, *error):
            raise RuntimeError("stuck")

    steps = EnterMode("no_grad"), EnterMode("stuck")
    execute(Program((), steps), torch_but(stuck=Stuck))
    assert torch.is_grad_enabled()


def test_a_block_may_be_left_by_an_exception_that_it_sees():
    seen = []

    class Seeing:
        def __enter__(self):
            pass

        def __exit__(self, kind, error, trace):
            seen.append((kind, str(error)))

    steps = EnterMode("seeing"), EnterMode("seeing"), LeaveMode(raising=True), LeaveMode()
    execute(Program((), steps), torch_but(seeing=Seeing))
    assert seen == [(RuntimeError, "left"), (None, "None")]


def test_an_input_made_inside_a_block_is_as_any_other():
    session = TORCH.start(())
    session.step(EnterMode("no_grad"))
    session.step(EnterMode("inference_mode"))
    session.add(Input.of("x0", np.float32([[1.0, 2.0]]).T, True))
    assert not session.value("x0").is_inference()
    assert session.value("x0").is_leaf
    session.finish()


def test_a_name_that_is_forgotten_is_gone_with_its_items_and_its_tensor():
    session = TORCH.start((VECTOR,))
    session.step(Call("split", (X0, 1), result="t0"))
    tensor = weakref.ref(session.value("t0[1]"))
    session.step(Forget(T0))
    assert tensor() is None
    assert session.step(operator("*", Ref("t0[1]"), 2, result="t1")) == NotRun("t0")
    assert session.step(Forget(T0)) == NotRun("t0")
    assert set(session.finish().tensors) == {"x0"}


@pytest.mark.parametrize(("behaviour", "kept"), [("record", False), ("read_grad", True)])
def test_a_hook_keeps_its_tensor_alive_only_if_it_uses_it(behaviour, kept):
    session = TORCH.start((VECTOR,))
    session.step(operator("*", X0, 2, result="t0"))
    session.step(RegisterHook(T0, behaviour, "tensor", "h0"))
    session.step(operator("*", T0, 2, result="t1"))  # its node holds the hook's
    tensor = weakref.ref(session.value("t0"))
    session.step(Forget(T0))
    assert (tensor() is not None) == kept
    session.finish()


def test_a_custom_function_is_made_once_and_anew_when_function_is_another():
    engine = torch_but(autograd=torch.autograd)
    step = Apply("Exp", (X0,), "t0")
    outcomes(step, engine=engine)
    (_, first) = engine.definitions["Exp"]
    outcomes(step, engine=engine)
    assert engine.definitions["Exp"][1] is first
    engine.module.autograd = SimpleNamespace(Function=type("Function", (), {"apply": print}))
    outcomes(step, engine=engine)
    assert engine.definitions["Exp"][1] is not first


def test_an_interrupt_comes_out_with_the_modes_left():
    def relu(tensor):
        raise KeyboardInterrupt

    program = Program((VECTOR,), (EnterMode("no_grad"), Call("relu", (X0,))))
    with pytest.raises(KeyboardInterrupt):
        execute(program, torch_but(relu=relu))
    assert torch.is_grad_enabled()


def test_a_session_shows_the_state_after_each_step():
    session = TORCH.start((VECTOR,))
    session.step(operator("*", X0, 2, result="t0"))
    assert session.tensors()["t0"].values.tolist() == [2.0, 4.0]
    assert session.value("t0").requires_grad
    with pytest.raises(KeyError):
        session.value("t1")
    session.finish()


def test_the_state_of_a_tensor_is_all_that_torch_shows():
    trace = execute(PROGRAMS["state"], TORCH)
    state = trace.tensors["t0"]
    assert (state.shape, state.dtype, state.stride) == ((2,), "float32", (1,))
    assert (state.grad_fn, state.node) == ("PowBackward2", 3)
    assert trace.graph[3:5] == (
        ("PowBackward2", ((4, 0),), None),
        ("AccumulateGrad", (), "x0"),
    )
    assert (state.requires_grad, state.is_leaf, state.output_nr) == (True, False, 0)


def test_zeros_that_torch_gives_without_memory_are_read():
    """Of a slice of such, torch's own `tolist()` ends the process."""
    other = Input.of("x1", np.float32([3.0, 4.0]), True)
    seed = Input.of("x2", np.float32([1.0, 2.0, 3.0, 4.0]))
    joined = Call("cat", ((X0, Ref("x1")),), {}, result="t0")
    sign = Call("sgn", (T0,), {}, form="method", result="t1")
    steps = (joined, sign, Backward(T1, Ref("x2")))
    trace = execute(Program((VECTOR, other, seed), steps), TORCH)
    assert [trace.tensors[name].grad.values.tolist() for name in ("x0", "x1")] == [[0.0, 0.0]] * 2


def test_tensors_that_share_memory_are_grouped():
    trace = execute(PROGRAMS["tuples"], TORCH)
    assert ("x0", "t1[0]", "t1[1]") in trace.aliases


def test_torch_is_an_engine():
    assert isinstance(TORCH, Engine)
    assert (TORCH.name, TORCH.version) == ("torch", torch.__version__)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no.such.engine", "cannot load the engine 'no.such.engine': ModuleNotFoundError: No mod"),
        ("torch:nothing", "cannot load the engine 'torch:nothing': AttributeError"),
        ("json", "'json' does not look like torch: it has no Tensor and no tensor"),
        ("", "'' is no name of a module"),
    ],
)
def test_an_engine_that_cannot_be_used_says_why(name, message):
    with pytest.raises(EngineError, match=message):
        resolve_engine(name)


def test_an_engine_may_be_an_attribute_of_a_module():
    assert isinstance(resolve_engine("fakes:bare_engine"), Engine)
