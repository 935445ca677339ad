"""How calls are parsed, and refused, that differ in one argument from such as are taken."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

from tests.parity.tables import Table, differences, outcome


class Index:
    """Python takes it for an index."""

    def __index__(self) -> int:
        return 1


def _values(m: Any) -> dict[str, Any]:
    """What an argument is changed to."""
    return {
        "True": True, "1": 1, "-1": -1, "2.5": 2.5, "nan": float("nan"), "1j": 1j, "1+0j": 1 + 0j,
        "None": None, "x": "x", "(2,)": (2,), "[2]": [2], "int of NumPy": np.int64(1),
        "float of NumPy": np.float64(1), "bool of NumPy": np.bool_(True),
        "tensor": m.tensor(1), "bool tensor": m.tensor(True), "float tensor": m.tensor(1.0),
        "long tensor": m.tensor([1, 2]), "tensor in a tuple": (m.tensor([1.0]),),
        "complex tensor": m.tensor(1j), "leaf": m.tensor(1.0, requires_grad=True),
    }  # fmt: skip


def _shown(call: Callable[[], Any]) -> str:
    def show() -> Any:
        made = call()
        return (made.tolist(), made.dtype) if hasattr(made, "tolist") else made

    return outcome(show).replace("mini_autograd", "torch")


def _shape(call: Callable[[], Any]) -> str:
    return outcome(lambda: [*call().shape])


def lists_of_ints(m: Any) -> Iterator[str]:
    """What is an int in a list depends on its place: of later ones a bool is, too."""
    x, one = m.ones(2, 2, 2), m.ones(1, 1, 1)
    calls: dict[str, Callable[[Any], Any]] = {
        "flip": lambda d: m.flip(x, d),
        "flip dims=": lambda d: m.flip(x, dims=d),
        "permute": lambda d: m.permute(x, d),
        "x.permute": lambda d: x.permute(d),
        "expand": lambda d: one.expand(d),
        "broadcast_to": lambda d: m.broadcast_to(one, d),
        "as_strided": lambda d: m.as_strided(x, d, (1,) * 3),
        "as_strided strides": lambda d: m.as_strided(x, (1,) * 3, d),
        "repeat": lambda d: m.ones(1).repeat(d),
        "view": lambda d: m.ones(1).view(d),
        "reshape": lambda d: m.reshape(m.ones(1), d),
        "movedim": lambda d: m.movedim(x, d, (0, 1, 2)),
        "movedim to": lambda d: m.movedim(x, (0, 1, 2), d),
        "sum": lambda d: m.sum(x, d),
        "amax": lambda d: m.amax(x, d),
        "norm": lambda d: m.norm(x, "fro", d),
        "norm of 2": lambda d: m.norm(x, 2, d),
        "squeeze": lambda d: m.squeeze(one, d),
        "roll": lambda d: m.roll(x, d, (0, 1, 2)),
        "roll dims": lambda d: m.roll(x, (0, 1, 2), d),
        "zeros": lambda d: m.zeros(d),
        "full": lambda d: m.full(d, 1.0),
        "full size=": lambda d: m.full(size=d, fill_value=1.0),
        "new_full": lambda d: x.new_full(d, 1),
        "split": lambda d: m.split(m.ones(2), d)[0],
        "tensor_split": lambda d: m.tensor_split(m.ones(2), d)[0],
        "any": lambda d: m.any(x, d),
        "count_nonzero": lambda d: m.count_nonzero(x, d),
        "x.count_nonzero": lambda d: x.count_nonzero(d, 1),
    }
    for (name, call), (kind, value) in itertools.product(calls.items(), _values(m).items()):
        for place in range(3):
            given = [0, 1, 2]
            given[place] = value
            if "as_strided" not in name or kind != "-1":
                yield f"{name} {given}: {_shape(lambda c=call, d=given: c(tuple(d)))}"
        yield f"{name} of {kind} alone: {_shape(lambda c=call, v=value: c((v,)))}"
        yield f"{name} of {kind}: {_shape(lambda c=call, v=value: c(v))}"


def lists_among_other_arguments(m: Any) -> Iterator[str]:
    """A list is unpacked when all else fits, the last one first."""
    x, strange = m.ones(1, 1, 2), Index()
    calls: dict[str, Callable[[], Any]] = {
        "keepdim": lambda: m.sum(x, (0, 1.5), keepdim="x"),
        "two": lambda: m.as_strided(x, (1, 1.5), (1, "x")),
        "first": lambda: m.as_strided(x, (1, 1.5), ("x",)),
        "keyword": lambda: m.roll(x, (1, 1.5), foo=1),
        "dtype": lambda: m.zeros((1, 1.5), dtype="x"),
        "truth": lambda: x.expand((1, m.tensor(True), 1.5)),
        "no truth": lambda: x.expand((1, 1.5, m.tensor(True))),
        "one by one": lambda: x.view(1, True, 2),
        "bool first": lambda: x.view(True, 2),
        "str": lambda: x.permute(0, "x", 2),
        "named": lambda: x.permute(dims=("x", 1, 2)),
        "size": lambda: x.view((m.Size([1]),)),
        "nuc": lambda: m.norm(x, "fro", (0, 1, None)),
        "index": lambda: x.view(strange, 2),
        "index in a list": lambda: m.permute(x, (0, strange, 2)),
        "index traced": lambda: m.select(x, 2, strange),
        "index not traced": lambda: m.unsqueeze(x, strange),
        "topk": lambda: m.topk(x, strange)[0],
        "eye": lambda: m.eye(strange, strange),
        "squeeze": lambda: x.squeeze(strange),
        "truth alone": lambda: m.roll(x, m.tensor(True)),
        "cat": lambda: m.cat([m.nn.Parameter(x), None]),
        "repeat_interleave": lambda: m.repeat_interleave(x, None, repeats=x),
        "argwhere": lambda: m.argwhere(x, 1),
        "true_divide": lambda: m.true_divide(x, x, 1),
    }
    for name, call in calls.items():
        yield f"{name}: {_shape(call)}"


def factories(m: Any) -> Iterator[str]:
    """Functions of several forms, one argument changed, left over or with a name."""
    plain: dict[str, tuple[Any, list[Any], list[str]]] = {
        "arange of one": (m.arange, [3], ["end"]),
        "arange of two": (m.arange, [1.0, 3], ["start", "end"]),
        "arange": (m.arange, [1, 3, 1], ["start", "end", "step"]),
        "linspace": (m.linspace, [1, 3.0, 2], ["start", "end", "steps"]),
        "eye of one": (m.eye, [2], ["n"]),
        "eye": (m.eye, [2, 3], ["n", "m"]),
        "full": (m.full, [(2,), 1.0], ["size", "fill_value"]),
        "randint": (m.randint, [0, 1, (2,)], ["low", "high", "size"]),
        "randperm": (m.randperm, [1], ["n"]),
    }
    dtypes = m.float32, m.int64, m.uint8, m.bool, m.complex64, float, "x", None, 1
    for name, (call, given, names) in plain.items():
        for kind, value in _values(m).items():
            if kind == "bool tensor":  # on which torch trips itself
                continue
            for place in range(len(given)):
                changed = [*given[:place], value, *given[place + 1 :]]
                if "rand" not in name or kind not in ("-1", "tensor"):
                    yield f"{name} {place} {kind}: {_shown(lambda c=call, g=changed: c(*g))}"
                named = dict(zip(names, changed, strict=True))
                if "rand" not in name and len(given) < 3:  # these come in the order of a hash
                    yield f"{name} {kind} {named}: {_shown(lambda c=call, n=named: c(**n))}"
            if "arange" not in name:
                yield f"{name}, {kind}: {_shown(lambda c=call, g=given, v=value: c(*g, v))}"
        for dtype in dtypes:
            if "rand" not in name:
                shown = _shown(lambda c=call, g=given, d=dtype: c(*g, dtype=d))
                yield f"{name} {dtype}: {shown.replace('mini_autograd', 'torch')}"
        for left in {"foo": 1}, {"requires_grad": 1}, {"pin_memory": 2}, {names[-1]: 1}:
            yield f"{name} {left}: {_shown(lambda c=call, g=given, k=left: c(*g, **k))}"
        yield f"{name} of nothing: {_shown(call)}"


def ranges(m: Any) -> Iterator[str]:
    """Bounds and steps that are no numbers, or none that a dtype has."""
    numbers = 0, 2, -1.5, float("nan"), float("inf"), -float("inf"), 1j, 2 + 0j, True
    dtypes = None, m.int64, m.uint8, m.float32, m.float16, m.bool, m.complex64
    for start, end, dtype in itertools.product(numbers, numbers, dtypes):
        for step in (1, -1, 0, 0.5, float("nan"), float("inf"), 1j, 1 + 0j):
            if step == 0.5 and dtype is not None:
                continue
            shown = _shown(lambda a=start, b=end, s=step, d=dtype: m.arange(a, b, s, dtype=d))
            yield f"arange {start} {end} {step} {dtype}: {shown}".replace("mini_autograd", "torch")
        for steps in (-1, 0, 1, 2, 3):
            shown = _shown(lambda a=start, b=end, n=steps, d=dtype: m.linspace(a, b, n, dtype=d))
            yield f"linspace {start} {end} {steps} {dtype}: {shown}".replace(
                "mini_autograd", "torch"
            )


def tolerances(m: Any) -> Iterator[str]:
    """Of `isclose` and `allclose`."""
    x = m.ones(2)
    for name, (kind, value) in itertools.product(("isclose", "allclose"), _values(m).items()):
        call = getattr(m, name)
        for keyword in ("rtol", "atol", "equal_nan"):
            shown = _shown(lambda c=call, k={keyword: value}: c(x, x, **k))
            yield f"{name} {keyword}={kind}: {shown}"
        yield f"{name}, {kind}: {_shown(lambda c=call, v=value: c(x, x, v, v))}"
        yield f"{name} of {kind}: {_shown(lambda c=call, v=value: c(v, x))}"


def functions_of_python(m: Any) -> Iterator[str]:
    """Some look at attributes of what they are given, others parse it under another name."""
    functional = m.nn.functional
    x, logs, classes = m.ones(2), m.zeros(2, 3), m.tensor([0, 1])
    image, aims = m.zeros(2, 3, 2, 2), m.zeros(2, 2, 2, dtype=m.int64)
    calls: dict[str, Callable[[Any], Any]] = {
        "one_hot": functional.one_hot,
        "one_hot, classes": lambda v: functional.one_hot(classes, v),
        "one_hot num_classes": lambda v: functional.one_hot(classes, num_classes=v),
        "one_hot of more": lambda v: functional.one_hot(classes, v, num_classes=-1),
        "one_hot tensor=": lambda v: functional.one_hot(tensor=v),
        "nll_loss": lambda v: functional.nll_loss(v, classes),
        "nll_loss, target": lambda v: functional.nll_loss(logs, v),
        "nll_loss, weight": lambda v: functional.nll_loss(logs, classes, v),
        "nll_loss of images": lambda v: functional.nll_loss(image, aims, v),
        "nll_loss, ignored": lambda v: functional.nll_loss(logs, classes, ignore_index=v),
        "cross_entropy, smooth": lambda v: functional.cross_entropy(
            logs, classes, label_smoothing=v
        ),
        "mse_loss": lambda v: functional.mse_loss(x, x, reduction=v),
        "mse_loss, weight": lambda v: functional.mse_loss(x, x, reduction=v, weight=x),
        "l1_loss": lambda v: functional.l1_loss(x, m.ones(3), reduction=v),
        "l1_loss, weight": lambda v: functional.l1_loss(x, v, weight=m.ones(3)),
        "softmax": functional.softmax,
        "log_softmax": lambda v: functional.log_softmax(v, 0),
        "norm": m.norm,
        "norm of 2": lambda v: m.norm(v, 2, 0),
        "norm nuc": lambda v: m.norm(v, "nuc"),
        "rsub": lambda v: m.rsub(v, x),
        "rsub alpha": lambda v: m.rsub(v, x, alpha=2),
        "rsub of": lambda v: m.rsub(x > 0, v),
        "sub": lambda v: m.sub(v, x),
        "sub of": lambda v: m.sub(x > 0, v),
    }
    skipped = "int of NumPy", "float of NumPy", "bool of NumPy", "bool tensor"
    for (name, call), (kind, value) in itertools.product(calls.items(), _values(m).items()):
        if kind not in skipped:
            yield f"{name} {kind}: {_shown(lambda c=call, v=value: c(v))}"
    largest = m.tensor(2**63 - 1)
    yield f"one_hot of the largest: {_shown(lambda: functional.one_hot(largest))}"


def further_names(m: Any) -> Iterator[str]:
    """An op says by which name it was called."""
    names = (
        "absolute", "arccos", "clip", "concat", "divide", "fix", "ger", "greater", "moveaxis",
        "multiply", "negative", "not_equal", "row_stack", "subtract", "true_divide",
    )  # fmt: skip
    x = m.ones(2)
    for name, (kind, value) in itertools.product(names, _values(m).items()):
        call, method = getattr(m, name), getattr(m.Tensor, name, None)
        if "NumPy" in kind:
            continue
        calls: dict[str, Callable[[Any], Any]] = {
            "of": lambda v, c=call: c(v),
            "with": lambda v, c=call: c(x, v),
            "more": lambda v, c=call: c(x, x, v),
            "foo": lambda v, c=call: c(v, foo=v),
            "method": lambda v, c=method: c and c(x, v),
            "method, foo": lambda v, c=method: c and c(x, x, foo=v),
            "in place": lambda v, n=f"{name}_": getattr(m.Tensor, n)(x, v, v),
        }
        for form, made in calls.items():
            if form != "in place" or hasattr(torch.Tensor, f"{name}_"):
                yield f"{name} {form} {kind}: {_shown(lambda c=made, v=value: c(v))}"


def functions_in_place(m: Any) -> Iterator[str]:
    """They count the tensor among the arguments, which the methods do not."""
    names = "abs_", "arcsin_", "as_strided_", "ceil_", "fix_", "index_put_", "neg_", "relu_"
    for name, (kind, value) in itertools.product(names, _values(m).items()):
        call = getattr(m, name)
        if "NumPy" in kind or (kind == "bool tensor" and name == "as_strided_"):
            continue
        calls: dict[str, Callable[[Any], Any]] = {
            "of": lambda v, c=call: c(v),
            "input=": lambda v, c=call: c(input=v),
            "more": lambda v, c=call: c(m.ones(2), v, v),
            "foo": lambda v, c=call: c(m.ones(2), foo=v),
            "both": lambda v, c=call: c(v, v, foo=v),
        }
        for form, made in calls.items():
            yield f"{name} {form} {kind}: {_shown(lambda c=made, v=value: c(v))}"


def indices_of_which_one_is_none(m: Any) -> Iterator[str]:
    """A subscript takes it for a whole dim, an op for no tensor."""
    at, one = m.tensor([0]), m.tensor(1.0)
    for indices in (None,), (None, at), (at, None), [None, at], (m.ones(2, 2) > 0, None), (at,):
        for name in "index_put", "index_put_":
            for named in {}, {"accumulate": True}:
                method, function = getattr(m.ones(2, 2), name), getattr(m, name)
                shown = _shown(lambda c=method, i=indices, n=named: c(i, one, **n))
                yield f"{name} {indices}: {shown}"
                shown = _shown(lambda c=function, i=indices, n=named: c(m.ones(2, 2), i, one, **n))
                yield f"function {name} {indices}: {shown}"
                shown = _shown(lambda c=method, i=indices, n=named: c(indices=i, values=one, **n))
                yield f"named {name} {indices}: {shown}"

    def written() -> Any:
        x = m.ones(2, 2, requires_grad=True) * 2
        x[:, at] = 5.0
        x[None, at] = x[None, at] * 3
        return x.sum().grad_fn.next_functions[0][0].name(), x

    yield f"a subscript: {outcome(written)}"


TABLES = [
    lists_of_ints,
    lists_among_other_arguments,
    factories,
    ranges,
    tolerances,
    functions_of_python,
    functions_in_place,
    further_names,
    indices_of_which_one_is_none,
]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.filterwarnings("ignore")
def test_a_call_is_taken_or_refused_as_on_torch(table: Table) -> None:
    with torch.random.fork_rng():
        assert not differences(table)
