"""Torch run otherwise: each variant runs, agrees where it is right, and is told where it is not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from torch._decomp import decomposition_table

from conformance import (
    Backward,
    Call,
    EngineError,
    Input,
    Program,
    Read,
    Ref,
    compare,
    execute,
    resolve_engine,
)
from conformance.campaign.examine import Examiner
from conformance.claims import claims_of
from conformance.claims.values import raises_by_values
from conformance.cli.command import cli
from conformance.contact.probe import probe
from conformance.engines.naming.shipped import shipped_file
from conformance.engines.variants.table import LISTED, VARIANTS
from conformance.program.script.wording import worded

HERE = Path(__file__).parent
TORCH = resolve_engine("torch")
HERE_TOO = ("cpu", "meta", "functional", "vmap", "vmap:1", "subclass", "refs")
X, T0, T1 = Ref("x0"), Ref("t0"), Ref("t1")


def program(*steps, dtype="float32", values=(0.5, 2.0), grad=True) -> Program:
    return Program((Input.of("x0", np.array(values, dtype), requires_grad=grad),), steps)


SINE = program(
    Call("sin", (X,), result="t0"), Call("sum", (T0,), form="method", result="t1"), Backward(T1)
)
COMPLEX = program(
    Call("*", (X, X), form="operator", result="t0"),
    Call("abs", (T0,), form="method", result="t2"),
    Call("sum", (Ref("t2"),), form="method", result="t1"),
    Backward(T1),
    dtype="complex64",
    values=(1 + 2j, 3j),
)
VIEWS = program(
    Call("mul", (X, 2), result="t0"),
    Call("select", (T0, 0, 1), form="method", result="t1"),
    Call("*", (T1, T0), form="operator", result="t2"),
    Backward(Ref("t2"), gradient=T0),
)
REFUSED = program(Call("sum", (X, 3), result="t0"))


def differences(name: str, asked: Program) -> list[str]:
    """What of the variant's claims the program shows to be otherwise."""
    claims = claims_of(name)
    found = compare(execute(asked, TORCH), execute(asked, resolve_engine(name)), asked)
    return [worded(m).located() for m in found if claims.covers(m, asked)]


@pytest.mark.parametrize("asked", [SINE, COMPLEX, VIEWS, REFUSED])
@pytest.mark.parametrize("name", HERE_TOO)
def test_a_variant_agrees_with_torch_in_all_that_it_claims(name: str, asked: Program):
    if name.startswith("vmap") and asked is REFUSED:
        pytest.skip("the message counts the dim of the batch")
    assert differences(f"torch@{name}", asked) == []


def test_a_program_is_really_run_otherwise():
    state = execute(SINE, resolve_engine("torch@meta")).tensors["x0"]
    assert "TypeError" in state.unread["values"].bases
    assert execute(SINE, resolve_engine("torch@vmap")).tensors["t0"].grad_fn == "SelectBackward0"
    kinds = []
    see = Program((), (Call("tensor", ([1.0],), result="t0"),))
    for name in ("functional", "subclass"):
        session = resolve_engine(f"torch@{name}").start(see.inputs)
        session.step(see.steps[0])
        tensor = session.value("t0")
        kinds.append((torch._is_functional_tensor(tensor), hasattr(tensor, "held")))
        session.finish()
    assert kinds == [(True, False), (False, True)]


def test_global_state_is_put_back():
    for name in HERE_TOO:
        execute(SINE, resolve_engine(f"torch@{name}"))
    fresh = torch.zeros(2)
    assert type(fresh) is torch.Tensor
    assert fresh.device.type == "cpu"
    assert not torch._is_functional_tensor(fresh)
    assert "numpy" not in vars(torch.Tensor)


def test_a_wrong_decomposition_is_told(monkeypatch):
    monkeypatch.setitem(decomposition_table, torch.ops.aten.sin.default, torch.cos)
    assert "t0: expected" in " ".join(differences("torch@refs", SINE))


def test_a_wrong_formula_on_meta_tensors_is_told():
    with torch.library._scoped_library("aten", "IMPL") as library:
        library.impl("sin", lambda x: x.new_empty(x.numel() + 1), "Meta")
        assert "t0.shape: expected (2,), got (3,)" in " ".join(differences("torch@meta", SINE))


@pytest.mark.filterwarnings("ignore:Warning only once")
def test_a_wrong_batching_rule_is_told():
    with torch.library._scoped_library("aten", "IMPL") as library:
        library.impl("sin", torch.cos, "FuncTorchBatched")
        found = " ".join(differences("torch@vmap", SINE))
    assert "t0: expected" in found
    assert "x0.grad: expected" in found


