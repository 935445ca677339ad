"""The catalogue's ops that move elements about: views where memory allows, and joins."""

from __future__ import annotations

from conformance.catalogue.entry import (
    INEXACT,
    Arg,
    Category,
    Form,
    OpEntry,
    Operand,
    attribute,
    both,
    function,
    method,
)


def _view(
    name: str,
    *args: Arg,
    also: tuple[Arg, ...] | None = None,
    shape: str = "any",
    dtypes: frozenset[Category] | None = None,
    forms: tuple[Form, ...] = (),
    inplace: tuple[Form, ...] = (),
    view: bool = True,
    opinfo: tuple[tuple[str, str], ...] = (),
) -> OpEntry:
    operand = Operand(shape) if dtypes is None else Operand(shape, dtypes)
    return OpEntry(
        name=name,
        family="views",
        signatures=((operand, *args),) if also is None else ((operand, *args), (operand, *also)),
        forms=forms or both(name),
        inplace=inplace,
        view=view,
        opinfo=opinfo or ((name, ""),),
    )


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
    _view("transpose", Arg("dim", "dim0"), Arg("dim", "dim1"), inplace=(method("transpose_"),)),
    _view("t", shape="n m", forms=(*both("t"),), inplace=(method("t_"),)),
    _view("T", shape="n m", forms=(attribute("T"),)),
    _view("mT", shape="... n m", forms=(attribute("mT"),)),
    _view("permute", Arg("dims_permuted", "dims", splat=True)),
    _view("movedim", Arg("dims_moved", "source"), Arg("dims_matched", "destination")),
    _view("expand", Arg("shape_expanded", "size", splat=True), forms=(method("expand"),)),
    _view("broadcast_to", Arg("shape_expanded", "size")),
    _view(
        "squeeze",
        Arg("squeezable", "dim", optional=True),
        inplace=(method("squeeze_"),),
        opinfo=(("squeeze", ""), ("squeeze", "multiple")),
    ),
    _view("unsqueeze", Arg("new_dim", "dim"), inplace=(method("unsqueeze_"),)),
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
    _view("tril", _DIAGONAL, shape="... n m", view=False, inplace=(method("tril_"),)),
    _view("triu", _DIAGONAL, shape="... n m", view=False, inplace=(method("triu_"),)),
    _view("flip", Arg("dims_together", "dims", splat=True), view=False),
    _view("roll", _SHIFTS, Arg("rolled_dims", "dims"), also=(_SHIFTS,), shape="... n", view=False),
    _view("repeat", Arg("repeats", "repeats", splat=True), forms=(method("repeat"),), view=False),
)

__all__ = ["VIEWS"]

_RANGE_DIM = Arg("range_dim", "dim", optional=True)

JOINING: tuple[OpEntry, ...] = (
    OpEntry(
        name="cat",
        family="joining",
        signatures=((Operand("joinable", many=True), _RANGE_DIM),),
        forms=(function("cat"),),
        opinfo=(("cat", ""),),
    ),
    OpEntry(
        name="stack",
        family="joining",
        signatures=((Operand("same", many=True), Arg("new_dim", "dim", optional=True)),),
        forms=(function("stack"),),
        opinfo=(("stack", ""),),
    ),
    OpEntry(
        name="split",
        family="joining",
        signatures=((Operand("... n"), Arg("split", ""), _RANGE_DIM),),
        forms=both("split"),
        view=True,
        opinfo=(("split", ""), ("split", "list_args")),
    ),
    OpEntry(
        name="chunk",
        family="joining",
        signatures=((Operand("... n"), Arg("chunks", "chunks"), _RANGE_DIM),),
        forms=both("chunk"),
        view=True,
        opinfo=(("chunk", ""),),
    ),
    OpEntry(
        name="unbind",
        family="joining",
        signatures=((Operand("... n"), _RANGE_DIM),),
        forms=both("unbind"),
        view=True,
        opinfo=(("unbind", ""),),
    ),
)

__all__ = ["JOINING"]
