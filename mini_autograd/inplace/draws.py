"""Random fills: each draws a tensor like the one that it is written into.

The numbers are NumPy's: others than torch's from the same seed, of the same distributions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from mini_autograd.arrays import dtypes, layout
from mini_autograd.core.op import Common, DifferentiableOp, InPlace, public, unpromoted
from mini_autograd.core.table import ops
from mini_autograd.creation import sampling
from mini_autograd.creation.sampling import Generator, numbers_of
from mini_autograd.messages.ops import filling as errors
from mini_autograd.parsing.overloads import overloaded
from mini_autograd.parsing.types import Anything, Array, Float, Int

_GENERATOR: Final = "*, torch.Generator generator = None"
_in_place: Final = public(function=False, method=False, in_place=InPlace(common=Common.ANYTHING))


def _zeros(grad: Any, self_shape: tuple[int, ...]) -> Any:
    return ops.zeros_of(grad, self_shape)


def _zeros_of_p(grad: Any, p_shape: tuple[int, ...]) -> Any:
    return ops.zeros_of(grad, p_shape)


def _drawn(node: str, **rules: Any) -> Callable[[Callable[..., Array]], DifferentiableOp]:
    """An op that makes such a tensor: nothing of the old values counts, so no gradient passes."""
    stem = node.rpartition("Backward")[0]
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in stem).removeprefix("_")
    return unpromoted(name=name, node=node, self=_zeros, **rules)


def _like(self: Array, draws: Any) -> Array:
    made = layout.empty_as(self)
    np.copyto(made, draws, casting="unsafe")
    return made


@_in_place
@_drawn("NormalBackward0")
def _normal(
    self: Array, mean: Float = 0.0, std: Float = 1.0, *, generator: Anything = None
) -> Array:
    """Of a normal distribution; of a complex one, half of the variance in each part."""
    if std < 0:
        raise errors.expects("normal", "std >= 0.0", f"found std {std:g}")
    return _like(self, mean + std * sampling.normal(self.shape, self.dtype, generator))


@_in_place
@_drawn("UniformBackward0")
def _uniform(self: Array, low: Float = 0.0, high: Float = 1.0, generator: Anything = None) -> Array:
    """Of a uniform distribution on [low, high)."""
    sampling.check_kind(self.dtype, "check_uniform_bounds")
    for bound, value in (("from", low), ("to", high)):
        if abs(value) > np.finfo(self.dtype).max:
            raise errors.out_of_bounds(bound, dtypes.of(self))
    if low > high:
        raise errors.empty_range(low, high)
    draws = low + (high - low) * sampling.uniform(self.shape, self.dtype, generator)
    return _like(self, draws + 1j * low if self.dtype.kind == "c" else draws)


def _check_probability(p: float) -> None:
    if not 0 <= p <= 1:
        raise errors.expects("bernoulli_", "p to be in [0, 1]", f"got p={p:g}")


@_drawn("BernoulliBackward2")
def _bernoulli(self: Array, p: Float = 0.5, *, generator: Anything = None) -> Array:
    """Ones with a probability, else zeros."""
    _check_probability(p)
    return _like(self, np.asarray(numbers_of(generator).random(self.shape)) < p)


@_drawn("BernoulliBackward1", p=_zeros_of_p)
def _bernoulli_each(self: Array, p: Array, *, generator: Anything = None) -> Array:
    """Ones with a probability for each element."""
    p = ops.expand.op.bare(p, self.shape)
    sampling.check_kind(p.dtype, "bernoulli_tensor_cpu_p_", "f")
    if not ((p >= 0) & (p <= 1)).all():
        raise errors.probability()
    return _like(self, np.asarray(numbers_of(generator).random(self.shape)) < p)


def _integers(self: Array, low: int, high: int, generator: Generator | None) -> Array:
    """Integers from `low` up to but not including `high`; a RuntimeError if that is nowhere."""
    if low >= high:
        raise errors.no_integers(low, high)
    kind = self.dtype.kind
    limits = (0, 1) if kind == "b" else (
        (np.iinfo if kind in "iu" else np.finfo)(self.dtype).min,
        (np.iinfo if kind in "iu" else np.finfo)(self.dtype).max,
    )  # fmt: skip
    for bound, value in (("from", low), ("to - 1", high - 1)):
        if not limits[0] <= value <= limits[1]:
            raise errors.out_of_bounds(bound, dtypes.of(self))
    return _like(self, np.asarray(numbers_of(generator).integers(low, high, self.shape)))


@_drawn("RandomBackward2")
def _random(self: Array, *, generator: Anything = None) -> Array:
    """Integers, as large as the dtype can hold them all."""
    kind = self.dtype.kind
    if kind in "fc":
        most = 2 ** (np.finfo(self.dtype).nmant + 1)
    else:
        most = 1 if kind == "b" else int(np.iinfo(self.dtype).max)
    return _integers(self, 0, most + (most < 2**63 - 1), generator)


@_drawn("RandomBackward1")
def _random_below(self: Array, to: Int, *, generator: Anything = None) -> Array:
    return _integers(self, 0, to, generator)


@_drawn("RandomBackward0")
def _random_between(self: Array, low: Int, to: Int, *, generator: Anything = None) -> Array:
    return _integers(self, low, to, generator)


@_in_place
@_drawn("ExponentialBackward0")
def _exponential(self: Array, lambd: Float = 1.0, *, generator: Anything = None) -> Array:
    """Of an exponential distribution of the given rate."""
    if self.dtype.kind not in "f":
        raise errors.continuous("Exponential", dtypes.of(self).scalar_name)
    if lambd <= 0:
        raise errors.expects("exponential_", "lambda > 0.0", f"found lambda={lambd:g}")
    return _like(self, numbers_of(generator).standard_exponential(self.shape) / lambd)


@_in_place
@_drawn("CauchyBackward0")
def _cauchy(
    self: Array, median: Float = 0.0, sigma: Float = 1.0, *, generator: Anything = None
) -> Array:
    """Of a Cauchy distribution."""
    if sigma <= 0:
        raise errors.expects("cauchy_", "sigma > 0.0", f"found sigma={sigma:g}")
    if self.dtype.kind != "f":
        raise errors.continuous("Cauchy", errors.C_TYPES[dtypes.of(self).name])
    return _like(
        self, median + sigma * np.asarray(numbers_of(generator).standard_cauchy(self.shape))
    )


@_in_place
@_drawn("LogNormalBackward0")
def _log_normal(
    self: Array, mean: Float = 1.0, std: Float = 2.0, *, generator: Anything = None
) -> Array:
    """Of the exponential of a normal distribution."""
    if std <= 0:
        raise errors.expects("log_normal_", "std > 0.0", f"found std={std:g}")
    sampling.check_kind(self.dtype, "log_normal_cpu", "f")
    return _like(self, numbers_of(generator).lognormal(mean, std, self.shape))


@_in_place
@_drawn("GeometricBackward0")
def _geometric(self: Array, p: Float, *, generator: Anything = None) -> Array:
    """How many trials of a probability a success takes."""
    if not 0 < p < 1:
        raise errors.expects("geometric_", "p to be in (0, 1)", f"got p={p:g}")
    return _like(self, numbers_of(generator).geometric(p, self.shape))


_in_place(
    overloaded(
        "bernoulli",
        _bernoulli,
        _bernoulli_each,
        method_forms=(f"(Tensor p, {_GENERATOR})", f"(float p = 0.5, {_GENERATOR})"),
    )
)
_in_place(
    overloaded(
        "random",
        _random,
        _random_below,
        _random_between,
        method_forms=(
            f"({_GENERATOR})",
            f"(int from, int to, {_GENERATOR})",
            f"(int to, {_GENERATOR})",
        ),
    )
)
