"""Every op that the engine names as `ops.NAME` is there: the name is looked up only when used."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import mini_autograd  # noqa: F401 - whose import defines the ops
from mini_autograd.core.table import ops

ENGINE = Path(__file__).parents[2] / "mini_autograd"

NAMED = sorted(
    {
        (node.attr, str(path.relative_to(ENGINE)))
        for path in ENGINE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "ops"
    }
)


@pytest.mark.parametrize(("name", "path"), NAMED)
def test_an_op_that_a_rule_names_is_defined(name: str, path: str) -> None:
    assert name in vars(ops), f"{path} names {name}"


def test_what_no_op_is_called_is_refused_by_name() -> None:
    with pytest.raises(AttributeError, match="no op is called 'sun'"):
        _ = ops.sun
