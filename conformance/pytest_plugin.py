"""The pytest plugin: `pytest --pyargs conformance --engine NAME`.

It does nothing in a run that does not ask for the package, not even offer its options, whose names
other suites use too.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conformance.contact.contact import Contact

PREFIX = "CONFORMANCE_"
_HERE = Path(__file__).parent


def pytest_load_initial_conftests(early_config: Any, parser: Any, args: Sequence[str]) -> None:
    """Offer the options, if the run asks for our tests. The only hook that sees the arguments
    before they are parsed."""
    if not asks_for_us(args):
        return
    from conformance.suite.support.profiles import register

    register()
    group = parser.getgroup("conformance", "how far an engine behaves like torch")
    group.addoption(
        "--engine",
        dest="conformance_engine",
        default=os.environ.get("CONFORMANCE_ENGINE"),
        metavar="NAME",
        help="the engine to test: a torch-like module, or `package.module:attribute` "
        "[CONFORMANCE_ENGINE]",
    )
    group.addoption(
        "--max-examples",
        dest="conformance_max_examples",
        type=int,
        default=_number("CONFORMANCE_MAX_EXAMPLES"),
        metavar="N",
        help="examples of each property; the Hypothesis profile's number by default "
        "[CONFORMANCE_MAX_EXAMPLES]",
    )
    group.addoption(
        "--claims",
        dest="conformance_claims",
        default=os.environ.get("CONFORMANCE_CLAIMS"),
        metavar="FILE",
        help="what the engine claims, in TOML; conformance_claims.toml of its package by default "
        "[CONFORMANCE_CLAIMS]",
    )
    for name, what in (("xfails", "known differences"), ("skips", "cases not to run")):
        variable = f"{PREFIX}{name.upper()}_FILE"
        group.addoption(
            f"--{name}-file",
            dest=f"conformance_{name}",
            action="append",
            default=os.environ[variable].split(os.pathsep) if variable in os.environ else [],
            metavar="FILE",
            help=f"{what}, one id or pattern a line; may be repeated [{variable}]",
        )


def asks_for_us(args: Sequence[str]) -> bool:
    """Whether any argument names this package, by its dotted name or by its path."""
    paths = (arg.partition("::")[0] for arg in args if not arg.startswith("-"))
    return any(
        ("--pyargs" in args and path.partition(".")[0] == __package__)
        or _HERE in (Path(path).absolute(), *Path(path).absolute().parents)
        for path in paths
    )


def _number(variable: str) -> int | None:
    text = os.environ.get(variable)
    try:
        return None if text is None else int(text)
    except ValueError:
        raise pytest.UsageError(f"{variable}={text!r} is no number") from None


def _is_ours(config: pytest.Config) -> bool:
    return hasattr(config.option, "conformance_engine")


def pytest_configure(config: pytest.Config) -> None:
    """Load the engine, so that a name that is wrong is said once, before anything is run."""
    if not _is_ours(config):
        return
    from conformance.engines import importable_from_here
    from conformance.engines.isolation.forking import loading

    importable_from_here()
    engine = config.option.conformance_engine
    has: Sequence[str] = getattr(config, "workerinput", {}).get(_HAS, ())
    with loading("conformance.suite.support.session"):
        # Of pytest-xdist's processes, one asks.
        if engine and engine != "torch" and not hasattr(config, "workerinput"):
            contact = _refuse_without_contact(engine)
            config.option.conformance_contact = contact.brief
            has = config.option.conformance_has = contact.ops
    from conformance.suite.support.session import prepare

    prepare(config, has)
    config.pluginmanager.register(_Scores(config), "conformance-scores")


_HAS = "conformance_has"
_PROFILE = pytest.StashKey[str]()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Take the number of examples, once the profile is chosen and before tests are collected."""
    if _is_ours(session.config):
        from conformance.suite.support.profiles import with_examples

        count = session.config.option.conformance_max_examples
        session.config.stash[_PROFILE] = with_examples(count)


def _refuse_without_contact(engine: str) -> Contact:
    """First contact; stop here if nothing can be asked of the engine: every test would say so."""
    from conformance.contact.process import ProbeError, probe_in_process

    try:
        from conformance.suite.support.session import timeout

        contact = probe_in_process(engine, timeout(), patient=False)
    except ProbeError as error:
        raise pytest.UsageError(str(error)) from error
    if contact.stops:
        raise pytest.UsageError(contact.text)
    return contact


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what the run has started, and leave Hypothesis's profile as it was."""
    if _is_ours(config):
        from conformance.suite.support.session import close

        close()
        if (profile := config.stash.get(_PROFILE, None)) is not None:
            from hypothesis import settings

            settings.load_profile(profile)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """The engines, and each variable that has a say."""
    if not _is_ours(config):
        return []
    from conformance.suite.support.session import current

    given = [f"{name}={os.environ[name]}" for name in sorted(os.environ) if name.startswith(PREFIX)]
    lines = (current().title, *given, *getattr(config.option, "conformance_contact", ()))
    return [f"conformance: {line}" for line in lines]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Load what takes seconds before a property is begun, and not within its first example."""
    if _is_ours(item.config) and item.get_closest_marker("hypothesis"):
        from conformance.suite.support.properties import begin

        begin()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Say of a property that fails how it is replayed, and skip one of which nothing could run."""
    if not _is_ours(item.config):
        return (yield)
    from conformance.suite.support.properties import concluded

    with concluded(item.name):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell of a property that fails what a person needs, and no more."""
    report = yield
    if _is_ours(item.config) and call.excinfo is not None and report.failed:
        from conformance.suite.support.agreement import Differs
        from conformance.suite.support.properties import told

        if isinstance(call.excinfo.value, Differs):
            report.longrepr = told(call.excinfo.value)
    return report


def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Let the test's report say what its cases came to."""
    if _is_ours(item.config):
        from conformance.suite.support.session import current
        from conformance.suite.support.summary import tell

        tell(item, current().scored)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a process of pytest-xdist what first contact found."""
    if _is_ours(node.config):
        node.workerinput[_HAS] = list(getattr(node.config.option, _HAS, ()))


class _Scores:
    """Gathers what the tests say, in the process that prints."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "teardown":
            from conformance.suite.support.summary import hear

            hear(self._config, report.user_properties)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        from conformance.suite.support.summary import lines

        if said := lines(self._config):
            terminalreporter.section("conformance, of what was run")
            for line in said:
                terminalreporter.write_line(line)
