"""The transforms `jvp`, `jacfwd`, `jacrev` and `hessian`.

There is no forward mode: `jvp` is computed by the backward walk, see
`autograd.functional.pushforward`, and a Jacobian row by row or column by column. Under `no_grad` a
forward mode still computes tangents, which this cannot, so `no_grad` raises in `jvp` and `jacfwd`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from mini_autograd.arrays.layout import address_of, owner_of, shows_twice
from mini_autograd.autograd.functional.pushforward import basis, pushforward, units
from mini_autograd.autograd.levels import Level
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.creation import fills
from mini_autograd.func import trees
from mini_autograd.func.arguments import (
    Argnums,
    check_real,
    checked_argnums,
    checked_outputs,
    split_aux,
    unwrap_aux,
    wrap_arguments,
)
from mini_autograd.func.gradients import Function, Linearized, linearized
from mini_autograd.func.scope import outside_inference_mode, transforming
from mini_autograd.messages.functions import transforms as errors
from mini_autograd.messages.tensors import inplace as inplace_errors

_JVP = "jvp(f, primals, tangents)"


def jvp(
    func: Function, primals: Any, tangents: Any, *, strict: bool = False, has_aux: bool = False
) -> tuple[Any, ...]:
    """The output of `func`, and its derivative along the tangents.

    Args:
        func: returns tensors, nested or not; with `has_aux` a pair of them and other tensors,
            which are the third result.
        primals: the tuple of its arguments: tensors, nested or not.
        tangents: in the structure of the primals.
        strict: raise, instead of giving zeros, if an output does not depend on the primals.

    Raises:
        RuntimeError: primals and tangents that do not fit, outputs that are no tensors, what
            `strict` refuses.
        ValueError: integers.
    """
    if not isinstance(primals, tuple):
        raise errors.primals_type()
    flat, structure = trees.flatten(primals)
    seeds, seed_structure = trees.flatten(tangents)
    if trees.spec_text(structure) != trees.spec_text(seed_structure):
        raise errors.tangent_structure(trees.spec_text(structure), trees.spec_text(seed_structure))
    for argument, values in (("primals", flat), ("tangents", seeds)):
        if not values:
            raise errors.no_tensors(argument)
        for each in values:
            if not isinstance(each, Tensor):
                raise errors.only_tensors(argument, each)
    for primal, tangent in zip(flat, seeds, strict=True):
        _check_tangent(primal, tangent)
        if shows_twice(primal._array) and primal.stride() != tangent.stride():
            raise inplace_errors.overlapping_write()
    outputs, output_structure, push, level, aux = _run_forward(func, primals, None, has_aux)
    with outside_inference_mode():
        pushed = push([make(each._array) if each.is_inference() else each for each in seeds])
    if strict and any(each is None for each in pushed):
        raise errors.independent()
    results = (
        trees.unflatten([ops.alias(level.unwrap(each)) for each in outputs], output_structure),
        trees.unflatten(_tangents(pushed, outputs, level), output_structure),
    )
    return (*results, unwrap_aux(level, aux)) if has_aux else results


def jacfwd(
    func: Function, argnums: Argnums | None = 0, has_aux: bool = False, *, randomness: str = "error"
) -> Function:
    """A function that computes the Jacobian of `func` column by column, in the outputs' dtypes.

    Arguments and errors are those of `jacrev`; `argnums` None means all arguments. As in torch, the
    Jacobian for a negative `argnums` is zero. `randomness` concerns torch's batching only.
    """

    @functools.wraps(func)
    @outside_inference_mode()
    def wrapper(*args: Any) -> Any:
        check_real(args, "jacfwd", is_input=True)
        by = _selected(args, argnums)
        primals, structure = trees.flatten(by)
        if not primals:
            raise errors.empty_basis()
        directions = units(primals)
        for each in primals:
            _check_tangent(each, each)
            if shows_twice(each._array):  # torch writes a tangent with its strides
                raise inplace_errors.overlapping_write()
        outputs, output_structure, push, level, aux = _run_forward(func, args, argnums, has_aux)
        check_real(outputs, "jacfwd", is_input=False)
        columns, count = [], sum(each.numel() for each in primals)
        for unit in directions:
            seeds = [each.view_as(like) for each, like in zip(unit, primals, strict=True)]
            columns.append(push(seeds))
        matrix = [
            _by_input(_batch([column[at] for column in columns], output, level, count), primals)
            for at, output in enumerate(outputs)
        ]
        jacobian = _nested(matrix, output_structure, structure, alone=isinstance(argnums, int))
        return (jacobian, unwrap_aux(level, aux)) if has_aux else jacobian

    return wrapper


def jacrev(
    func: Function,
    argnums: Argnums = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | None = None,
    _preallocate_and_copy: bool = False,
) -> Function:
    """A function that computes the Jacobian of `func` row by row.

    Args:
        func: returns real tensors, nested or not; with `has_aux` a pair of them and other tensors.
        argnums: the arguments to differentiate by, each a tensor or nested tensors.
        has_aux: return a pair of the Jacobian and the other tensors.
        chunk_size: how many rows are computed in one batch.

    The Jacobian has the structure of the output, and at each place that of the arguments, in a
    tuple for a tuple of `argnums`. A tensor has the output's shape followed by the argument's.

    Raises:
        ValueError: a `chunk_size` below 1; in the function, an argument that is not a tensor.
        RuntimeError: complex arguments or outputs; `argnums` out of range.
    """
    if not (chunk_size is None or chunk_size > 0):
        raise errors.chunk_size("jacrev")

    @functools.wraps(func)
    def wrapper(*args: Any) -> Any:
        check_real(args, "jacrev", is_input=True)
        walks, *aux = linearized(func, args, argnums, has_aux)
        outputs, output_structure = trees.flatten(walks.output)
        check_real(outputs, "jacrev", is_input=False)
        checked_argnums(argnums, len(args))  # as late as in torch: None raises only here
        primals, structure = trees.flatten(_selected(args, argnums))
        batches = _in_chunks(walks, _seeds(outputs), chunk_size)
        columns = [
            _by_output(batch, outputs, like) for batch, like in zip(batches, primals, strict=True)
        ]
        matrix = list(zip(*columns, strict=True))
        jacobian = _nested(matrix, output_structure, structure, alone=isinstance(argnums, int))
        return (jacobian, *aux) if has_aux else jacobian

    return wrapper


def hessian(func: Function, argnums: Argnums = 0) -> Function:
    """A function that computes the Hessian of `func`, as the Jacobian of its Jacobian."""
    return jacfwd(jacrev(func, argnums), argnums)


def _check_tangent(primal: Tensor, tangent: Tensor) -> None:
    if primal._array.dtype.kind not in "fc":
        raise errors.integer_primal(primal.dtype)
    if tangent._array.dtype.kind not in "fc":
        raise errors.integer_tangent(tangent.dtype)
    if primal.shape != tangent.shape:
        raise errors.tangent_size(list(primal.shape), list(tangent.shape))


def _run_forward(
    func: Function, args: tuple[Any, ...], argnums: Argnums | None, has_aux: bool
) -> tuple[list[Tensor], Any, Callable[[Sequence[Any]], Sequence[Tensor | None]], Level, Any]:
    """Run the function; returns flat outputs, their structure, the pushforward, level and aux."""
    with transforming(saved_tensors_hooks=True, forward=True) as level:
        checked = None if argnums is None else checked_argnums(argnums, len(args))
        given, by = wrap_arguments(level, args, checked)
        if argnums is not None:
            places = (argnums,) if isinstance(argnums, int) else argnums
            given = tuple(g if at in places else args[at] for at, g in enumerate(given))
        output, aux = split_aux(func(*given), has_aux, _JVP)
        flat, structure = trees.flatten(output)
        outputs = checked_outputs(flat, _JVP)
        push = pushforward(tuple(outputs), tuple(trees.flatten(by)[0]))
    return outputs, structure, lambda seeds: push(tuple(seeds)), level, aux


def _selected(args: tuple[Any, ...], argnums: Argnums | None) -> tuple[Any, ...]:
    """The arguments to differentiate by."""
    if argnums is None:
        return args
    checked = checked_argnums(argnums, len(args))
    return (args[checked],) if isinstance(checked, int) else tuple(args[at] for at in checked)


def _tangents(
    pushed: Sequence[Tensor | None], outputs: Sequence[Tensor], level: Level
) -> list[Tensor]:
    return [
        fills.zeros_like(output) if each is None else level.unwrap(each)
        for each, output in zip(pushed, outputs, strict=True)
    ]


def _batch(columns: Sequence[Tensor | None], output: Tensor, level: Level, count: int) -> Tensor:
    """An output's tangents as a batch; if there are none, `count` expanded zeros, as in torch.

    As in torch's forward mode, a tangent has the order of dims in memory that its output has.
    """
    if all(each is None for each in columns):
        zeros: Tensor = fills.zeros_like(output).expand(count, *output.shape)
        return zeros
    order = _order(output)
    tangents = [_tangents([each], [output], level)[0] for each in columns]
    if _order(tangents[0]) == order and (whole := _in_one_memory(tangents)) is not None:
        return whole
    if order == list(range(output.ndim)):
        return ops.stack(tangents)  # type: ignore[no-any-return]
    stacked = ops.stack([each.permute(order) for each in tangents])
    back = sorted(range(output.ndim), key=order.__getitem__)
    return ops.permute(stacked, (0, *[dim + 1 for dim in back]))  # type: ignore[no-any-return]


def _order(tensor: Tensor) -> list[int]:
    """Its dims, slowest in memory first."""
    strides = tensor._array.strides
    return sorted(range(tensor.ndim), key=lambda dim: -strides[dim])


def _in_one_memory(tangents: Sequence[Tensor]) -> Tensor | None:
    """Tangents that are views of one batch of seeds, as the view of it all that they are in torch;
    None where they are not."""
    arrays = [each._array for each in tangents]
    first = arrays[0]
    paces = {after - before for before, after in pairwise(map(address_of, arrays))}
    alike = {(each.strides, id(owner_of(each))) for each in arrays}
    if len(paces) != 1 or len(alike) != 1 or any(each.requires_grad for each in tangents):
        return None
    shape, strides = (len(arrays), *first.shape), (*paces, *first.strides)
    return make(np.lib.stride_tricks.as_strided(first, shape, strides))


def _by_input(columns: Tensor, primals: Sequence[Tensor]) -> list[Tensor]:
    """Split the columns of one output's Jacobian by input."""
    whole = columns.movedim(0, -1)  # the batch stays slowest in memory, as in torch
    if not any(each.numel() for each in primals):
        whole = whole.narrow(-1, 0, 0)
    parts: Iterable[Tensor] = whole.split([each.numel() for each in primals], -1)
    return [
        part.unflatten(-1, like.shape) if like.ndim else part.squeeze(-1)
        for part, like in zip(parts, primals, strict=True)
    ]


