"""Where in an engine's own files an exception came from, or a process died."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from traceback import walk_tb

_HARNESS = Path(__file__).parents[1]


def place_of(error: BaseException, engine: str = "") -> str:
    """The last line of the engine's own files that the exception passed; else the last one that
    is not the harness's. "" if there is none."""
    home = _home(engine)
    frames = [
        (Path(frame.f_code.co_filename), line, frame.f_code.co_name)
        for frame, line in walk_tb(error.__traceback__)
    ]
    outside = [each for each in frames if each[0].is_absolute() and not _is_harness(each[0])]
    own = [each for each in outside if home and (each[0] == home or home in each[0].parents)]
    if not (own or outside):
        return ""
    file, line, function = (own or outside)[-1]
    return f"{file}:{line} in {function}"


def _is_harness(file: Path) -> bool:
    return _HARNESS in file.parents or file.name.startswith("<")


def _home(engine: str) -> Path | None:
    """The folder of the engine's package, or the file of its module."""
    top = sys.modules.get(engine.partition(":")[0].partition(".")[0])
    file = getattr(top, "__file__", None)
    if not file:
        return None
    path = Path(file).resolve()
    return path.parent if path.name == "__init__.py" else path


_FRAME = re.compile(r'File "(/[^"]+)", line (\d+) in (\S+)')


def place_in(dump: str) -> str:
    """The innermost line in a dump of `faulthandler`'s that is neither the harness's nor of
    Python's own library; "" if there is none."""
    library = Path(os.__file__).parent
    for file, line, function in _FRAME.findall(dump):
        path = Path(file)
        python = library in path.parents and "site-packages" not in path.parts
        if not python and not _is_harness(path):
            return f"{file}:{line} in {function}"
    return ""
