"""Nested tuples, lists and dicts of tensors: taken apart into leaves and a structure, and back.

A structure is the same nesting with a `*` for each leaf, and so prints itself.
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
    """Whether it is a tuple with named fields: a nesting of its own type."""
    return isinstance(value, tuple) and hasattr(type(value), "_fields")


def _branches(tree: Any) -> list[Any] | None:
    """What a nesting holds, in order; None for a leaf, which a subclass of one is too."""
    if type(tree) in (tuple, list) or is_named_tuple(tree):
        return list(tree)
    return list(tree.values()) if type(tree) in (dict, OrderedDict) else None


def _like(tree: Any, branches: list[Any]) -> Any:
    """A nesting of the same kind that holds other branches."""
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
    """The leaves in a structure, which has as many places."""
    remaining = iter(leaves)
    return tree_map(lambda _: next(remaining), structure)


def tree_map(function: Callable[[Any], Any], tree: Any) -> Any:
    """The same nesting with the function's value for each leaf."""
    branches = _branches(tree)
    if branches is None:
        return function(tree)
    return _like(tree, [tree_map(function, each) for each in branches])


def spec_text(structure: Any, indent: int = 0) -> str:
    """The structure as torch's `TreeSpec` prints; equal text is an equal structure."""
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
