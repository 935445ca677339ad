"""The functions of `torch.nn.functional`: activations, and losses with their reductions."""

from __future__ import annotations

import warnings
from typing import Final

import numpy as np

from mini_autograd.arrays.dtypes import dtype as DType  # noqa: N812 - the parameter is called dtype
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.core.tensor.version_counter import counter_of
from mini_autograd.messages.ops import losses as errors
from mini_autograd.messages.tensors import creation as creation_errors
from mini_autograd.ops.nn.likelihood import nll_loss_nd
from mini_autograd.ops.nn.losses import cross_entropy_loss
from mini_autograd.parsing.overloads import composite
from mini_autograd.parsing.overrides import (
    PLAIN,
    functions,
    has_torch_function,
    is_plain,
    passed_on,
)
from mini_autograd.parsing.types import Array, Int

linear = functions["linear"] = ops.linear

_INT64: Final = np.iinfo(np.int64)
_REDUCTIONS = ("none", "mean", "sum")


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """`max(x, 0)` of each element; written to the input itself if `inplace`."""
    if type(input) not in PLAIN and has_torch_function((input,)):
        return passed_on(relu, (input,), locals())  # type: ignore[no-any-return]
    return input.relu_() if inplace else ops.relu(input)  # type: ignore[no-any-return]


def sigmoid(input: Tensor) -> Tensor:
    """`1 / (1 + exp(-x))` of each element."""
    return input.sigmoid()  # type: ignore[no-any-return]


def tanh(input: Tensor) -> Tensor:
    """The hyperbolic tangent of each element."""
    return input.tanh()  # type: ignore[no-any-return]


def _implicit_dim(name: str, ndim: int, stacklevel: int) -> int:
    if not isinstance(stacklevel, int):
        raise creation_errors.not_an_integer(stacklevel)
    warnings.warn(errors.implicit_dim(name), stacklevel=stacklevel + 1)
    return 0 if ndim in (0, 1, 3) else 1


def softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None
) -> Tensor:
    """`exp(x)` along a dim, divided by its sum; computed in `dtype` if given."""
    if type(input) not in PLAIN and has_torch_function((input,)):
        return passed_on(softmax, (input,), locals())  # type: ignore[no-any-return]
    if dim is None:
        dim = _implicit_dim("softmax", input.dim(), _stacklevel)
    return input.softmax(dim, dtype=dtype)  # type: ignore[no-any-return]


def log_softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None
) -> Tensor:
    """The logarithm of `softmax`."""
    if type(input) not in PLAIN and has_torch_function((input,)):
        return passed_on(log_softmax, (input,), locals())  # type: ignore[no-any-return]
    if dim is None:
        dim = _implicit_dim("log_softmax", input.dim(), _stacklevel)
    return input.log_softmax(dim, dtype=dtype)  # type: ignore[no-any-return]


@composite
def one_hot(self: Array, num_classes: Int = -1) -> Tensor:
    """Zeros with a one at each class, in a new last dim.

    Raises:
        RuntimeError: classes that are not int64, are negative or not less than `num_classes`.
    """
    classes = self._array  # type: ignore[attr-defined]
    if classes.dtype != np.int64:
        raise errors.one_hot_dtype()
    if not classes.size:
        if num_classes <= 0:
            raise errors.one_hot_empty()
        return make(np.zeros((*classes.shape, num_classes), np.int64))
    if classes.min() < 0:
        raise errors.one_hot_negative()
    if num_classes == -1:
        num_classes = int(classes.max()) + 1
        if num_classes > _INT64.max:  # which wraps
            raise creation_errors.negative_size("zeros", _INT64.min, ())
    elif num_classes <= classes.max():
        raise errors.one_hot_too_large()
    made = make((classes[..., None] == np.arange(num_classes)).astype(np.int64))
    counter_of(made).version += 2  # torch fills it with zeros, then writes the ones
    return made


functions["one_hot"] = one_hot


