"""The catalogue's copies and changes of dtype, and the in-place ops that only write."""

from __future__ import annotations

from conformance.catalogue.entry import (
    Arg,
    Domain,
    OpEntry,
    Operand,
    both,
    method,
)


def _cast(name: str, differentiable: bool, domain: Domain = "real") -> OpEntry:
    return OpEntry(
        name=name,
        family="conversion",
        signatures=((Operand(domain=domain),),),
        forms=(method(name),),
        differentiable=differentiable,
        view=True,  # torch gives the tensor itself where it has that dtype already
        opinfo=((name, ""),),
    )


CONVERSION: tuple[OpEntry, ...] = (
    OpEntry(
        name="clone",
        family="conversion",
        signatures=((Operand(),),),
        forms=both("clone"),
        opinfo=(("clone", ""),),
    ),
    OpEntry(
        name="to",
        family="conversion",
        signatures=((Operand(domain="finite"), Arg("dtype", "dtype")),),
        forms=(method("to"),),
        view=True,
        opinfo=(("to", ""),),
    ),
    _cast("float", differentiable=True),
    _cast("double", differentiable=True),
    _cast("int", differentiable=False, domain="finite"),
    _cast("long", differentiable=False, domain="finite"),
    _cast("bool", differentiable=False),
    OpEntry(
        name="copy_",
        family="conversion",
        signatures=((Operand(), Operand("expandable", domain="finite")),),
        inplace=(method("copy_"),),
    ),
    OpEntry(
        name="zero_",
        family="conversion",
        signatures=((Operand(),),),
        inplace=(method("zero_"),),
        opinfo=(("zero_", ""),),
    ),
)

__all__ = ["CONVERSION"]
