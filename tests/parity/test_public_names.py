"""Every name that an op's definition makes public is one of torch's, in the same forms."""

from __future__ import annotations

import pytest
import torch

from mini_autograd.core.op import InPlace, operator
from mini_autograd.frontend import methods
from mini_autograd.parsing import surface

_NAMES = [
    *[(torch, name) for name in methods.functions],
    *[
        (torch.Tensor, name)
        for table in (
            surface.methods,
            surface.in_place_forms,
            surface.operators,
            surface.attributes,
        )
        for name in table
    ],
]


@pytest.mark.parametrize(("owner", "name"), _NAMES)
def test_a_public_name_is_torchs(owner: object, name: str) -> None:
    assert hasattr(owner, name)


@pytest.mark.parametrize("name", list(surface.in_place_forms))
def test_an_in_place_form_is_a_function_where_torch_has_one(name: str) -> None:
    assert surface.in_place_forms[name][0].function == hasattr(torch, name)


def test_two_ops_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two ops are public as '__add__'"):
        operator("__add__")(lambda self, other: self)


def test_a_column_that_there_is_not_is_refused() -> None:
    with pytest.raises(TypeError, match="shape_first"):
        InPlace(shape_first=True)  # type: ignore[call-arg]
