"""The catalogue's ops that join tensors into one, or part one into several."""

from __future__ import annotations

from conformance.catalogue.entry import Arg, OpEntry, Operand, both, function

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
