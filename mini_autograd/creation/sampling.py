"""Random tensors by a NumPy generator: not the numbers that torch draws from the same seed."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import dtypes
from mini_autograd.arrays.formats import empty_like
from mini_autograd.arrays.generators import Generator, numbers_of
from mini_autograd.creation.data import checked_size
from mini_autograd.messages.ops import filling as errors
from mini_autograd.parsing.factories import OPTIONS, alternative, factory
from mini_autograd.parsing.types import Anything, Array, DType, MemoryFormat, RandomSource, Sizes


def check_kind(found: np.dtype[Any], kernel: str, kinds: str = "fc") -> None:
    """torch's kernels draw for some kinds of dtype only."""
    if found.kind not in kinds:
        raise errors.not_implemented(kernel, dtypes.of_numpy(found))


def check_uniform(found: np.dtype[Any]) -> None:
    """As torch checks the bounds, which it does of an empty tensor, too."""
    if found.kind not in "fc":
        raise errors.no_uniform("check_uniform_bounds", dtypes.of_numpy(found))


def uniform(
    size: tuple[int, ...], wanted: np.dtype[Any], generator: Generator | None
) -> NDArray[Any]:
    """On [0, 1), each part of a complex number, with the dtype's bits: rounding never gives 1."""
    check_uniform(wanted)
    bits, source = np.finfo(wanted).nmant + 1, numbers_of(generator)

    def part() -> NDArray[Any]:
        return np.asarray(source.integers(0, 2**bits, size) / 2**bits)

    return np.asarray(part() + 1j * part()) if wanted.kind == "c" else part()


def normal(
    size: tuple[int, ...], wanted: np.dtype[Any], generator: Generator | None
) -> NDArray[Any]:
    """Of variance one: for complex numbers half of it in each part."""
    if wanted.kind not in "fc" and 0 not in size:
        raise errors.no_normal("normal_kernel_cpu", dtypes.of_numpy(wanted))
    source = numbers_of(generator)
    draws = source.standard_normal(size)
    if wanted.kind == "c":
        draws = (draws + 1j * source.standard_normal(size)) * np.sqrt(0.5)
    return np.asarray(draws)


def drawn_forms(*parameters: str, before: str = "Tensor out = None") -> tuple[str, ...]:
    """The forms that take these parameters, each with a generator and without."""
    return tuple(
        f"({each}, *, {generator}{before}, {OPTIONS}"
        for each in parameters
        for generator in ("torch.Generator generator, ", "")
    )


def _drawn(name: str, draw: Any) -> Any:
    @factory(name)
    def made(
        _: Anything,
        size: Sizes,
        *,
        generator: RandomSource | None = None,
        dtype: DType | None = None,
    ) -> NDArray[Any]:
        wanted = (dtype or dtypes.get_default_dtype()).numpy
        return draw(checked_size(name, size), wanted, generator).astype(wanted)  # type: ignore[no-any-return]

    return alternative(name, made, forms=drawn_forms("tuple of ints size"))


def _drawn_like(name: str, draw: Any) -> Any:
    @factory(name)
    def made(
        _: Anything,
        input: Array,
        *,
        generator: RandomSource | None = None,
        dtype: DType | None = None,
        memory_format: MemoryFormat | None = None,
    ) -> NDArray[Any]:
        array = input._array  # type: ignore[attr-defined]
        wanted = dtype.numpy if dtype else array.dtype
        made = empty_like(array, wanted, memory_format)
        made[...] = draw(array.shape, wanted, generator)
        return made

    before = "torch.memory_format memory_format = None"
    return alternative(name, made, forms=drawn_forms("Tensor input", before=before))


rand: Final = _drawn("rand", uniform)
randn: Final = _drawn("randn", normal)
rand_like: Final = _drawn_like("rand_like", uniform)
randn_like: Final = _drawn_like("randn_like", normal)
