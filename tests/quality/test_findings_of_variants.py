"""The scripts of `findings/torch-*`: each says what it is about, and shows it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "findings").glob("torch-*/*.py"))
MOST = 20  # lines behind the head
CASES = [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in SCRIPTS]


@pytest.mark.parametrize("path", CASES)
def test_a_finding_says_of_what_engine_it_is_and_how_it_was_looked_into(path: Path):
    said = ast.get_docstring(ast.parse(path.read_text())) or ""
    assert said.startswith(f"engine: torch@{path.parent.name.removeprefix('torch-')}") or (
        path.parent.name == "torch-device"
    )
    assert "\nAudit: " in said
    code = path.read_text().rpartition('"""')[2]
    assert sum(bool(line.strip()) for line in code.splitlines()) <= MOST


@pytest.mark.slow
@pytest.mark.skipif(not torch.__version__.startswith("2.13."), reason="found on torch 2.13")
@pytest.mark.parametrize("path", CASES)
def test_a_finding_shows_two_answers(path: Path):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first.split(None, 1)[1] != second.split(None, 1)[1]
