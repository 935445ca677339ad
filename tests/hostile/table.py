"""The table of hostile engines: `python tests/hostile/table.py [NAME ...]` prints it.

Each engine is measured as `conformance run` does, one after the other in one process, which is to
survive them all.
"""

from __future__ import annotations

import io
import json
import multiprocessing.util
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
MARK = "CONFORMANCE_TEST_OF_HOSTILE_ENGINES"
OPTIONS = ("--ops", "exp,add", "--max-examples", "20", "--jobs", "1", "--timeout", "2")
LIMITS = ("--memory", "1", "--checks", "value,programs")


@dataclass(frozen=True, slots=True)
class Row:
    """What came of an engine.

    Attributes:
        reported: the counts of what was reported: kinds of mismatch, and outcomes.
        exit: what the command exited with; None if it ended in a traceback.
        report: whether there is a report that its schema admits.
        left: the processes and temporary files that were left.
    """

    name: str
    reported: dict[str, int]
    exit: int | None
    report: bool
    seconds: float
    left: tuple[str, ...]
    said: str


def measure(name: str, folder: Path, *options: str, contact: bool = False) -> Row:
    """Run the command on an engine; `folder` is empty, and becomes its temporary one, too."""
    output, temporary = folder / "output", folder / "tmp"
    temporary.mkdir(parents=True)
    tempfile.tempdir = str(temporary)
    began, before = time.monotonic(), marked()
    try:
        code, said = _command(f"hostile_engines:{name}", output, options, contact)
    except BaseException:
        code, said = None, traceback.format_exc()
    finally:
        tempfile.tempdir = None
    seconds = time.monotonic() - began
    left = (*_processes(before), *(str(path.name) for path in temporary.iterdir()))
    report = _report(output)
    return Row(name, _reported(report), code, _is_valid(report), seconds, left, said[-4000:])


def _command(engine: str, output: Path, options: tuple[str, ...], contact: bool) -> tuple[int, str]:
    import click
    from rich.console import Console

    from conformance.cli import command
    from conformance.cli.running import run_and_report
    from conformance.contact import process

    process.IMPORT_SECONDS = 40.0  # of two minutes, for an engine that hangs when it is imported
    given = ["--engine", engine, "--output", str(output), *OPTIONS, *LIMITS, *options]
    said = io.StringIO()
    with command.run.make_context("run", given) as context:
        values: dict[str, Any] = dict(context.params)
        try:
            values["claims"] = command._claimed(engine, None)
            version = "untold"
            if contact:
                from conformance.cli.contact import refuse_without_contact

                version = refuse_without_contact(engine, values["timeout"]).version
            versions = command._loaded("torch").version, version
            code = run_and_report(values, versions, Console(file=said, width=200))
        except click.ClickException as error:
            return 2, error.format_message()
    return code, said.getvalue()


def _report(output: Path) -> Any:
    with suppress(OSError, ValueError):
        return json.loads((output / "parity.json").read_text())
    return None


def _is_valid(report: Any) -> bool:
    import jsonschema

    import conformance.report

    if report is None:
        return False
    schema = Path(conformance.report.__file__).with_name("schema.json").read_text()
    jsonschema.validate(report, json.loads(schema))
    return True


def _reported(report: Any) -> dict[str, int]:
    """How many cases came to what, and how many differences of each kind findings show."""
    if report is None:
        return {}
    data, found = report["data"], Counter[str]()
    for counts in (data["summary"], data["generated"]):
        for outcome in ("agree", "differ", "unsupported", "flaky"):
            found[outcome] += counts[outcome]
    found.update(data["lost"])
    for finding in data["findings"]:
        kinds = finding["kinds"] or {finding["failure_kind"]: finding["cases"]}
        for kind, count in kinds.items():
            found[kind] = max(found[kind], count)
    found.update(entry["failure_kind"] for entry in data["systematic"])
    if data["idle_deaths"]:
        found["idle deaths"] = data["idle_deaths"]
    return {name: count for name, count in found.items() if count}


def marked() -> set[int]:
    """The processes that descend from this one, however far."""
    found, mark = set(), f"{MARK}={os.getpid()}\0".encode()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with suppress(OSError):
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            if state != "Z" and mark in (entry / "environ").read_bytes():
                found.add(int(entry.name))
    return found


def _processes(before: set[int]) -> Iterator[str]:
    """What still runs that did not before; what is only about to end has a moment for it."""
    until = time.monotonic() + 3
    while (left := marked() - before) and time.monotonic() < until:
        left = {pid for pid in left if not _is_ours(pid)}
        if not left:
            return
        time.sleep(0.1)
    for pid in left:
        if not _is_ours(pid):
            with suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                yield f"process {b' '.join(words[:3]).decode(errors='replace')[:60]}"
            with suppress(OSError):
                os.kill(pid, 9)


def _is_ours(pid: int) -> bool:
    """The server that workers are forked from stays, as does what watches over semaphores."""
    with suppress(OSError):
        text = Path(f"/proc/{pid}/cmdline").read_bytes()
        return b"multiprocessing.forkserver" in text or b"resource_tracker" in text
    return True


def main(names: list[str]) -> None:
    """Measure the engines of these names, or all; a line of JSON each, then the table."""
    sys.path.insert(0, str(HERE))
    os.environ[MARK] = str(os.getpid())
    import hostile_engines as hostile_engines
    from hostile_kinds import KINDS

    multiprocessing.util.get_temp_dir()  # its own, which stays as long as this process

    for name in names or [*KINDS]:
        with tempfile.TemporaryDirectory() as folder:
            kind = KINDS[name]
            contact = "refused" in kind.expected
            row = measure(name, Path(folder) / "run", *kind.options, contact=contact)
        print(json.dumps(asdict(row)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
