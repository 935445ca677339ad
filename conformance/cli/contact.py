"""What `conformance check` prints, and what stops a run before it begins."""

from __future__ import annotations

from collections.abc import Sequence

import click
from rich.console import Console
from rich.markup import escape

from conformance.contact.contact import Contact, reasons
from conformance.contact.process import ProbeError, probe_in_process

_MARKS = {
    "passed": "[green]✓[/]",
    "failed": "[red]✗[/]",
    "crashed": "[red]☠[/]",
    "hung": "[red]…[/]",
}


def contact_with(
    name: str,
    timeout: float,
    *,
    patient: bool = True,
    environment: Sequence[tuple[str, str]] = (),
) -> Contact:
    """First contact with the engine, in a process of its own.

    Raises:
        click.ClickException: the probe could not be started.
    """
    try:
        return probe_in_process(name, timeout, patient=patient, environment=environment)
    except ProbeError as error:
        raise click.ClickException(str(error)) from error


def show_contact(contact: Contact, console: Console) -> None:
    """Each rung with what came of it; last the one to mend first."""
    for each in contact.rungs:
        if each.state == "blocked":
            continue
        mark = f"{_MARKS[each.state]} {escape(each.rung)}"
        console.print(f"{mark}  [dim]{escape(each.asks)}[/]", highlight=False, soft_wrap=True)
        for text in reasons(each) if each.state != "passed" else ():
            console.print(f"  {escape(text)}", highlight=False, soft_wrap=True)
    waiting: dict[str, list[str]] = {}
    for each in contact.rungs:
        if each.state == "blocked":
            waiting.setdefault(each.waiting, []).append(each.rung)
    for below, names in waiting.items():
        line = f"[dim]· wait for {escape(below)}: {escape(', '.join(names))}[/]"
        console.print(line, highlight=False)
    console.print()
    console.print(contact.text, markup=False, highlight=False, soft_wrap=True)


def show_briefly(contact: Contact, console: Console) -> None:
    """What to mend first, while the run begins."""
    for line in contact.summary:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def refuse_without_contact(
    name: str, timeout: float, environment: Sequence[tuple[str, str]] = ()
) -> Contact:
    """First contact with an engine of which something can be asked; otherwise stop here.

    Raises:
        click.ClickException: a lowest rung was not reached; the text says why, and what to add.
    """
    contact = contact_with(name, timeout, patient=False, environment=environment)
    if not contact.stops:
        return contact
    first = contact.failing[0]
    if first.rung != "import":
        raise click.ClickException(contact.text)
    raise click.ClickException(f"{first.said}{first.where and f' (at {first.where})'}")
