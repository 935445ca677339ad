"""Keeps a failing program in the corpus: `python -m conformance.corpus.keep FILE OP/NAME NOTE`.

FILE is one that `conformance run` wrote. The program should be short, and NOTE should say what
differed and why, since the next reader sees only that.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conformance.catalogue import CATALOGUE
from conformance.corpus.case import NO_OP
from conformance.corpus.files import read_program
from conformance.program import Program
from conformance.program.values import ProgramError

FOLDER = Path(__file__).parent / "found"

_NAME = re.compile(r"[a-z0-9_]{3,80}")


def keep(
    program: Program, op: str, name: str, note: Mapping[str, Any], folder: Path = FOLDER
) -> Path:
    """Write the program into the corpus, and give the path of its file.

    Raises:
        ProgramError: the op is none of the catalogue's, the name is none or is taken, or the
            program is broken.
    """
    if op not in CATALOGUE and op != NO_OP:
        raise ProgramError(f"{op!r} is no op of the catalogue, and not {NO_OP!r}")
    if not _NAME.fullmatch(name):
        raise ProgramError(f"{name!r} is no name: small letters, digits and _, at most 80")
    program.validate()
    path = folder / op / f"{name}.json"
    if path.exists():
        raise ProgramError(f"{op}/{name} is there already")
    path.parent.mkdir(parents=True, exist_ok=True)
    data = {"note": dict(note), "program": program.to_json()}
    path.write_text(f"{json.dumps(data, indent=1, allow_nan=False)}\n", encoding="utf-8")
    return path


def main(arguments: list[str]) -> int:
    """Do what the command says; gives the exit code."""
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    import torch

    file, place, text = arguments
    op, _, name = place.partition("/")
    today = datetime.now(UTC).date().isoformat()
    note = {"what": text, "date": today, "torch": torch.__version__}
    try:
        print(keep(read_program(Path(file)), op, name, note))
    except ProgramError as error:
        print(f"{file}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
