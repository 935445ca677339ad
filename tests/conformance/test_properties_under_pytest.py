"""A property of the suite under pytest: what it says when it fails, how that is run again, and the
profiles. Each run is a process of its own: a profile and a database are of a whole process."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from conformance import Input, Program
from conformance.suite.support.agreement import failure_of
from conformance.suite.support.profiles import CI_EXAMPLES, FUZZ_EXAMPLES
from conformance.suite.support.properties import LINES, failure_report
from conformance.verdict import Mismatch, Verdict

HERE = Path(__file__).parent
SQRT, CAT, ABS = "test_call[sqrt-value]", "test_call[cat-value]", "test_programs_of[abs]"


class Run(NamedTuple):
    """What a run of pytest printed, and where it ran."""

    code: int
    text: str
    folder: Path

    @property
    def reports(self):
        """What each failing test says, by its name."""
        parts = re.split(r"^_{5,} (\S+) _{5,}$", self.text, flags=re.MULTILINE)
        ends = re.compile(r"^={5,} ", re.MULTILINE)
        texts = [ends.split(text)[0].strip() for text in parts[2::2]]
        return dict(zip(parts[1::2], texts, strict=True))

    @property
    def statistics(self):
        """What Hypothesis tells of each test, by its name."""
        parts = re.split(r"^\S*::(\S+):$", self.text, flags=re.MULTILINE)
        return dict(zip(parts[1::2], parts[2::2], strict=True))


def run_in(folder, command):
    environment = {**os.environ, "PYTHONPATH": f"{HERE.parents[1]}:{HERE}"}
    done = subprocess.run(
        [sys.executable, "-m", *command],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        check=False,
    )
    return Run(done.returncode, done.stdout + done.stderr, folder)


def properties_on(engine, *names, folder, profile="default", arguments=()):
    """A run of some tests of `test_calls` on an engine."""
    ids = [f"conformance.suite.test_calls::{name}" for name in names]
    command = ["pytest", "--pyargs", *ids, "--engine", engine, "-p", "no:cacheprovider"]
    command += ["--hypothesis-profile", profile, "--hypothesis-show-statistics", "-rs", *arguments]
    return run_in(folder, command)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """A property that fails, one of an op that the engine lacks, and one that passes."""
    folder = tmp_path_factory.mktemp("faulty")
    return properties_on(
        "faulty_engine", SQRT, CAT, ABS, folder=folder, arguments=("--max-examples", "20")
    )


def test_a_property_fails_and_the_others_go_on(faulty):
    assert faulty.code == pytest.ExitCode.TESTS_FAILED
    assert re.search(r"1 failed, 1 passed, 1 skipped in", faulty.text)


def test_the_report_of_a_failing_property_is_what_a_person_needs(faulty):
    report = faulty.reports[SQRT]
    assert len(report.splitlines()) <= LINES == 40
    for line in (
        r"value: t0 \(step 1\)",
        r"expected: \[1\.118034, 1\.5 ?\]",
        r"actual: +\[2\.118034, 2\.5 ?\]",
        r"judged: +wrong",
        r"x0 = torch\.tensor\(\[1\.25, 2\.25\], requires_grad=True\)",
        r"t0 = torch\.sqrt\(x0\)",
        r".*@reproduce_failure\('.*', b'.*'\).*",
        r"replay: +conformance replay \.hypothesis/programs/\S+\.json --engine faulty_engine",
    ):
        assert re.search(f"^{line}$", report, re.MULTILINE), line
    assert "Traceback" not in report


@pytest.mark.slow
def test_the_line_that_replays_a_failure_shows_it_again(faulty):
    line = re.search(r"^replay: +conformance (.*)$", faulty.reports[SQRT], re.MULTILINE)
    words = shlex.split(line[1])
    assert (faulty.folder / words[1]).is_file()
    replayed = run_in(faulty.folder, ["conformance", *words])
    assert replayed.code == 1
    assert "torch.sqrt(x0)" in replayed.text


@pytest.mark.slow
def test_a_run_again_fails_with_the_first_example(faulty):
    again = properties_on("faulty_engine", SQRT, folder=faulty.folder)
    phase, _, _ = again.statistics[SQRT].partition("Stopped because")
    assert re.findall(r"during (\w+) phase", phase) == ["reuse"]
    assert "0 passing, 1 failing" in phase
    assert again.reports[SQRT] == faulty.reports[SQRT]


def test_what_the_engine_lacks_is_skipped_with_the_reason(faulty):
    assert re.search(r"^SKIPPED .* unsupported: cat$", faulty.text, re.MULTILINE)
    assert "on the engine: unsupported" in faulty.statistics[CAT]


@pytest.mark.slow
def test_what_first_contact_missed_or_nobody_claims_is_not_even_drawn(tmp_path):
    (tmp_path / "lacking_engine.py").write_text(
        "import torch\n\n"
        "def __getattr__(name):\n"
        "    if name == 'cat': raise AttributeError(name)\n"
        "    return getattr(torch, name)\n"
    )
    claims = tmp_path / "claims.toml"
    claims.write_text('grade = 2\nops = ["cat", "neg"]\n')
    run = properties_on(
        "lacking_engine", CAT, ABS, folder=tmp_path, arguments=("--claims", str(claims))
    )
    assert re.search(r"^SKIPPED .* unsupported: cat$", run.text, re.MULTILINE)
    assert re.search(r"^SKIPPED .* not claimed: abs$", run.text, re.MULTILINE)
    assert not run.statistics.keys() & {CAT, ABS}


def test_the_number_of_examples_is_taken(faulty):
    assert "Stopped because settings.max_examples=20" in faulty.statistics[ABS]
    assert "20 passing, 0 failing" in faulty.statistics[ABS]


def test_events_tell_ops_features_and_what_came_of_the_examples(faulty):
    events = faulty.statistics[ABS]
    for name in ("op: abs", "feature: in-place", "on the engine: agree", "on the reference: "):
        assert re.search(rf"^ +\* +\d+\.\d+%, {name}", events, re.MULTILINE), name


SHOW_PROFILES = """
from hypothesis import settings
from conformance.suite.support.profiles import register
register()
for name in ("ci", "default", "fuzz"):
    profile = settings.get_profile(name)
    phases = {phase.name for phase in profile.phases}
    print(name, profile.max_examples, profile.deadline, profile.print_blob, "shrink" in phases,
        "explain" in phases, profile.derandomize)
