"""Writes `catalogue/derived.txt` from torch's database.

To write it anew: `python -m conformance.corpus.opinfo.deriving`.

An op's forms are the names under which torch has it: those of the entry and of its aliases, as a
function, as a method, as one that writes in place. What a program may not call is no form; nor is
an alias that records another node.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any

import torch

from conformance.catalogue import BY_HAND, derived
from conformance.catalogue.entry import Form, OpEntry
from conformance.corpus.opinfo import templates
from conformance.corpus.opinfo.database import database
from conformance.corpus.opinfo.expanded import is_misread
from conformance.program.words.vocabulary import DRAWING, may_call

UNGUARDED = frozenset(
    {
        "grid_sampler_2d",
        "grid_sampler_3d",
        "linalg.eig",
        "linalg.eigvals",
        "nn.functional.grid_sample",
    }
)
"""They make a place in memory of a value, and of NaN one that is not there; or leave it to LAPACK,
which dies of it. That cannot be measured without dying as well."""

UNDRAWN = frozenset({"lu_unpack"})
"""It takes pivots for rows without a look whether they are there; only the corpus calls it."""

ROWS_ONLY = frozenset({"median", "nanmedian", "native_group_norm", "nn.functional.group_norm"})
"""They take some operand for memory in a row, and misread one that is expanded, though not where
`is_misread` looks, in their samples: what comes of it is another number each time."""


def text() -> str:
    """What the file is to say."""
    taken = {pair for entry in BY_HAND.values() for pair in entry.opinfo}
    forms = {form for entry in BY_HAND.values() for form in (*entry.forms, *entry.inplace)}
    infos: dict[str, list[Any]] = {}
    for info in database().values():
        if (info.name, info.variant_test_name) not in taken:
            infos.setdefault(info.name, []).append(info)
    lines: list[str] = []
    for name, found in sorted(infos.items()):
        entry = _entry(name, found, forms)
        forms.update(entry.forms, entry.inplace)  # an alias that is an entry too has it first
        lines += derived.lines_of(entry)
    head = f"# torch's database, without what has a row by hand: see {Path(derived.__file__).name}"
    return "\n".join([head, *lines]) + "\n"


def _entry(name: str, infos: list[Any], taken: set[Form]) -> OpEntry:
    names = dict.fromkeys([name, *[alias.name for info in infos for alias in info.aliases]])
    found = [form for each in names for form in _forms(each) if form not in taken]
    writes = tuple(form for form in found if _writes(form))
    # Programs that are generated call what their values can be claimed of.
    undrawn = name in BY_HAND or name in DRAWING or name in UNDRAWN or not found
    samples = () if undrawn else templates.samples(infos, writes)
    dtypes = templates.dtypes_of(infos, samples) if samples else ()
    view = any(sample.view for sample in samples)
    forms = [form for form in found if not _writes(form)]
    return OpEntry(
        name=name,
        family="derived",
        signatures=(),
        forms=tuple(form for form in forms if templates.is_alias(samples, form, forms[0])),
        inplace=writes,
        differentiable=any(info.supports_autograd for info in infos),
        view=view,
        opinfo=tuple((name, info.variant_test_name) for info in infos),
        sampled=tuple(map(derived.encoded, samples)),
        dtypes=dtypes,
        dense=not view and (name in ROWS_ONLY or is_misread(samples, dtypes)),
        finite=name in UNGUARDED,
    )


def _writes(form: Form) -> bool:
    return form.op.endswith("_") and not form.op.endswith("__")


def _forms(name: str) -> Iterator[Form]:
    if may_call("function", name) and callable(_under_torch(name)):
        yield Form("function", name)
    method = getattr(torch.Tensor, name, None) if "." not in name else None
    if callable(method) and may_call("method", name):
        yield Form("method", name)
    elif method is not None and may_call("attribute", name):
        yield Form("attribute", name)
    if method is not None and hasattr(torch.Tensor, f"{name}_") and may_call("method", f"{name}_"):
        yield Form("method", f"{name}_")


def _under_torch(path: str) -> Any:
    try:
        return attrgetter(path)(torch)
    except AttributeError:
        return None


if __name__ == "__main__":
    Path(derived.__file__).with_name(derived.FILE).write_text(text(), encoding="utf-8")
