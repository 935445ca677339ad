"""The variants: one row each, and how the name of one is read.

A name is `torch@VARIANT`, `torch@VARIANT:OPTION` where the variant has one, and in either case
`+PACKAGE` behind it for a package that is imported first: it registers a device or a compiler.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass

from conformance.engines.observing.texts import said
from conformance.engines.protocol import EngineError
from conformance.engines.torchlike import TorchLike

ROOM = "conformance.engines.variants"


@dataclass(frozen=True, slots=True)
class Variant:
    """A row of the table.

    Attributes:
        written: how it is named behind the `@`.
        does: what it is, in a line.
        module: that which says how: its `way(option)` gives a `Way`.
        option: what stands for an option that is not given; None where none can be.
    """

    written: str
    does: str
    module: str
    option: str | None = None


VARIANTS: Mapping[str, Variant] = {
    "cpu": Variant(
        "cpu", "the control: a device like any other, that differs in nothing", "device"
    ),
    "meta": Variant("meta", "tensors without memory: shapes, dtypes, strides and errors", "device"),
    "cuda": Variant("cuda", "NVIDIA and AMD GPUs; torch@cuda:1 is the second", "device"),
    "functional": Variant(
        "functional", "functionalization: writes and views become calls without", "functional"
    ),
    "vmap": Variant(
        "vmap[:SIZE]", "each call on a batch of three, or of SIZE, by vmap", "batches", "3"
    ),
    "subclass": Variant("subclass", "tensors of a class with __torch_dispatch__", "subclass"),
    "refs": Variant("refs", "torch's decompositions and references in place of kernels", "refs"),
    "compile": Variant(
        "compile:BACKEND", "each call by torch.compile, by any backend it lists", "compiling", ""
    ),
}
"""By name. What is none of these is taken for the name of a device."""

DEVICE = Variant("DEVICE", "any device that torch.device takes", "device")
PACKAGE = Variant("NAME+PACKAGE", "any of these after `import PACKAGE`, which registers it", "")

LISTED: tuple[Variant, ...] = (*VARIANTS.values(), DEVICE, PACKAGE)
"""What is there to be told to a user."""


def variant_engine(name: str) -> TorchLike:
    """The engine of that name.

    Raises:
        EngineError: there is none, or it cannot run here; the message says why and what there is.
    """
    module, _, rest = name.partition("@")
    written, _, package = rest.partition("+")
    kind, _, option = written.partition(":")
    if module != "torch":
        raise EngineError(f"{name!r}: only torch is run otherwise, as torch@meta; {_there_is()}")
    if package:
        _import(name, package)
    row = VARIANTS.get(kind, DEVICE)
    try:
        if row.module == DEVICE.module:
            option = written  # whose number is a part of its name
        elif option and row.option is None:
            raise EngineError(f"torch@{kind} takes no option")
        how = importlib.import_module(f"{ROOM}.{row.module}").way(option or row.option or "")
    except EngineError as error:
        raise EngineError(f"cannot run {name}: {error}; {_there_is()}") from error
    import torch

    return TorchLike(torch, name, how)


def _there_is() -> str:
    return f"there are {', '.join(f'torch@{each.written}' for each in LISTED)}"


def _import(name: str, package: str) -> None:
    try:
        importlib.import_module(package)
    except (Exception, SystemExit) as error:  # of the package's own code, which may raise anything
        raise EngineError(f"cannot load {package!r} for {name}: {said(error)}") from error
