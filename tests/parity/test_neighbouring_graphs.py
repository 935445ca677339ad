"""Graphs, views and flags that fuzzing came to, and all that lie around them, are torch's.

The tables are as those of `test_neighbouring_calls`.
"""

from __future__ import annotations

import functools
import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.mini_autograd.test_recorded_graphs import graph
from tests.parity.tables import Table, differences, outcome


def losses(m: Any) -> dict[str, Callable[[Any], Any]]:
    functional = m.nn.functional
    reductions = ("mean", "sum", "none")
    return {
        **{
            f"smoothed {reduction} {weighted}": lambda x, r=reduction, w=weighted: (
                functional.cross_entropy(
                    x,
                    m.tensor(0),
                    weight=m.tensor([1.0, 2.0, 3.0]) if w else None,
                    reduction=r,
                    label_smoothing=0.5,
                )
            )
            for reduction, weighted in itertools.product(reductions, (False, True))
        },
        **{
            f"mse {r}": lambda x, r=r: functional.mse_loss(x, x.detach() + 1, reduction=r)
            for r in reductions
        },
        **{
            f"mse of a number {r}": lambda x, r=r: functional.mse_loss(
                x[0], m.tensor(1.0), reduction=r
            )
            for r in reductions
        },
    }


def products(m: Any) -> dict[str, Callable[[Any], Any]]:
    return {
        "prod": lambda x: x.prod(),
        "prod along a dim": lambda x: x.prod(0),
        "prod in another dtype": lambda x: x.prod(0, dtype=m.float64),
        "cumprod": lambda x: x.cumprod(0),
        "cumprod of rows": lambda x: m.stack([x, x + 1]).cumprod(0),
    }


def recorded_gradients(m: Any) -> Iterator[str]:
    """The graph of a gradient by the input and the seed, and of that gradient's own."""
    data = ([1.0, 2.0, 0.5], [0.0, 2.0, 0.5], [0.0, 0.0, -1.0])
    for values, (name, function) in itertools.product(
        data, [*losses(m).items(), *products(m).items()]
    ):

        def gradients(values: Any = values, function: Any = function) -> str:
            x = m.tensor(values, requires_grad=True)
            y = function(x)
            seed = m.ones_like(y).requires_grad_()
            (first,) = m.autograd.grad(y, x, seed, create_graph=True)
            second = m.autograd.grad(
                (first * first).sum(), (x, seed), create_graph=True, allow_unused=True
            )
            found = [each for each in (first, *second) if each is not None]
            return "\n".join(f"{graph(each)} at version {each._version}" for each in found)

        yield f"{name} {values}: {outcome(gradients)}"


def views_that_hooks_write_to(m: Any) -> Iterator[str]:
    """A gradient that is a view of the seed, to which a hook wrote, once the seed requires grad."""
    views: dict[str, Callable[[Any], Any]] = {
        "reshape": lambda x: x.reshape(3),
        "unsqueeze": lambda x: x[None],
        "expand": lambda x: x.expand(3),
        "permute": lambda x: x.permute(0),
        "view_as": lambda x: x.view_as(x),
        "cat": lambda x: m.cat([x]),
        "clone": lambda x: x.clone(),
        "sum": lambda x: x + 0,
        "split": lambda x: x.split(3)[0],
    }
    for (name, view), writes, accumulates in itertools.product(
        views.items(), (False, True), (False, True)
    ):
        x = m.tensor([1.0, 1.0, 1.0], requires_grad=True)
        if writes:
            x.register_hook(lambda grad: (grad.mul_(2), None)[1])
        y = view(x)
        seed = m.ones(tuple(y.shape))
        if accumulates:
            y.backward(seed)
            gradient = x.grad
        else:
            (gradient,) = m.autograd.grad(y, x, seed)
        seed.requires_grad_()
        asked: dict[str, Callable[[Any], Any]] = {
            "requires_grad": lambda g: g.requires_grad,
            "is_leaf": lambda g: g.is_leaf,
            "grad_fn": lambda g: g.grad_fn,
            "grad": lambda g: m.autograd.grad(g, g, m.ones(tuple(g.shape))),
            "write": lambda g: g.add_(1).tolist(),
        }
        for what, ask in asked.items():
            found = outcome(lambda ask=ask, gradient=gradient: ask(gradient))
            yield f"{name} {writes} {accumulates} {what}: {found}"


