"""Random fills: each draws a tensor like the one that it is written into.

The numbers are NumPy's: others than torch's from the same seed, of the same distributions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from mini_autograd.arrays import dtypes, layout
from mini_autograd.arrays.generators import numbers_of
from mini_autograd.core.op import Common, DifferentiableOp, InPlace, public, unpromoted
from mini_autograd.core.table import ops
from mini_autograd.creation import integers, sampling
from mini_autograd.messages.ops import filling as errors
from mini_autograd.parsing.overloads import overloaded
from mini_autograd.parsing.types import Array, Float, Int, RandomSource

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


def _check_kind(self: Array, kernel: str, kinds: str) -> None:
    """No kernel is looked for where there is nothing to draw."""
    if self.size:
        sampling.check_kind(self.dtype, kernel, kinds)


@_in_place
@_drawn("NormalBackward0")
def _normal(
    self: Array, mean: Float = 0.0, std: Float = 1.0, *, generator: RandomSource | None = None
) -> Array:
    """Of a normal distribution; of a complex one, half of the variance in each part."""
    if not std >= 0:
        raise errors.expects("normal", "std >= 0.0", f"found std {std:g}")
    return _like(self, mean + std * sampling.normal(self.shape, self.dtype, generator))


@_in_place
@_drawn("UniformBackward0")
def _uniform(
    self: Array, from_: Float = 0.0, to: Float = 1.0, *, generator: RandomSource | None = None
) -> Array:
    """Of a uniform distribution on [from, to)."""
    if self.dtype.kind == "c" and not self.size:  # torch looks at no bounds
        return _like(self, 0)
    sampling.check_uniform(self.dtype)
    real = dtypes.of(self).to_real()
    most = float(np.finfo(real.numpy).max)
    for bound, value in (("from", from_), ("to", to)):
        if not abs(value) <= most:
            raise errors.unbounded(bound, real)
    if from_ > to:
        raise errors.empty_range(from_, to)
    if to - from_ > most:
        raise errors.too_wide_range(real, to, from_)
    draws = from_ + (to - from_) * sampling.uniform(self.shape, self.dtype, generator)
    return _like(self, draws + 1j * from_ if self.dtype.kind == "c" else draws)


def _check_probability(p: float) -> None:
    if not 0 <= p <= 1:
        raise errors.expects("bernoulli_", "p to be in [0, 1]", f"got p={p:g}")


@_drawn("BernoulliBackward2")
def _bernoulli(self: Array, p: Float = 0.5, *, generator: RandomSource | None = None) -> Array:
    """Ones with a probability, else zeros."""
    _check_probability(p)
    _check_kind(self, "bernoulli_scalar_cpu_", "biuf")
    return _like(self, np.asarray(numbers_of(generator).random(self.shape)) < p)


@_drawn("BernoulliBackward1", p=_zeros_of_p)
def _bernoulli_each(self: Array, p: Array, *, generator: RandomSource | None = None) -> Array:
    """Ones with a probability for each element."""
    if not self.size:
        return _like(self, False)
    _check_kind(self, "bernoulli_tensor_cpu_self_", "biuf")
    p = ops.expand.op.bare(p, self.shape)
    _check_kind(p, "bernoulli_tensor_cpu_p_", "f")
    if not ((p >= 0) & (p <= 1)).all():
        raise errors.probability()
    return _like(self, np.asarray(numbers_of(generator).random(self.shape)) < p)


@_drawn("RandomBackward2")
def _random(self: Array, *, generator: RandomSource | None = None) -> Array:
    """Integers, as large as the dtype can hold them all."""
    _check_kind(self, "random_kernel_cpu", "biuf")
    if not self.size:
        return _like(self, 0)
    return _like(self, integers.at_least(0, self.shape, self.dtype, generator))


@_drawn("RandomBackward1")
def _random_below(self: Array, to: Int, *, generator: RandomSource | None = None) -> Array:
    return _like(self, integers.between(0, to, self.shape, self.dtype, generator))


@_drawn("RandomBackward0")
def _random_between(
    self: Array, from_: Int, to: Int | None, *, generator: RandomSource | None = None
) -> Array:
    if to is None:
        return _like(self, integers.at_least(from_, self.shape, self.dtype, generator))
    return _like(self, integers.between(from_, to, self.shape, self.dtype, generator))


@_in_place
@_drawn("ExponentialBackward0")
def _exponential(
    self: Array, lambd: Float = 1.0, *, generator: RandomSource | None = None
) -> Array:
    """Of an exponential distribution of the given rate."""
    if not lambd > 0:
        raise errors.expects("exponential_", "lambda > 0.0", f"found lambda={lambd:g}")
    if self.dtype.kind != "f" and self.size:
        raise errors.continuous("Exponential", dtypes.of(self).scalar_name)
    return _like(self, numbers_of(generator).standard_exponential(self.shape) / lambd)


@_in_place
@_drawn("CauchyBackward0")
def _cauchy(
    self: Array, median: Float = 0.0, sigma: Float = 1.0, *, generator: RandomSource | None = None
) -> Array:
    """Of a Cauchy distribution."""
    if not sigma > 0:
        raise errors.expects("cauchy_", "sigma > 0.0", f"found sigma={sigma:g}")
    if self.dtype.kind != "f":
        raise errors.continuous_at_once("Cauchy", errors.C_TYPES[dtypes.of(self).name])
    return _like(
        self, median + sigma * np.asarray(numbers_of(generator).standard_cauchy(self.shape))
    )


@_in_place
@_drawn("LogNormalBackward0")
def _log_normal(
    self: Array, mean: Float = 1.0, std: Float = 2.0, *, generator: RandomSource | None = None
) -> Array:
    """Of the exponential of a normal distribution."""
    if not std > 0:
        raise errors.expects("log_normal_", "std > 0.0", f"found std={std:g}")
    _check_kind(self, "log_normal_cpu", "f")
    return _like(self, numbers_of(generator).lognormal(mean, std, self.shape))


@_in_place
@_drawn("GeometricBackward0")
def _geometric(self: Array, p: Float, *, generator: RandomSource | None = None) -> Array:
    """How many trials of a probability a success takes."""
    if not 0 < p < 1:
        raise errors.expects("geometric_", "p to be in (0, 1)", f"got p={p:g}")
    _check_kind(self, "geometric_cpu", "iuf")
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
