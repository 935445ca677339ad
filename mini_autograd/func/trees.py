"""Nested tuples, lists and dicts of tensors: flattened into leaves and a structure, and back.

A structure is the same nesting with `LEAF`, printed as `*`, in place of each leaf.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any, Final


class _Leaf:
    def __repr__(self) -> str:
        return "*"


LEAF: Final = _Leaf()


def is_named_tuple(value: Any) -> bool:
    """Whether it is a named tuple."""
    return isinstance(value, tuple) and hasattr(type(value), "_fields")


def _branches(tree: Any) -> list[Any] | None:
    """The children of a nested value; None for a leaf, as instances of subclasses are."""
    if type(tree) in (tuple, list) or is_named_tuple(tree):
        return list(tree)
    return list(tree.values()) if type(tree) in (dict, OrderedDict) else None


def _like(tree: Any, branches: list[Any]) -> Any:
    """A nested value of the same type with other children."""
    if isinstance(tree, dict):
        return type(tree)(zip(tree, branches, strict=True))
    return type(tree)(*branches) if is_named_tuple(tree) else type(tree)(branches)


def flatten(tree: Any) -> tuple[list[Any], Any]:
    """The leaves in order, and the structure."""
    leaves: list[Any] = []

    def leaf(value: Any) -> Any:
        leaves.append(value)
        return LEAF

    structure = tree_map(leaf, tree)
    return leaves, structure


def unflatten(leaves: Iterable[Any], structure: Any) -> Any:
    """Put the leaves into a structure with as many places."""
    remaining = iter(leaves)
    return tree_map(lambda _: next(remaining), structure)


def tree_map(function: Callable[[Any], Any], tree: Any) -> Any:
    """The same nesting with the function applied to each leaf."""
    branches = _branches(tree)
    if branches is None:
        return function(tree)
    return _like(tree, [tree_map(function, each) for each in branches])


def spec_text(structure: Any, indent: int = 0) -> str:
    """The structure as torch's `TreeSpec` prints it; equal text means equal structure."""
    branches = _branches(structure)
    if branches is None:
        return "*"
    if isinstance(structure, dict):
        context: Any = list(structure)
    else:
        context = type(structure) if is_named_tuple(structure) else None
    kind = "namedtuple" if is_named_tuple(structure) else type(structure).__name__
    indent += 2
    inner = f",\n{' ' * indent}".join(spec_text(each, indent) for each in branches)
    return f"TreeSpec({kind}, {context}, [{inner}])"
