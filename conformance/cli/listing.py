"""What `conformance ops` and `conformance engines` print."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import entry_points
from textwrap import shorten
from typing import get_args

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from conformance.catalogue import CATALOGUE, CONVENTIONS, Form, OpEntry
from conformance.contact.process import forms_in_process
from conformance.contact.rungs.rung import Climbed
from conformance.generate.forms import Answer, Tried
from conformance.program.words.operators import OPERATORS

GROUP = "conformance.engines"
"""The entry point group by which an installed package says that it is, or has, an engine."""

WHY = 120  # characters of a reason in the table


def show_ops(console: Console) -> None:
    """A table of the catalogue."""
    table = Table("op", "family", "written", "gradient", "OpInfo entries")
    for entry in CATALOGUE.values():
        table.add_row(
            entry.name,
            entry.family,
            escape(", ".join(_written(form) for form in (*entry.forms, *entry.inplace))),
            "yes" if entry.differentiable else "no",
            ", ".join(f"{name}.{variant}".strip(".") for name, variant in entry.opinfo),
        )
    console.print(table)
    console.print(f"{len(CATALOGUE)} ops")


def show_op(entry: OpEntry, console: Console) -> None:
    """All that the catalogue says of one op."""
    table = Table.grid(padding=(0, 2))
    table.add_row("op", entry.name)
    table.add_row("family", entry.family)
    for form in (*entry.forms, *entry.inplace):
        table.add_row("written", escape(_written(form)))
    for convention in entry.conventions:
        table.add_row("convention", escape(CONVENTIONS[convention]))
    for name, variant in entry.opinfo:
        table.add_row("OpInfo entry", f"{name}.{variant}".strip("."))
    table.add_row("gradient", "yes" if entry.differentiable else "no")
    table.add_row("view", "yes" if entry.view else "no")
    console.print(table)


def show_engines(console: Console) -> None:
    """The reference, and the engines that installed packages announce."""
    table = Table("engine", "from")
    table.add_row("torch", "the reference")
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        table.add_row(point.value, point.dist.name if point.dist else "")
    console.print(table)
    console.print(
        "Any module that looks like torch will do: conformance run --engine NAME.\n"
        f"A package announces its engine by an entry point of the group {GROUP}.",
        markup=False,
    )


def show_engine(name: str, ops: Sequence[str], timeout: float, console: Console) -> None:
    """What an engine does when each form of each op is called once."""
    with console.status("calling each op"):
        called = forms_in_process(name, ops, timeout)
    table = Table("op", "absent", "fails")
    counts: Counter[Answer] = Counter()
    whole = 0
    for op in ops:
        entry = CATALOGUE[op]
        answers = _answers(entry, called[op])
        counts.update(each.answer for each in answers)
        absent = [_written(each.form) for each in answers if each.answer == "absent"]
        wrong = [
            f"{_written(each.form)}: {shorten(each.said, WHY, placeholder=' …')}"
            for each in answers
            if each.answer in ("raises", "differs", "crashed", "hung")
        ]
        whole += not (absent or wrong) and any(each.answer == "works" for each in answers)
        if absent or wrong:
            table.add_row(entry.name, escape(", ".join(absent)), escape("\n".join(wrong)))
    if table.row_count:
        console.print(table)
    forms = ", ".join(f"{counts[answer]} {answer}" for answer in get_args(Answer) if counts[answer])
    console.print(f"{whole} of {len(ops)} ops work in every form that was called")
    console.print(f"forms of call: {forms}")


def _answers(entry: OpEntry, called: Climbed) -> list[Tried]:
    """What came of each form; one that ends the process hides which it was, and the others."""
    forms = (*entry.forms, *entry.inplace)
    if called.state in ("crashed", "hung"):
        answer: Answer = "crashed" if called.state == "crashed" else "hung"
        return [Tried(forms[0], answer, f"{called.said} {called.where}".strip())]
    answers = zip(forms, json.loads(called.said), strict=True)
    return [Tried(form, answer, said) for form, (answer, said) in answers]


def _written(form: Form) -> str:
    match form.kind:
        case "function":
            return f"torch.{form.op}"
        case "operator":
            return OPERATORS[form.op].text.format("x", "y", "z")
        case _:
            return f"x.{form.op}"
