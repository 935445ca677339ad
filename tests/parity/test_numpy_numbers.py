"""NumPy's numbers and arrays beside tensors: in operators, as arguments, and assigned to items."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from tests.parity.tables import Table, differences, outcome

NUMBERS = (
    np.float64(2), np.float32(2), np.float16(2), np.float64("nan"), np.longdouble(2),
    np.int64(2), np.int32(2), np.uint8(1), np.bool_(True),
    np.complex64(2 + 1j), np.complex128(2j),
)  # fmt: skip
ARRAYS = np.array(2.0), np.array([1.0, 2.0]), np.array([1, 2])

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    name: getattr(operator, name)
    for name in (
        "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul",
        "and_", "or_", "xor", "lt", "le", "gt", "ge", "eq", "ne",
    )
} | {"divmod": divmod}  # fmt: skip


def told(result: Any) -> str:
    """The result with its type, so that an array is no tensor."""
    return f"{type(result).__name__} {getattr(result, 'dtype', '')} {result}"


def _tensors(m: Any) -> dict[str, Any]:
    return {
        "recorded": m.tensor([1.0, 2.0], requires_grad=True),
        "recorded number": m.tensor(3.0, requires_grad=True),
        "floats": m.tensor([1.0, 2.0]),
        "doubles": m.tensor([1.0, 2.0], dtype=m.float64),
        "halves": m.tensor([1.0], dtype=m.float16),
        "complex": m.tensor([1j, 2]),
        "ints": m.tensor([1, 2]),
        "int": m.tensor(2),
        "truths": m.tensor([True, False]),
    }


def operators(m: Any) -> Iterator[str]:
    """On both sides; complex32 and the difference of truths, which is refused, are left out."""
    for (name, op), number, (kind, tensor) in itertools.product(
        OPERATORS.items(), (*NUMBERS, *ARRAYS), _tensors(m).items()
    ):
        is_complex = number.dtype.kind == "c" or (number.dtype.kind == "f" and number.itemsize > 8)
        if (kind, name) == ("truths", "sub") or (kind == "halves" and is_complex):
            continue
        for side, call in {"left": (number, tensor), "right": (tensor, number)}.items():
            said = outcome(lambda op=op, call=call: told(op(*call)))
            yield f"{name} {number!r} {side} of {kind}: {said}"


def arguments(m: Any) -> Iterator[str]:
    """What torch takes for an int, a float, a number or a truth."""
    x = m.arange(6.0).reshape(2, 3)
    mask = x > 1
    calls: dict[str, Callable[[Any], Any]] = {
        "chunk": x.chunk,
        "split": x.split,
        "transpose": lambda n: x.transpose(n, 0),
        "view": lambda n: x.view(n, -1),
        "reshape": lambda n: x.reshape((n, -1)),
        "zeros": lambda n: m.zeros((n, 2)),
        "repeat": lambda n: x.repeat(n, 1),
        "roll": x.roll,
        "narrow": lambda n: x.narrow(0, 0, n),
        "select": lambda n: x.select(0, n),
        "item": lambda n: x[n],
        "slice": lambda n: x[:n],
        "tril": x.tril,
        "sum": x.sum,
        "keepdim": lambda n: x.sum(0, keepdim=n),
        "std": lambda n: x.std(0, n),
        "correction": lambda n: x.std(0, correction=n),
        "norm": x.norm,
        "softmax": x.softmax,
        "cumsum": x.cumsum,
        "full": lambda n: m.full((2,), n),
        "fill_": lambda n: x.clone().fill_(n),
        "masked_fill": lambda n: x.masked_fill(mask, n),
        "clamp": x.clamp,
        "alpha": lambda n: m.add(x, x, alpha=n),
        "add": x.add,
        "pow": lambda n: m.pow(n, x),
        "where": lambda n: m.where(mask, x, n),
        "gt": x.gt,
        "tensor": m.tensor,
        "tensor of two": lambda n: m.tensor([n, n]),
        "requires_grad": lambda n: m.tensor([1.0], requires_grad=n),
        "zeros requires_grad": lambda n: m.zeros(2, requires_grad=n),
        "requires_grad_": lambda n: m.zeros(2).requires_grad_(n),
        "retain_graph": lambda n: (m.ones(1, requires_grad=True) * 1).backward(retain_graph=n),
        "set_grad_enabled": m.set_grad_enabled,
    }
    for (name, call), number in itertools.product(calls.items(), NUMBERS):
        yield f"{name} {number!r}: {outcome(lambda call=call, n=number: told(call(n)))}"
    m.set_grad_enabled(True)


def by_name(m: Any) -> Iterator[str]:
    """With the tensor given by name, and arrays that torch has no tensors of."""
    x = m.tensor([1.0, 2.0])
    two = np.float64(2)
    yield outcome(lambda: m.add(two, other=x))
    yield outcome(lambda: m.pow(two, exponent=x))
    yield outcome(lambda: m.remainder(two, other=x))
    arrays = np.array([1.0, 2.0])[::-1], np.array([1.0, 2.0], ">f8"), np.array(["a", "b"])
    for array in arrays:
        yield f"{array.dtype} {outcome(lambda array=array: x == array)}"


def assigned(m: Any) -> Iterator[str]:
    """Torch takes those that are numbers of Python's, too, and ints."""
    dtypes = m.float32, m.int64, m.bool, m.complex64
    items = ((0, 0), 0, ..., slice(None), (slice(None), 0))
    for dtype, item, number in itertools.product(dtypes, items, NUMBERS):
        x = m.zeros(2, 2, dtype=dtype)
        said = outcome(lambda x=x, item=item, number=number: operator.setitem(x, item, number))
        yield f"{dtype} {item} {number!r}: {said} {x}"


@pytest.mark.parametrize(
    "table", [operators, arguments, by_name, assigned], ids=lambda row: row.__name__
)
@pytest.mark.filterwarnings("ignore")
def test_numpy_s_numbers_are_what_they_are_on_torch(table: Table) -> None:
    assert differences(table) == []
