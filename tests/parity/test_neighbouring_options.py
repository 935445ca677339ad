"""Calls with choices that a corpus of options found to give others than torch's results: what a
tensor is made of, and what stands beside it in an operator.

The tables are as those of `test_neighbouring_calls`.
"""

from __future__ import annotations

import itertools
import operator
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from tests.parity.tables import Table, differences, outcome

INF, NAN = float("inf"), float("nan")


class AsFloat:
    def __float__(self) -> float:
        return 2.5


class AsIndex:
    def __index__(self) -> int:
        return 3


class AsTruth:
    def __bool__(self) -> bool:
        return True


def told(call: Callable[[], Any]) -> str:
    """What a call gives, its strides, and what it warns of."""

    def text() -> str:
        made = call()
        return f"{made} {made.dtype} {tuple(made.shape)} {made.stride()}"

    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        found = outcome(text)
    warned = [f"{each.category.__name__}: {each.message}" for each in given]
    return f"{found} {[text.partition(' (Triggered internally')[0] for text in warned]}"


def numbers(m: Any) -> list[Any]:
    return [
        NAN, INF, -0.5, -2.7, 127.5, 128.0, -128.5, 255.5, 256, -1, -255, -256, 2**63, 2**31,
        np.float32(1.5), np.float64(1.5), np.int8(-3), np.bool_(True), np.complex64(1), 1j, True,
        None, "1", AsFloat(), AsIndex(), AsTruth(), np.array(1.0), np.array([1.0, 2]),
        np.array([]), np.array([[1, 2], [3, 4]]), np.array(1j), m.tensor(1.5), m.tensor([2]),
        m.tensor([[1.5]]), m.tensor([1, 2]), m.tensor([]), m.tensor(1j), m.tensor([1j, 2]),
        m.ones(2, requires_grad=True), m.tensor(1.0, requires_grad=True),
    ]  # fmt: skip


def elements(m: Any) -> Iterator[str]:
    """Whatever is an element: a NaN or a fraction as an integer, tensors and arrays in lists."""
    dtypes = ("int64", "int8", "uint8", "float32", "float16", "complex64", "bool")
    wanted = [None, *[getattr(m, name) for name in dtypes]]
    for (at, value), dtype in itertools.product(enumerate(numbers(m)), wanted):
        for data in (value, [value], [[value]], [1, value], (value, value)):
            shown = told(lambda data=data, dtype=dtype: m.tensor(data, dtype=dtype))
            yield f"{at} {type(data).__name__} {dtype}: {shown}"


def nested(m: Any) -> Iterator[str]:
    one, two, three = np.ones(1), np.ones(2), np.ones(3)
    lists: list[Any] = [
        [m.ones(2), 1.0], [1.0, m.ones(2)], [[m.ones(2)], [1.0]], [two, three], [two, [1, 2]],
        [[1, 2], two], ([two], [two]), [1.0, np.array(2.0)], [np.ones((2, 2)), np.ones((2, 2))],
        [[], [1.0]], [[], 1.0], [[], "a"], [[], None], [[[]], [[1], 2]], [one, one], [range(2)],
    ]  # fmt: skip
    for at, data in enumerate(lists):
        for make in (m.tensor, m.as_tensor, m.Tensor, m.LongTensor, m.ones(1).new_tensor):
            yield f"{at}: {told(lambda make=make, data=data: make(data))}"


def legacy_constructors(m: Any) -> Iterator[str]:
    x = m.tensor([1.0, 2.0], requires_grad=True)
    given: list[Any] = [
        (None,), (1.5,), ("a",), ({},), (object,), (m.float32,), (x,), (x.double(),), ("a", 2),
        (m.tensor([1, 2]),), (m.tensor(2),), (m.tensor([True]),), (x, x), ([1], [2]), (None, None),
        (2, None), ([x, x],), (np.ones(2),), (np.float32(2),), (m.nn.Parameter(m.ones(2)),),
    ]  # fmt: skip
    kinds = [
        "Tensor", "FloatTensor", "DoubleTensor", "HalfTensor", "LongTensor", "ByteTensor",
        "BoolTensor",
    ]  # fmt: skip
    for kind, (at, args) in itertools.product(kinds, enumerate(given)):
        if isinstance(args[0], int):  # of memory that nobody wrote

            def shown(kind: str = kind, args: Any = args) -> Any:
                return getattr(m, kind)(*args).shape

            yield f"{kind} {at}: {outcome(shown)}"
        else:
            yield f"{kind} {at}: {told(lambda kind=kind, args=args: getattr(m, kind)(*args))}"


def shared_memory(m: Any) -> Iterator[str]:
    """An array that the old constructors take is not copied; a tensor is aliased in the graph."""
    for make in (m.FloatTensor, m.DoubleTensor, m.Tensor, m.ones(1).new):
        array = np.ones(2, np.float32)
        make(array)[0] = 5
        yield str(array)
    x = m.ones(2, requires_grad=True)
    made = m.Tensor(x)
    yield f"{type(made.grad_fn).__name__} {made._base is x}"


