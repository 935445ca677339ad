"""Calls that fuzzing came to, and all that lie around them, do here what they do on torch.

A table is a function of the module that gives what each of some thousand calls did, as text.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

import mini_autograd
from tests.parity.tables import differences, outcome

SPECIAL = (0.0, -0.0, 1.0, -1.0, 2.5, float("inf"), -float("inf"), float("nan"))


def losses_of_classes(m: Any) -> Iterator[str]:
    """Which of an input's and a target's dims, sizes and dtypes is refused first."""
    inputs = ([], [1], [2], [1, 2], [2, 3], [2, 3, 4], [2, 3, 2, 2], [0, 3], [3, 0])
    targets = ([], [1], [2], [3], [1, 1], [2, 3], [1, 2, 2], [2, 2, 2], [0], [2, 0])
    dtypes = (m.float32, m.int32, m.int64, m.uint8, m.complex64)
    for given, aimed, dtype in itertools.product(inputs, targets, dtypes):
        for loss, options in (("nll_loss", {}), ("cross_entropy", {"label_smoothing": 0.1})):
            called = getattr(m.nn.functional, loss)
            pair = m.zeros(given), m.zeros(aimed, dtype=dtype)
            shown = outcome(lambda called=called, pair=pair, o=options: called(*pair, **o).shape)
            yield f"{loss} {given} {aimed} {dtype}: {shown}"


def gradients_of_losses_of_classes(m: Any) -> Iterator[str]:
    """Of what the loss itself takes, the walk refuses some."""
    shapes = [2], [1], [1, 2], [2, 2], [2, 3, 1], [0, 2], [2, 2, 2, 2]
    targets = [], [1], [2], [1, 1], [2, 1], [2, 2, 2], [0]
    for shape, aimed, reduction in itertools.product(shapes, targets, ("mean", "none")):
        x, target = m.ones(shape, requires_grad=True), m.zeros(aimed, dtype=m.int64)

        def gradient(x: Any = x, target: Any = target, reduction: str = reduction) -> Any:
            m.nn.functional.nll_loss(x, target, reduction=reduction).sum().backward()
            return x.grad

        yield f"{shape} {aimed} {reduction}: {outcome(gradient)}"


def writes_of_hooks_into_shared_numbers(m: Any) -> Iterator[str]:
    """A number that goes to several leaves has one memory, which a hook of the first writes to."""
    ways: dict[str, Callable[[Any, Any], Any]] = {
        "add": lambda a, b: a + b,
        "sub": lambda a, b: a - b,
        "sums": lambda a, b: (a + 1) + (b + 1),
        "add_": lambda a, b: a.clone().add_(b),
        "cat": lambda a, b: m.cat([a.reshape(-1), b.reshape(-1)]).sum(),
        "scaled": lambda a, b: (a + b) * 3,
    }

    def double(grad: Any) -> None:
        with m.no_grad():
            grad.mul_(2)

    for (name, way), which, shape in itertools.product(ways.items(), range(3), ([], [2])):
        a, b = (m.ones(shape, requires_grad=True) for _ in "ab")
        made = way(a, b)
        (a, b, made)[which].register_hook(double)
        seed = m.ones_like(made) if made.ndim else None
        done = outcome(lambda made=made, seed=seed: made.backward(seed))
        yield f"{name} {which} {shape}: {done} {a.grad} {b.grad}"


def data_replaced_after_a_transform(m: Any) -> Iterator[str]:
    """What a transform saved of an argument is the argument itself, whatever it shows by then."""

    def replace(x: Any) -> None:
        x.data = m.tensor([4.0, 5.0])

    def write(x: Any) -> None:
        x.detach().mul_(2)

    def nested(x: Any) -> Any:
        return m.func.vjp(lambda z: z * z * z, x)[0]

    functions = (lambda x: x * x, lambda x: x.pow(2).sum(), lambda x: x * 3 * x.clone(), nested)
    for function, change in itertools.product(functions, (replace, write)):
        x = m.tensor([2.0, 3.0], requires_grad=True)

        def gradients(x: Any = x, function: Any = function, change: Any = change) -> Any:
            out, products = m.func.vjp(function, x)
            change(x)
            product = products(m.ones_like(out))[0]
            (product.sum() + out.sum()).backward()
            return product, x.grad

        yield outcome(gradients)
    for function in functions:
        x = m.tensor([2.0, 3.0])
        out, products = m.func.vjp(function, x)
        replace(x)
        yield str(products(m.ones_like(out)))


def bools_as_indices(m: Any) -> Iterator[str]:
    """What the node of an index saves of them, read and written."""
    saved: list[Any] = []

    def pack(tensor: Any) -> Any:
        saved.append((tensor.dtype, tensor.tolist()))
        return tensor

    mask, one = m.tensor([True, False]), m.tensor([0])
    indices = (True, False, (True, True), (None, True), (..., True), (True, 0), (0, True))
    indices = (*indices, (True, slice(None)), (True, one), (True, mask), (False, one))
    indices = (*indices, m.tensor(True), m.tensor(1, dtype=m.uint8), [True], np.bool_(True))
    for shape, index, written in itertools.product(([], [2], [2, 2], [0]), indices, (False, True)):
        saved.clear()
        x = m.ones(shape, requires_grad=True)

        def gradient(x: Any = x, index: Any = index, written: bool = written) -> Any:
            with m.autograd.graph.saved_tensors_hooks(pack, lambda packed: packed):
                made = x * 1
                if written:
                    made[index] = 5.0
                else:
                    made = made[index]
            made.sum().backward()
            return made, x.grad

        yield f"{shape} {index} {written}: {outcome(gradient)} {saved}"


def repeats(m: Any) -> Iterator[str]:
    """Counts that are negative where nothing is repeated: only the walk refuses them."""
    counts = (), (-1,), (0,), (2,), (-1, -1), (0, -1), (-2, 2), (1, -1), (2, -1, 1), (-1, 2, 2)
    for shape, given in itertools.product(([], [0], [2], [0, 2], [2, 0], [2, 3]), counts):
        x = m.ones(shape, requires_grad=True)

        def gradient(x: Any = x, given: Any = given) -> Any:
            x.repeat(given).sum().backward()
            return x.grad

        yield f"{shape} {given}: {outcome(gradient)}"


def norms(m: Any) -> Iterator[str]:
    """Which arguments of a norm are refused, by which of the functions that it stands for."""
    dims = (None, 0, (0,), (0, 1), (1, -1, 0), (0, 0), (), [0, 1, 1], 5, (5, 1), 1.5, (1.5, 0), "a")
    for shape, order, dim in itertools.product(([], [2], [2, 2]), ("fro", 2, None, "x", 1.5), dims):
        for keepdim, dtype in ((False, None), (1, None), (1.5, m.float64), ("a", None), (True, 1)):
            options = {} if dtype is None else {"dtype": dtype}
            x = m.ones(shape)
            shown = outcome(
                lambda x=x, p=order, d=dim, k=keepdim, o=options: m.norm(x, p, d, k, **o).shape
            )
            yield f"{shape} {order} {dim} {keepdim} {dtype}: {shown}"


def moments(m: Any) -> Iterator[str]:
    """Variances of empty, equal and infinite numbers, and the gradients of deviations of nought."""
    values = ([1e308, -1e308], [1e308, 1e300, 2.0], [float("inf"), 1], [1, float("inf")])
    values = (*values, [0.1] * 3, [-1.83] * 7, [3.3] * 5, [3e38, -3e38], [float("nan"), 1])
    for given, dtype in itertools.product(values, (m.float64, m.float32, m.complex64)):
        for name, dim in itertools.product(("var", "std", "var_mean", "std_mean"), (None, 0)):
            x = m.tensor(given, dtype=m.float64).to(dtype).requires_grad_()
            found = getattr(m, name)(x, dim)
            yield f"{name} {given} {dtype} {dim}: {outcome(lambda found=found: found)}"
            if name == "std":
                found.backward()
                yield str(x.grad == 0)
    rows = np.random.default_rng(0).normal(size=(200, 300))
    for given in (rows + 3000, rows * (1 + 2j)):
        dtype = m.complex64 if given.dtype.kind == "c" else m.float32
        x = m.tensor(given).to(dtype)
        for way in (
            x,
            x.t(),
            x[:, ::3],
            x[:5, 0],
            x[0],
        ):
            yield f"{dtype} {tuple(way.shape)}: {way.var():.4g} {m.std_mean(way, 0)[1].sum():.5g}"
    shapes, dims = ([0], [0, 3], [], [1], [2, 3], [2, 1, 3]), (None, 0, 1, (0, 1), (), -1)
    for shape, dim, keepdim, correction in itertools.product(
        shapes, dims, (False, True), (-1, 0, 5)
    ):
        for name in ("std", "var_mean"):
            x, options = m.ones(shape), {"keepdim": keepdim, "correction": correction}
            call = getattr(m, name)
            shown = outcome(lambda f=call, x=x, d=dim, o=options: f(x, d, **o))
            yield f"{name} {shape} {dim} {options}: {shown}"


def complex_powers(m: Any) -> Iterator[str]:
    """Infinities, NaN and signed zeros to each other's power; numbers as base and as exponent."""
    pairs = [complex(*each) for each in itertools.product(SPECIAL, SPECIAL)]
    for dtype in (m.complex64, m.complex128):
        bases = m.tensor([[each] * len(pairs) for each in pairs], dtype=dtype)
        for base, row in zip(pairs, (bases ** m.tensor(pairs, dtype=dtype)).tolist(), strict=True):
            yield from (f"{base} ** {e}: {shown(z)}" for e, z in zip(pairs, row, strict=True))
        column = bases[:, 0]
        for number in (0, 1, 2, 3, -1, -2, 0.5, -0.5, 2.5, 1j, 0.5 + 0j, float("inf")):
            ways = [("exponent", column**number), ("base", number**column)]
            if number == 1:
                ways.append(("base True", True**column))
            for name, found in ways:
                yield from (f"{name} {number}: {shown(z)}" for z in found.tolist())


