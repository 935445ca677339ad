"""Torch run in another way: its ops, as its dispatcher sees them below autograd."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeAlias

import torch
from torch.utils._python_dispatch import TorchDispatchMode

Op: TypeAlias = Any  # torch._ops.OpOverload, which is no public name
Arguments: TypeAlias = Sequence[Any]
Options: TypeAlias = Mapping[str, Any]
Compute: TypeAlias = Callable[[Op, Arguments, Options], Any]
"""Gives another result of an op with its arguments; None where it has none."""

WIDER = {
    torch.float16: torch.float64,
    torch.bfloat16: torch.float64,
    torch.float32: torch.float64,
    torch.complex32: torch.complex128,
    torch.complex64: torch.complex128,
}


class Otherwise(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """While it is entered, each op runs in another way; the result keeps the dtype, the shape and
    the strides that torch gives it."""

    def __init__(self, way: Way) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.way = way

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Torch else loads its whole compiler to keep it off this class: four seconds."""
        return False

    def __torch_dispatch__(
        self, func: Op, types: Any, args: Arguments = (), kwargs: Any = None
    ) -> Any:
        return self.way.run(self.way.compute, func, args, kwargs or {})


def replaced(
    compute: Compute, func: Op, args: Arguments, options: Options, *, over_operands: bool = False
) -> Any:
    """The result of an op, with the numbers that `compute` gives. Whole numbers stay torch's.

    Args:
        over_operands: only of an op that writes over its own operands, and then all numbers.
    """
    plain = _out_of_place(func)
    if plain is None or (
        over_operands and not (func._schema.is_mutable and _writes_over_operands(args))
    ):
        return func(*args, **options)
    try:
        other = compute(plain, mapped(_resolved, args), options)
    except Exception:  # A decomposition, or an op, that takes no such operands.
        other = None
    result = func(*args, **options)
    if other is not None:
        _replace(result, other, whole=over_operands)
    return result


def _undone_if_refused(compute: Compute, func: Op, args: Arguments, options: Options) -> Any:
    """The result of an op; where it raises, what it writes to holds what it held before."""
    if _out_of_place(func) is None or not func._schema.is_mutable or not _has_memory(args[0]):
        return func(*args, **options)
    before, memory = args[0].clone(), _memory(args[0])
    try:
        return func(*args, **options)
    except Exception:
        if _memory(args[0]) == memory:  # What is refused may have another shape by then.
            with suppress(Exception):  # as where elements share memory
                args[0].copy_(before)
        raise


def _materialized(compute: Compute, func: Op, args: Arguments, options: Options) -> Any:
    """The result of an op; in memory, if it is zeros to which torch gives none."""
    result = func(*args, **options)
    if isinstance(result, torch.Tensor) and result._is_zerotensor():
        return torch.zeros_like(result)
    return result


@dataclass(frozen=True, slots=True)
class Way:
    """Another way in which torch may run an op.

    Attributes:
        compute: what gives the other result.
        run: how an op is run, with what `compute` gives.
        signs: whether it can explain the signs of zeros alone.
    """

    compute: Compute = lambda func, args, options: None
    run: Callable[[Compute, Op, Arguments, Options], Any] = replaced
    signs: bool = False

    def __call__(self, func: Op, args: Arguments, options: Options) -> Any:
        """Another result of the op; None where there is none."""
        return self.compute(func, args, options)


OUT_OF_PLACE = Way(
    lambda func, args, options: func(*args, **options), partial(replaced, over_operands=True)
)
"""By the op that writes nowhere: what is written may be memory that it still has to read."""

ALL_OR_NOTHING = Way(run=_undone_if_refused)
"""An op that raises has written nothing: how much it has is a matter of the kernel, which may
meet what it refuses after many elements or few, and in vectors of many or one by one."""

