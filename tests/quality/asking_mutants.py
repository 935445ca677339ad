"""Asks a mutant that is plainly wrong, and one that is the engine itself, and prints their rows.

A program of its own, since a mutant is planted in processes that have not imported the engine.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from kill_table.mutation.mutants import mutants_of, sources
from kill_table.mutation.source import Edit
from kill_table.running.prepare import imported_lines, prepared
from kill_table.running.reach import Chooser
from kill_table.running.run import Runner

ROOT = Path(__file__).parents[2]
ARITHMETIC = "mini_autograd/ops/pointwise/arithmetic.py"


def main(folder: str) -> None:
    """Print the row of each, a line of JSON."""
    asked = prepared(ROOT, Path(folder), 60, 0, corpus=False)
    files = sources(ROOT / "mini_autograd")
    runner = Runner(asked, files, Chooser(asked.reach, files.values(), imported_lines(ROOT)))
    wrong = next(
        mutant
        for mutant in mutants_of(files[ARITHMETIC])
        if mutant.scope == "mul" and mutant.operator == "another operator"
    )
    start, end = wrong.edit.start, wrong.edit.end
    same = Edit(start, end, files[ARITHMETIC].data[start:end].decode())
    for mutant in (wrong, replace(wrong, edit=same)):
        print(runner.record(mutant).to_json())


if __name__ == "__main__":
    main(sys.argv[1])