def test_powers_of_ordinary_complex_numbers_are_the_same_to_the_last_bit():
    random = np.random.default_rng(0)
    parts = random.normal(size=(4, 4001)) * [[1], [1], [3], [1]]
    for dtype in (np.complex64, np.complex128):
        base, exponent = (parts[0] + 1j * parts[1]).astype(dtype), (parts[2] + 1j * parts[3])
        expected, found = (
            (m.from_numpy(base) ** m.from_numpy(exponent.astype(dtype))).numpy()
            for m in (torch, mini_autograd)
        )
        assert expected.tobytes() == found.tobytes()


def shown(number: complex) -> str:
    return ", ".join(
        "nan" if part != part else f"{part:.4g}" for part in (number.real, number.imag)
    )


def real_numbers_written_into_complex(m: Any) -> Iterator[str]:
    """The gradient of what is written, which is complex where the numbers are not."""
    indices = {
        "mask": lambda: m.tensor([True, False]),
        "empty mask": lambda: m.tensor([False, False]),
        "matrix": lambda: m.tensor([[True, False], [False, True]]),
        "index": lambda: m.tensor([0]),
        "number": lambda: 0,
        "slice": lambda: slice(0, 1),
    }
    for name, dtypes in itertools.product(
        indices, itertools.product((m.complex64, m.float32, m.float64), repeat=2)
    ):
        for shape, accumulate in itertools.product(([], [1], [1, 2]), (None, False, True)):
            x, values = m.ones(2, 2, dtype=dtypes[0]), m.ones(shape, dtype=dtypes[1])
            index = indices[name]()
            values.requires_grad_()

            def write(x: Any = x, v: Any = values, i: Any = index, a: Any = accumulate):
                if a is None:
                    x[i] = v
                else:
                    x.index_put_((i,), v, accumulate=a)
                x.backward(m.full_like(x, 3))
                return v.grad.tolist(), v.grad.dtype

            yield f"{name} {dtypes} {shape} {accumulate}: {outcome(write)}"


