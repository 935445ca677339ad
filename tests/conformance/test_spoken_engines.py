"""Engines that a command is: what goes over the pipe is what the engine did, and what is no answer
costs the program under way and no other."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings

from conformance import (
    Backward,
    Call,
    EngineError,
    Input,
    Program,
    Raised,
    Ref,
    compare,
    execute,
    resolve_engine,
)
from conformance.cli.command import cli
from conformance.engines.spoken.traces import trace_from_json, trace_to_json
from conformance.strategies import programs

ROOT = Path(__file__).parents[2]
TFJS = ROOT / "engines" / "tfjs"
TORCH = resolve_engine("torch")
X, Y, Z = Ref("x"), Ref("y"), Ref("z")
STRANGE = np.array([0x7FC00001, 0x7F800000, 0xFF800000, 0x80000000], np.uint32).view(np.float32)


def served(module: str) -> str:
    return f"exec:{shlex.quote(sys.executable)} -m conformance serve {module}"


def program(*steps, values=(0.5, 2.0), dtype="float32") -> Program:
    return Program((Input.of("x", np.array(values, dtype), True),), steps)


SINE = program(
    Call("sin", (X,), result="y"), Call("sum", (Y,), form="method", result="z"), Backward(Z)
)


@pytest.fixture(scope="module")
def served_torch():
    engine = resolve_engine(served("torch"))
    yield engine
    engine.close()


@pytest.fixture
def speaking(tmp_path):
    """An engine whose process is the text of a Python script, with `say` and `heard` at hand."""
    engines = []

    def make(body: str):
        script = tmp_path / "engine.py"
        hello = {"protocol": 1, "name": "mine", "version": "2", "ops": ["sin"]}
        script.write_text(
            "import json, os, sys, time\n"
            "def say(**what): print(json.dumps(what), flush=True)\n"
            "heard = (json.loads(line) for line in sys.stdin)\n"
            f"say(seq=next(heard)['seq'], **{hello!r})\n{body}\n"
        )
        engine = resolve_engine(f"exec:{shlex.quote(sys.executable)} {shlex.quote(str(script))}")
        engines.append(engine)
        return engine

    yield make
    for engine in engines:
        engine.close()


@given(programs())
@settings(max_examples=60, deadline=None)
def test_a_trace_that_goes_over_the_pipe_comes_back_the_same(served_torch, drawn):
    asked = drawn.program
    here, there = execute(asked, TORCH), execute(asked, served_torch)
    assert there.end is None
    assert compare(here, there, asked) == ()
    assert trace_to_json(there) == trace_to_json(here)


def test_the_payload_of_a_nan_infinities_and_the_sign_of_zero_survive(served_torch):
    asked = program(Call("clone", (X,), form="method", result="y"), values=STRANGE)
    assert execute(asked, served_torch).tensors["y"].values.tobytes() == STRANGE.tobytes()


def test_an_error_comes_with_its_type_and_its_text(served_torch):
    asked = program(Call("sin", (X,), result="y"), Backward(Y))
    (_, here), (_, there) = (execute(asked, each).outcomes for each in (TORCH, served_torch))
    assert isinstance(there, Raised)
    assert there == here
    assert "grad can be implicitly created only for scalar outputs" in there.message


def test_a_trace_is_json_of_the_published_schema(served_torch):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((ROOT / "conformance/engines/spoken/trace.schema.json").read_text())
    data = json.loads(json.dumps(trace_to_json(execute(SINE, TORCH)), allow_nan=False))
    jsonschema.validate(data, schema)
    assert trace_to_json(trace_from_json(data, SINE, "torch")) == data


def test_an_engine_says_its_name_its_version_and_its_ops(speaking):
    engine = speaking("for message in heard: break")
    assert (engine.version, engine.ops) == ("mine 2", ("sin",))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("os._exit(7)", "7"),
        ("os.kill(os.getpid(), 11)", "SIGSEGV"),
        ("print('sin of what?', flush=True)", "a line that is no JSON: 'sin of what?'"),
        ("print('NaN', flush=True)", "no JSON"),
        ("print('[1]', flush=True)", "no object"),
        ("say(seq=99, trace={})", "$.seq: expected 1, not 99"),
        ("say(seq=message['seq'])", "not valid"),
        ("say(seq=message['seq'], trace={'tensors': 3})", "not valid"),
        ("say(seq=message['seq'], at=9)", "$.at: expected a step from 0 to 3, not 9"),
        ("say(seq=message['seq'], error='no such thing')", "adapter failed: no such thing"),
    ],
)
def test_what_is_no_answer_ends_the_program_and_says_why(speaking, answer, said):
    engine = speaking(f"for message in heard: {answer}")
    for _ in range(2):  # the process is started anew for the next
        trace = execute(SINE, engine)
        assert trace.end is not None
        assert trace.end.kind == "crash"
        assert said in trace.end.detail


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("exec:", "cannot start ''"),
        ("exec:/no/such/engine", "No such file"),
        ("exec:'unclosed", "No closing quotation"),
        (f"exec:{shlex.quote(sys.executable)} -c pass", "cannot load the engine"),
        (served("no_such_module"), "No module named 'no_such_module'"),
    ],
)
def test_a_command_that_is_no_engine_is_refused_with_the_reason(command, said):
    with pytest.raises(EngineError, match=said):
        _ = resolve_engine(command).version


def test_what_an_engine_prints_is_no_answer(tmp_path, monkeypatch):
    (tmp_path / "chatty.py").write_text(
        "print('hello')\nfrom torch import *\nfrom torch import *\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{ROOT}")
    engine = resolve_engine(served("chatty"))
    try:
        assert engine.version.startswith("chatty")
    finally:
        engine.close()


def test_serving_needs_no_torch_and_none_of_the_harness_s_libraries():
    missing = ["torch", "hypothesis", "rich", "click", "jinja2", "scipy", "pytest"]
    script = (
        f"import sys\nfor name in {missing!r}: sys.modules[name] = None\n"
        "from conformance.engines.spoken.serve import main\nmain(['mini_autograd'])\n"
    )
    asked = [
        {"seq": 0, "cmd": "start", "protocol": 1},
        {"seq": 1, "cmd": "run", "program": SINE.to_json()},
        {"seq": 2, "cmd": "stop"},
    ]
    done = subprocess.run(
        [sys.executable, "-c", script],
        input="".join(json.dumps(each) + "\n" for each in asked),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=100,
    )
    *_, last = done.stdout.splitlines() or [done.stderr]
    trace = trace_from_json(json.loads(last)["trace"], SINE, "mini_autograd")
    assert compare(execute(SINE, TORCH), trace, SINE) == ()


def test_a_reference_may_be_a_process_too(tmp_path):
    words = ["run", "--engine", "mini_autograd", "--reference", served("torch"), "--max-examples"]
    more = ["40", "--checks", "programs", "--output", str(tmp_path)]
    result = CliRunner().invoke(cli, [*words, *more])
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "parity.json").read_text())
    assert "exec:" in json.dumps(report)


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
@pytest.mark.skipif(
    not (TFJS / "node_modules").is_dir(), reason="TensorFlow.js is not: npm install in engines/tfjs"
)
def test_tensorflow_js_gives_what_torch_gives():
    engine = resolve_engine(f"exec:node {shlex.quote(str(TFJS / 'main.js'))}")
    try:
        told = compare(execute(SINE, TORCH), execute(SINE, engine), SINE)
        assert engine.version.startswith("tfjs ")
        assert execute(SINE, engine).tensors["z"].shape == ()
    finally:
        engine.close()
    assert [each for each in told if each.kind in ("value", "shape", "grad_value", "raises")] == []
