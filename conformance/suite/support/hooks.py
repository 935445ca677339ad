"""What pytest is told of a run of the suite: its header, how its tests begin and end, the score.

What takes long to import is imported in the hook that needs it: of pytest-xdist's processes, the
one that prints runs no test.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from typing import Any

import pytest

from conformance.suite.support.profiles import with_examples
from conformance.suite.support.session import close, current
from conformance.suite.support.summary import add_score, attach_score, lines

PREFIX = "CONFORMANCE_"
HAS = "conformance_has"
"""The key under which a process of pytest-xdist is told what first contact found."""


class Hooks:
    """The plugin of one run. `contact`: what first contact says, a line each; `has`: the ops that
    it found."""

    def __init__(self, config: pytest.Config, contact: Sequence[str], has: Sequence[str]) -> None:
        self._config, self._contact, self._has = config, contact, has
        self._profile: str | None = None  # to be loaded again at the end

    def pytest_sessionstart(self) -> None:
        """Take the number of examples, once the profile is chosen and before tests are
        collected."""
        self._profile = with_examples(self._config.option.conformance_max_examples)

    def pytest_unconfigure(self) -> None:
        """End what the run has started, and leave Hypothesis's profile as it was."""
        close()
        if self._profile is not None:
            from hypothesis import settings

            settings.load_profile(self._profile)

    def pytest_report_header(self) -> list[str]:
        """The engines, and each variable that has a say."""
        names = (name for name in sorted(os.environ) if name.startswith(PREFIX))
        given = (f"{name}={os.environ[name]}" for name in names)
        return [f"conformance: {line}" for line in (current().title, *given, *self._contact)]

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Load what takes seconds before a property is begun, and not within its first example."""
        if item.get_closest_marker("hypothesis"):
            from conformance.suite.support.properties import begin

            begin()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Say of a property that fails how it is replayed, and skip one of which nothing ran."""
        from conformance.suite.support.properties import concluded

        with concluded(item.name):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Tell of a property that fails what a person needs, and no more."""
        report = yield
        if call.excinfo is not None and report.failed:
            from conformance.suite.support.agreement import Differs
            from conformance.suite.support.properties import failure_report

            if isinstance(call.excinfo.value, Differs):
                report.longrepr = failure_report(call.excinfo.value)
        return report

    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        """Let the test's report say what its cases came to."""
        attach_score(item, current().scored)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a process of pytest-xdist what first contact found."""
        node.workerinput[HAS] = list(self._has)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather what the tests say, in the process that prints."""
        if report.when == "teardown":
            add_score(self._config, report.user_properties)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the score."""
        if said := lines(self._config):
            terminalreporter.section("conformance, of what was run")
            for line in said:
                terminalreporter.write_line(line)
