"""The files that an engine's package ships for the harness."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from conformance.engines.spoken.engine import SCHEME, files_of


def shipped_file(engine: str, name: str) -> Path | None:
    """The file of that name beside the engine's first module, or beside a file that its command
    names, if there is one. It is found without running the engine's code, which may do anything."""
    if engine.startswith(SCHEME):
        beside = (word.parent / name for word in files_of(engine))
        return next((file for file in beside if file.is_file()), None)
    package = engine.partition(":")[0].partition(".")[0]
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    folders = [*(spec.submodule_search_locations or ())]
    if not folders and spec.has_location and spec.origin is not None:
        folders = [str(Path(spec.origin).parent)]
    files = (Path(folder) / name for folder in folders)
    return next((file for file in files if file.is_file()), None)
