"""Every word of the vocabularies runs on torch, twice the same, and prints as plain torch code."""

from __future__ import annotations

import numpy as np
import pytest
from handwritten import T0, T1, X0, X1, operator
from scripts import differences_of_the_script, run

from conformance import (
    Apply,
    Backward,
    Copy,
    Functional,
    Input,
    LeaveMode,
    MultiGradHook,
    NotRun,
    PackHooks,
    Program,
    ProgramError,
    Raised,
    Ref,
    RegisterHook,
    Returned,
    compare,
    execute,
    resolve_engine,
)
from conformance.program.words.functionals import APIS, MAPS
from conformance.program.words.functions import FUNCTIONS
from conformance.program.words.hooks import HOOKS, PACKS, PARAMETERS, REGISTER
from conformance.program.words.operators import COPIES

TORCH = resolve_engine("torch")

pytestmark = pytest.mark.filterwarnings("ignore")

INPUTS = (Input.of("x0", np.float64([1.0, -2.0]), True), Input.of("x1", np.float64([3.0, 5.0])))
WALKS = (Backward(T1, X1, True), Backward(T1, X1, create_graph=True))


def hooked(on, behaviour):
    """A program that walks twice past one hook."""
    hook = (
        RegisterHook(T0 if on.startswith("node") else X0, behaviour, on, "h0")
        if on in REGISTER
        else MultiGradHook((X0, T0), on, behaviour, "h0")
    )
    steps = (operator("*", X0, X0, result="t0"), operator("*", T0, X0, result="t1"), hook, *WALKS)
    return Program(INPUTS, steps)


def applied(name):
    """A program that applies the function to what is no leaf, uses its results, and walks."""
    row = FUNCTIONS[name]
    operands = (T0, X1)[: row.operands]
    first = Ref("t1") if row.results == 1 else Ref("t1[0]")
    steps = (
        operator("*", X0, X0, result="t0"),
        Apply(name, operands, "t1"),
        operator("*", first, first, result="t2"),
        Backward(Ref("t2"), X1, True),
        Backward(Ref("t2"), Ref("t2"), create_graph=True),
    )
    return Program(INPUTS, steps)


def packed(behaviour):
    """A program that saves tensors under the hooks, and walks outside."""
    steps = (
        PackHooks(behaviour),
        operator("*", X0, X0, result="t0"),
        operator("*", T0, X0, result="t1"),
        LeaveMode(),
        *WALKS,
    )
    return Program(INPUTS, steps)


def differentiated(api, function):
    """A program of one functional call."""
    inputs = (X0, X1)[: MAPS[function].operands]
    vectors = X1 if APIS[api].takes_vectors else None
    if api == "func.jvp" or (api == "autograd.functional.jvp" and len(inputs) > 1):
        vectors = (X1, X1)[: len(inputs)]
    return Program(INPUTS, (Functional(api, function, inputs, vectors, result="t0"),))


PROGRAMS = {
    **{f"{on} hook: {word}": hooked(on, word) for on, words in HOOKS.items() for word in words},
    **{f"function: {name}": applied(name) for name in FUNCTIONS},
    **{f"pack hooks: {name}": packed(name) for name in PACKS},
    **{f"{api}: {name}": differentiated(api, name) for api in APIS for name in MAPS},
    **{
        f"copy: {how}": Program(INPUTS, (Copy(X0, how, "t0"), Copy(X1, how, "t1")))
        for how in COPIES
    },
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_word_is_the_same_twice_on_torch_and_in_its_script(name):
    program = PROGRAMS[name]
    program.validate()
    first, second = execute(program, TORCH), execute(program, TORCH)
    assert compare(first, second, program) == ()
    assert all(isinstance(outcome, Returned | Raised | NotRun) for outcome in first.outcomes)
    assert differences_of_the_script(program) == ()
    _, printed = run(program.script(first))
    for outcome in first.outcomes:
        if isinstance(outcome, Raised):
            assert f"{outcome.error}: {outcome.message}\n" in printed


@pytest.mark.parametrize("name", [name for name in PROGRAMS if "hook" in name])
def test_each_hook_is_called(name):
    assert execute(PROGRAMS[name], TORCH).calls


def test_what_a_hook_is_given_is_known_for_every_place():
    assert set(PARAMETERS) == set(HOOKS)
    assert set(REGISTER) | {"all", "any"} == set(HOOKS)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (RegisterHook(X0, "?", "tensor", "h0"), "behaviour='\\?' is none of record"),
        (RegisterHook(X0, "record", "?", "h0"), "on='\\?' is none of tensor"),
        (MultiGradHook((X0,), "?", "record", "h0"), "mode='\\?' is none of all, any"),
        (PackHooks("?"), "behaviour='\\?' is none of record"),
        (Apply("?"), "function='\\?' is none of Multiply"),
        (Functional("?", "cube", X0), "api='\\?' is none of autograd.functional.jacobian"),
        (Functional("func.grad", "?", X0), "function='\\?' is none of square_sum"),
        (Copy(X0, "?", "t0"), "how='\\?' is none of copy"),
    ],
)
def test_a_word_that_is_none_is_refused(step, message):
    with pytest.raises(ProgramError, match=message):
        Program(INPUTS, (step,)).validate()
