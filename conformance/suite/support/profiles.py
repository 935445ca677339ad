"""Hypothesis's profiles, as this suite has them: `ci`, `default` and `fuzz`."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import Phase, settings

# To tell which lines a failure runs is to trace all of torch's Python: minutes, for names of lines
# in the harness. `--hypothesis-explain` puts it back.
_PHASES = tuple(phase for phase in Phase if phase is not Phase.explain)

# Of 100 examples Hypothesis would spend the second half on changes of one program: planted faults
# that 60 to 90 drawn programs found were then missed.
_OF_FEW = tuple(phase for phase in _PHASES if phase is not Phase.target)

# A hang is found by the suite itself, which runs the engine in a process of its own.
_OURS: dict[str, Any] = {
    "deadline": None,
    "print_blob": True,
    "report_multiple_bugs": False,  # an engine that is begun has dozens; the next run has the next
    "phases": _PHASES,
}

CI_EXAMPLES = 25
FUZZ_EXAMPLES = 10_000


def register() -> None:
    """Register the profiles for a run of the suite, and load anew the one that is current."""
    before = settings.get_current_profile_name()
    kept = {name: settings.get_profile(name) for name in ("default", "ci")}
    few = {**_OURS, "phases": _OF_FEW}
    settings.register_profile("default", kept["default"], **few)
    settings.register_profile("ci", kept["ci"], max_examples=CI_EXAMPLES, **few)
    settings.register_profile("fuzz", kept["default"], max_examples=FUZZ_EXAMPLES, **_OURS)
    if before in kept:
        settings.load_profile(before)


def with_examples(count: int | None) -> str:
    """Let each property have so many examples, whatever the profile says; gives the name of that,
    to be loaded again when the run has ended.

    Raises:
        pytest.UsageError: there is no such number.
    """
    before = settings.get_current_profile_name()
    if count is None:
        return before
    if count < 1:
        raise pytest.UsageError(f"--max-examples must be 1 or more, not {count}")
    name = f"{before}-with-{count}-examples"
    settings.register_profile(name, max_examples=count)
    settings.load_profile(name)
    return before
