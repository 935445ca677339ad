"""Observations of one tensor in the midst of a program."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conformance.generate.drawing.drawing import Drawing, Live
from conformance.program.steps import Read, Step


def read(drawing: Drawing) -> Step | None:
    """One observation of one tensor."""
    live = drawing.live()
    if not live:
        return None
    tape = drawing.tape
    chosen = tape.pick(live)
    return Read(
        chosen.ref, tape.pick([what for what in _READS if what not in _FITS or _FITS[what](chosen)])
    )


def _is_number(live: Live) -> bool:
    return live.size == 1


def _is_real_number(live: Live) -> bool:
    return live.size == 1 and live.category != "complex"


def _is_whole(live: Live) -> bool:
    return live.size == 1 and live.category in ("int", "bool")


_FITS: Mapping[str, Callable[[Live], bool]] = {
    **dict.fromkeys(("item", "format", "bool", "complex"), _is_number),
    "len": lambda live: bool(live.shape),
    "numpy": lambda live: not live.requires_grad,
    "tolist": lambda live: not live.has_no_memory,
    "float": _is_real_number,
    "int": _is_whole,
}
"""Of a read that not every tensor takes, whether one does."""

_READS = [
    "tolist", "item", "repr", "shape", "dtype", "grad_is_none", "grad_fn", "is_leaf",
    "requires_grad", "retains_grad", "version", "output_nr", "stride", "storage_offset",
    "is_contiguous", "numel", "dim", "ndim", "size", "str", "format", "len", "numpy", "float",
    "int", "bool", "complex", "is_floating_point", "is_complex", "is_inference",
]  # fmt: skip
