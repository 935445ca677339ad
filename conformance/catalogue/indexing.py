"""The catalogue's ops that read or write chosen elements."""

from __future__ import annotations

from conformance.catalogue.entry import (
    BOOL,
    INT,
    Arg,
    OpEntry,
    Operand,
    both,
    method,
    operator,
)

_DIM = Arg("range_dim", "dim")

INDEXING: tuple[OpEntry, ...] = (
    OpEntry(
        name="__getitem__",
        family="indexing",
        signatures=((Operand(), Arg("index", "")),),
        forms=(operator("[]"),),
        view=True,
        opinfo=(("__getitem__", ""),),
    ),
    OpEntry(
        name="__setitem__",
        family="indexing",
        signatures=((Operand(), Arg("index", ""), Arg("value_written", "")),),
        inplace=(operator("[]="),),
    ),
    OpEntry(
        name="gather",
        family="indexing",
        signatures=((Operand("... n"), _DIM, Operand("gathered", INT, indexes="dim")),),
        forms=both("gather"),
        opinfo=(("gather", ""),),
    ),
    OpEntry(
        name="take_along_dim",
        family="indexing",
        signatures=(
            (Operand("... n"), Operand("gathered", INT, indexes="dim"), Arg("range_dim", "dim")),
            (Operand(), Operand("i", INT, indexes="numel")),
        ),
        forms=both("take_along_dim"),
        opinfo=(("take_along_dim", ""),),
    ),
    OpEntry(
        name="index_select",
        family="indexing",
        signatures=((Operand("... n"), _DIM, Operand("i", INT, indexes="dim")),),
        forms=both("index_select"),
        opinfo=(("index_select", ""),),
    ),
    OpEntry(
        name="masked_fill",
        family="indexing",
        signatures=(
            (Operand(), Operand("broadcast", BOOL), Arg("number", "value")),
            (Operand(), Operand("broadcast", BOOL), Operand("")),
        ),
        forms=both("masked_fill"),
        inplace=(method("masked_fill_"),),
        opinfo=(("masked_fill", ""),),
    ),
    OpEntry(
        name="index_put",
        family="indexing",
        signatures=(
            (
                Operand("... n"),
                Arg("index_tensors", "indices"),
                Arg("values_put", "values"),
                Arg("flag", "accumulate", optional=True),
            ),
        ),
        forms=both("index_put"),
        inplace=(method("index_put_"),),
    ),
    OpEntry(
        name="index_add",
        family="indexing",
        signatures=(
            (
                Operand("... n"),
                _DIM,
                Operand("i", INT, indexes="dim"),
                Arg("source_along", "source"),
                Arg("alpha", "alpha", optional=True, keyword_only=True),
            ),
        ),
        forms=both("index_add"),
        inplace=(method("index_add_"),),
    ),
    OpEntry(
        name="scatter_add",
        family="indexing",
        signatures=(
            (
                Operand("... n"),
                _DIM,
                Operand("gathered", INT, indexes="dim"),
                Arg("source_gathered", "src"),
            ),
        ),
        forms=both("scatter_add"),
        inplace=(method("scatter_add_"),),
    ),
)

__all__ = ["INDEXING"]
