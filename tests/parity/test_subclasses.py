"""Subclasses of tensors, and all that has a `__torch_function__`, do here what they do on torch."""

from __future__ import annotations

import re
import warnings
from typing import Any

import pytest
import torch

import mini_autograd
from tests.parity import snippets_of_overrides, snippets_of_subclasses

ROWS = [
    line
    for module in (snippets_of_subclasses, snippets_of_overrides)
    for name, text in vars(module).items()
    if name.isupper() and name != "PRELUDE"
    for line in text.strip("\n").splitlines()
]
PRELUDE = compile(snippets_of_subclasses.PRELUDE, "<prelude>", "exec")


def told(value: object) -> str:
    """Without what differs between any two modules, or any two runs."""
    text = str(value).replace("mini_autograd.nn.parameter", "torch.nn.parameter")
    return re.sub(r"0x[0-9a-f]+", "0x", text.replace("mini_autograd", "torch"))


def outcome(module: Any, row: str) -> list[str]:
    """What each expression of a row gives, and what the logging subclass saw of it."""
    names = {"torch": module, "__name__": "probe"}
    made = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(PRELUDE, names)
        for expression in row.split("; "):
            names["seen"].clear()
            try:
                value = eval(expression, names)
                made.append(f"{expression}: {type(value).__name__} {told(value)}")
            except Exception as error:
                made.append(f"{expression}: {type(error).__name__}: {told(error)}")
            made.append(told(names["seen"]))
    return made


@pytest.mark.parametrize("row", ROWS)
def test_a_row_does_what_it_does_on_torch(row: str) -> None:
    assert outcome(mini_autograd, row) == outcome(torch, row)
