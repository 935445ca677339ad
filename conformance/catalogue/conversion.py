"""The catalogue's copies and changes of dtype, and the in-place ops that only write."""

from __future__ import annotations

from functools import partial

from conformance.catalogue.entry import Arg, Domain, OpEntry, Operand, method, op

_op = partial(op, "conversion")


def _cast(name: str, differentiable: bool, domain: Domain = "real") -> OpEntry:
    """Torch gives the tensor itself where it has that dtype already, so this is a view too."""
    operand = Operand(domain=domain)
    return _op(name, (operand,), forms=(method(name),), differentiable=differentiable, view=True)


_FINITE = Operand(domain="finite")

CONVERSION: tuple[OpEntry, ...] = (
    _op("clone", (Operand(),)),
    _op("to", (_FINITE, Arg("dtype", "dtype")), forms=(method("to"),), view=True),
    _cast("float", differentiable=True),
    _cast("double", differentiable=True),
    _cast("int", differentiable=False, domain="finite"),
    _cast("long", differentiable=False, domain="finite"),
    _cast("bool", differentiable=False),
    _op(
        "copy_",
        (Operand(), Operand("expandable", domain="finite")),
        forms=(),
        inplace=(method("copy_"),),
        variants=(),
    ),
    _op("zero_", (Operand(),), forms=(), inplace=(method("zero_"),)),
)
