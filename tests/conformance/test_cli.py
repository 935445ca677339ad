"""The command: what it prints, and what it exits with."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from conformance import Call, Input, Program, Ref
from conformance.cli import main

HERE = Path(__file__).parent
DEEP = json.dumps(
    {"schema": 1, "inputs": [], "steps": [{"kind": "call", "op": "add", "args": ["HERE"]}]}
).replace('"HERE"', "[" * 900 + "]" * 900)


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.syspath_prepend(HERE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    return


def conformance(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    return int(left.value.code or 0)


@pytest.fixture
def program_file(tmp_path: Path) -> Path:
    program = Program(
        (Input.of("x0", np.float32([1, 4])),), (Call("sqrt", (Ref("x0"),), result="t0"),)
    )
    path = tmp_path / "program.json"
    path.write_text(json.dumps(program.to_json()))
    return path


def test_alone_it_says_what_it_is_for(capsys: pytest.CaptureFixture[str]):
    assert conformance() == 0
    text = capsys.readouterr().out
    assert "shortest program that shows it" in text
    for command in ("check", "run", "replay", "ops", "engines"):
        assert f"\n  {command} " in text


@pytest.mark.parametrize("command", ["check", "run", "replay", "ops", "engines"])
def test_each_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]):
    assert conformance(command, "--help") == 0
    assert capsys.readouterr().out.startswith(f"Usage: conformance {command}")


def test_help_loads_neither_torch_nor_hypothesis():
    code = (
        "import sys\nfrom conformance.cli import cli\n"
        "cli.main(['run', '--help'], standalone_mode=False)\n"
        "assert not {'torch', 'hypothesis'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--engine", "no_such_engine"], "cannot load the engine 'no_such_engine'"),
        (["run", "--engine", "json"], "'json' does not look like torch"),
        (["run", "--ops", "ad"], "'ad' is not one of them; did you mean add"),
        (["run", "--ops", "zzz"], "'zzz' is not one of them; `conformance ops` lists them"),
        (["run", "--checks", "values"], "did you mean value"),
        (["run", "--checks", "zzz"], "'zzz' is not one of them; there are "),
        (["ops", "zzz"], "`conformance ops` lists them"),
        (["run", "--engine", "exiting_engine"], "'exiting_engine': SystemExit: 3"),
        (["run", "--jobs", "0"], "--jobs"),
        (["run", "--max-examples", "many"], "--max-examples"),
        (["run", "--xfails-file", "absent.txt"], "absent.txt"),
        (["run", "--wrong"], "--wrong"),
        (["wrong"], "wrong"),
        (["ops", "ad"], "did you mean add"),
        (["engines", "no_such_engine"], "no_such_engine"),
        (["replay", "absent.json"], "absent.json"),
    ],
)
def test_what_cannot_be_run_is_one_line_and_exit_code_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
):
    assert conformance(*arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("conformance: ")
    assert shown.err.count("\n") == 1
    assert message in shown.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[]", "a program is an object"),
        ("{}", "schema="),
        ("[" * 200_000, "nested too deeply"),
        (DEEP, "nested too deeply"),
    ],
)
def test_a_broken_program_file_is_one_line_and_exit_code_2(
    text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (path := tmp_path / "program.json").write_text(text)
    assert conformance("replay", str(path), "--engine", "torch") == 2
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    assert message in shown
    assert "program.json" in shown


def test_a_broken_list_of_known_differences_is_refused_before_anything_is_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (path := tmp_path / "known.txt").write_text("opinfo/add/*\n")
    assert conformance("run", "--engine", "torch", "--xfails-file", str(path)) == 2
    assert f"{path}:1" in capsys.readouterr().err


def test_replay_of_what_agrees_exits_with_0(program_file: Path, capsys: pytest.CaptureFixture[str]):
    assert conformance("replay", str(program_file), "--engine", "torch") == 0
    shown = capsys.readouterr().out
    assert "t0 = torch.sqrt(x0)" in shown
    assert "torch against torch: agree" in shown


def test_replay_of_what_differs_shows_both_and_exits_with_1(
    program_file: Path, capsys: pytest.CaptureFixture[str]
):
    assert conformance("replay", str(program_file), "--engine", "faulty_engine") == 1
    shown = capsys.readouterr().out
    assert "expected [1., 2.], got [2., 3.]" in shown
    assert "faulty_engine against torch: differ" in shown


def test_run_writes_both_reports_and_exits_with_0_when_all_agree(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    arguments = ("run", "--engine", "torch", "--ops", "abs,neg", "--max-examples", "30")
    assert conformance(*arguments, "--output", "out") == 0
    document = json.loads((tmp_path / "out/parity.json").read_text())
    schema = json.loads((HERE.parents[1] / "conformance/report/schema.json").read_text())
    jsonschema.validate(document, schema)
    assert document["data"]["summary"]["differ"] == 0
    assert document["data"]["generated"]["agree"] == 30
    assert (tmp_path / "out/parity.md").read_text().startswith("# How far does `torch`")
    assert "Parity of torch with torch" in capsys.readouterr().out


@pytest.mark.slow
def test_a_failure_of_run_can_be_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    arguments = ("--engine", "faulty_engine", "--ops", "sqrt", "--checks", "value")
    assert conformance("run", *arguments, "--output", "out") == 1
    document = json.loads((tmp_path / "out/parity.json").read_text())
    file = tmp_path / "out" / document["data"]["failures"][0]["file"]
    capsys.readouterr()
    assert conformance("replay", str(file), "--engine", "faulty_engine") == 1
    assert "torch.sqrt(x0)" in capsys.readouterr().out


@pytest.mark.slow
def test_the_replay_line_of_a_report_works_as_it_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    arguments = ("--engine", "faulty_engine", "--ops", "sqrt", "--checks", "value", "--jobs", "1")
    assert conformance("run", *arguments, "--output", "some folder") == 1
    printed = capsys.readouterr().out
    line = next(text for text in printed.splitlines() if "conformance replay" in text)
    command, *words = shlex.split(line)
    assert command == "conformance"
    assert conformance(*words) == 1
    assert "faulty_engine against torch: differ" in capsys.readouterr().out
    finding = json.loads((tmp_path / "some folder/parity.json").read_text())["data"]["findings"][0]
    assert finding["replay"] == line.strip()
    by_id = ("replay", finding["id"][:6], "--engine", "faulty_engine", "--output", "some folder")
    assert conformance(*by_id) == 1


@pytest.mark.slow
def test_known_differences_make_run_exit_with_0(tmp_path: Path):
    kinds = "value, grad_value, dtype, graph, flag, version, raises"
    (tmp_path / "known.txt").write_text(f"opinfo/sqrt/*  # {kinds}: off by one, on purpose\n")
    arguments = ("--engine", "faulty_engine", "--ops", "sqrt", "--checks", "value")
    assert conformance("run", *arguments, "--xfails-file", "known.txt") == 0
    document = json.loads((tmp_path / "build/parity.json").read_text())
    assert document["data"]["summary"]["known"] > 0
    assert document["data"]["known"][0]["state"] == "used"


@pytest.mark.slow
def test_options_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name, value in (("ENGINE", "torch"), ("OPS", "abs"), ("CHECKS", "value,errors")):
        monkeypatch.setenv(f"CONFORMANCE_{name}", value)
    monkeypatch.setenv("CONFORMANCE_OUTPUT", str(tmp_path / "there"))
    assert conformance("run") == 0
    suite = json.loads((tmp_path / "there/parity.json").read_text())["test_suite"]
    assert (suite["ops"], suite["checks"]) == (["abs"], ["value", "errors"])


def test_ops_lists_the_catalogue_and_tells_all_of_one(capsys: pytest.CaptureFixture[str]):
    assert conformance("ops") == 0
    assert "ops" in capsys.readouterr().out.splitlines()[-1]
    assert conformance("ops", "amax") == 0
    assert "where several elements are the greatest" in capsys.readouterr().out


@pytest.mark.slow
def test_engines_tells_what_an_engine_lacks(capsys: pytest.CaptureFixture[str]):
    arguments = "--ops", "cos,exp,sqrt,abs", "--timeout", "30"
    assert conformance("engines", "faulty_engine", *arguments) == 0
    shown = capsys.readouterr().out
    assert "torch.cos" in shown
    assert "process died (SIGSEGV)" in shown
    assert "torch.sqrt: t0: expected" in shown
    assert "1 of 4 ops work" in shown


def test_engines_lists_what_is_announced(capsys: pytest.CaptureFixture[str]):
    assert conformance("engines") == 0
    assert "the reference" in capsys.readouterr().out


@pytest.mark.slow
def test_a_new_run_removes_the_programs_of_the_old_one_and_nothing_else(tmp_path: Path):
    (folder := tmp_path / "out/failures").mkdir(parents=True)
    theirs = {folder / "notes.txt", folder / "mine.json", tmp_path / "out/kept.json"}
    for file in theirs:
        file.write_text("{}")
    arguments = ("--engine", "faulty_engine", "--checks", "value", "--output", "out")
    assert conformance("run", *arguments, "--ops", "sqrt") == 1
    report = tmp_path / "out/parity.json"
    document = json.loads(report.read_text())
    assert set(folder.iterdir()) > theirs - {tmp_path / "out/kept.json"}
    document["data"]["failures"] += [{"file": "kept.json"}, {"file": "failures/../kept.json"}]
    report.write_text(json.dumps(document))
    assert conformance("run", *arguments, "--ops", "abs") == 0
    assert {*folder.iterdir(), tmp_path / "out/kept.json"} == theirs


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--timeout", "nan"), "no number of seconds"),
        (("--timeout", "inf"), "not in the range"),
        (("--max-examples", str(10**12)), "not in the range"),
        (("--ops", ","), "',' names none"),
        (("--checks", ""), "'' names none"),
        (("--jobs", "-1"), "not in the range"),
        (("--jobs", str(10**6)), "not in the range"),
        (("--seed", str(2**64)), "not in the range"),
        (("--output", __file__), "is a file"),
        (("--output", f"{__file__}/out"), "cannot write into"),
    ],
)
def test_an_option_that_cannot_be_meant_is_refused_in_a_line(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
):
    assert conformance("run", "--engine", "torch", *arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("option", ["--xfails-file", "--skips-file"])
def test_a_list_that_is_no_text_is_refused_in_a_line(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (path := tmp_path / "list.txt").write_bytes(b"\xff\xfe")
    assert conformance("run", "--engine", "torch", option, str(path)) == 2
    assert capsys.readouterr().err.startswith(f"conformance: cannot read {path}: ")


def test_a_variable_that_is_nonsense_is_refused_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("CONFORMANCE_JOBS", "many")
    assert conformance("run", "--engine", "torch") == 2
    assert "--jobs" in capsys.readouterr().err


def test_a_program_file_that_calls_something_else_is_not_replayed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    step = {"kind": "call", "op": "os.system", "args": ["touch ran"]}
    (path := tmp_path / "program.json").write_text(
        json.dumps({"schema": 1, "inputs": [], "steps": [step]})
    )
    assert conformance("replay", str(path)) == 2
    assert "op='os.system' is no function that a program calls" in capsys.readouterr().err
    assert not (tmp_path / "ran").exists()
