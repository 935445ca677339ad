"""Kills processes of a run at random moments, goes on from where it was, and shows its report:
`python tests/hostile/killing.py KILLS SEED EXAMPLES [FOLDER]`. The report of the undisturbed run is
kept in the FOLDER, if one is named."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
MARK = "CONFORMANCE_TEST_OF_KILLING"
BOOT = """
from types import SimpleNamespace
from conformance.cli import command, contact
# It comes before the run begins.
contact.refuse_without_contact = lambda *given: SimpleNamespace(version="1", ops=(), summary=())
command.main()
"""
COMMAND = (sys.executable, "-c", BOOT, "run")
MOST_OF_MAIN = 5  # kills of the main process, each of which costs a start of everything
PACE = 6.0  # seconds between two kills, at most
OF_THE_MOMENT = ("duration", "idle_deaths", "notes")


class Run:
    """A run of the command, in processes of its own."""

    def __init__(self, engine: str, output: Path, *options: str) -> None:
        self.mark = uuid.uuid4().hex
        path = os.pathsep.join([str(HERE.parents[1]), str(HERE)])
        self.process = subprocess.Popen(
            [*COMMAND, "--engine", engine, "--output", str(output), *options],
            env={**os.environ, MARK: self.mark, "PYTHONPATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def processes(self, part: str) -> list[int]:
        """The numbers of its processes: "main", "worker", or "host", which has the engine."""
        if part == "main":
            return [self.process.pid]
        found, parents = dict[int, bytes](), dict[int, int]()
        for entry in Path("/proc").iterdir():
            with suppress(OSError, ValueError):
                number = int(entry.name)
                if f"{MARK}={self.mark}".encode() in (entry / "environ").read_bytes():
                    found[number] = (entry / "cmdline").read_bytes()
                    stat = (entry / "stat").read_text().rpartition(")")[2].split()
                    parents[number] = int(stat[1])
        if part == "host":
            return [number for number, line in found.items() if b"isolation.host" in line]
        servers = {n for n, line in found.items() if b"multiprocessing.forkserver" in line}
        return [number for number in servers if parents[number] in servers]


def disturbed(engine: str, output: Path, kills: int, seed: int, *options: str) -> Counter[str]:
    """Run to the end, with so many processes killed on the way; how many of which."""
    chance, done = random.Random(seed), Counter[str]()
    while True:
        run = Run(engine, output, "--resume", *options)
        while run.process.poll() is None and done.total() < kills:
            with suppress(subprocess.TimeoutExpired):
                run.process.wait(chance.uniform(0.2, PACE))
            part = chance.choice(("worker", "worker", "host", "host", "main"))
            if not run.processes("worker"):
                continue  # It has not begun: the engine's version is asked for.
            if part == "main" and done["main"] >= MOST_OF_MAIN:
                continue
            if run.process.poll() is None and (numbers := run.processes(part)):
                with suppress(ProcessLookupError):
                    os.kill(chance.choice(sorted(numbers)), signal.SIGKILL)
                    done[part] += 1
        said, _ = run.process.communicate()
        if run.process.returncode not in (2, -signal.SIGKILL):
            return done
        print(f"  {dict(done)}, exit {run.process.returncode}: {said[-300:]!r}", flush=True)


def report_of(output: Path) -> Any:
    """What the report says, but for when and how long."""
    data = json.loads((output / "parity.json").read_text())["data"]
    for name in OF_THE_MOMENT:
        data.pop(name)
    return json.loads(json.dumps(data).replace(str(output), "OUTPUT"))


def differing(first: Any, second: Any, where: str = "") -> list[str]:
    """Where two reports differ."""
    if isinstance(first, dict) and isinstance(second, dict):
        keys = dict.fromkeys([*first, *second])
        return [at for k in keys for at in differing(first.get(k), second.get(k), f"{where}.{k}")]
    if isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        pairs = enumerate(zip(first, second, strict=True))
        return [at for n, (a, b) in pairs for at in differing(a, b, f"{where}[{n}]")]
    return [] if first == second else [f"{where}: {str(first)[:200]} and {str(second)[:200]}"]


def main(arguments: Sequence[str]) -> None:
    """Compare a disturbed run with one that was left alone."""
    kills, seed, examples = map(int, arguments[:3])
    options = ("--ops", "exp,add", "--max-examples", str(examples), "--jobs", "2")
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(arguments[3] if arguments[3:] else folder, "alone")
        other = Path(folder, "other")
        engine = "hostile_engines:crash_on_one"
        began = time.monotonic()
        if not alone.exists():
            Run(engine, alone, *options).process.communicate()
        print(f"undisturbed: {time.monotonic() - began:.0f} s", flush=True)
        done = disturbed(engine, other, kills, seed, *options)
        found = differing(report_of(alone), report_of(other))
        print(f"{done.total()} killed: {dict(done)}, {time.monotonic() - began:.0f} s")
        print("the same report" if not found else "\n".join(found[:20]))
        print(json.loads((other / "parity.json").read_text())["data"]["notes"])


if __name__ == "__main__":
    main(sys.argv[1:])
