"""The pytest plugin: `pytest --pyargs conformance --engine NAME`.

It does nothing in a run that does not ask for the package, not even offer its options, whose names
other suites use too.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conformance.contact.contact import Contact

_HERE = Path(__file__).parent

_LINES = "one id or pattern a line; may be repeated"
_OPTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "--engine",
        "the engine to test: a torch-like module, or `package.module:attribute`",
        {"metavar": "NAME"},
    ),
    (
        "--max-examples",
        "examples of each property; the Hypothesis profile's number by default",
        {"metavar": "N", "type": int},
    ),
    (
        "--claims",
        "what the engine claims, in TOML; conformance_claims.toml of its package by default",
        {"metavar": "FILE"},
    ),
    (
        "--ops-from",
        "your own ops: a Python file or module with a list OPS; may be repeated",
        {"metavar": "FILE", "action": "append"},
    ),
    ("--xfails-file", f"known differences, {_LINES}", {"metavar": "FILE", "action": "append"}),
    ("--skips-file", f"cases not to run, {_LINES}", {"metavar": "FILE", "action": "append"}),
)
"""Flag, help, and what else argparse takes; each may be given by a variable, too."""


def pytest_load_initial_conftests(early_config: Any, parser: Any, args: Sequence[str]) -> None:
    """Offer the options, if the run asks for our tests. The only hook that sees the arguments
    before they are parsed."""
    if not asks_for_us(args):
        return
    from conformance.suite.support.profiles import register

    register()
    group = parser.getgroup("conformance", "how far an engine behaves like torch")
    for flag, what, more in _OPTIONS:
        name = flag.removeprefix("--").replace("-", "_")
        variable = f"CONFORMANCE_{name.upper()}"
        given: Any = os.environ.get(variable)
        if more.get("type") is int:
            given = _number(variable)
        elif "action" in more:
            given = given.split(os.pathsep) if given is not None else []
        dest = f"conformance_{name.removesuffix('_file')}"
        group.addoption(flag, dest=dest, default=given, help=f"{what} [{variable}]", **more)


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


def pytest_configure(config: pytest.Config) -> None:
    """Load the engine, so that a name that is wrong is said once, before anything is run; and
    register the hooks of the run."""
    if not hasattr(config.option, "conformance_engine"):
        return
    from conformance.engines import importable_from_here
    from conformance.engines.isolation.forking import loading

    importable_from_here()
    _know_own_ops(config)
    engine, contact = config.option.conformance_engine, None
    with loading("conformance.suite.support.session"):
        # Of pytest-xdist's processes, one asks.
        if engine and engine != "torch" and not hasattr(config, "workerinput"):
            contact = _refuse_without_contact(engine)
    from conformance.suite.support.hooks import HAS, Hooks
    from conformance.suite.support.session import prepare

    has = contact.ops if contact else getattr(config, "workerinput", {}).get(HAS, ())
    prepare(config, has)
    hooks = Hooks(config, contact.summary if contact else (), has)
    config.pluginmanager.register(hooks, "conformance-hooks")


def _know_own_ops(config: pytest.Config) -> None:
    """Know the user's own ops until the run ends."""
    from conformance.corpus.opinfo.own import known_ops
    from conformance.engines.naming.own import OwnOpsError

    stack = ExitStack()
    try:
        stack.enter_context(known_ops(config.option.conformance_ops_from))
    except OwnOpsError as error:
        raise pytest.UsageError(f"--ops-from: {error}") from error
    config.add_cleanup(stack.close)


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