def _seeds(outputs: Sequence[Tensor]) -> list[Tensor]:
    """The unit vectors as one batch for each output."""
    return [
        columns.view(len(columns), *like.shape)
        for columns, like in zip(basis(outputs), outputs, strict=True)
    ]


def _in_chunks(
    walks: Linearized, seeds: Sequence[Tensor], chunk_size: int | None
) -> Sequence[Tensor]:
    """The products for each leaf, `chunk_size` rows per walk; single rows are not batched."""
    count = len(seeds[0])
    size = count if chunk_size is None else chunk_size
    found = []
    for start in range(0, max(count, 1), max(size, 1)):
        chunk = [each.narrow(0, start, min(size, count - start)) for each in seeds]
        if chunk_size == 1:
            given = trees.unflatten([each.squeeze(0) for each in chunk], walks.structure)
            alone = trees.flatten(walks.products(given))[0]
            found.append([each.unsqueeze(0) for each in alone])
        else:
            found.append(walks.batch(chunk))
    return found[0] if len(found) == 1 else [ops.cat(each) for each in zip(*found, strict=True)]


def _by_output(batch: Tensor, outputs: Sequence[Tensor], like: Tensor) -> list[Tensor]:
    """Split the rows of one input's Jacobian by output."""
    parts: Iterable[Tensor] = batch.split([each.numel() for each in outputs])
    return [
        part.view(output.shape + like.shape) for part, output in zip(parts, outputs, strict=True)
    ]


def _nested(matrix: Sequence[Sequence[Tensor]], outputs: Any, inputs: Any, *, alone: bool) -> Any:
    """The matrix of Jacobians in the structures of outputs and inputs; `alone`: one argument."""
    rows = [trees.unflatten(row, inputs) for row in matrix]
    return trees.unflatten([row[0] if alone else row for row in rows], outputs)
