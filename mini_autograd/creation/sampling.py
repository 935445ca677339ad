"""Random tensors by a NumPy generator: not the numbers that torch draws from the same seed.

Nothing is seeded at import; `manual_seed` makes a run repeatable.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import dtypes
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.creation.data import checked_size, leaf
from mini_autograd.messages.tensors import creation as errors
from mini_autograd.parsing.factories import by_count, factory
from mini_autograd.parsing.types import Anything, Array, Bool, DType, Int, Sizes


class Generator:
    """A source of random numbers with a state of its own."""

    def __init__(self, device: Any = None) -> None:
        self._numbers: np.random.Generator | None = None
        self._seed: int | None = None

    @property
    def numbers(self) -> np.random.Generator:
        """NumPy's generator, made at the first use."""
        if self._numbers is None:
            self.seed()
        assert self._numbers is not None
        return self._numbers

    def manual_seed(self, seed: int) -> Generator:
        """Restart with a seed; returns the generator itself."""
        self._seed = int(seed)
        self._numbers = np.random.default_rng(self._seed % 2**64)
        return self

    def seed(self) -> int:
        """Restart with a random seed, which is returned."""
        self.manual_seed(int(np.random.SeedSequence().generate_state(1, np.uint64)[0]))
        return self.initial_seed()

    def initial_seed(self) -> int:
        """The seed that it was last started with."""
        if self._seed is None:
            return self.seed()
        return self._seed


default_generator: Final = Generator()


def manual_seed(seed: int) -> Generator:
    """Seed the default generator."""
    return default_generator.manual_seed(seed)


def initial_seed() -> int:
    """The seed of the default generator."""
    return default_generator.initial_seed()


def seed() -> int:
    """Restart the default generator with a random seed, which is returned."""
    return default_generator.seed()


def _source(generator: Generator | None) -> np.random.Generator:
    return (generator or default_generator).numbers


def _uniform(
    size: tuple[int, ...], wanted: dtypes.dtype, generator: Generator | None
) -> NDArray[Any]:
    """Uniform on [0, 1), drawn with the dtype's bits so that no value rounds up to 1."""
    if not (wanted.is_floating_point or wanted.is_complex):
        raise errors.not_implemented("check_uniform_bounds", wanted)
    source = _source(generator)
    if wanted.is_complex:
        parts = source.random(size) + 1j * source.random(size)
        return np.asarray(parts).astype(wanted.numpy)
    bits = np.finfo(wanted.numpy).nmant + 1
    draws = np.asarray(source.integers(0, 2**bits, size))
    return np.asarray(draws / 2**bits).astype(wanted.numpy)


def _normal(
    size: tuple[int, ...], wanted: dtypes.dtype, generator: Generator | None
) -> NDArray[Any]:
    if not (wanted.is_floating_point or wanted.is_complex):
        raise errors.not_implemented("normal_kernel_cpu", wanted)
    source = _source(generator)
    draws = np.asarray(source.standard_normal(size))
    if wanted.is_complex:  # of variance one: half of it in each part
        draws = (draws + 1j * source.standard_normal(size)) * np.sqrt(0.5)
    return draws.astype(wanted.numpy)


def _drawn(name: str, draw: Any) -> Any:
    @factory(name=name)
    def made(
        _: Anything,
        size: Sizes,
        *,
        generator: Anything = None,
        dtype: DType | None = None,
        layout: Anything = None,
        device: Anything = None,
        pin_memory: Bool = False,
        requires_grad: Bool = False,
    ) -> Tensor:
        wanted = dtype or dtypes.get_default_dtype()
        return leaf(draw(checked_size(name, size), wanted, generator), requires_grad)

    return made


def _drawn_like(name: str, draw: Any) -> Any:
    @factory(name=name)
    def made(
        _: Anything,
        input: Array,
        *,
        dtype: DType | None = None,
        layout: Anything = None,
        device: Anything = None,
        pin_memory: Bool = False,
        requires_grad: Bool = False,
        memory_format: Anything = None,
    ) -> Tensor:
        shape = input.shape
        return leaf(draw(tuple(shape), dtype or dtypes.of(input._array), None), requires_grad)  # type: ignore[attr-defined]

    return made


rand: Final = _drawn("rand", _uniform)
randn: Final = _drawn("randn", _normal)
rand_like: Final = _drawn_like("rand_like", _uniform)
randn_like: Final = _drawn_like("randn_like", _normal)


@factory(name="randint")
def _randint_between(
    _: Anything,
    low: Int,
    high: Int,
    size: Sizes,
    *,
    generator: Anything = None,
    dtype: DType | None = None,
    layout: Anything = None,
    device: Anything = None,
    pin_memory: Bool = False,
    requires_grad: Bool = False,
) -> Tensor:
    """Integers from `low` (0 by default) up to but not including `high`."""
    if low >= high:
        raise errors.random_bounds(low, high)
    draws = np.asarray(_source(generator).integers(low, high, checked_size("randint", size)))
    return leaf(draws.astype((dtype or dtypes.int64).numpy), requires_grad)


@factory(name="randint")
def _randint_below(
    _: Anything,
    high: Int,
    size: Sizes,
    *,
    generator: Anything = None,
    dtype: DType | None = None,
    layout: Anything = None,
    device: Anything = None,
    pin_memory: Bool = False,
    requires_grad: Bool = False,
) -> Tensor:
    options = {"generator": generator, "dtype": dtype, "requires_grad": requires_grad}
    made: Tensor = _randint_between(0, high, size, **options)
    return made


_OPTIONS: Final = (
    "torch.dtype dtype = None, torch.layout layout = None, torch.device device = None, "
    "bool pin_memory = False, bool requires_grad = False)"
)
randint: Final = by_count(
    "randint",
    {2: _randint_below, 3: _randint_between},
    tuple(
        f"({bounds}, tuple of ints size, *, {generator}Tensor out = None, {_OPTIONS}"
        for bounds in ("int high", "int low, int high")
        for generator in ("torch.Generator generator, ", "")
    ),
)


@factory
def randperm(
    _: Anything,
    n: Int,
    *,
    generator: Anything = None,
    dtype: DType | None = None,
    layout: Anything = None,
    device: Anything = None,
    pin_memory: Bool = False,
    requires_grad: Bool = False,
) -> Tensor:
    """The numbers below `n` in random order."""
    order = _source(generator).permutation(n)
    return leaf(order.astype((dtype or dtypes.int64).numpy), requires_grad)
