"""The ops that have no row by hand: an entry of torch's own test data is all that is known of one.

`derived.txt` has a line for each: its name, the variants of its entries there (`-` for that which
has no name), how it is written, how it is written in place, whether a gradient flows, the result
may share memory, torch misreads what is expanded and dies of what is not finite, and the dtypes.
The lines beneath it are samples of its calls, each a JSON object.
`conformance.corpus.opinfo.deriving` writes the file, and a test holds that it says what the
installed torch does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files

from conformance.catalogue.entry import Form, OpEntry, Sample, SampleInput
from conformance.program.coding import decode_step, encode_step
from conformance.program.steps import Call

FILE = "derived.txt"
_KINDS = {"torch": "function", "x": "method", "get": "attribute"}
NAMELESS = "-"
_INDENT = "  "


def rows(text: str) -> Iterator[OpEntry]:
    """The entries of such a file."""
    entry: OpEntry | None = None
    for line in text.splitlines():
        if line.startswith(_INDENT) and entry:
            entry = replace(entry, sampled=(*entry.sampled, line.strip()))
        elif line and not line.startswith("#"):
            if entry:
                yield entry
            entry = _entry(line)
    if entry:
        yield entry


def _entry(line: str) -> OpEntry:
    name, variants, forms, writes, flags, dtypes = line.split(" | ")
    return OpEntry(
        name=name,
        family="derived",
        signatures=(),
        forms=tuple(map(_form, forms.split())),
        inplace=tuple(map(_form, writes.split())),
        differentiable="gradient" in flags.split(),
        view="view" in flags.split(),
        opinfo=tuple((name, each.removeprefix(NAMELESS)) for each in variants.split()),
        dtypes=tuple(dtypes.split()),
        dense="dense" in flags.split(),
        finite="finite" in flags.split(),
    )


def lines_of(entry: OpEntry) -> Iterator[str]:
    """The lines of an entry."""
    words = {kind: word for word, kind in _KINDS.items()}
    flags = [
        (entry.differentiable, "gradient"),
        (entry.view, "view"),
        (entry.dense, "dense"),
        (entry.finite, "finite"),
    ]
    columns = (
        [entry.name],
        [variant or NAMELESS for _, variant in entry.opinfo],
        [f"{words[form.kind]}:{form.op}" for form in entry.forms],
        [f"{words[form.kind]}:{form.op}" for form in entry.inplace],
        [word for is_so, word in flags if is_so] or ["none"],
        entry.dtypes,
    )
    yield " | ".join(" ".join(column) for column in columns)
    yield from (_INDENT + sample for sample in entry.sampled)


def encoded(sample: Sample) -> str:
    """A sample as a line of the file."""
    flags = {name: True for name in ("free", "view") if getattr(sample, name)}
    data = {
        "inputs": {each.name: _encoded_input(each) for each in sample.inputs},
        "call": {name: e for name, e in encode_step(sample.call).items() if name != "kind"},
        **({"writes": " ".join(sample.writes)} if sample.writes else {}),
        **flags,
    }
    return json.dumps(data)


def _encoded_input(given: SampleInput) -> list[object]:
    """Its fields, without those at the end that are as usual."""
    fields = [list(given.shape), given.dtype, given.values, given.constant]
    usual = [None, "", None, False]
    while len(fields) > 1 and fields[-1] is usual[len(fields) - 1]:
        fields.pop()
    return fields


def samples_of(entry: OpEntry, form: str = "") -> Sequence[Sample]:
    """The samples of an entry; of an in-place form, those that it takes."""
    samples = _samples(entry.sampled)
    return [each for each in samples if form in each.writes] if form else samples


@cache
def _samples(lines: tuple[str, ...]) -> tuple[Sample, ...]:
    return tuple(map(_sample, lines))


def _sample(line: str) -> Sample:
    data = json.loads(line)
    call = decode_step({"kind": "call", **data["call"]})
    assert isinstance(call, Call)
    return Sample(
        tuple(_input(name, *given) for name, given in data["inputs"].items()),
        call,
        free=data.get("free", False),
        writes=tuple(data.get("writes", "").split()),
        view=data.get("view", False),
    )


def _input(
    name: str, shape: list[int], dtype: str = "", values: object = None, constant: bool = False
) -> SampleInput:
    return SampleInput(name, dtype, tuple(shape), values, constant)


def _form(text: str) -> Form:
    word, _, name = text.partition(":")
    return Form(_KINDS[word], name)  # type: ignore[arg-type]


DERIVED: tuple[OpEntry, ...] = tuple(
    rows(files("conformance.catalogue").joinpath(FILE).read_text(encoding="utf-8"))
)