def in_a_process(name: str, asked: Program) -> list[list[str]]:
    """The kinds and places that differ, found where what the engine registers harms nobody."""
    code = (
        "import sys\n"
        "from conformance import Program, compare, execute, resolve_engine\n"
        "from conformance.claims import claims_of\n"
        "import json\n"
        "name, text = sys.argv[1:]\n"
        "engine, program = resolve_engine(name), Program.from_json(text)\n"
        "expected = execute(program, resolve_engine('torch'))\n"
        "found = compare(expected, execute(program, engine), program)\n"
        "covers = claims_of(name).covers\n"
        "print(json.dumps([(m.kind, m.where) for m in found if covers(m, program)]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, name, json.dumps(asked.to_json())],
        cwd=HERE, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_compiler_that_doubles_a_gradient_is_told():
    engine = "torch@compile:doubling+doubling_compiler"
    assert ["grad_value", "x0.grad"] in in_a_process(engine, SINE)


def test_a_device_that_a_package_registers_is_told_by_what_it_computes_wrong():
    found = in_a_process("torch@toy+toy_device", SINE)
    assert ["value", "t0"] in found
    assert not any(kind == "unsupported" for kind, _ in found)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("torch@nowhere", "'nowhere' is neither a variant nor a device"),
        ("torch@", "there are torch@cpu, torch@meta"),
        ("torch@vmap:0", "'0' is no size of a batch"),
        ("torch@compile", "name a backend, as in compile:"),
        ("torch@compile:nothing", "there is no backend 'nothing', but compile:"),
        ("torch@meta+no_such_package", "cannot load 'no_such_package' for torch@meta"),
        ("mini_autograd@meta", "only torch is run otherwise"),
        ("torch@functional:2", "torch@functional takes no option"),
    ],
)
def test_a_name_that_names_nothing_is_refused_with_what_there_is(name: str, said: str):
    with pytest.raises(EngineError) as raised:
        resolve_engine(name)
    assert said in str(raised.value)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_device_that_is_not_here_is_refused():
    with pytest.raises(EngineError, match="there is no device cuda here"):
        resolve_engine("torch@cuda")


def test_the_variants_are_listed_with_a_line_each():
    shown = CliRunner().invoke(cli, ["engines"], env={"COLUMNS": "200"}).output
    for row in LISTED:
        assert f"torch@{row.written}" in shown
        assert row.does in shown


def test_claims_lie_in_the_folder_of_a_variant_and_those_of_a_package_beside_it():
    name = "conformance_claims.toml"
    folder = Path(sys.modules["conformance.engines.variants.table"].__file__).parent / "shipped"
    assert shipped_file("torch@compile:aot_eager", name) == folder / "compile" / name
    assert shipped_file("torch@vmap", name) == folder / "vmap" / name
    assert shipped_file("torch@vmap:1", name) == folder / "vmap-1" / name
    assert shipped_file("torch@cpu", name) is None
    assert shipped_file("torch@meta+mini_autograd", "conformance_known.txt") is not None
    for each in folder.iterdir():
        assert each.name.partition("-")[0] in VARIANTS


def test_first_contact_asks_for_what_is_claimed():
    found = probe(resolve_engine("torch@meta"))
    assert found.first is None, found.text


@pytest.mark.parametrize(
    ("index", "by_values"), [([0, 5], True), ([0, -7], True), ([[0, 0]], False)]
)
def test_an_error_is_about_values_where_others_do_not_raise_it(index: object, by_values: bool):
    inputs = Input.of("x0", np.ones((2, 3), "float32")), Input.of("x1", np.array(index))
    asked = Program(inputs, (Call("index_select", (X, 0, Ref("x1")), result="t0"),))
    assert raises_by_values(asked, execute(asked, TORCH), TORCH) is by_values


def test_an_engine_without_values_is_not_asked_for_errors_about_them():
    meta = resolve_engine("torch@meta")
    examiner = Examiner(TORCH, meta, claims_of("torch@meta"))
    inputs = Input.of("x0", np.ones((2, 3), "float32")), Input.of("x1", np.array([5]))
    asked = Program(inputs, (Call("index_select", (X, 0, Ref("x1")), result="t0"),))
    verdict = examiner.verdict(asked, execute(asked, TORCH))
    assert verdict is not None
    assert verdict.outside == "error about values"


def test_reading_a_value_that_is_not_claimed_may_raise():
    asked = program(Read("item", X), values=1.0)
    assert differences("torch@meta", asked) == []
