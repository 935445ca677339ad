"""The catalogue's ops that make a tensor of no other's values. They begin every graph and are no
part of one: torch's samples ask for their values, and no generated program calls them."""

from __future__ import annotations

from conformance.catalogue.entry import Form, OpEntry, function, method


def _made(form: Form, *variants: str) -> OpEntry:
    return OpEntry(
        name=form.op,
        family="creation",
        signatures=(),
        forms=(form,),
        differentiable=False,
        opinfo=tuple((form.op, variant) for variant in ("", *variants)),
    )


CREATION: tuple[OpEntry, ...] = (
    _made(function("zeros")),
    _made(function("ones")),
    _made(function("full")),
    _made(function("eye")),
    _made(function("arange")),
    _made(function("linspace"), "tensor_overload"),
    _made(function("scalar_tensor")),
    _made(function("zeros_like")),
    _made(function("ones_like")),
    _made(function("full_like")),
    _made(method("new_zeros")),
    _made(method("new_ones")),
    _made(method("new_full")),
)

__all__ = ["CREATION"]
