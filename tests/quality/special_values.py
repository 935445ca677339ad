"""The catalogue's pointwise ops on special values, as torch computes them here and in each other
way: run as a script, with `ATEN_CPU_CAPABILITY` set, it writes them to a file.
"""

from __future__ import annotations

import itertools
import pickle
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from conformance.catalogue import CATALOGUE
from conformance.judge.otherwise.ways import LANES, WAYS

INF, NAN = float("inf"), float("nan")
REAL = (
    *(0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.75, 0.1, 1e-3, 1e-8, 1e-42, -1e-42, 1.5707964, 3.0),
    *(81.0, -81.0, 89.0, -89.0, 200.0, 11.5, 710.2, 1e10, -1e10, 3e38, -3e38, INF, -INF, NAN),
)
PART = (0.0, -0.0, 1.0, -2.0, 0.5, 81.0, 3e38, 1e-42, INF, -INF, NAN)
COMPLEX = tuple(complex(*pair) for pair in itertools.product(PART, PART))
FEW = tuple(complex(*pair) for pair in itertools.product(PART[::2], PART[::2]))
DTYPES = (torch.float16, torch.float32, torch.float64, torch.complex64, torch.complex128)
NUMBERS = (0, 1, 2, 3, -1, 0.5, -0.5, -2, 2.5)

Found = dict[str, Any]  # by the way, "" for torch's own


def operators(name: str) -> Iterator[tuple[Any, int]]:
    """Torch's operators of a name, and how many tensors each takes."""
    packet = getattr(torch.ops.aten, name, None)
    for overload in packet.overloads() if packet else ():
        operator = getattr(packet, overload)
        arguments = [a for a in operator._schema.arguments if not a.has_default_value()]
        kinds = [str(argument.type) for argument in arguments]
        if operator._schema.is_mutable or kinds[:1] != ["Tensor"]:
            continue
        if set(kinds) <= {"Tensor", "number"}:
            yield operator, kinds.count("Tensor") if "number" not in kinds else 0


def operands(count: int, dtype: torch.dtype) -> Iterator[list[Any]]:
    """Special values for so many tensors; for 0, a tensor and a number."""
    values = COMPLEX if dtype.is_complex else REAL
    if count == 2:
        pairs = itertools.product(FEW if dtype.is_complex else values, repeat=2)
        yield [filled(side, dtype) for side in zip(*pairs, strict=True)]
    elif count == 1:
        yield [filled(values, dtype)]
    else:
        yield from ([filled(values, dtype), number] for number in NUMBERS)


def filled(values: Sequence[Any], dtype: torch.dtype) -> torch.Tensor:
    """The values, and so many of them again that each lies in a full vector."""
    count = -(-len(values) // LANES) * LANES
    return torch.tensor([*itertools.islice(itertools.cycle(values), count)], dtype=dtype)


def computed(operator: Any, args: list[Any]) -> Found | None:
    """What torch gives, and each other way to it; None where it is no op of such operands."""
    try:
        own = operator(*args)
    except (RuntimeError, TypeError):
        return None
    if not isinstance(own, torch.Tensor) or not (own.is_floating_point() or own.is_complex()):
        return None
    found = {"": own.numpy()}
    for name, way in WAYS.items():
        try:
            other = way(operator, args, {})
        except Exception:
            continue
        if isinstance(other, torch.Tensor) and other.shape == own.shape:
            found[name] = other.to(own.dtype).numpy()
    return found


def survey() -> dict[str, Found]:
    """By the op, the dtype and the number beside."""
    names = [name for name, entry in CATALOGUE.items() if entry.family == "pointwise"]
    found = {}
    for name, dtype in itertools.product(names, DTYPES):
        for operator, count in operators(name.rpartition(".")[2]):
            for args in operands(count, dtype):
                beside = "" if count else f" {args[1]}"
                if (result := computed(operator, args)) is not None:
                    found[f"{operator} {dtype}{beside}"] = result
    return found


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    Path(sys.argv[1]).write_bytes(pickle.dumps(survey()))
