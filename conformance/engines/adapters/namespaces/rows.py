"""Rows of ops: which function of a namespace stands for an op of torch's, and how it is called.

A row computes nothing of its own, so that what differs is the namespace's. An argument that a row
does not take, the function does not take either, or means something else by it. A namespace has the
ops of which it has every name.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Ops: TypeAlias = dict[str, Callable[..., Any]]


def named(namespace: Any, one: Mapping[str, str], two: Mapping[str, str]) -> Ops:
    """Functions of one array, and of two, by the names that they have there."""
    return {
        **{op: _one(namespace, name) for op, name in one.items() if hasattr(namespace, name)},
        **{op: _two(namespace, name) for op, name in two.items() if hasattr(namespace, name)},
    }


def _one(namespace: Any, name: str) -> Callable[..., Any]:
    return lambda input: getattr(namespace, name)(input)


def _two(namespace: Any, name: str) -> Callable[..., Any]:
    return lambda input, other: getattr(namespace, name)(input, other)


def offered(namespace: Any, rows: Ops) -> Ops:
    """Those of the rows of which the namespace has every name that is none of Python's or ours."""
    return {
        op: row
        for op, row in rows.items()
        if all(
            hasattr(namespace, name) or name in row.__globals__ or hasattr(builtins, name)
            for name in row.__code__.co_names
        )
    }


def axes(dim: Any) -> Any:
    """`dim` as NumPy's `axis`: no dims are all of them to torch."""
    if isinstance(dim, bool):
        raise NotImplementedError("a flag in the place of dim")
    return (tuple(dim) or None) if isinstance(dim, tuple | list) else dim


def given(**options: Any) -> dict[str, Any]:
    """Those that are not None: what a program does not say, the function is not told either."""
    return {name: value for name, value in options.items() if value is not None}
