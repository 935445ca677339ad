"""Generators: where random numbers come from. They are NumPy's, not torch's of the same seed.

Nothing is seeded at import; `manual_seed` makes a run repeatable.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np


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