WITH_MEMORY = Way(run=_materialized, signs=True)
"""A tensor that is known to be all zeros has memory as any other. Torch gives it none, and
computes with it by a rule of its own: a minus zero plus such a zero is a minus zero. (That
infinity times such a zero is zero is no matter of signs: a subject has to know that.)"""


def _resolved(value: torch.Tensor) -> torch.Tensor:
    """With no conjugation or sign still to come: below autograd nobody else sees to that, and a
    way would compute without it."""
    return value.resolve_conj().resolve_neg()


def _has_memory(value: Any) -> bool:
    """Whether it is a tensor all of whose elements there are: torch leaves some that it refuses to
    make greater with the greater shape."""
    if not isinstance(value, torch.Tensor) or not value.numel():
        return False
    reach = sum((n - 1) * stride for n, stride in zip(value.shape, value.stride(), strict=True))
    return (value.storage_offset() + reach + 1) * value.itemsize <= value.untyped_storage().nbytes()


def _memory(tensor: torch.Tensor) -> tuple[Any, ...]:
    """Where each element of the tensor lies."""
    return (
        tensor.untyped_storage().data_ptr(),
        tensor.storage_offset(),
        tuple(tensor.shape),
        tensor.stride(),
    )


def _writes_over_operands(args: Arguments) -> bool:
    """Whether an op in place has another operand in the memory of the one that it writes."""
    written, *others = (value for value in args if isinstance(value, torch.Tensor))
    memory = written.untyped_storage().data_ptr()
    return any(other.untyped_storage().data_ptr() == memory for other in others)


def _out_of_place(func: Op) -> Op | None:
    """The op that computes what this one does and writes nowhere; none for views, for random
    numbers and the like."""
    if torch.Tag.nondeterministic_seeded in func.tags:
        return None
    if not func._schema.is_mutable:
        return None if func.is_view else func
    return _functional(func)


@cache
def _functional(func: Op) -> Op | None:
    name = func._schema.name.partition("::")[2]
    if not name.endswith("_") or name.endswith("__"):
        return None
    packet = getattr(torch.ops.aten, name[:-1], None)
    return getattr(packet, func._overloadname, None)


def decomposition_of(func: Op) -> Callable[..., Any] | None:
    """Torch's own rule for the op in simpler ops. The first use of one takes a second or two."""
    from torch._decomp import decomposition_table

    return decomposition_table.get(func)


def _replace(result: Any, other: Any, *, whole: bool) -> None:
    """Write the other way's numbers into what torch gave, where the two are of one shape.

    Args:
        whole: numbers without a fraction, too.
    """
    pairs = zip(result, other, strict=False) if isinstance(result, tuple) else [(result, other)]
    for left, right in pairs:
        if not isinstance(left, torch.Tensor) or not isinstance(right, torch.Tensor):
            continue
        if left._is_zerotensor():  # It has no memory to write to.
            continue
        if left.shape == right.shape and (whole or (is_floating(left) and is_floating(right))):
            left.copy_(right)


def is_floating(value: Any) -> bool:
    """Whether it is a tensor of real or complex numbers."""
    return isinstance(value, torch.Tensor) and (value.is_floating_point() or value.is_complex())


def floating(args: Any) -> list[torch.Tensor]:
    """The floating tensors among the arguments, those of a list too."""
    flat = [item for arg in args for item in (arg if isinstance(arg, list | tuple) else [arg])]
    return [value for value in flat if is_floating(value)]


def mapped(change: Callable[[torch.Tensor], torch.Tensor], args: Arguments) -> list[Any]:
    """The arguments with every tensor changed, those of a list too."""
    return [
        mapped(change, arg)
        if isinstance(arg, list | tuple)
        else change(arg)
        if isinstance(arg, torch.Tensor)
        else arg
        for arg in args
    ]


def widened(value: torch.Tensor) -> torch.Tensor:
    """The tensor in double precision, if it is floating."""
    return value.to(WIDER.get(value.dtype, value.dtype))
