"""What `conformance ops` and `conformance engines` print."""

from __future__ import annotations

from importlib.metadata import entry_points
from operator import attrgetter
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from conformance.catalogue import CATALOGUE, CONVENTIONS, Form, OpEntry
from conformance.engines import Engine, TorchLike
from conformance.program.operators import OPERATORS

GROUP = "conformance.engines"
"""The entry point group by which an installed package says that it is, or has, an engine."""


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


def show_engine(engine: Engine, console: Console) -> None:
    """What an engine has of what the catalogue asks for."""
    console.print(f"{engine.name} {engine.version}", markup=False)
    if not isinstance(engine, TorchLike):
        return
    lacking = {
        entry.name: missing
        for entry in CATALOGUE.values()
        if (missing := [_written(f) for f in entry.forms if not _has(engine.module, f)])
    }
    whole = len(CATALOGUE) - len(lacking)
    console.print(f"{whole} of {len(CATALOGUE)} ops in every form that torch has")
    table = Table("op", "lacks")
    for name, missing in lacking.items():
        table.add_row(name, escape(", ".join(missing)))
    if lacking:
        console.print(table)


def _written(form: Form) -> str:
    match form.kind:
        case "function":
            return f"torch.{form.op}"
        case "operator":
            return OPERATORS[form.op].text.format("x", "y", "z")
        case _:
            return f"x.{form.op}"


def _has(module: Any, form: Form) -> bool:
    if form.kind == "operator":
        return any(hasattr(module.Tensor, name) for name in OPERATORS[form.op].methods)
    owner = module if form.kind == "function" else module.Tensor
    try:
        attrgetter(form.op)(owner)
    except AttributeError:
        return False
    return True
