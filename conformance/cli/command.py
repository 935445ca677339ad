"""The command `conformance`: its options, and what it prints and exits with."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from conformance.catalogue import CATALOGUE
from conformance.cli import options
from conformance.corpus.case import CHECKS
from conformance.engines import (
    Engine,
    EngineError,
    TorchLike,
    importable_from_here,
    resolve_engine,
)
from conformance.program.words.own import OWN

if TYPE_CHECKING:
    from conformance.claims import Claims


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit: 0 when nothing unexpected differs, 1 when something does, 2 with
    one line for what cannot be run."""
    importable_from_here()
    try:
        code = cli.main(arguments, prog_name="conformance", standalone_mode=False)
    except click.ClickException as error:
        click.echo(f"conformance: {error.format_message()}", err=True)
        code = 2
    except (click.Abort, KeyboardInterrupt):
        code = 130
    sys.exit(code)


def _loaded(name: str) -> Engine:
    try:
        return resolve_engine(name)
    except EngineError as error:
        raise click.ClickException(str(error)) from error


def _version_of(reference: str) -> str:
    """The version of a reference, whose process, if it has one, ends again."""
    from conformance.engines.isolation import RemoteEngine
    from conformance.engines.naming.reference import reference_of

    try:
        engine = reference_of(reference)
        version = engine.version
    except EngineError as error:
        raise click.ClickException(str(error)) from error
    if isinstance(engine, RemoteEngine):
        engine.close()
    return version


def _claimed(engine: str, file: Path | None) -> Claims:
    from conformance.claims import ClaimsError, claims_of

    try:
        return claims_of(engine, file)
    except ClaimsError as error:
        raise click.ClickException(str(error)) from error


