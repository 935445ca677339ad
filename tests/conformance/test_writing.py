"""A report's files are there whole or not at all, whatever text they hold."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
from test_report import mismatch, report_of, result

from conformance import Returned, Text
from conformance.report.formats import writing
from conformance.report.formats.files import files_of
from conformance.report.formats.writing import deaf_to_interrupts, program_file, put, write


def test_a_file_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    put(tmp_path / "a.json", "old")
    monkeypatch.setattr(os, "replace", lambda *paths: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        put(tmp_path / "a.json", "new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.json", "old")]


def test_ctrl_c_while_the_report_is_written_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    page = writing.to_markdown

    def interrupted(*args: object) -> str:
        os.kill(os.getpid(), signal.SIGINT)
        return page(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(writing, "to_markdown", interrupted)
    before = signal.getsignal(signal.SIGINT)
    write(report_of(result(mismatch())), tmp_path)
    assert signal.getsignal(signal.SIGINT) is before
    assert json.loads((tmp_path / "parity.json").read_text())["data"]["findings"]
    assert (tmp_path / "parity.md").read_text().startswith("# How far")
    with deaf_to_interrupts():
        os.kill(os.getpid(), signal.SIGINT)


def test_text_that_no_file_can_hold_is_written_by_its_escapes(tmp_path: Path):
    odd = mismatch("raises", where="", expected=Returned(Text("None")), actual="E: a\ud800\x1b[1mb")
    write(report_of(result(odd)), tmp_path)
    assert "E: a\\ud800\\x1b[1mb" in (tmp_path / "parity.md").read_text(encoding="utf-8")
    data = json.loads((tmp_path / "parity.json").read_text(encoding="utf-8"))["data"]
    assert data["findings"][0]["actual"] == "E: a\\ud800\\x1b[1mb"


def test_every_file_that_the_report_names_is_there(tmp_path: Path):
    report = report_of(result(mismatch()), result(mismatch(), op="sin"))
    write(report, tmp_path)
    named = {tmp_path / file for file, _ in files_of(report)}
    assert {*(tmp_path / "failures").iterdir()} == named
    assert len(named) == 4


def test_a_case_with_an_odd_name_has_a_plain_file():
    odd = report_of(
        result(mismatch(), op="[]=/../.."), result(mismatch(), op="x" * 500), result(mismatch())
    )
    for file, _ in files_of(odd):
        folder, name = file.split("/")
        assert folder == "failures"
        assert name.replace("-", "").replace(".json", "").isalnum()
        assert len(name) < 150


def test_an_id_that_several_findings_begin_with_is_refused(tmp_path: Path):
    for name in ("abcd1111", "abcd2222"):
        put(tmp_path / f"failures/{name}.json", "{}")
    assert program_file(Path("abcd1"), tmp_path) == tmp_path / "failures/abcd1111.json"
    with pytest.raises(OSError, match="2 findings"):
        program_file(Path("abcd"), tmp_path)
    with pytest.raises(OSError, match="no finding of that id"):
        program_file(Path("beef"), tmp_path)
