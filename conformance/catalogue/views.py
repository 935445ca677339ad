"""The catalogue's ops that move elements about: views where memory allows, and joins."""

from __future__ import annotations

from functools import partial

from conformance.catalogue.entry import (
    ANY,
    INEXACT,
    Arg,
    Category,
    Form,
    OpEntry,
    Operand,
    Signature,
    attribute,
    function,
    method,
    op,
)


def _view(
    name: str,
    *args: Arg,
    also: tuple[Arg, ...] | None = None,
    shape: str = "any",
    dtypes: frozenset[Category] = ANY,
    forms: tuple[Form, ...] | None = None,
    writes: bool = False,
    view: bool = True,
    variants: tuple[str, ...] = ("",),
) -> OpEntry:
    """Of one tensor; `also` are other arguments that will do."""
    calls: list[tuple[Arg, ...]] = [args] if also is None else [args, also]
    signatures: list[Signature] = [(Operand(shape, dtypes), *each) for each in calls]
    return op("views", name, *signatures, forms=forms, writes=writes, view=view, variants=variants)


_OFFSET = Arg("diagonal", "offset", optional=True)
_SHIFTS = Arg("shifts", "shifts")
_DIAGONAL = Arg("diagonal", "diagonal", optional=True)

VIEWS: tuple[OpEntry, ...] = (
    _view("reshape", Arg("shape_reshaped", "shape", splat=True)),
    _view("view", Arg("shape_reshaped", "size", splat=True), forms=(method("view"),)),
    _view(
        "flatten",
        Arg("dim", "start_dim", optional=True),
        Arg("later_dim", "end_dim", optional=True),
    ),
    _view("transpose", Arg("dim", "dim0"), Arg("dim", "dim1"), writes=True),
    _view("t", shape="n m", writes=True),
    _view("T", shape="n m", forms=(attribute("T"),)),
    _view("mT", shape="... n m", forms=(attribute("mT"),)),
    _view("permute", Arg("dims_permuted", "dims", splat=True)),
    _view("movedim", Arg("dims_moved", "source"), Arg("dims_matched", "destination")),
    _view("expand", Arg("shape_expanded", "size", splat=True), forms=(method("expand"),)),
    _view("broadcast_to", Arg("shape_expanded", "size")),
    _view(
        "squeeze", Arg("squeezable", "dim", optional=True), writes=True, variants=("", "multiple")
    ),
    _view("unsqueeze", Arg("new_dim", "dim"), writes=True),
    _view(
        "narrow",
        Arg("range_dim", "dim"),
        Arg("start", "start"),
        Arg("length", "length"),
        shape="... n",
    ),
    _view("select", Arg("range_dim", "dim"), Arg("position", "index"), shape="... n"),
    _view(
        "diagonal",
        _OFFSET,
        also=(_OFFSET, Arg("dim", "dim1"), Arg("other_dim", "dim2")),
        shape="... n m",
    ),
    _view("real", dtypes=INEXACT, forms=(attribute("real"),)),
    _view("tril", _DIAGONAL, shape="... n m", view=False, writes=True),
    _view("triu", _DIAGONAL, shape="... n m", view=False, writes=True),
    _view("flip", Arg("dims_together", "dims", splat=True), view=False),
    _view("roll", _SHIFTS, Arg("rolled_dims", "dims"), also=(_SHIFTS,), shape="... n", view=False),
    _view("repeat", Arg("repeats", "repeats", splat=True), forms=(method("repeat"),), view=False),
)

_op = partial(op, "joining")
_ROWS = Operand("... n")
_RANGE_DIM = Arg("range_dim", "dim", optional=True)
_NEW_DIM = Arg("new_dim", "dim", optional=True)

JOINING: tuple[OpEntry, ...] = (
    _op("cat", (Operand("joinable", many=True), _RANGE_DIM), forms=(function("cat"),)),
    _op("stack", (Operand("same", many=True), _NEW_DIM), forms=(function("stack"),)),
    _op("split", (_ROWS, Arg("split", ""), _RANGE_DIM), view=True, variants=("", "list_args")),
    _op("chunk", (_ROWS, Arg("chunks", "chunks"), _RANGE_DIM), view=True),
    _op("unbind", (_ROWS, _RANGE_DIM), view=True),
)
