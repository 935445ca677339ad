"""What fuzzing found is kept as data: short, named, each once, with a note of how it was found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance import Program, ProgramError, compare, execute, resolve_engine
from conformance.campaign.plan import Piece, Settings, pieces
from conformance.campaign.workers.worker import cases_of
from conformance.catalogue import CATALOGUE
from conformance.corpus.case import NO_OP, op_and_check
from conformance.corpus.found import found
from conformance.corpus.keep import FOLDER, keep, main

ROWS = {row.case.id: row for row in found()}
TORCH = resolve_engine("torch")
STEPS = 7  # the most that a kept program has: it was shortened before


def test_each_program_is_kept_once():
    assert len({row.program.hash for row in found()}) == len(found()) > 30


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ROWS)
def test_a_kept_program_is_short_and_the_same_twice_on_torch(name):
    row = ROWS[name]
    assert row.op in (*CATALOGUE, NO_OP)
    assert op_and_check(name) == (row.op, "found")
    assert {"what", "torch", "date"} <= row.note.keys()
    row.program.validate()
    assert len(row.program.steps) <= STEPS
    first, second = execute(row.program, TORCH), execute(row.program, TORCH)
    assert compare(first, second, row.program) == ()


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.json")), ids=lambda path: path.stem)
def test_a_file_is_as_it_would_be_written_again(path: Path, tmp_path: Path):
    data = json.loads(path.read_text())
    again = keep(
        Program.from_json(data["program"]), path.parent.name, path.stem, data["note"], tmp_path
    )
    assert again.read_text() == path.read_text()


def test_a_campaign_runs_them_whatever_its_seed():
    ours = [piece for piece in pieces(Settings("e", max_examples=0)) if piece.source == "found"]
    assert [case.id for piece in ours for case in cases_of(piece)[0]] == list(ROWS)
    only = tuple(pieces(Settings("e", ops=("addmm",), checks=("found",))))
    assert only == (Piece("found", "found/addmm", op="addmm"),)


@pytest.mark.parametrize(
    ("op", "name", "message"),
    [
        ("no_op", "one", "no op of the catalogue"),
        ("sum", "../one", "is no name"),
        ("sum", "A b", "is no name"),
        ("sum", "taken", "is there already"),
    ],
)
def test_what_cannot_be_kept_is_refused(op: str, name: str, message: str, tmp_path: Path):
    program = Program((), ())
    keep(program, "sum", "taken", {}, tmp_path)
    with pytest.raises(ProgramError, match=message):
        keep(program, op, name, {}, tmp_path)


def test_the_command_says_what_it_takes(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    assert main([]) == 2
    assert main([str(tmp_path / "absent"), "sum/one", "because"]) == 2
    assert "cannot read it" in capsys.readouterr().err
