"""Whatever an engine does, the run goes on, is reported, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from conformance import Call, EngineError, Input, Program, Ref, resolve_engine
from conformance.engines.isolation import Limits, RemoteEngine, remote
from conformance.engines.isolation.memory import MOST_GROWTH, Growth, memory_of
from conformance.judge.referee import judge

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import hostile_engines as hostile_engines  # noqa: E402
from hostile_kinds import KINDS, Kind  # noqa: E402

sys.path.remove(str(HERE))

EXP = Program((Input.of("x0", np.float32([1.0])),), (Call("exp", (Ref("x0"),), result="t0"),))
ADD = Program(EXP.inputs, (Call("add", (Ref("x0"), Ref("x0")), result="t0"),))
QUICK = (
    "exit_now",
    "interrupts",
    "stops_itself",
    "odd_object",
    "odd_attribute_error",
    "surrogates",
)


def kinds_of(engine: RemoteEngine, program: Program) -> set[str]:
    return {m.kind for m in judge(program, resolve_engine("torch"), engine).mismatches if m.counts}


@pytest.mark.parametrize("name", QUICK)
def test_what_it_does_is_a_difference_and_the_next_program_is_none(name: str):
    engine = RemoteEngine(f"hostile_engines:{name}", Limits(step=1.5, memory=1 << 30))
    try:
        found = kinds_of(engine, EXP)
        assert found
        assert found & {*KINDS[name].expected} or "differ" in KINDS[name].expected
        assert not kinds_of(engine, ADD)
    finally:
        engine.close()


def test_no_process_that_it_started_is_left(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CONFORMANCE_TEST_OF_ORPHANS", str(os.getpid()))
    engine = RemoteEngine("hostile_engines:children_of_a_crash", Limits(step=5))
    assert kinds_of(engine, EXP) == {"crash"}
    engine.close()
    quiet = RemoteEngine("hostile_engines:children_that_stay", Limits(step=5))
    assert not kinds_of(quiet, EXP)
    quiet.close()
    wanted = f"CONFORMANCE_TEST_OF_ORPHANS={os.getpid()}".encode()
    assert not [each for each in Path("/proc").glob("[0-9]*/environ") if wanted in _read(each)]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes() if (path.parent / "exe").exists() else b""
    except OSError:
        return b""


@pytest.mark.slow
def test_an_engine_with_a_thread_cannot_be_forked_and_is_loaded_again():
    engine = RemoteEngine("hostile_engines:threads_at_import", Limits(step=5))
    try:
        assert kinds_of(engine, EXP) == {"crash"}
        assert not kinds_of(engine, ADD)
        assert engine.idle_deaths == 0
    finally:
        engine.close()


def test_a_restart_replaces_a_process_that_hangs():
    engine = RemoteEngine("hostile_engines:threads_that_hold_on", Limits(step=5))
    try:
        assert not kinds_of(engine, EXP)
        engine.restart()
        assert not kinds_of(engine, ADD)
    finally:
        engine.close()


@pytest.mark.slow
def test_a_process_whose_memory_grows_is_replaced_in_silence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(remote, "POLL", 0.0)  # looked at after each program
    engine = RemoteEngine("hostile_engines:memory_in_calls", Limits(step=5), growth=Growth(cases=1))
    processes, most = set(), 0
    try:
        for _ in range(8):  # 64 MB more each time
            assert not kinds_of(engine, ADD)
            assert engine._process is not None
            _, _, process = engine._process.shared.state()
            processes.add(process)
            most = max(most, memory_of(process))
        assert len(processes) > 2
        assert most < memory_of(process) + 4 * MOST_GROWTH
        assert engine.idle_deaths == 0
    finally:
        engine.close()


def test_an_engine_that_cannot_be_loaded_is_said_to_be():
    engine = RemoteEngine("hostile_engines:crash_at_import")
    with pytest.raises(EngineError, match="SIGSEGV"):
        engine.run(EXP)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [pytest.param(kind, id=name) for name, kind in KINDS.items()])
def test_a_run_on_it_ends_with_a_report(kind: Kind, tmp_path: Path):
    row = json.loads(_table(kind.name))
    if "refused" in kind.expected and row["exit"] == 2:
        assert kind.name in row["said"]
    else:
        assert row["report"]
        found = row["reported"]
        assert row["exit"] == int("differ" in found or "flaky" in found or "hang" in found)
        assert {*kind.expected} & found.keys() or not kind.expected
    assert row["left"] == []


def _table(name: str) -> str:
    root = HERE.parents[1]
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, str(HERE / "table.py"), name],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(HERE)])},
        capture_output=True,
        text=True,
        timeout=900,
        check=True,
    )
    assert time.monotonic() - began < 600
    return done.stdout
