"""Signals, broken journals, full disks, folders that vanish: a run ends with what it found."""

from __future__ import annotations

import errno
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click
import pytest
from rich.console import Console

from conformance.campaign.campaign import run_campaign
from conformance.campaign.gathering import Run
from conformance.campaign.plan import Piece, Settings
from conformance.campaign.result import Result
from conformance.campaign.workers.orders import Event
from conformance.cli import running
from conformance.cli.console import _Lasting
from conformance.engines import resolve_engine
from conformance.report.formats import writing
from conformance.report.report import build_report

HERE = Path(__file__).parent
ENGINE = Settings("hostile_engines:all_nan", ops=("exp",), checks=("value",), max_examples=0)
WATCHED = "CONFORMANCE_TEST_OF_SIGNALS"


def slow(value: object) -> object:
    """A parameter that runs with the slow tests only."""
    return pytest.param(value, marks=pytest.mark.slow)


def campaign(
    output: Path,
    settings: Settings = ENGINE,
    watch: Callable[[Piece | None, Event], None] = lambda piece, event: None,
    **options: bool,
) -> Run:
    def choose(results: Sequence[Result], agreeing: int) -> Sequence[Result]:
        return [result for result in results if result.failure][:3]

    versions = resolve_engine("torch").version, "1"
    return run_campaign(
        settings, versions, jobs=1, output=output, choose=choose, watch=watch, **options
    )


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return campaign(tmp_path_factory.mktemp("undisturbed"))


@pytest.mark.slow
@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_ends_a_run_early_with_what_was_done_and_it_goes_on(
    number: str, tmp_path: Path, undisturbed: Run
):
    before = signal.getsignal(signal.SIGHUP)
    stopped = campaign(tmp_path, watch=_after(6, lambda: _raise(number)))
    assert stopped.interrupted
    assert 6 <= len(stopped.results) < len(undisturbed.results)
    assert signal.getsignal(signal.SIGHUP) is before
    assert campaign(tmp_path, resume=True).results == undisturbed.results


@pytest.mark.slow
def test_a_second_signal_ends_the_shortening(tmp_path: Path):
    run = campaign(tmp_path, watch=_after(6, lambda: [_raise("SIGINT"), _raise("SIGINT")]))
    assert run.interrupted
    assert not any(result.failure and result.failure.reduced for result in run.results)


def _raise(name: str) -> None:
    os.kill(os.getpid(), getattr(signal, name))


def _after(results: int, act: Callable[[], object]) -> Callable[[Piece | None, Event], None]:
    left = iter(range(results))

    def watch(piece: Piece | None, event: Event) -> None:
        if isinstance(event, Result) and next(left, None) == results - 1:
            act()

    return watch


@pytest.mark.parametrize(
    "spoil",
    [
        slow(lambda lines: [*lines[:3], b"\xff\xfe\x00 no text\n", *lines[3:]]),
        slow(lambda lines: [*lines[:3], b'"' + b"x" * 10_000_000 + b'"\n', *lines[3:]]),
        slow(lambda lines: [*lines[:3], b"[" * 100_000 + b"\n", *lines[3:]]),
        slow(lambda lines: [*lines[:3], *lines[5:]]),
        slow(lambda lines: [*lines, *lines[2:5]]),
        slow(lambda lines: [*lines[:-1], lines[-1][:-20]]),
        slow(lambda lines: [lines[0]]),
    ],
    ids=["no text", "long", "deep", "holes", "twice", "torn", "short"],
)
def test_a_spoilt_journal_gives_the_same_results(
    spoil: Callable[[list[bytes]], list[bytes]], tmp_path: Path
):
    settings = replace(ENGINE, checks=("value", "programs"), max_examples=8)
    first = campaign(tmp_path, settings)
    journal = tmp_path / "verdicts.jsonl"
    journal.write_bytes(b"".join(spoil(journal.read_bytes().splitlines(keepends=True))))
    again = campaign(tmp_path, settings, resume=True)
    assert again.results == first.results
    assert again.agreeing == first.agreeing