@click.group(invoke_without_command=True, context_settings={"show_default": True})
@click.version_option(package_name="autograd-conformance")
@click.pass_context
def cli(context: click.Context) -> None:
    """How far does an autograd engine behave like torch's, where does it differ, and what is the
    shortest program that shows it?

    Begin with `conformance check NAME`, then `conformance run --engine NAME`, where NAME is a
    module that looks like torch.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@cli.command()
@options.ENGINE
@options.REFERENCE
@options.OPS_FROM
@options.OPS
@options.option(
    "--checks",
    multiple=True,
    callback=options.names(CHECKS, f"there are {', '.join(CHECKS)}"),
    metavar="A,B",
    help=f"Only these checks, of {', '.join(CHECKS)}.",
)
@options.option(
    "--max-examples",
    type=click.IntRange(0, options.MOST_PROGRAMS),
    default=20000,
    help="How many programs to generate, beside the frozen corpus.",
)
@options.option(
    "--seed",
    type=click.IntRange(-(2**63), 2**63 - 1),
    default=0,
    help="Of the generated programs; the corpus needs none.",
)
@options.OUTPUT(
    callback=options.folder_to_write,
    help="Where parity.json, parity.md and the failing programs go.",
)
@options.JOBS
@options.option(
    "--xfails-file",
    "xfails",
    multiple=True,
    type=options.FILE,
    help="Known differences: `<case id or pattern>  # <kind>: <reason>` a line. Repeatable.",
)
@options.option(
    "--claims",
    type=options.FILE,
    metavar="FILE",
    help="What the engine claims, in TOML; conformance_claims.toml of its package by default.",
)
@options.option(
    "--skips-file",
    "skips",
    multiple=True,
    type=options.FILE,
    help="Cases not to run: an id or pattern a line. Repeatable.",
)
@options.TIMEOUT(help="How long one step of a program may take before it counts as hung.")
@options.option(
    "--memory",
    type=click.FloatRange(0.1, 4096),
    default=4.0,
    metavar="GIB",
    help="How much memory the engine's process may take.",
)
@click.option(
    "--engine-env",
    multiple=True,
    metavar="NAME=VALUE",
    callback=options.variables,
    help="A variable of the engine's process. Repeatable.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with the run that was interrupted in --output; the engine must be unchanged.",
)
@click.option(
    "--statistics",
    is_flag=True,
    help="Print what the generated programs exercised: steps, features and their pairs, errors.",
)
def run(**chosen: Any) -> int:
    """Measure an engine: the tutorial, torch's own samples and messages, and generated programs.

    Prints the parity table and the shortest programs that differ; writes parity.json and
    parity.md. Exits with 0 only when nothing differs but what the known differences name.
    """
    from conformance.cli.console import lasting_console
    from conformance.cli.contact import refuse_without_contact, show_briefly
    from conformance.engines.isolation.forking import loading

    chosen["claims"] = _claimed(chosen["engine"], chosen["claims"])
    contact, console = None, lasting_console()
    with loading("conformance.cli.running", workers=True):
        if chosen["engine"] != chosen["reference"]:
            contact = refuse_without_contact(
                chosen["engine"], chosen["timeout"], chosen["engine_env"]
            )
            show_briefly(contact, console)
            chosen["has"] = contact.ops
    from conformance.cli.running import run_and_report

    right = _version_of(chosen["reference"])
    versions = right, contact.version if contact else right
    return run_and_report(chosen, versions, console)


@cli.command()
@click.argument("engine")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@options.TIMEOUT(help="How long a rung may take before it counts as hung.")
def check(engine: str, as_json: bool, timeout: float) -> int:
    """First contact with ENGINE: what it can do, step by step from making a tensor upward.

    Each rung is tried; the first that fails is shown with its error and what to add. Exits with 0
    when all were reached, 1 when some was not, 2 when nothing can be asked of the engine.
    """
    from conformance.cli.contact import contact_with, show_contact

    contact = contact_with(engine, timeout)
    if as_json:
        click.echo(json.dumps(contact.to_json(), indent=1))
    else:
        show_contact(contact, Console())
    return contact.exit_code


@cli.command(context_settings={"ignore_unknown_options": True})
@options.ENGINE
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True, max=options.MOST_MINUTES),
    default=10.0,
    help="How long; the round that is running then is ended.",
)
@options.JOBS
@click.option("--seed", type=click.IntRange(min=0), help="Of the first round; drawn by default.")
@options.OPS_FROM
@click.argument("pytest_options", nargs=-1, type=click.UNPROCESSED)
def fuzz(engine: str, own: Sequence[str], pytest_options: Sequence[str], **chosen: Any) -> int:
    """Run the property tests for some minutes, in rounds, on Hypothesis.

    What fails is kept in Hypothesis's database and tried first the next time. Each round says its
    seed. PYTEST_OPTIONS go to pytest, such as `-k cumsum`.
    """
    from conformance.cli.fuzzing import fuzz as run_rounds

    more = [*(part for source in own for part in ("--ops-from", source)), *pytest_options]
    return run_rounds(engine, more=more, console=Console(), **chosen)


@cli.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--database",
    type=options.FOLDER,
    default=Path(".hypothesis", "examples"),
    help="The folder of Hypothesis's database.",
)
@options.OPS_FROM
def feed(folder: Path, database: Path, own: object) -> int:
    """Hand the findings of `run` over to Hypothesis's database.

    FOLDER is the output of `run`. The property test of whole programs tries them first then.
    """
    from hypothesis.database import DirectoryBasedExampleDatabase

    from conformance.report.formats.texts import cases
    from conformance.suite.support.feeding import FeedError
    from conformance.suite.support.feeding import feed as hand_over

    reference = _loaded("torch")
    assert isinstance(reference, TorchLike)
    try:
        fed = hand_over(folder, DirectoryBasedExampleDatabase(database), reference)
    except FeedError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{cases(fed.whole)} that differ for test_programs in {database}")
    if fed.alone:
        click.echo(f"{cases(fed.alone)} that call one op alone were left: `replay` takes them")
    if fed.others:
        click.echo(
            f"{cases(fed.others)} drawn from other ops than test_programs draws from were left: "
            "`replay` takes them"
        )
    return 0


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@options.ENGINE
@options.REFERENCE
@options.OUTPUT(help="The folder of the report, where FILE is a finding's id.")
@options.OPS_FROM
@options.TIMEOUT(help="How long one step may take before it counts as hung.")
def replay(
    file: Path, engine: str, reference: str, output: Path, timeout: float, own: object
) -> int:
    """Run one program FILE on both engines, and show what each did.

    `conformance run` writes such a file for each failure. FILE may be a finding's id instead, as
    the report shows it: eight digits, or the first few of them.
    """
    from conformance.cli.running import show_replay
    from conformance.corpus.files import read_program
    from conformance.program.values import ProgramError
    from conformance.report.formats.writing import program_file

    try:
        program = read_program(program_file(file, output))
    except ProgramError as error:
        raise click.ClickException(f"{file}: {error}") from error
    return show_replay(program, reference, engine, timeout, Console())


@cli.command()
@click.argument("given", metavar="[NAMES]...", nargs=-1)
@options.OPS_FROM
@click.option(
    "--samples", is_flag=True, help="Tell instead which of torch's samples become no program, why."
)
def ops(given: tuple[str, ...], samples: bool, own: object) -> int:
    """List the ops that the harness asks about; with NAMES, tell all about those."""
    from conformance.cli.listing import show_op, show_ops, show_samples
    from conformance.corpus.opinfo.own import entry_of

    console = Console()
    if samples:
        show_samples(console)
        return 0
    for name in options.every_op(click.get_current_context(), None, given):
        show_op(entry_of(name), console)
    if not given:
        show_ops(console)
    return 0


@cli.command()
@click.argument("name", required=False)
@options.OPS_FROM
@options.OPS
@options.TIMEOUT(help="How long the calls of an op may take before they count as hung.")
def engines(name: str | None, ops: tuple[str, ...], timeout: float, own: object) -> int:
    """List the engines that are installed; with NAME, call each form of each op on that one."""
    from conformance.cli.contact import refuse_without_contact
    from conformance.cli.listing import show_engine, show_engines

    if name is None:
        show_engines(Console())
        return 0
    refuse_without_contact(name, timeout)
    show_engine(name, ops or [*CATALOGUE, *OWN], timeout, Console())
    return 0
