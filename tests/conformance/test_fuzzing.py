"""Rounds of property tests: what a run of pytest says in each, and how the time ends."""

from __future__ import annotations

import io
import itertools
import signal
import subprocess
import sys
import time

import pytest
from rich.console import Console

from conformance.cli import fuzzing
from conformance.cli.fuzzing import Rounds

PASSES = "print('3 passed in 0.1s')"
FAILS = (
    r"print('\x1b[31mFAILED\x1b[0m suite/a.py::b - ValueError\n1 failed, 2 passed'); sys.exit(1)"
)


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fuzzing, "LEAST", 0.2)
    monkeypatch.setattr(fuzzing, "PATIENCE", 2.0)


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch):
    """A second passes each time that somebody looks at the clock, and none meanwhile: what a busy
    machine takes does not count."""
    seconds = itertools.count(time.monotonic())
    monkeypatch.setattr(fuzzing.time, "monotonic", lambda: next(seconds))


def rounds(code: str, seconds: float) -> tuple[Rounds, str, int]:
    """Rounds in which this code stands for pytest."""
    said = io.StringIO()
    command = [sys.executable, "-c", f"import signal, sys, time\n{code}"]
    run = Rounds(command, 7, time.monotonic() + seconds, Console(file=said, width=200))
    return run, said, run.run()


@pytest.mark.usefixtures("ticking")
def test_rounds_have_twice_the_examples_each_and_a_seed_of_their_own():
    _, said, code = rounds(PASSES, 12)
    assert code == 0
    assert "round 1: 25 examples of each property, seed 7" in said.getvalue()
    assert "round 2: 50 examples of each property, seed 8" in said.getvalue()
    assert said.getvalue().rstrip().endswith("no property failed")


@pytest.mark.usefixtures("ticking")
def test_what_failed_is_told_once_though_it_is_printed_in_colours():
    run, said, code = rounds(FAILS, 12)
    assert code == 1
    assert [*run.failed] == ["suite/a.py::b"]
    assert said.getvalue().rstrip().endswith("1 test failed:\n  suite/a.py::b")
    assert "round 2: 25 examples" in said.getvalue()  # nothing is gained by more of what fails


def test_where_all_fail_there_is_no_other_round():
    _, said, code = rounds("print('FAILED a::b\\n1 failed'); sys.exit(1)", 30)
    assert (code, said.getvalue().count("examples of each")) == (1, 1)


def test_a_failure_that_pytest_does_not_name_is_one():
    _, said, code = rounds("print('1 failed, 2 passed'); sys.exit(1)", 0.8)
    assert code == 1
    assert "some tests failed" in said.getvalue()


@pytest.mark.parametrize("exit_code", [2, 3, 4, 5])
def test_a_pytest_that_cannot_run_ends_it(exit_code):
    _, said, code = rounds(f"sys.exit({exit_code})", 30)
    assert code == 2
    assert f"pytest could not run the tests (exit code {exit_code})" in said.getvalue()


def test_the_time_ends_the_round_that_is_running_and_what_it_says_then_counts():
    code = """
try:
    time.sleep(60)
except KeyboardInterrupt:
    print('FAILED a::b'); sys.exit(2)
"""
    run, said, exit_code = rounds(code, 1)
    assert (exit_code, [*run.failed]) == (1, ["a::b"])
    assert "1 round, the last cut short" in said.getvalue()


def test_an_interrupt_that_was_lost_is_sent_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fuzzing, "PATIENCE", 0.5)
    code = """
signal.signal(signal.SIGINT, lambda *_: signal.signal(signal.SIGINT, signal.default_int_handler))
print('1 passed', flush=True)
time.sleep(60)
"""
    began = time.monotonic()
    assert rounds(code, 1)[2] == 0
    assert time.monotonic() - began < 20


def test_where_no_test_was_completed_it_does_not_say_that_none_failed():
    _, said, code = rounds("time.sleep(60)", 0.3)
    assert code == 2
    assert "no test was completed" in said.getvalue()


def test_control_c_lets_pytest_say_what_failed():
    """The user's interrupt comes to the run alone, which tells pytest once."""
    code = """
import sys, time
from rich.console import Console
from conformance.cli.fuzzing import Rounds
child = '''
import sys, time
print("FAILED a::b", flush=True)
try:
    time.sleep(60)
except KeyboardInterrupt:
    print("FAILED c::d\\\\n2 failed"); sys.exit(2)
'''
sys.exit(Rounds([sys.executable, "-c", child], 0, time.monotonic() + 60, Console()).run())
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        while "FAILED" not in run.stdout.readline():
            pass
        run.send_signal(signal.SIGINT)
        text = run.stdout.read()
    assert run.returncode == 1
    assert "2 tests failed:\n  a::b\n  c::d" in text
