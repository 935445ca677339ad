"""Random tensors by a NumPy generator: not the numbers that torch draws from the same seed.

Nothing is seeded at import; `manual_seed` makes a run repeatable.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import dtypes
from mini_autograd.arrays.formats import empty_like
from mini_autograd.creation.data import checked_size
from mini_autograd.messages.tensors import creation as errors
from mini_autograd.parsing.factories import OPTIONS, alternative, factory
from mini_autograd.parsing.types import Anything, Array, DType, MemoryFormat, Sizes, SymInt


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


def numbers_of(generator: Generator | None) -> np.random.Generator:
    """The numbers of a generator, or of the default one."""
    return (generator or default_generator).numbers


def check_kind(found: np.dtype[Any], kernel: str, kinds: str = "fc") -> None:
    """torch's kernels draw for some kinds of dtype only."""
    if found.kind not in kinds:
        raise errors.not_implemented(kernel, dtypes.of_numpy(found))


def uniform(
    size: tuple[int, ...], wanted: np.dtype[Any], generator: Generator | None
) -> NDArray[Any]:
    """On [0, 1), each part of a complex number, with the dtype's bits: rounding never gives 1."""
    check_kind(wanted, "check_uniform_bounds")
    bits, source = np.finfo(wanted).nmant + 1, numbers_of(generator)

    def part() -> NDArray[Any]:
        return np.asarray(source.integers(0, 2**bits, size) / 2**bits)

    return np.asarray(part() + 1j * part()) if wanted.kind == "c" else part()


def normal(
    size: tuple[int, ...], wanted: np.dtype[Any], generator: Generator | None
) -> NDArray[Any]:
    """Of variance one: for complex numbers half of it in each part."""
    check_kind(wanted, "normal_kernel_cpu")
    source = numbers_of(generator)
    draws = source.standard_normal(size)
    if wanted.kind == "c":
        draws = (draws + 1j * source.standard_normal(size)) * np.sqrt(0.5)
    return np.asarray(draws)


def _forms(*parameters: str) -> tuple[str, ...]:
    """The forms that take these parameters, each with a generator and without."""
    return tuple(
        f"({each}, *, {generator}Tensor out = None, {OPTIONS}"
        for each in parameters
        for generator in ("torch.Generator generator, ", "")
    )


def _drawn(name: str, draw: Any) -> Any:
    @factory(name)
    def made(
        _: Anything, size: Sizes, *, generator: Anything = None, dtype: DType | None = None
    ) -> NDArray[Any]:
        wanted = (dtype or dtypes.get_default_dtype()).numpy
        return draw(checked_size(name, size), wanted, generator).astype(wanted)  # type: ignore[no-any-return]

    return alternative(name, made, forms=_forms("tuple of ints size"))


def _drawn_like(name: str, draw: Any) -> Any:
    @factory(name)
    def made(
        _: Anything,
        input: Array,
        *,
        dtype: DType | None = None,
        memory_format: MemoryFormat | None = None,
    ) -> NDArray[Any]:
        array = input._array  # type: ignore[attr-defined]
        wanted = dtype.numpy if dtype else array.dtype
        made = empty_like(array, wanted, memory_format)
        made[...] = draw(array.shape, wanted, None)
        return made

    return made


rand: Final = _drawn("rand", uniform)
randn: Final = _drawn("randn", normal)
rand_like: Final = _drawn_like("rand_like", uniform)
randn_like: Final = _drawn_like("randn_like", normal)


def _integers(
    low: int, high: int, size: Sizes, generator: Generator | None, wanted: dtypes.dtype | None
) -> NDArray[Any]:
    if low >= high:
        raise errors.random_bounds(low, high)
    draws = np.asarray(numbers_of(generator).integers(low, high, checked_size("randint", size)))
    return draws.astype((wanted or dtypes.int64).numpy)


@factory("randint")
def _randint_between(
    _: Anything,
    low: SymInt,
    high: SymInt,
    size: Sizes,
    *,
    generator: Anything = None,
    dtype: DType | None = None,
) -> NDArray[Any]:
    """Integers from `low` (0 by default) up to but not including `high`."""
    return _integers(low, high, size, generator, dtype)


@factory("randint")
def _randint_below(
    _: Anything,
    high: SymInt,
    size: Sizes,
    *,
    generator: Anything = None,
    dtype: DType | None = None,
) -> NDArray[Any]:
    return _integers(0, high, size, generator, dtype)


randint: Final = alternative(
    "randint",
    _randint_below,
    _randint_between,
    forms=_forms("int high, tuple of ints size", "int low, int high, tuple of ints size"),
)


@factory("randperm")
def _order(
    _: Anything, n: SymInt, *, generator: Anything = None, dtype: DType | None = None
) -> NDArray[Any]:
    """The numbers below `n` in random order."""
    (n,) = checked_size("randperm", (n,))
    order = numbers_of(generator).permutation(n)
    return order.astype((dtype or dtypes.int64).numpy)


randperm: Final = alternative("randperm", _order, forms=_forms("int n"))