def conjugates(m: Any) -> Iterator[str]:
    """What torch has yet to conjugate is no array of NumPy's; its values are what they are."""
    calls: dict[str, Callable[[Any], Any]] = {
        "conj": lambda x: x.conj(),
        "conj twice": lambda x: x.conj().conj(),
        "mH": lambda x: x.mH,
        "adjoint": lambda x: x.adjoint(),
        "conj_physical": lambda x: x.conj_physical(),
        "view": lambda x: x.conj().view(4),
        "select": lambda x: x.conj()[0],
        "detach": lambda x: x.conj().detach(),
        "data": lambda x: x.conj().data,
        "clone": lambda x: x.conj().clone(),
        "contiguous": lambda x: x.conj().contiguous(),
        "resolve_conj": lambda x: x.conj().resolve_conj(),
        "exp": lambda x: x.conj().exp(),
        "real": lambda x: x.conj().real,
        "wider": lambda x: x.conj().to(m.complex128),
        "expand": lambda x: x.conj().expand(2, 2, 2),
        "unbind": lambda x: x.conj().unbind()[1],
        "cat": lambda x: m.cat([x.conj(), x.conj()]),
        "of real": lambda x: x.real.conj(),
    }
    for (name, call), requires in itertools.product(calls.items(), (False, True)):
        x = m.tensor([[1 + 2j, 3 - 1j], [0.5j, 2]], requires_grad=requires)
        found = call(x)
        yield f"{name} {requires}: {found.is_conj()} {graph(found)}"
        if name.startswith("conj"):
            x.data = found.detach()
            yield f"{name} {requires} as data: {x.is_conj()} {outcome(x.detach().numpy)}"
            found.data = m.tensor([1j])
            yield f"{name} {requires} with data: {found.is_conj()} {outcome(found.detach().numpy)}"
        for ask in ("numpy", "tolist", "__array__"):
            for asked in (found, found.detach()):
                yield f"{name} {requires} {ask}: {outcome(getattr(asked, ask))}"
    for name, create in itertools.product(("log", "log1p", "exp", "sqrt", "sin"), (False, True)):
        seen: list[str] = []

        def pack(tensor: Any, seen: list[str] = seen) -> Any:
            seen.append(f"{tensor.is_conj()} {outcome(lambda: tensor.detach().numpy())}")
            return tensor

        x = m.tensor([1 + 2j], requires_grad=True)
        y = getattr(m, name)(x)
        with m.autograd.graph.saved_tensors_hooks(pack, lambda packed: packed):
            m.autograd.grad(y, x, m.ones_like(y), create_graph=create)
        yield f"{name} {create}: {seen}"


def arguments_of_transforms(m: Any) -> Iterator[str]:
    """What leads to the arguments that require grad, where those beside them do not."""
    functions: dict[str, Callable[[Any, Any], Any]] = {
        "x x y": lambda x, y: (x * x * y).sum(),
        "x y": lambda x, y: (x * y).sum(),
        "exp": lambda x, y: (x.exp() * y).sum(),
        "x y y": lambda x, y: (x * y * y).sum(),
        "quotient": lambda x, y: (y / x).sum(),
        "sums": lambda x, y: x.sum() * y.sum(),
    }
    calls: dict[str, Callable[[Any, Any, Any], Any]] = {
        "grad": lambda f, x, y: m.func.grad(f)(x, y),
        "grad by the second": lambda f, x, y: m.func.grad(f, argnums=1)(x, y),
        "grad_and_value": lambda f, x, y: sum(m.func.grad_and_value(f)(x, y)),
        "vjp": lambda f, x, y: sum(m.func.vjp(f, x, y)[1](m.tensor(1.0))),
        "jacrev": lambda f, x, y: m.func.jacrev(f)(x, y),
    }
    flags = itertools.product((False, True), repeat=3)
    for (name, f), (by, call), (of_x, of_y, create) in itertools.product(
        functions.items(), calls.items(), flags
    ):

        def found(f: Any = f, call: Any = call, flags: Any = (of_x, of_y, create)) -> Any:
            x, y = (
                m.tensor([data], requires_grad=flag)
                for data, flag in zip((1.5, 2.5), flags, strict=False)
            )
            result = call(f, x, y)
            result.sum().backward(create_graph=flags[2])
            return [
                each
                and (
                    round(each.item(), 4),
                    each.requires_grad,
                    each.grad_fn and each.grad_fn.name(),
                )
                for each in (result, x.grad, y.grad)
            ]

        yield f"{name} {by} {of_x} {of_y} {create}: {outcome(found)}"


