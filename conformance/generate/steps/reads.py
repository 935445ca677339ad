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
    return Read(chosen.ref, tape.pick([what for what, fits in _READS.items() if fits(chosen)]))


def _always(live: Live) -> bool:
    return True


def _is_number(live: Live) -> bool:
    return live.size == 1


def _is_real_number(live: Live) -> bool:
    return live.size == 1 and live.category != "complex"


def _is_whole(live: Live) -> bool:
    return live.size == 1 and live.category in ("int", "bool")


_READS: Mapping[str, Callable[[Live], bool]] = {
    "tolist": _always,
    "item": _is_number,
    "repr": _always,
    "shape": _always,
    "dtype": _always,
    "grad_is_none": _always,
    "grad_fn": _always,
    "is_leaf": _always,
    "requires_grad": _always,
    "retains_grad": _always,
    "version": _always,
    "output_nr": _always,
    "stride": _always,
    "storage_offset": _always,
    "is_contiguous": _always,
    "numel": _always,
    "dim": _always,
    "ndim": _always,
    "size": _always,
    "str": _always,
    "format": _is_number,
    "len": lambda live: bool(live.shape),
    "numpy": lambda live: not live.requires_grad,
    "float": _is_real_number,
    "int": _is_whole,
    "bool": _is_number,
    "complex": _is_number,
    "is_floating_point": _always,
    "is_complex": _always,
    "is_inference": _always,
}
