"""The command's options, and their checks: what cannot be meant is refused in one line."""

from __future__ import annotations

import difflib
import math
import os
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import click

from conformance.catalogue import CATALOGUE
from conformance.program.words.own import OWN, sources

MOST_PROGRAMS = 10**9  # weeks of work on any machine
MOST_JOBS = 1024
MOST_SECONDS = 86400.0  # a step that takes a day has hung
MOST_MINUTES = 60.0 * 24 * 365

Option: TypeAlias = Callable[..., Any]
"""A decorator that gives a command an option."""

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


def option(flag: str, *names: str, **more: Any) -> Option:
    """An option that a variable of the environment may give, too: `CONFORMANCE_` and its name."""
    variable = f"CONFORMANCE_{flag.removeprefix('--').replace('-', '_').upper()}"
    return click.option(flag, *names, envvar=variable, **more)


def names(known: Sequence[str], listed: str) -> Callable[..., tuple[str, ...]]:
    """A check of an option that takes several names, separated by commas or given repeatedly.
    `listed` says where to look for those that there are."""

    def check(context: Any, option: Any, given: Sequence[str]) -> tuple[str, ...]:
        found = [name.strip() for text in given for name in text.split(",") if name.strip()]
        if given and not found:
            raise click.BadParameter(f"{','.join(given)!r} names none; {listed}", context, option)
        for name in found:
            if name not in known:
                close = difflib.get_close_matches(name, known)
                hint = f"did you mean {' or '.join(close)}?" if close else listed
                raise click.BadParameter(f"{name!r} is not one of them; {hint}", context, option)
        return tuple(dict.fromkeys(found))

    return check


class Seconds(click.FloatRange):
    """A time in seconds: a number above 0, and neither NaN nor infinite, as `float` reads it."""

    name = "seconds"

    def __init__(self) -> None:
        super().__init__(min=0, min_open=True, max=MOST_SECONDS)

    def convert(self, value: Any, param: Any, context: Any) -> float:
        """The number of seconds."""
        seconds = float(super().convert(value, param, context))
        if math.isnan(seconds):
            self.fail(f"{value!r} is no number of seconds", param, context)
        return seconds


def jobs_by_default() -> int:
    """As many as there are cores that this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(cores or 1, MOST_JOBS)


def folder_to_write(context: Any, option: Any, path: Path) -> Path:
    """A check of a folder that the command is to write into: it is made, and tried out, before
    hours of work go into what could not be kept."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return path
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        message = f"cannot write into {str(path)!r}: {reason}"
        raise click.BadParameter(message, context, option) from error


def variables(context: Any, option: Any, given: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """A check of an option that names variables of an environment, each as `NAME=VALUE`."""
    pairs = []
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier():
            raise click.BadParameter(f"write NAME=VALUE, not {text!r}", context, option)
        pairs.append((name, value))
    return tuple(pairs)


def every_op(context: Any, option: Any, given: Sequence[str]) -> tuple[str, ...]:
    """A check of an option that takes names of ops, of the user's own as well."""
    return names((*CATALOGUE, *OWN), "`conformance ops` lists them")(context, option, given)


def own_ops(context: click.Context, option: Any, given: Sequence[str]) -> tuple[str, ...]:
    """Know the ops of these sources, and of those that installed packages announce, until the
    command ends; gives all the sources."""
    from conformance.corpus.opinfo.own import known_ops
    from conformance.engines.naming.own import OwnOpsError

    try:
        context.with_resource(known_ops(given))
    except OwnOpsError as error:
        raise click.BadParameter(str(error), context, option) from error
    return sources()


ENGINE = option(
    "--engine",
    default="mini_autograd",  # nothing else in the harness knows it
    metavar="NAME",
    help="The engine to measure: a torch-like module, or `package.module:attribute`.",
)
REFERENCE = option(
    "--reference", default="torch", metavar="NAME", help="What is right by definition."
)
JOBS = option(
    "--jobs",
    type=click.IntRange(1, MOST_JOBS),
    default=jobs_by_default,
    show_default="all cores",
    help="How many processes work.",
)
OPS = option(
    "--ops",
    multiple=True,
    callback=every_op,
    metavar="A,B",
    help="Only these ops; `conformance ops` lists them.",
)
OPS_FROM = option(
    "--ops-from",
    "own",
    multiple=True,
    type=click.Path(),  # in a variable, as paths are parted
    is_eager=True,  # the names of ops are checked against what it adds
    callback=own_ops,
    metavar="FILE",
    help="Ask of your own ops too: a Python file or module with a list OPS. Repeatable.",
)
OUTPUT = partial(option, "--output", type=FOLDER, default=Path("build"))
TIMEOUT = partial(option, "--timeout", type=Seconds(), default=20.0, metavar="SECONDS")
