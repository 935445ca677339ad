"""Which arguments a transform differentiates by, and what the function's output must be."""

from __future__ import annotations

from typing import Any

from mini_autograd.autograd.levels import Level
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.func import trees
from mini_autograd.messages.functions import transforms as errors

Argnums = int | tuple[int, ...]


def checked_argnums(argnums: Any, count: int) -> Argnums:
    """The `argnums` checked, with negative ones counted from the start."""
    if isinstance(argnums, int):
        return _checked_argnum(argnums, count)
    if not isinstance(argnums, tuple):
        raise errors.argnums_type(argnums)
    checked = tuple(_checked_argnum(each, count) for each in argnums)
    if not checked:
        raise errors.no_argnums()
    if len(set(checked)) != len(checked):
        raise errors.argnums_repeat(checked)
    return checked


def _checked_argnum(argnum: Any, count: int) -> int:
    if not isinstance(argnum, int):
        raise errors.argnum_type(argnum)
    if not -count <= argnum < count:
        raise errors.argnum_range(argnum, count)
    return argnum % count


def wrap_arguments(level: Level, args: tuple[Any, ...], argnums: Argnums | None) -> tuple[Any, Any]:
    """Wrap the arguments of `argnums` (None: all) as leaves of the level.

    Returns all arguments, and the wrapped ones alone in the structure of `argnums`.
    """

    def wrap_one(value: Any) -> Tensor:
        if not isinstance(value, Tensor):
            raise errors.not_a_tensor(value)
        return level.wrap(value)

    if argnums is None:
        leaves = trees.tree_map(wrap_one, args)
        return leaves, leaves
    given = list(args)
    for at in (argnums,) if isinstance(argnums, int) else argnums:
        given[at] = trees.tree_map(wrap_one, args[at])
    if isinstance(argnums, int):
        return tuple(given), given[argnums]
    return tuple(given), tuple(given[at] for at in argnums)


def split_aux(output: Any, has_aux: bool, api: str) -> tuple[Any, Any]:
    """The output, and the `aux` of a function with `has_aux`."""
    if not has_aux:
        return output, None
    if not (isinstance(output, tuple) and len(output) == 2):
        raise errors.no_aux(api)
    return output


def unwrap_aux(level: Level, aux: Any) -> Any:
    """The `aux` outside the level; only nested tensors are allowed."""

    def unwrap(value: Any) -> Any:
        if not isinstance(value, Tensor):
            raise errors.unsupported_aux(value)
        return level.unwrap(value)

    return trees.tree_map(unwrap, aux)


def checked_outputs(outputs: list[Any], api: str) -> list[Tensor]:
    """The flattened outputs, checked: tensors, at least one."""
    if not outputs or (len(outputs) == 1 and outputs[0] is None):
        raise errors.no_output(api, outputs)
    for each in outputs:
        if not isinstance(each, Tensor):
            raise errors.output_type(api, each)
    return outputs


def check_real(tree: Any, api: str, *, is_input: bool) -> None:
    """Raise if a tensor in the tree is complex."""
    for index, each in enumerate(trees.flatten(tree)[0]):
        if isinstance(each, Tensor) and each.is_complex():
            raise errors.complex_value(api, index, is_input=is_input)
