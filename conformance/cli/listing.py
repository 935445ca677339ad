"""What `conformance ops` and `conformance engines` print."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from textwrap import shorten
from typing import get_args

from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from conformance.catalogue import CATALOGUE, CONVENTIONS, Form, OpEntry
from conformance.contact.process import forms_in_process
from conformance.contact.rungs.rung import Climbed
from conformance.corpus.opinfo import Corpus
from conformance.corpus.opinfo.database import database, entry_name
from conformance.corpus.opinfo.own import entry_of, own_corpus
from conformance.corpus.opinfo.stored import stored_corpus
from conformance.engines.naming.announced import GROUP, announced, to_install
from conformance.engines.variants.table import LISTED
from conformance.generate.forms import Answer, Tried
from conformance.program.words.operators import OPERATORS
from conformance.program.words.own import OWN

WHY = 120  # characters of a reason in the table
MOST = 12  # reasons under the table of samples


def show_ops(console: Console) -> None:
    """A table of the catalogue."""
    table = Table("op", "family", "written", "gradient", "OpInfo entries")
    for entry in (*CATALOGUE.values(), *map(entry_of, OWN)):
        table.add_row(
            entry.name,
            entry.family,
            escape(", ".join(_written(form) for form in (*entry.forms, *entry.inplace))),
            "yes" if entry.differentiable else "no",
            ", ".join(f"{name}.{variant}".strip(".") for name, variant in entry.opinfo),
        )
    console.print(table)
    entries = sum(len(entry.opinfo) for entry in CATALOGUE.values())
    drawable = sum(entry.drawable for entry in CATALOGUE.values())
    by_hand = sum(bool(entry.signatures) for entry in CATALOGUE.values())
    console.print(
        f"generated programs call {drawable}, of them {drawable - by_hand} as torch's samples do"
    )
    more = f", and {len(OWN)} of your own" if OWN else ""
    console.print(f"{len(CATALOGUE)} ops, of {entries} entries of torch's own test data{more}")


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
    if entry.name in OWN:
        table.add_row("from", escape(OWN[entry.name].source))
        table.add_row("cases", str(len(own_corpus(entry.name).cases)))
    table.add_row("gradient", "yes" if entry.differentiable else "no")
    table.add_row("view", "yes" if entry.view else "no")
    console.print(table)


def show_engines(console: Console) -> None:
    """The reference, torch run otherwise, and the engines that installed packages announce."""
    table = Table("engine", "from", "")
    table.add_row("torch", "the reference", "")
    for each in LISTED:
        table.add_row(escape(f"torch@{each.written}"), "torch", each.does)
    for point in announced():
        missing = to_install(point.name)
        table.add_row(
            point.name,
            point.dist.name if point.dist else "",
            escape(f"not installed: pip install {missing}" if missing else ""),
        )
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
        entry = entry_of(op)
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
        case "own":
            return OWN[form.op].text
        case "operator":
            return OPERATORS[form.op].text.format("x", "y", "z")
        case _:
            return f"x.{form.op}"


def show_samples(console: Console) -> None:
    """A table of the entries of which samples became no program, and the sums over all."""
    described = track(CATALOGUE.values(), "building the corpus", console=console, transient=True)
    corpora = [stored_corpus(entry.name, entry.opinfo) for entry in described]
    programs = Counter(_entry_of(case.id) for each in corpora for case in each.cases)
    table = Table("entry of torch's database", "programs", "left out", "why")
    for name, (count, reason) in sorted(_left_out(corpora).items()):
        table.add_row(escape(name), f"{programs[name]:,}", f"{count:,}", escape(reason))
    console.print(table)
    _sums(corpora, programs, console)


def _left_out(corpora: Iterable[Corpus]) -> dict[str, tuple[int, str]]:
    """By entry, how many of its samples gave no program, and the reason of most."""
    reasons: dict[str, Counter[str]] = {}
    for corpus in corpora:
        for each in corpus.excluded:
            reasons.setdefault(_entry_of(each.id), Counter())[each.reason] += 1
    return {name: (found.total(), found.most_common(1)[0][0]) for name, found in reasons.items()}


def _sums(corpora: Iterable[Corpus], programs: Counter[str], console: Console) -> None:
    entries = [entry_name(*pair) for each in CATALOGUE.values() for pair in each.opinfo]
    known = database()
    for what, names in (
        ("entries", entries),
        ("of those that autograd supports", [n for n in entries if known[n].supports_autograd]),
    ):
        asked = sum(bool(programs[name]) for name in names)
        console.print(f"{asked} of {len(names)} {what} are asked about", highlight=False)
    reasons = Counter(each.reason for corpus in corpora for each in corpus.excluded)
    console.print(
        f"{programs.total():,} programs; {reasons.total():,} samples became none:", highlight=False
    )
    for reason, count in reasons.most_common(MOST):
        console.print(f"  {count:,}: {reason}", markup=False, highlight=False)
    if rest := len(reasons) - MOST:
        console.print(f"  and {rest} more reasons")


def _entry_of(case: str) -> str:
    return case.split("/")[1]