@pytest.mark.slow
def test_a_folder_that_vanishes_is_made_again_for_the_report(tmp_path: Path, undisturbed: Run):
    output = tmp_path / "output"
    output.mkdir()
    run = campaign(output, watch=_after(4, lambda: shutil.rmtree(output)))
    assert run.results == undisturbed.results
    writing.write(build_report(run), output)
    assert (output / "parity.json").exists()


def test_a_full_disk_ends_the_journal_and_not_the_run(
    tmp_path: Path, undisturbed: Run, monkeypatch: pytest.MonkeyPatch
):
    journal = tmp_path / "verdicts.jsonl"

    def full(file: int, data: bytes, write: Callable[[int, bytes], int] = os.write) -> int:
        if journal.exists() and os.fstat(file).st_ino == journal.stat().st_ino:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, data)

    monkeypatch.setattr(os, "write", full)
    run = campaign(tmp_path)
    assert run.results == undisturbed.results
    assert "No space left on device" in run.notes[-1]


def test_a_report_that_cannot_be_written_is_shown_all_the_same(
    tmp_path: Path, undisturbed: Run, monkeypatch: pytest.MonkeyPatch
):
    def full(*given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(running, "run_campaign", lambda *given, **options: undisturbed)
    monkeypatch.setattr(running, "write", full)
    monkeypatch.setattr(running, "settings_of", lambda options: ENGINE)
    said = io.StringIO()
    options = {"output": tmp_path, "xfails": (), "engine": "torch", "jobs": 1, "resume": False}
    with pytest.raises(click.ClickException, match=r"cannot be written: .*No space left"):
        running.run_and_report(options, ("1", "1"), Console(file=said))
    assert "differ" in said.getvalue()


@pytest.mark.slow
def test_a_console_that_nobody_reads_can_be_printed_to():
    reading, writing_to = os.pipe()
    with open(writing_to, "w") as file:
        os.close(reading)
        console = Console(file=_Lasting(file))  # type: ignore[arg-type]
        for _ in range(1000):
            console.print("x" * 1000)


@pytest.fixture
def temporary(tmp_path: Path) -> Iterator[Path]:
    (folder := tmp_path / "temporary").mkdir()
    yield folder
    assert not [path.name for path in folder.iterdir()]


@pytest.mark.slow
@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_to_a_run_that_hangs_leaves_a_report_and_no_process(
    number: str, tmp_path: Path, temporary: Path
):
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "conformance", "run", "--engine", "hostile_engines:deaf_hang"),
            *("--ops", "add,exp", "--checks", "value", "--timeout", "600", "--max-examples", "0"),
            *("--jobs", "1", "--output", str(tmp_path / "output")),
        ],
        env={
            **os.environ,
            "PYTHONPATH": f"{HERE.parents[1]}{os.pathsep}{HERE}",
            "TMPDIR": str(temporary),
            WATCHED: str(temporary),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    journal = tmp_path / "output" / "verdicts.jsonl"
    until = time.monotonic() + 300
    while time.monotonic() < until and _lines_of(journal) < 2:  # that it began, and one result
        time.sleep(0.2)
    time.sleep(3)
    process.send_signal(getattr(signal, number))
    said, _ = process.communicate(timeout=120)
    assert process.returncode in (1, 130), said
    assert (tmp_path / "output" / "parity.json").exists()
    wanted = f"{WATCHED}={temporary}".encode()
    assert not [path for path in Path("/proc").glob("[0-9]*/environ") if wanted in _read(path)]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.mark.slow
def test_an_op_that_was_given_up_is_never_a_success(tmp_path: Path):
    run = campaign(tmp_path, replace(ENGINE, engine="hostile_engines:hang", hang_after=0.4))
    known = tmp_path / "known.txt"
    known.write_text("opinfo/exp/*  # hang: it hangs\n")
    report = build_report(run, running.known_of("torch", (known,)))
    assert report.unexpected == 0
    assert report.exit_code == 1


def _lines_of(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0