ARRAYS = """
np.array([]); np.zeros((2, 0)); np.zeros((3, 0, 2)); np.zeros((0, 3)).T; np.zeros((4, 3))[:0]
np.zeros((4, 3))[1:1, ::2]; np.zeros((4, 6)).T[:0]; np.broadcast_to(np.zeros(1), (3, 0))
np.zeros((0, 3), order="F"); np.zeros((3, 2))[:, :1]; np.zeros((3, 2))[:1].T; np.zeros((5, 1))[::2]
np.zeros((5, 4))[::2, 1:2]; np.zeros((5, 4))[1:2, ::2]; np.zeros((2, 3, 4)).transpose(2, 0, 1)
"""


def strides_of_arrays(m: Any) -> Iterator[str]:
    """A tensor of an array has the array's strides, if it has elements or not."""
    for text in [each.strip() for line in ARRAYS.split("\n") for each in line.split(";") if each]:
        array = eval(text, {"np": np})
        for at, make in enumerate(
            (
                m.from_numpy,
                m.tensor,
                m.as_tensor,
                lambda a: m.as_tensor(a, dtype=m.int32),
                lambda a: m.tensor(a, dtype=m.float32),
                m.Tensor,
                m.DoubleTensor,
                m.ones(1).new_tensor,
                lambda a: m.from_numpy(a).clone(),
                lambda a: np.add(m.ones(a.shape), 1),
                lambda a: np.add(m.from_numpy(a), 1),
            )
        ):
            yield f"{text} {at}: {outcome(lambda make=make, array=array: make(array).stride())}"


OPERATORS = [
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and_", "or_", "xor", "lt",
    "le", "gt", "ge", "eq", "ne",
]  # fmt: skip
IN_PLACE = [
    "iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow", "iand", "ior", "ixor",
]  # fmt: skip


def operands(m: Any) -> Iterator[str]:
    """Operators of a tensor and something else, from both sides, and in place."""
    others: list[Callable[[], Any]] = [
        lambda: m.Size([3]), lambda: m.float32, lambda: m.device("cpu"), lambda: m.strided,
        lambda: m.contiguous_format, lambda: None, lambda: "a", lambda: [1, 2, 3], lambda: (1,),
        lambda: np.ones(3), lambda: np.ones(3, int), lambda: np.float64(2), lambda: object,
    ]  # fmt: skip
    for (at, other), name in itertools.product(enumerate(others), OPERATORS):
        apply = getattr(operator, name)
        for tensor in (m.ones(3), m.ones(3, requires_grad=True), m.ones(3).long()):
            yield f"{at} {name}: {outcome(lambda t=tensor, o=other, f=apply: f(t, o()))}"
            yield f"{at} r{name}: {outcome(lambda t=tensor, o=other, f=apply: f(o(), t))}"
    for (at, other), name in itertools.product(enumerate(others), IN_PLACE):
        if not (at == 0 and name == "imul"):  # the interpreter asks the size, which is in Python
            apply = getattr(operator, name)
            for tensor in (m.ones(3), m.ones(3).long()):
                yield f"{at} {name}: {outcome(lambda t=tensor, o=other, f=apply: f(t, o()))}"


def types_of_torch(m: Any) -> Iterator[str]:
    """Their names, and what sizes make of each other."""
    for kind in (m.dtype, m.device, m.Size, m.layout, m.memory_format):
        yield f"{kind.__name__} {kind.__qualname__} {outcome(lambda k=kind: type('T', (k,), {}))}"
    size = m.Size([1, 2])
    for call in (
        lambda: size + size, lambda: operator.add(size, [3]), lambda: size * 2, lambda: 2 * size,
        lambda: size + m.ones(2), lambda: size + None, lambda: size - size,
    ):  # fmt: skip
        yield outcome(call)


def spread_infinities(m: Any) -> Iterator[str]:
    for ends in ((0, INF), (-INF, INF), (0, NAN), (-3e38, 3e38), (0, complex(INF, 1))):
        for steps in (0, 1, 3, 4):
            yield told(lambda e=ends, s=steps: m.linspace(*e, s))


def drawn_numbers(m: Any) -> Iterator[str]:
    """What is drawn without dims is a tensor of its dtype like any other."""
    for make in (m.rand, m.randn):
        for dtype in (m.float64, m.complex64, m.complex128):
            drawn = make([], dtype=dtype)
            yield f"{drawn.dtype} {(drawn * 2).dtype} {(drawn - 1j).dtype}"


def checks_of_several_outputs(m: Any) -> Iterator[str]:
    for data in ([1.0, -2.0], [0.5 + 1j, 2.0], []):
        y = m.tensor(data, dtype=m.complex128).requires_grad_()
        for check in (m.autograd.gradcheck, m.autograd.gradgradcheck):
            for fast in (False, True):

                def call(check: Any = check, y: Any = y, fast: bool = fast) -> Any:
                    return check(lambda a: (a.sum(), a * 3), y, fast_mode=fast)

                yield outcome(call)


TABLES: list[Table] = [
    drawn_numbers, checks_of_several_outputs,
    elements, nested, legacy_constructors, shared_memory, strides_of_arrays, operands,
    types_of_torch, spread_infinities,
]  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_same_as_torch(table: Table) -> None:
    assert differences(table) == []
