"""The shipped property tests alone find planted faults, and Hypothesis shows each in a few steps.

Each fault is in an engine of its own process, and the tests are run as a user runs them: by pytest,
under a profile. `python tests/quality/test_properties_find_faults.py` prints the table.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from planted_engine import FAULTS
from planting import planted

from conformance import Program, resolve_engine
from conformance.judge.referee import judge

HERE = Path(__file__).parent
KNOWN = HERE.parents[1] / "mini_autograd" / "conformance_known.txt"
STEPS = 6  # of the program that Hypothesis shows, the most

CALLS, STATE = "test_calls::test_call", "test_state::test_"

FOUND_BY: dict[str, str] = {
    # Of ops.
    "a sign": f"{CALLS}[sub-gradient]",
    "a swapped transpose": f"{CALLS}[mm-gradient]",
    "a gradient spread along the wrong dim": f"{CALLS}[sum-gradient]",
    "a tie that counts twice": f"{CALLS}[amax-gradient]",
    "a gradient at the kink": f"{CALLS}[nn.functional.relu-gradient]",
    "a product divided by a zero": f"{CALLS}[prod-gradient]",
    "a running sum not reversed": f"{CALLS}[cumsum-gradient]",
    "a product's factors not conjugated": f"{CALLS}[mul-gradient]",
    "an index that is repeated": f"{CALLS}[index_select-gradient]",
    "a comparison that gives bytes": f"{CALLS}[lt-value]",
    # Of the graph's state.
    "hooks in the reverse order": f"{STATE}hooks",
    "a removed hook is called": f"{STATE}hooks",
    "a gradient not accumulated": f"{STATE}several_passes",
    "a seed of another shape summed": f"{STATE}gradient_seeds",
    "a stale saved tensor used": f"{STATE}in_place",
    "a sister view keeps its history": f"{STATE}views",
    "no_grad leaks after an exception": f"{STATE}modes",
    "mark_dirty ignored": f"{STATE}functions",
    "retain_graph ignored": f"{STATE}accumulation",
    "results are not packed": f"{STATE}saved_tensors",
}


@dataclass(frozen=True, slots=True)
class Hunt:
    """What a run of one property on a faulty engine came to.

    Attributes:
        profile: the one under which it was found.
        examples: how many were run until one failed.
        program: the shortest one that Hypothesis shows.
    """

    profile: str
    examples: int
    seconds: float
    program: Program
    output: str


def hunted(name: str, seed: int = 0) -> Hunt | None:
    """The fault, sought under the default profile, and under `fuzz` where 100 examples are too
    few; None where that does not find it either."""
    for profile in ("default", "fuzz"):
        if hunt := _hunt(name, profile, seed):
            return hunt
    return None


def _hunt(name: str, profile: str, seed: int) -> Hunt | None:
    began = time.monotonic()
    with TemporaryDirectory() as folder:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "--pyargs"),
                f"conformance.suite.{FOUND_BY[name]}",
                *("--engine", "planted_engine:engine", "--xfails-file", str(KNOWN)),
                *("--hypothesis-profile", profile, "--hypothesis-seed", str(seed)),
                *("--hypothesis-show-statistics", "-p", "no:cacheprovider"),
            ],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(HERE), "PLANTED": name},
            capture_output=True,
            text=True,
        )
        files = [*Path(folder, ".hypothesis", "programs").glob("*.json")]
        if done.returncode == 0:
            return None
        assert files, done.stdout + done.stderr
        program = Program.from_json(json.loads(files[0].read_text()))
    seconds = time.monotonic() - began
    return Hunt(profile, _examples(done.stdout), seconds, program, done.stdout)


def _examples(output: str) -> int:
    """How many examples were run before the first that failed."""
    phase = re.search(r"generate phase .*?(\d+) passing[^,]*, (\d+) failing", output, re.DOTALL)
    return int(phase[1]) + 1 if phase else 0


@pytest.mark.slow
@pytest.mark.parametrize("name", FOUND_BY)
def test_a_property_finds_a_planted_fault_and_shows_it_in_a_few_steps(name: str):
    hunt = hunted(name)
    assert hunt is not None
    assert len(hunt.program.steps) <= STEPS, hunt.program.script()
    reference, engine = resolve_engine("torch"), resolve_engine("mini_autograd")
    with planted(FAULTS[name].plant):
        found = {m.kind for m in judge(hunt.program, reference, engine).mismatches if m.counts}
    assert found & FAULTS[name].kinds
    assert judge(hunt.program, reference, engine).outcome == "agree"


if __name__ == "__main__":
    for each in sys.argv[1:] or FOUND_BY:
        if hunt := hunted(each):
            steps = len(hunt.program.steps)
            print(
                f"{each:45} {FOUND_BY[each]:48} {hunt.profile:8} {hunt.examples:6} examples",
                end=" ",
            )
            print(f"{steps} steps {hunt.seconds:5.1f} s", flush=True)
        else:
            print(f"{each:45} NOT FOUND", flush=True)
