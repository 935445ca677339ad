"""What a program's steps are counted under: its cells, and those that there are to reach.

A cell is a pair of an axis and a name. Those that a call touches are walked where a backward pass
goes through the node that it made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, TypeAlias

from conformance.catalogue import CATALOGUE, Arg, OpEntry, op_of
from conformance.catalogue.derived import samples_of
from conformance.catalogue.entry import Kind
from conformance.engines.observing.observe import dtype_name
from conformance.engines.observing.observe import values_of as numbers
from conformance.generate.drawing.features import FEATURES
from conformance.generate.planning.effects import writes
from conformance.generate.steps.sampled import written
from conformance.generate.values.making import DTYPES, category
from conformance.program.steps import Call
from conformance.program.values import COMPLEX, DIFFERENTIABLE, FLOATING, Value, refs
from reach.classes import LAYOUTS, VALUES, class_of, layouts_of, values_of

Cell: TypeAlias = tuple[str, str]

AXES = (
    "feature", "two features", "op", "form", "argument", "its class", "dtypes", "layout", "value",
    "value of an op",
)  # fmt: skip
MOST = 4  # tensors of a call are looked at

_DIM = ("int < 0", "int 0", "int > 0")
_NUMBER = ("int < 0", "int 0", "int > 0", "float < 0", "float 0", "float > 0")
CLASSES: Mapping[Kind, tuple[str, ...]] = {
    "alpha": _NUMBER,
    "bound": (*_NUMBER, "inf", "nan"),
    "correction": ("int 0", "int > 0", "float > 0"),
    "diagonal": _DIM,
    "dim": _DIM,
    "finite_number": _NUMBER,
    "flag": ("True", "False"),
    "ignore_index": _DIM,
    "index": (*_DIM, "slice"),
    "later_dim": _DIM,
    "new_dim": _DIM,
    "number": (*_NUMBER, "inf", "nan"),
    "order": ("int 0", "int > 0", "float > 0", "inf", "-inf", "'fro'"),
    "other_dim": _DIM,
    "position": _DIM,
    "reduction": ("'sum'", "'none'", "'mean'"),
    "rounding_mode": ("'floor'", "'trunc'", "None"),
    "shifts": _DIM,
    "smoothing": ("float 0", "float > 0"),
    "start": _DIM,
}
"""Of the kinds of arguments of the rows by hand those classes that each op is to meet."""

SPECIAL = ("0", "equal", "not finite")
"""The values that each op with a gradient is to meet, by an operand of floats."""

ENDING = frozenset({"out="})
"""The features at which a graph ends: torch refuses to differentiate what is given `out=`."""

WITHOUT_GRADIENT = {
    "nn.functional.one_hot": "gives whole numbers",
    "bfloat16": "gives what no input can be, and no program goes on with",
    "chalf": "gives what no input can be, and no program goes on with",
}
"""Ops of which torch's data says that they have a gradient, and no program can ask for it."""

_NAMES: dict[str, str] = {"inf": "not finite", "-inf": "not finite", "nan": "not finite"}


def cells_of(step: Call, value: Any) -> set[Cell]:
    """The cells of a call that is about to be made; `value` gives the tensor of a name."""
    name = op_of(step)
    if name is None:
        return set()
    found = {("op", name), ("form", f"{name} as {step.form} {step.op}")}
    for word, given in _words(CATALOGUE.get(name), step):
        found.add(("argument", f"{name}({word})"))
        if kind := class_of(given):
            found.add(("its class", f"{name}({word}: {kind})"))
    tensors = [value(ref.name) for ref in refs((step.args, dict(step.kwargs)))][:MOST]
    tensors = [tensor for tensor in tensors if hasattr(tensor, "stride")]
    found.update(_of_tensors(name, tensors, writes(step)))
    return found


