"""What single kernels of torch refuse, and in which order, over shapes and layouts of operands."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.parity.tables import Table, differences, outcome
from tests.parity.test_neighbouring_ops import shown

Shapes = list[tuple[int, ...]]


def scattered_by_masks(m: Any) -> Iterator[str]:
    """`masked_scatter`: shapes come before dtypes, in place after the source's dtype."""
    targets: Shapes = [(), (1,), (2,), (0,), (2, 3), (1, 3)]
    masks: Shapes = [(), (1,), (2,), (3,), (0,), (2, 3), (2, 1)]
    sources: Shapes = [(), (1,), (3,), (0,), (6,)]
    for shapes in itertools.product(targets, masks, sources):
        for kinds in itertools.product(("bool", "uint8", "float32"), ("float32", "int64")):
            x, mask = m.ones(shapes[0]), m.ones(shapes[1]).to(getattr(m, kinds[0]))
            source = (m.ones(shapes[2]) * 2).to(getattr(m, kinds[1]))
            for f in (m.Tensor.masked_scatter, m.Tensor.masked_scatter_):
                said = outcome(lambda f=f, x=x, k=mask, s=source: shown(f(x.clone(), k, s)))
                yield f"{shapes} {kinds}: {said}"


def scattered_by_masks_over_layouts(m: Any) -> Iterator[str]:
    """`masked_scatter` into tensors that lie in several ways."""
    targets: tuple[Callable[[], Any], ...] = (
        lambda: m.ones(3, 2).t(),
        lambda: m.ones(3).expand(2, 3),
        lambda: m.ones(2, 6)[:, ::2],
        lambda: m.ones(1).expand(3),
    )
    masks: Shapes = [(2, 3), (3,), (2, 1), (1,)]
    for (at, make), shape, turned in itertools.product(enumerate(targets), masks, (False, True)):
        mask = m.ones(shape, dtype=m.bool)
        if turned:
            mask = m.ones(shape[::-1], dtype=m.bool).permute(tuple(reversed(range(len(shape)))))
        for f in (m.Tensor.masked_scatter, m.Tensor.masked_scatter_):
            said = outcome(lambda f=f, make=make, k=mask: shown(f(make(), k, m.arange(6.0))))
            yield f"{at} {shape} {turned}: {said}"


def likelihoods_of_images(m: Any) -> Iterator[str]:
    """The gradient of `nll_loss` by images that lie in several ways."""
    images: tuple[Callable[[], Any], ...] = (
        lambda: m.ones(2, 3, 4, 5),
        lambda: m.ones(5, 4, 3, 2).permute(3, 2, 1, 0),
        lambda: m.ones(1, 3, 1, 1).expand(2, 3, 4, 5),
        lambda: m.ones(2, 3, 4, 10)[..., ::2],
        lambda: m.ones(2, 3, 4, 5).contiguous(memory_format=m.channels_last),
        lambda: m.ones(2, 4, 3, 5).permute(0, 2, 1, 3),
        lambda: m.ones(0, 3, 4, 5),
        lambda: m.ones(4, 5, 3, 0).permute(3, 2, 0, 1),
        lambda: m.ones(3, 2).t(),
        lambda: m.ones(2, 6)[:, ::2],
        lambda: m.ones(2, 4, 3).permute(0, 2, 1),
    )
    losses = (m.nn.functional.nll_loss, m.nn.functional.cross_entropy)
    for (at, make), reduction, weighted, loss in itertools.product(
        enumerate(images), ("mean", "sum", "none"), (False, True), losses
    ):

        def told(
            make: Any = make, kind: str = reduction, by: bool = weighted, f: Any = loss
        ) -> Any:
            x = make().requires_grad_()
            target = m.zeros((x.shape[0], *x.shape[2:]), dtype=m.int64)
            made = f(x, target, m.ones(3) if by else None, reduction=kind)
            made.backward(m.ones_like(made))
            return x.grad.stride(), round(x.grad.sum().item(), 3) + 0

        yield f"{at} {reduction} {weighted} {loss.__name__}: {outcome(told)}"


def means_of_zeros(m: Any) -> Iterator[str]:
    """The sign of the mean of zeros of either sign, few and many."""
    draw = random.Random(3)
    for size, share in itertools.product((1, 2, 7, 64, 65, 66, 100, 130), (0, 0.5, 0.9, 1)):
        values = [-0.0 if draw.random() < share else 0.0 for _ in range(size * 2)]
        for dtype in ("float32", "float64", "float16"):
            x = m.tensor(values, dtype=getattr(m, dtype)).reshape(size, 2)
            for name, dim in itertools.product(("std_mean", "var_mean", "mean"), (None, 0, 1)):
                made = getattr(m, name)(x, dim) if dim is not None else getattr(m, name)(x)
                mean = made if m.is_tensor(made) else made[1]
                signs = [math.copysign(1, each) for each in mean.reshape(-1).tolist()]
                yield f"{name} {size} {share} {dtype} {dim}: {signs}"


def positions(m: Any) -> Iterator[str]:
    """Where a tensor is not zero, also nowhere, and of a tensor without dims."""
    sizes: Shapes = [(), (1,), (2,), (0,), (2, 3), (0, 3), (3, 0), (1, 1), (2, 2, 2)]
    for size, value, name in itertools.product(sizes, (0.0, 1.0), ("argwhere", "nonzero")):
        made = getattr(m, name)(m.ones(size) * value)
        memory = made.untyped_storage().nbytes()
        yield f"{name} {size} {value}: {made.shape} {made.stride()} {made._is_view()} {memory}"
    for size in sizes:
        yield outcome(lambda size=size: [shown(x) for x in m.zeros(size).nonzero(as_tuple=True)])


def pieces(m: Any) -> Iterator[str]:
    """`tensor_split` by tensors, of which the dtype and the rank are looked at first."""
    places: tuple[Any, ...] = ([1], 1, [[1]], [], [1, 1], 0, -1, [5, -1], 7)
    sizes: Shapes = [(), (3,), (0,), (2, 3)]
    for dtype, at, size, dim in itertools.product(
        ("int64", "int32", "bool", "float64", "complex64"), places, sizes, (0, 1, -1, 2)
    ):
        given = m.tensor(at).to(getattr(m, dtype))

        def told(size: Any = size, given: Any = given, dim: int = dim) -> Any:
            return [shown(each) for each in m.tensor_split(m.ones(size), given, dim)]

        yield f"{dtype} {at} {size} {dim}: {outcome(told)}"


def traces(m: Any) -> Iterator[str]:
    """`trace` of what is no matrix, or of truths."""
    sizes: Shapes = [(), (2,), (2, 2), (0, 0), (2, 2, 2), (0, 2), (3, 2)]
    for dtype, size in itertools.product(("float32", "bool", "int64", "float16", "uint8"), sizes):
        x = m.ones(size).to(getattr(m, dtype))
        yield f"{dtype} {size}: {outcome(lambda x=x: shown(m.trace(x)))}"


TABLES: tuple[Table, ...] = (
    scattered_by_masks,
    scattered_by_masks_over_layouts,
    likelihoods_of_images,
    means_of_zeros,
    positions,
    pieces,
    traces,
)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
@pytest.mark.filterwarnings("ignore")
def test_each_is_what_it_is_on_torch(table: Table):
    assert differences(table) == []
