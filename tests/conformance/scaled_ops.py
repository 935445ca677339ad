"""Ops of a user's own: one of torch.library's and a function composed of torch's."""

from __future__ import annotations

import torch

from conformance import Op, Sample

_LIBRARY = torch.library.Library("tests_of_conformance", "DEF")
_LIBRARY.define("scale(Tensor x, float factor=2.0) -> Tensor")


def _scale(x: torch.Tensor, factor: float = 2.0) -> torch.Tensor:
    if x.dim() > 3:
        raise ValueError("too many dims")
    return x * factor


_LIBRARY.impl("scale", _scale, "CompositeImplicitAutograd")


def centred(x: torch.Tensor, y: torch.Tensor | None = None) -> torch.Tensor:
    return x - (x if y is None else y).mean()


SCALE, CENTRED = "tests_of_conformance::scale", "tests_of_conformance.centred"

OPS = [
    Op(
        SCALE,
        samples=[
            Sample(torch.tensor([1.0, -2.0, 3.0])),
            Sample(torch.ones(2, 3), 0.5),
            Sample(torch.ones(2, 2), factor=3.0),
        ],
        errors=[Sample(torch.ones(1, 1, 1, 1))],
    ),
    Op(
        CENTRED,
        samples=[Sample(torch.tensor([1.0, 2.0]), torch.tensor([4.0], requires_grad=True))],
        on={"torch": centred, "scaling_engine": "scaling_engine:centred"},
        dtypes=["float64"],
    ),
]
