"""The catalogue's ops that read or write chosen elements."""

from __future__ import annotations

from functools import partial

from conformance.catalogue.entry import BOOL, INT, Arg, OpEntry, Operand, op, operator

_op = partial(op, "indexing")
_ROWS = Operand("... n")
_DIM = Arg("range_dim", "dim")
_ALONG = Operand("i", INT, indexes="dim")
_GATHERED = Operand("gathered", INT, indexes="dim")
_MASK = Operand("broadcast", BOOL)
_INDEX = Arg("index", "")
_ALPHA = Arg("alpha", "alpha", optional=True, keyword_only=True)
_ACCUMULATE = Arg("flag", "accumulate", optional=True)

INDEXING: tuple[OpEntry, ...] = (
    _op("__getitem__", (Operand(), _INDEX), forms=(operator("[]"),), view=True),
    _op(
        "__setitem__",
        (Operand(), _INDEX, Arg("value_written", "")),
        forms=(),
        inplace=(operator("[]="),),
        variants=(),
    ),
    _op("gather", (_ROWS, _DIM, _GATHERED)),
    _op(
        "take_along_dim", (_ROWS, _GATHERED, _DIM), (Operand(), Operand("i", INT, indexes="numel"))
    ),
    _op("index_select", (_ROWS, _DIM, _ALONG)),
    _op(
        "masked_fill",
        (Operand(), _MASK, Arg("number", "value")),
        (Operand(), _MASK, Operand("")),
        writes=True,
    ),
    _op(
        "index_put",
        (_ROWS, Arg("index_tensors", "indices"), Arg("values_put", "values"), _ACCUMULATE),
        writes=True,
        variants=(),
    ),
    _op(
        "index_add",
        (_ROWS, _DIM, _ALONG, Arg("source_along", "source"), _ALPHA),
        writes=True,
        variants=(),
    ),
    _op(
        "scatter_add",
        (_ROWS, _DIM, _GATHERED, Arg("source_gathered", "src")),
        writes=True,
        variants=(),
    ),
)
