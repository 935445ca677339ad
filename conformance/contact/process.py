"""First contact in a process of its own, so that an engine that dies, hangs or exits costs one rung
and not the harness."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from conformance.contact.contact import Contact
from conformance.contact.places import place_in
from conformance.contact.rungs.ladder import LADDER, blocked
from conformance.contact.rungs.rung import LOWEST, Climbed
from conformance.program.words.own import sources

BRIEF = 20.0  # seconds for a rung without which a run goes on as well
IMPORT_SECONDS = 120.0  # that loading an engine may take: some compile kernels, or wait for a disk
NAMES = "names"  # what is begun when ops are looked for, which is no rung
POLL = 0.02  # seconds between two looks at how far the process has come


class ProbeError(RuntimeError):
    """The probe itself did not start, or failed; its text says what the process said."""


def probe_in_process(
    name: str,
    timeout: float = 20.0,
    *,
    patient: bool = True,
    environment: Sequence[tuple[str, str]] = (),
) -> Contact:
    """What the engine of that name can do, rung by rung, tried in a process of its own. One that
    dies or hangs is replaced, and the rung at which it did is said.

    Args:
        name: as `resolve_engine` takes it.
        timeout: seconds that a rung may take.
        patient: whether what lies above a rung that killed or hung the process is tried, too. If
            not, a rung that no run stands on is given no more than `BRIEF` seconds.
        environment: more variables of the process.

    Raises:
        ProbeError: the process did not start.
    """
    order = _Order(name, timeout, patient, environment=tuple(environment))
    return _contact(name, _tried(order))


def forms_in_process(name: str, ops: Sequence[str], timeout: float) -> dict[str, Climbed]:
    """What came of calling each form of each op, in a process of its own: by op, as a rung whose
    `said` is JSON, an answer and a reason a form, where it did not kill or hang the process.

    Raises:
        ProbeError: the process did not start.
    """
    return _tried(_Order(name, timeout, True, tuple(ops))).climbed


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be tried of which engine."""

    name: str
    timeout: float
    patient: bool
    ops: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()

    def seconds(self, rung: str) -> float:
        """How long it may take."""
        if rung == "import":
            return IMPORT_SECONDS
        return self.timeout if self.patient or rung in LOWEST else min(self.timeout, BRIEF)


@dataclass(slots=True)
class _Told:
    """What was told of an engine: what came of each thing that was tried, its version and ops."""

    climbed: dict[str, Climbed] = field(default_factory=dict)
    version: str = "unknown"
    ops: tuple[str, ...] = ()


def _tried(order: _Order) -> _Told:
    """What is told of the engine by one process after the other."""
    told = _Told()
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        while True:
            attempt = _Attempt.run(order, [*told.climbed.values()], Path(folder))
            told.climbed |= {each.rung: each for each in attempt.climbed}
            told.version, told.ops = attempt.version or told.version, attempt.ops
            if attempt.lost is None or attempt.lost.rung == NAMES:
                return told
            told.climbed[attempt.lost.rung] = attempt.lost
            if not order.patient and attempt.lost.rung not in LOWEST:
                return told


def _contact(name: str, told: _Told) -> Contact:
    """With the rungs that were not tried, since they stand on one that was lost."""
    climbed = told.climbed
    for rung in LADDER:
        if rung.name in climbed or not climbed.keys() >= {*rung.needs}:
            continue
        if waits := blocked(rung, climbed):
            climbed[rung.name] = waits
    order = {rung.name: number for number, rung in enumerate(LADDER)}
    ordered = sorted(climbed.values(), key=lambda each: order.get(each.rung, -1))
    return Contact(name, told.version, tuple(ordered), told.ops)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What one process told, and the rung that was lost with it."""

    climbed: tuple[Climbed, ...]
    version: str
    lost: Climbed | None
    ops: tuple[str, ...] = ()

    @classmethod
    def run(cls, wanted: _Order, given: list[Climbed], folder: Path) -> _Attempt:
        told, faults = folder / "told", folder / "faults"
        for file in (told, faults):
            file.write_bytes(b"")
        order = {
            **asdict(wanted),
            "seconds": {rung: wanted.seconds(rung) for rung in (*LOWEST, "")},
            "path": sys.path,
            "own": sources(),
            "given": [asdict(each) for each in given],
            "told": str(told),
            "faults": str(faults),
        }
        with _started(order, folder / "said") as process:
            late = _watch(process, told, wanted)
        lines = [*_lines(told)]
        if not any("ready" in line for line in lines):
            said = (folder / "said").read_text(encoding="utf-8", errors="replace")
            raise ProbeError(f"the probe did not start: {said.strip()[-2000:]}")
        if broken := next((line["broken"] for line in lines if "broken" in line), None):
            raise ProbeError(f"the probe failed: {broken}")
        return cls._of(lines, process.returncode, late, faults, wanted)

    @classmethod
    def _of(
        cls, lines: list[dict[str, Any]], code: int, late: bool, faults: Path, wanted: _Order
    ) -> _Attempt:
        climbed = tuple(Climbed(**line["done"]) for line in lines if "done" in line)
        version = next((str(line["version"]) for line in lines if "version" in line), "")
        if any("end" in line for line in lines):
            ops = next((tuple(line["ops"]) for line in lines if "ops" in line), ())
            return cls(climbed, version, None, ops)
        begun = Climbed(**next(line["begin"] for line in reversed(lines) if "begin" in line))
        seconds = wanted.seconds(begun.rung)
        lost = replace(
            begun,
            state="hung" if late else "crashed",
            said=f"it did not end within {seconds:g} seconds" if late else _ended(code),
            where=place_in(faults.read_text(encoding="utf-8", errors="replace")),
        )
        return cls(climbed, version, lost)


def _ended(code: int) -> str:
    if code >= 0:
        return f"the engine ended its process (exit code {code})"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"the engine's process died ({name})"


@contextmanager
def _started(order: dict[str, Any], said: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The process, which does not outlive the block."""
    path = os.pathsep.join(filter(None, sys.path))
    with said.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "conformance.contact.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=file,
            env={**os.environ, **dict(order["environment"]), "PYTHONPATH": path},
            start_new_session=True,
        )
    assert process.stdin is not None
    try:
        with suppress(BrokenPipeError):
            process.stdin.write(json.dumps(order).encode() + b"\n")
            process.stdin.flush()  # and left open: its end tells the child that we are gone
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        with suppress(BrokenPipeError):
            process.stdin.close()


def _watch(process: subprocess.Popen[bytes], told: Path, wanted: _Order) -> bool:
    """Wait until the process ends, or hangs; whether it does."""
    size, since = 0, time.monotonic()
    limit = IMPORT_SECONDS
    while process.poll() is None:
        time.sleep(POLL)
        if (now := told.stat().st_size) != size:
            size, since = now, time.monotonic()
            last = [*_lines(told)][-1:]
            if last and "end" in last[0]:
                return False  # It may hang at exit, which is nobody's affair.
            begun = last[0].get("begin", {}) if last else {}
            limit = wanted.seconds(begun.get("rung", "import"))
        elif time.monotonic() - since > limit + 1:
            return True
    return False


def _lines(told: Path) -> Iterator[dict[str, Any]]:
    for line in told.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True):
        if line.endswith("\n"):  # The last one may be torn.
            yield json.loads(line)