def functions_in_inference_mode(m: Any) -> Iterator[str]:
    """What a custom function records in inference mode, with and without grad mode within."""

    class Exp(m.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, saves: str) -> Any:
            result = x.exp()
            saved = {"result": (result,), "input": (x,), "nothing": (), "other": (x * 2,)}[saves]
            ctx.save_for_backward(*saved)
            return result

    for saves, grad, needs in itertools.product(
        ("result", "input", "nothing", "other"), (None, False, True), (False, True)
    ):

        def apply(saves: str = saves, grad: Any = grad, needs: bool = needs) -> Any:
            x = m.ones(2, requires_grad=needs)
            with m.inference_mode():
                if grad is None:
                    y = Exp.apply(x, saves)
                else:
                    with m.set_grad_enabled(grad):
                        y = Exp.apply(x, saves)
            return y.requires_grad, y.is_leaf, y.is_inference(), y.grad_fn and y.grad_fn.name()

        yield f"{saves} {grad} {needs}: {outcome(apply)}"


def grad_mode_of_hooks_in_inference_mode(m: Any) -> Iterator[str]:
    """What a hook sees of grad mode."""
    for create in (False, True):
        seen = []
        x = m.ones(1, requires_grad=True)
        x.register_hook(lambda grad, seen=seen: seen.append(m.is_grad_enabled()))
        with m.inference_mode():
            x.backward(create_graph=create)
        yield f"{create}: {seen}"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "table",
    [
        losses_of_classes,
        gradients_of_losses_of_classes,
        writes_of_hooks_into_shared_numbers,
        data_replaced_after_a_transform,
        bools_as_indices,
        repeats,
        norms,
        complex_powers,
        moments,
        real_numbers_written_into_complex,
        functions_in_inference_mode,
        grad_mode_of_hooks_in_inference_mode,
    ],
)
def test_each_call_does_what_it_does_on_torch(table: Callable[[Any], Iterator[str]]):
    assert not differences(table)
