"""Writes a report's files, each whole or not at all whatever comes in between, and finds them."""

from __future__ import annotations

import json
import os
import re
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conformance.report.environment import this_environment
from conformance.report.formats.document import to_document
from conformance.report.formats.files import FAILURES, files_of
from conformance.report.formats.markdown import to_markdown
from conformance.report.report import Report

REPORT = "parity.json"
PAGE = "parity.md"


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Ctrl-C does nothing inside: what is written then is the report of what Ctrl-C ended."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def write(report: Report, output: Path) -> None:
    """Write parity.json first, then parity.md, and each program that `replay` may be asked for."""
    environment = this_environment()
    with deaf_to_interrupts():
        output.mkdir(parents=True, exist_ok=True)
        old = _named_by(output)  # before: what may be removed, the old report says
        put(output / REPORT, _json(to_document(report, environment)))
        kept = set()
        for file, failure in files_of(report):
            if file not in kept:
                kept.add(file)
                put(output / file, _json(failure.program.to_json()))
        for path in old - {output / file for file in kept}:
            path.unlink(missing_ok=True)
        put(output / PAGE, to_markdown(report, environment))


def put(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all; what UTF-8 cannot say is escaped."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """The process's mask, which can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _json(data: Any) -> str:
    return f"{json.dumps(data, indent=1, allow_nan=False)}\n"


def _named_by(output: Path) -> set[Path]:
    """The programs that the report which is there names: what else lies beside them is not ours,
    nor is anything where there is no such report."""
    try:
        data = json.loads((output / REPORT).read_text(encoding="utf-8"))["data"]
        lists = (data.get(key, []) for key in ("failures", "findings", "systematic", "unsupported"))
        files = [str(entry["file"]) for entries in lists for entry in entries if entry.get("file")]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return set()
    # A report may come from anywhere: it is not to lead us out of our own folder.
    paths = (output / file for file in files)
    return {
        path
        for path in paths
        if path.parent == output / FAILURES and path.suffix == ".json" and path.is_file()
    }


def program_file(given: Path, output: Path) -> Path:
    """The file of a program: the path itself, or the finding whose id it is.

    Raises:
        OSError: there is no such file, or several findings have an id that begins so.
    """
    if given.is_file() or not re.fullmatch(r"[0-9a-f]{4,8}", str(given)):
        return given
    found = sorted((output / FAILURES).glob(f"{given}*.json"))
    if len(found) > 1:
        raise OSError(f"{len(found)} findings in {output} have an id that begins so")
    if not found:
        raise OSError(f"there is no such file, and no finding of that id in {output}")
    return found[0]