def _words(entry: OpEntry | None, step: Call) -> Iterator[tuple[str, Value]]:
    """The arguments with their names; the place of one that has none."""
    yield from step.kwargs.items()
    params: Sequence[Any] = ()
    if entry and entry.signatures and len(entry.signatures) == 1 and step.form != "operator":
        params = entry.signatures[0]
    for place, given in enumerate(step.args):
        named = params[place].name if place < len(params) and isinstance(params[place], Arg) else ""
        if named or not any(True for _ in refs(given)):
            yield named or str(place), given


def _of_tensors(name: str, tensors: Sequence[Any], written: bool) -> Iterator[Cell]:
    dtypes = [dtype_name(tensor.dtype) for tensor in tensors]
    if len(dtypes) > 1:
        yield "dtypes", f"{dtypes[0]}, {dtypes[1]}"
    elif dtypes:
        yield "dtypes", dtypes[0]
    for place, (tensor, dtype) in enumerate(zip(tensors, dtypes, strict=True)):
        role = "written" if written and not place else "first" if not place else "other"
        for layout in layouts_of(tensor):
            yield "layout", f"{role}: {layout}"
        if dtype not in _DTYPES:
            continue
        for kind in values_of(numbers(tensor), dtype):
            yield "value", f"{category(dtype)}: {kind}"
            special = _NAMES.get(kind, kind)
            if category(dtype) == "float" and special in SPECIAL:
                yield "value of an op", f"{name}: {special}"


_DTYPES = frozenset(name for name, _ in DTYPES)


def universe() -> dict[Cell, bool]:
    """Every cell that there is to reach; whether a gradient can flow through it."""
    found: dict[Cell, bool] = {("feature", name): name not in ENDING for name in FEATURES}
    for first, other in combinations(FEATURES, 2):
        flows = not ENDING & {first, other}
        found["two features", f"{first} + {other}"] = flows
    for entry in CATALOGUE.values():
        if entry.drawable:
            found.update(_of_entry(entry))
    found.update(_pairs())
    for role in ("first", "other", "written"):
        bare = () if role != "written" else ("expanded",)  # torch refuses to write to it
        for name in LAYOUTS:
            if name not in bare:
                found["layout", f"{role}: {name}"] = (role, name) != ("written", "no elements")
    for kind, classes in VALUES.items():
        found.update(
            {("value", f"{kind}: {name}"): kind in ("float", "complex") for name in classes}
        )
    return found


def _pairs() -> Iterator[tuple[Cell, bool]]:
    for first, _ in DTYPES:
        yield ("dtypes", first), first in DIFFERENTIABLE
        for other, _ in DTYPES:
            if {first, other} & COMPLEX and "float16" in (first, other):
                continue  # The generator keeps them apart: what comes of them no input can be.
            flows = first in DIFFERENTIABLE or other in DIFFERENTIABLE
            yield ("dtypes", f"{first}, {other}"), flows


def _takes_floats(entry: OpEntry) -> bool:
    return not entry.dtypes or not FLOATING.isdisjoint(entry.dtypes)


def _of_entry(entry: OpEntry) -> Iterator[tuple[Cell, bool]]:
    name, flows = entry.name, entry.differentiable and entry.name not in WITHOUT_GRADIENT
    yield ("op", name), flows
    for form in (*entry.forms, *(entry.inplace if entry.signatures else written(entry))):
        yield ("form", f"{name} as {form.kind} {form.op}"), flows
    if flows and not entry.finite and _takes_floats(entry):
        for special in SPECIAL:
            yield ("value of an op", f"{name}: {special}"), bool(entry.signatures)
    if entry.signatures:
        for param in {p for signature in entry.signatures for p in signature}:
            if isinstance(param, Arg) and param.name:
                yield ("argument", f"{name}({param.name})"), flows
                for kind in CLASSES.get(param.kind, ()):
                    yield ("its class", f"{name}({param.name}: {kind})"), flows
        return
    for sample in samples_of(entry):
        for word, given in _words(None, sample.call):
            yield ("argument", f"{name}({word})"), flows
            if kind := class_of(given):
                yield ("its class", f"{name}({word}: {kind})"), flows