def masks(m: Any) -> Iterator[str]:
    """Shapes that do not go together, in the order in which torch names them."""
    for shape, mask in itertools.product(([], [1], [2], [3], [2, 3]), repeat=2):
        for name in ("masked_select", "masked_fill", "masked_fill_"):
            x, where = m.ones(shape), m.ones(mask, dtype=m.bool)
            given = () if name == "masked_select" else (2.0,)
            call = outcome(functools.partial(getattr(x, name), where, *given))
            yield f"{name} {shape} {mask}: {call}"


def watched_reshapes(m: Any) -> Iterator[str]:
    """Which view a reshape is where saved tensors may be written to, forwards and backwards."""
    linear = m.nn.functional.linear
    watching = m.autograd.graph.allow_mutation_on_saved_tensors
    leaves: dict[str, Callable[[], Any]] = {
        "expanded": lambda: m.ones((), requires_grad=True).expand(2, 3),
        "transposed": lambda: m.ones(3, 2, requires_grad=True).t(),
        "in rows": lambda: m.ones(2, 3, requires_grad=True),
        "with gaps": lambda: m.ones(4, 3, requires_grad=True)[::2],
    }
    ops: dict[str, Callable[[Any], Any]] = {
        "reshape": lambda x: x.reshape(1, *x.shape),
        "flatten": lambda x: x.flatten(),
        "roll": lambda x: x.roll(1),
        "reshape_as": lambda x: x.reshape_as(x),
        "linear": lambda x: linear(x.reshape(1, *x.shape), m.ones(2, x.shape[-1])),
        "matmul": lambda x: x.reshape(1, *x.shape) @ m.ones(1, x.shape[-1], 2),
        "outer": lambda x: m.outer(x[0], x[0]),
        "repeat_interleave": lambda x: x.repeat_interleave(2),
    }
    for (name, leaf), (op, made) in itertools.product(leaves.items(), ops.items()):
        with watching():
            result = made(leaf())
        x = leaf()
        plain = made(x)
        with watching():
            (grad,) = m.autograd.grad(
                plain, x, m.ones_like(plain).requires_grad_(), create_graph=True
            )
        yield f"{op} {name}: {graph(result)} {graph(grad)}"


def graphs_of_threads(m: Any) -> Iterator[str]:
    """Each thread numbers its nodes from 0 on, and the walk goes by the numbers."""
    x = m.ones(2, requires_grad=True)
    for _ in range(4):
        before = x * 2
    made: list[Any] = []

    def work() -> None:
        made.extend((x * 3, (x * 4).exp()))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    yield str([each.grad_fn._sequence_nr() for each in made])
    order: list[str] = []
    for name, each in {"before": before, "first": made[0], "second": made[1]}.items():
        each.register_hook(lambda grad, name=name: order.append(name))
    (before.sum() + made[0].sum() + made[1].sum()).backward()
    yield f"{order} {x.grad}"


def edges_of_functions(m: Any) -> Iterator[str]:
    """The gradient edge of a custom Function's result holds on to the graph by a view's node."""

    class Double(m.autograd.Function):  # type: ignore[misc, name-defined]
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            return grad * 2

    x = m.ones(2, requires_grad=True)
    for grad_mode, (name, made) in itertools.product(
        (m.enable_grad, m.no_grad), {"function": Double.apply(x), "op": x * 2, "leaf": x}.items()
    ):
        with grad_mode():
            edge = m.autograd.graph.get_gradient_edge(made)
        token = edge.ownership_token
        m.autograd.backward([edge], [m.ones(2)], retain_graph=True)
        yield f"{name} {edge.node.name()} {token and token.name()} {x.grad}"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "table",
    [
        edges_of_functions,
        graphs_of_threads,
        watched_reshapes,
        recorded_gradients,
        views_that_hooks_write_to,
        conjugates,
        arguments_of_transforms,
        masks,
    ],
)
def test_each_is_what_it_is_on_torch(table: Table):
    assert not differences(table)
