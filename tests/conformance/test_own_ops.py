"""A user's own ops: where they come from, what is asked of them, and that nothing else changes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import numpy as np
import pytest
import scaled_ops
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from scaled_ops import CENTRED, SCALE
from torch.testing._internal.common_dtype import floating_types
from torch.testing._internal.opinfo.core import ErrorInput, OpInfo, SampleInput

from conformance import Call, Input, Op, Program, ProgramError, Ref, Sample, TorchLike, execute
from conformance.campaign.plan import Settings, corpus_pieces, generated_pieces
from conformance.catalogue import CATALOGUE, op_of
from conformance.cli import main
from conformance.corpus.case import op_and_check
from conformance.corpus.opinfo.own import entry_of, known_ops, own_corpus
from conformance.engines.naming import own
from conformance.engines.naming.offering import ops_of
from conformance.program.trace import Raised, Returned, Unsupported
from conformance.program.words.own import OWN, sources
from conformance.strategies import programs

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FILE = str(HERE / "scaled_ops.py")
TORCH = TorchLike(torch, "torch")
X = Input.of("x0", np.float32([1, 4]), requires_grad=True)
CALL = Program((X,), (Call(SCALE, (Ref("x0"), 0.5), form="own", result="t0"),))


@pytest.fixture
def known() -> Iterator[None]:
    with known_ops(["scaled_ops"]):
        yield


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest):
    """Makes a module of the ops, and gives its name."""

    def make(*ops: object) -> str:
        monkeypatch.setitem(sys.modules, "listed_ops", SimpleNamespace(OPS=[*ops], __name__="x"))
        return "listed_ops"

    return make


@pytest.fixture
def conformance(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Runs the command, and gives its exit code and all that it printed, in one line."""
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.syspath_prepend(HERE)

    def run(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as left:
            main(arguments)
        shown = capsys.readouterr()
        return int(left.value.code or 0), " ".join((shown.out + shown.err).split())

    return run


@pytest.mark.usefixtures("known")
def test_the_samples_are_asked_as_torchs_are():
    cases = own_corpus(SCALE).cases
    ids = [case.id.removeprefix(f"own/{SCALE}/") for case in cases if "float64" not in case.id]
    checks = ("value", "gradient", "second_order")
    assert ids == [*(f"float32/{check}/{n}" for n in range(3) for check in checks), "errors/0"]
    assert {op_and_check(case.id) for case in cases} == {
        (SCALE, check) for check in (*checks, "errors")
    }


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("name", [SCALE, CENTRED])
def test_torch_does_what_the_cases_say(name: str):
    for case in own_corpus(name).cases:
        outcomes = execute(case.program, TORCH).outcomes
        assert isinstance(outcomes[0], Raised if case.check == "errors" else Returned)
        assert all(isinstance(outcome, Returned) for outcome in outcomes[1:])


@pytest.mark.usefixtures("known")
def test_tensors_are_cast_to_each_dtype_and_require_grad_unless_some_of_them_are_chosen():
    (value, *_) = own_corpus(CENTRED).cases
    assert [(each.dtype, each.requires_grad) for each in value.program.inputs] == [
        ("float64", False),
        ("float64", True),
    ]
    (value, *_) = own_corpus(SCALE).cases
    assert [each.requires_grad for each in value.program.inputs] == [True]


def test_an_opinfo_is_asked_by_its_own_samples(listed):
    info = OpInfo(
        SCALE,
        op=torch.ops.tests_of_conformance.scale,
        dtypes=floating_types(),
        sample_inputs_func=lambda info, device, dtype, requires_grad, **more: [
            SampleInput(torch.ones(3, dtype=dtype, requires_grad=requires_grad), args=(0.5,))
        ],
        error_inputs_func=lambda info, device, **more: [
            ErrorInput(SampleInput(torch.ones(1, 1, 1, 1)), error_regex="dims")
        ],
    )
    with known_ops([listed(info)]):
        checks = [case.check for case in own_corpus(SCALE).cases]
        assert checks == ["value", "gradient", "second_order"] * 2 + ["errors"]
        assert entry_of(SCALE).dtypes == ("float32", "float64")


def test_an_op_may_be_asked_in_a_dtype_that_numpy_has_not(listed):
    with known_ops([listed(Op(SCALE, samples=[ONE], dtypes=["bfloat16", "float32"]))]):
        asked = [(case.check, case.program.inputs[0].dtype) for case in own_corpus(SCALE).cases]
    assert ("value", "bfloat16") in asked
    assert ("gradient", "bfloat16") in asked


@pytest.mark.usefixtures("known")
@given(st.data())
def test_generated_programs_call_them_beside_others(data: st.DataObject):
    program, trace = data.draw(programs(ops=[SCALE, "sum", "add"]))
    assert {*filter(None, map(op_of, program.steps))} <= {SCALE, "sum", "add", "clone"}
    assert len(trace.outcomes) == len(program.steps)


def test_one_whose_samples_are_all_large_is_asked_and_not_drawn(listed):
    with known_ops([listed(Op(SCALE, samples=[Sample(torch.ones(500))]))]):
        assert [case.check for case in own_corpus(SCALE).cases][:2] == ["value", "gradient"]
        assert [*generated_pieces(Settings("torch", ops=(SCALE,)))] == []
        with pytest.raises(InvalidArgument, match="no generated program calls any of"):
            programs(ops=[SCALE])


@pytest.mark.usefixtures("known")
def test_some_programs_of_such_ops_do_call_them():
    from conformance.generate.generated import drawn

    found = [each.program for each in drawn(TORCH, count=40, seed=1, ops=(SCALE, "sum", "add"))]
    called = [op_of(step) for program in found for step in program.steps]
    assert called.count(SCALE) > 10
    assert called.count("add") > 5


@pytest.mark.usefixtures("known")
def test_an_engine_is_asked_under_the_ops_name_or_for_what_is_given_for_it():
    import scaling_engine

    engine = TorchLike(scaling_engine, "scaling_engine")
    assert {SCALE, CENTRED} <= {*ops_of(engine)}
    assert execute(CALL, engine).tensors["t0"].values.tolist() == [0.75, 3]
    assert execute(CALL, TORCH).tensors["t0"].values.tolist() == [0.5, 2]
    (case, *_) = own_corpus(CENTRED).cases
    assert isinstance(execute(case.program, engine).outcomes[0], Returned)


@pytest.mark.usefixtures("known")
def test_an_engine_without_it_is_unsupported():
    import naive_engine

    engine = TorchLike(naive_engine)
    assert not {SCALE, CENTRED} & {*ops_of(engine)}
    outcome = execute(CALL, engine).outcomes[0]
    assert isinstance(outcome, Unsupported)
    assert outcome.what == "ops.tests_of_conformance.scale"


def test_what_is_given_for_an_engine_and_cannot_be_imported_is_unsupported(listed):
    op = Op(SCALE, samples=[Sample(torch.ones(2))], on={"another": "no_such_module:f"})
    with known_ops([listed(op)]):
        outcome = execute(CALL, TorchLike(torch, "another")).outcomes[0]
    assert isinstance(outcome, Unsupported)
    assert "No module named 'no_such_module'" in outcome.reason


def test_a_program_with_one_is_read_only_where_the_op_is_known():
    with known_ops(["scaled_ops"]):
        text = json.dumps(CALL.to_json())
        assert Program.from_json(text) == CALL
    with pytest.raises(ProgramError, match="is from by --ops-from"):
        Program.from_json(text)


@pytest.mark.usefixtures("known")
def test_a_name_of_an_argument_is_a_name():
    call = Call(SCALE, (Ref("x0"),), {"x=1, y": 2}, form="own", result="t0")
    with pytest.raises(ProgramError, match="is no name of an argument"):
        Program.from_json(json.dumps(Program((X,), (call,)).to_json()))


@pytest.mark.parametrize("source", ["scaled_ops", FILE])
def test_a_script_imports_the_ops_and_runs_as_plain_torch(source: str, tmp_path: Path):
    with known_ops([source]):
        scripts = [CALL.script(), own_corpus(CENTRED).cases[0].program.script()]
    assert "\nimport scaled_ops\n" in scripts[0]
    assert "t0 = torch.ops.tests_of_conformance.scale(x0, 0.5)" in scripts[0]
    assert "t0 = scaled_ops.centred(x0, x1)" in scripts[1]
    folder = HERE if source == "scaled_ops" else tmp_path  # else the script says where
    subprocess.run([sys.executable, "-c", "\n".join(scripts)], cwd=folder, check=True)


def test_the_frozen_corpus_and_what_is_drawn_of_torchs_ops_stay_as_they_are():
    settings = Settings("torch", max_examples=20_000)
    before, entries = [*corpus_pieces(settings)], [*CATALOGUE.items()]
    drawn = [*generated_pieces(settings)]
    with known_ops(["scaled_ops"]):
        pieces = [*corpus_pieces(settings)]
        assert [piece for piece in pieces if piece.source != "own"] == before
        assert [piece.op for piece in pieces if piece.source == "own"] == [SCALE, CENTRED]
        assert [*generated_pieces(settings)] == drawn
        assert settings.whole
        assert Settings("torch", ops=(SCALE,)).drawn == (SCALE,)
    assert [*CATALOGUE.items()] == entries
    assert [*corpus_pieces(settings)] == before


def test_what_is_known_of_an_op_is_of_those_that_are_there_now(listed):
    for size in (2, 3):
        with known_ops([listed(Op(SCALE, samples=[Sample(torch.ones(size))]))]):
            (value, *_) = own_corpus(SCALE).cases
            assert value.program.inputs[0].shape == (size,)
            strategy = programs(ops=[SCALE], features=[], max_steps=1)
            assert strategy is not None
            assert json.loads(entry_of(SCALE).sampled[0])["inputs"] == {"x0": [[size]]}
    assert not OWN


def test_a_package_announces_its_own(monkeypatch: pytest.MonkeyPatch):
    point = EntryPoint("scaled", "scaled_ops:OPS", own.GROUP)
    monkeypatch.setattr(own, "entry_points", lambda group: [point] if group == own.GROUP else [])
    with known_ops([]):
        assert [*OWN] == [SCALE, CENTRED]
        assert sources() == ("scaled_ops:OPS",)
    assert not OWN


ONE = Sample(torch.ones(2))


@pytest.mark.parametrize(
    ("ops", "message"),
    [
        ([], "listed_ops has no ops: it is to have a list OPS = [conformance.Op(...), ...]"),
        (["scale"], "'scale' is neither a conformance.Op nor an OpInfo"),
        ([Op("scale", samples=[ONE])], "'scale' is no name of an op: write 'library::op'"),
        ([Op("aten::add", samples=[ONE])], "'aten::add' is a name of torch's own"),
        ([Op("nn.functional.relu", samples=[ONE])], "is a name of torch's own"),
        ([Op("special.i0", samples=[ONE])], "is a name of torch's own"),
        ([Op("no_such::op", samples=[ONE])], "torch has no torch.ops.no_such.op; register it"),
        ([Op("no.such", samples=[ONE])], "or say what is called on torch"),
        ([Op("no.such", samples=[ONE], on={"torch": lambda x: x})], "no script could import"),
        ([Op("no.such", samples=[ONE], on={"torch": "json:f"})], "cannot load 'json:f'"),
        ([Op(SCALE)], f"{SCALE!r} has no samples"),
        ([Op(SCALE, samples=[torch.ones(2)])], "write conformance.Sample(x, ...)"),
        ([Op(SCALE, samples=[Sample()])], "has the sample Sample()"),
        (
            [Op(SCALE, samples=[ONE], dtypes=["float31"])],
            "has the dtypes ['float31'], and may have bool",
        ),
        ([Op(SCALE, samples=[ONE], dtypes=[])], "has the dtypes [], and may have"),
        ([Op(SCALE, samples=[ONE, Sample(object())])], "sample 1 cannot be asked: a object as"),
        (
            [Op(SCALE, samples=[Sample(torch.ones(1, 1, 1, 1))])],
            "torch refuses sample 0 in float32: ValueError: too many dims",
        ),
        ([Op(SCALE, samples=[ONE], errors=[ONE])], "error 0 does not raise on torch"),
        ([Op(SCALE, samples=[ONE])] * 2, f"there are two ops of the name {SCALE!r}"),
    ],
)
def test_an_op_that_cannot_be_asked_is_refused_in_a_line(listed, ops: list[object], message: str):
    with pytest.raises(own.OwnOpsError) as refused, known_ops([listed(*ops)]):
        pass
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not OWN


def test_two_sources_of_one_name_are_refused(listed):
    source = listed(Op(SCALE, samples=[ONE]))
    with pytest.raises(own.OwnOpsError, match="is an op of scaled_ops already"):
        own.add_ops(["scaled_ops", source])
    assert not OWN


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("absent.py", None, "there is no file absent.py"),
        ("my-ops.py", "OPS = []", "'my-ops' is no name"),
        ("raising_ops.py", "1 / 0", "cannot load the ops of raising_ops.py: ZeroDivisionError"),
        ("leaving_ops.py", "import sys; sys.exit(3)", "SystemExit: 3"),
        ("torch.py", "OPS = []", "another module 'torch' is imported already; rename the file"),
        ("no_ops.py", "", "no_ops.py has no ops"),
        ("no_such_module", None, "No module named 'no_such_module'"),
    ],
)
@pytest.mark.parametrize("command", [["ops"], ["run"], ["replay", "absent.json"]])
def test_a_file_that_cannot_be_used_is_a_wrong_command(
    command: list[str],
    name: str,
    text: str | None,
    message: str,
    conformance,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.chdir(tmp_path)
    if text is not None:
        Path(name).write_text(text)
    if name == "no_ops.py":  # else it is that of the test before
        monkeypatch.delitem(sys.modules, "no_ops", raising=False)
    code, said = conformance(*command, "--ops-from", name)
    assert code == 2
    assert message in said
    assert not OWN
    assert not Path("build").exists()


def test_ops_lists_them(conformance):
    code, said = conformance("ops", "--ops-from", FILE, SCALE)
    assert code == 0
    assert "written torch.ops.tests_of_conformance.scale" in said
    assert f"from {FILE}" in said
    assert "and 2 of your own" in conformance("ops", "--ops-from", FILE)[1]
    assert "is not one of them" in conformance("ops", SCALE)[1]


@pytest.mark.slow
def test_a_fault_of_an_engines_is_found_and_shrunk_and_replayed(
    conformance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    given = ("--engine", "scaling_engine", "--ops-from", FILE)
    code, said = conformance("run", *given, "--ops", SCALE, "--max-examples", "40", "--jobs", "1")
    assert code == 1, said
    document = json.loads(Path("build/parity.json").read_text())
    jsonschema.validate(document, json.loads((ROOT / "conformance/report/schema.json").read_text()))
    data, suite = document["data"], document["test_suite"]
    assert (suite["ops"], suite["ops_from"], suite["corpus_cases"]) == ([SCALE], [FILE], 0)
    assert (data["summary"]["asked"], data["own"]["asked"], data["own"]["differ"]) == (0, 16, 3)
    (finding, *_) = data["findings"]
    assert finding["ops"] == [SCALE]
    assert "\nt0 = torch.ops.tests_of_conformance.scale(x0, 0.5)\n" in finding["repro"]
    assert finding["repro"].partition("import scaled_ops\n")[2].count(" = ") == 2  # x0 and t0
    assert f"--ops-from {FILE}" in finding["replay"]
    code, said = conformance("replay", finding["id"], *given)
    assert code == 1
    assert "expected 0.5, got 0.75" in said
    code, said = conformance("replay", finding["id"], *given[:2])
    assert code == 2
    assert "is from by --ops-from" in said


def test_the_example_is_that_of_the_readme_and_can_be_asked(
    conformance, monkeypatch: pytest.MonkeyPatch
):
    text = (ROOT / "examples/own_ops.py").read_text()
    assert f"```python\n{text}```" in (ROOT / "README.md").read_text()
    monkeypatch.chdir(ROOT)
    code, said = conformance("ops", "--ops-from", "examples/own_ops.py", "example.rms_norm")
    assert code == 0
    assert "written own_ops.rms_norm" in said


def test_the_ops_of_this_files_module_are_those_of_torch():
    assert torch.equal(torch.ops.tests_of_conformance.scale(torch.ones(2)), torch.full((2,), 2.0))
    assert scaled_ops.OPS[0].path == "ops.tests_of_conformance.scale"