"""


def test_there_are_profiles_for_ci_and_for_every_day_and_for_fuzzing():
    done = subprocess.run(
        [sys.executable, "-c", SHOW_PROFILES], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        f"ci {CI_EXAMPLES} None True True False True",
        "default 100 None True True False False",
        f"fuzz {FUZZ_EXAMPLES} None True True False False",
    ]


@pytest.mark.slow
def test_a_profile_is_chosen_by_hypothesis_s_own_option(tmp_path):
    run = properties_on(
        "torch", ABS, folder=tmp_path, profile="fuzz", arguments=("-v", "--collect-only")
    )
    assert run.code == pytest.ExitCode.OK
    assert re.search(rf"hypothesis profile 'fuzz' -> .*max_examples={FUZZ_EXAMPLES}\b", run.text)


@pytest.mark.slow
def test_hypothesis_s_own_seed_decides_the_examples(tmp_path):
    def events(seed, folder):
        options = ("--max-examples", "15", "--hypothesis-seed", str(seed))
        run = properties_on("torch", ABS, folder=tmp_path / folder, arguments=options)
        return re.findall(r"^ +\* .*$", run.statistics[ABS], re.MULTILINE)

    for folder in "abc":
        (tmp_path / folder).mkdir()
    assert events(7, "a") == events(7, "b") != events(8, "c")


def long_failure(lines, drawn_in_the_test):
    """A failure with the notes that Hypothesis adds, of a script of so many lines."""
    program = Program((Input.of("x0", [1.0]),), ())
    mismatch = Mismatch("value", 0, "t0", "[1.]", "[2.]")
    failure = failure_of(program, Verdict(program.hash, (mismatch,)), (mismatch,))
    script = "\n".join(f"t{number} = torch.neg(x0)" for number in range(lines))
    if drawn_in_the_test:
        failure.add_note("Failing test case: test_call(\n    op='neg',\n    data=data(...),\n)")
        failure.add_note(f"Draw 1: # a program:\nimport torch\n{script}\n")
    else:
        script = "\n".join(f"    {line}" for line in script.splitlines())
        shown = f"    drawn=# a program:\n    import torch\n{script}\n    ,\n)"
        failure.add_note(f"Failing test case: test_programs(\n{shown}")
    failure.add_note("You can reproduce this by @reproduce_failure('6', b'AA==')")
    failure.add_note("replay:   conformance replay a.json --engine mine")
    return failure


@pytest.mark.parametrize("drawn_in_the_test", [False, True])
@pytest.mark.parametrize("lines", [1, 20, 28, 31, 32, 60, 400])
def test_of_a_long_script_the_report_leaves_out_the_end_and_says_so(lines, drawn_in_the_test):
    report = failure_report(long_failure(lines, drawn_in_the_test)).splitlines()
    assert len(report) <= LINES
    assert report[0] == "value: t0 (step 1)"
    assert report[-1] == "replay:   conformance replay a.json --engine mine"
    assert "reproduce_failure" in report[-2]
    kept = sum("torch.neg" in line for line in report)
    more = [line for line in report if "more lines in the file" in line]
    assert [int(re.search(r"\d+", line)[0]) for line in more] == [lines - kept] * (kept < lines)