def _reduction(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """The reduction; the deprecated `size_average` and `reduce` are translated to it."""
    if size_average is not None or reduce is not None:
        averaged = size_average is None or size_average
        reduced = reduce is None or reduce
        reduction = ("mean" if averaged else "sum") if reduced else "none"
        warnings.warn(errors.old_reduction(reduction), stacklevel=3)
    return reduction


def _checked(reduction: str) -> str:
    if reduction not in _REDUCTIONS:
        raise errors.reduction(reduction)
    return reduction


def _warn_of_sizes(input: Tensor, target: Tensor) -> None:
    if target.size() != input.size():
        warnings.warn(errors.unequal_sizes(target.size(), input.size()), stacklevel=3)


def _weighted(losses: Tensor, weight: Tensor, reduction: str) -> Tensor:
    if reduction not in _REDUCTIONS:
        raise errors.reduction_mode(reduction)
    weighted = ops.mul(losses, weight)
    if reduction == "none":
        return weighted  # type: ignore[no-any-return]
    total = ops.sum_all(weighted)
    return total / ops.sum_all(weight) if reduction == "mean" else total  # type: ignore[no-any-return]


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The squared differences of input and target, which are broadcast with a warning.

    Args:
        input: the predictions.
        target: the true values.
        size_average: deprecated form of `reduction`.
        reduce: likewise.
        reduction: 'none', 'mean' or 'sum'.
        weight: a factor for each element, of the input's size.

    Raises:
        ValueError: an unknown reduction; a weight of another size.
        RuntimeError: sizes that do not broadcast.
    """
    if not is_plain(input, target, weight) and has_torch_function((input, target, weight)):
        return passed_on(mse_loss, (input, target, weight), locals())  # type: ignore[no-any-return]
    _warn_of_sizes(input, target)
    reduction = _reduction(size_average, reduce, reduction)
    given, wanted = ops.broadcast_tensors(input, target)
    if weight is None:
        return ops.mse_loss(given, wanted, _checked(reduction))  # type: ignore[no-any-return]
    if weight.size() != input.size():
        raise errors.weight_size()
    return _weighted((given - wanted) ** 2, weight, reduction)


def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The absolute differences of input and target; arguments and errors as of `mse_loss`."""
    if not is_plain(input, target, weight) and has_torch_function((input, target, weight)):
        return passed_on(l1_loss, (input, target, weight), locals(), "weight")  # type: ignore[no-any-return]
    _warn_of_sizes(input, target)
    reduction = _reduction(size_average, reduce, reduction)
    given, wanted = ops.broadcast_tensors(input, target)
    if weight is not None and weight.size() != input.size():
        raise errors.weight_size()
    losses = ops.abs(given - wanted)
    if weight is not None:
        return _weighted(losses, weight, reduction)
    if _checked(reduction) == "none":
        return losses  # type: ignore[no-any-return]
    return (ops.mean_all if reduction == "mean" else ops.sum_all)(losses)  # type: ignore[no-any-return]


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The negative log-probabilities of the targets.

    Args:
        input: log-probabilities; classes are dim 1, or dim 0 of a 1-d input.
        target: classes, int64 or uint8, of the input's shape without the dim of classes.
        weight: a factor for each class.
        size_average: deprecated form of `reduction`.
        ignore_index: targets of this class are ignored.
        reduce: deprecated form of `reduction`.
        reduction: 'none', 'mean' (by the targets' weights) or 'sum'.

    Raises:
        ValueError: an unknown reduction; batches of other sizes.
        RuntimeError: shapes or dtypes that do not fit.
        IndexError: a target that is no class.
    """
    if not is_plain(input, target, weight) and has_torch_function((input, target, weight)):
        return passed_on(nll_loss, (input, target, weight), locals())  # type: ignore[no-any-return]
    reduction = _reduction(size_average, reduce, reduction)
    return nll_loss_nd(input, target, weight, _checked(reduction), ignore_index)  # type: ignore[no-any-return]


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """The cross entropy of logits and targets: `nll_loss` of their `log_softmax`.

    Arguments and errors are those of `nll_loss`; a floating-point target of the input's shape
    holds a probability for each class, and `label_smoothing` spreads a part of each target's
    probability over all classes.
    """
    if not is_plain(input, target, weight) and has_torch_function((input, target, weight)):
        return passed_on(cross_entropy, (input, target, weight), locals())  # type: ignore[no-any-return]
    reduction = _reduction(size_average, reduce, reduction)
    return cross_entropy_loss(  # type: ignore[no-any-return]
        input, target, weight, _checked(reduction), ignore_index, label_smoothing
    )
