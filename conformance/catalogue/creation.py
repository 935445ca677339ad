"""The catalogue's ops that make a tensor of no other's values. They begin every graph and are no
part of one: torch's samples ask for their values, and no generated program calls them."""

from __future__ import annotations

from conformance.catalogue.entry import OpEntry, function, method, op

_FUNCTIONS = "zeros ones full eye arange linspace scalar_tensor zeros_like ones_like full_like"
_METHODS = "new_zeros new_ones new_full"
_VARIANTS = {"linspace": ("", "tensor_overload")}

CREATION: tuple[OpEntry, ...] = tuple(
    op(
        "creation",
        form.op,
        forms=(form,),
        differentiable=False,
        variants=_VARIANTS.get(form.op, ("",)),
    )
    for form in (*map(function, _FUNCTIONS.split()), *map(method, _METHODS.split()))
)
