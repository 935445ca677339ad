"""`gradcheck` and `gradgradcheck`: compare a function's gradients with finite differences.

The options for batched gradients are accepted but check nothing: torch compares its batching with a
loop, and here batching is a loop. Forward mode is computed by the backward walk, see `pushforward`.
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from mini_autograd.autograd.gradcheck.comparing import Comparison, fast, slow
from mini_autograd.autograd.gradcheck.differences import (
    Function,
    Tensors,
    as_tuple,
    places_with_grad,
)
from mini_autograd.autograd.gradcheck.gradient_rows import with_grad
from mini_autograd.autograd.gradcheck.undefined import check_undefined
from mini_autograd.core.backward.backward import grad
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.creation import sampling
from mini_autograd.messages.functions import gradcheck as errors
from mini_autograd.messages.functions.gradcheck import GradcheckError

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]


def gradcheck(
    func: Function,
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Check a function's gradients against central differences.

    Args:
        func: a function from tensors to one or several tensors. It is called often, with the
            `inputs` themselves, whose elements are changed by `eps` and back.
        inputs: one or several tensors; gradients are checked for those that require grad, which
            should have double precision.
        eps: the step of the differences.
        atol: the absolute tolerance.
        rtol: the relative tolerance.
        raise_exception: raise a GradcheckError instead of returning False.
        nondet_tol: how far the results of two equal walks may differ.
        check_undefined_grad: test that undefined output gradients give undefined or zero ones.
        check_grad_dtypes: accepted; a gradient always has its input's dtype.
        check_batched_grad: accepted, with torch's checks of options; see the module.
        check_batched_forward_grad: likewise.
        check_forward_ad: check forward-mode derivatives too.
        check_backward_ad: check gradients of the backward walk.
        fast_mode: compare projections on random vectors only.
        masked: for sparse tensors in torch; zeros are then compared with a tolerance.

    Raises:
        GradcheckError: a gradient that is wrong.
        RuntimeError: an expanded input.
        ValueError: no input that requires grad.
        AssertionError: options that exclude each other; outputs whose shape or dtype changes.
    """
    if not (check_forward_ad or check_backward_ad):
        raise errors.needs_one_mode("check_forward_ad", "check_backward_ad")
    if check_batched_grad and not check_backward_ad:
        raise errors.needs_option("check_batched_grad", "check_backward_ad")
    if check_batched_forward_grad and not check_forward_ad:
        raise errors.needs_option("check_batched_forward_grad", "check_forward_ad")
    how = Comparison(eps, rtol, atol, nondet_tol)
    compare = fast if fast_mode else slow
    try:
        given = as_tuple(inputs)
        _check_inputs(given)
        func_out = func(*given)
        outputs = _with_grad(func_out)
        if check_backward_ad:
            _compare_outputs(compare, func, func_out, given, how)
        if check_forward_ad:
            _compare_inputs(compare, func, func_out, given, how)
        if check_backward_ad:
            _check_mul_by_grad_output(outputs, given, masked)
            if check_undefined_grad:
                check_undefined(func, len(outputs), given)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Function,
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """Check a function's second derivatives: `gradcheck` of its gradient.

    Args:
        func: as for `gradcheck`.
        inputs: as for `gradcheck`.
        grad_outputs: the cotangents, checked too if they require grad; random by default.
        gen_non_contig_grad_outputs: make the random ones non-contiguous.
        check_fwd_over_rev: as `check_forward_ad` of `gradcheck`.
        check_rev_over_rev: as `check_backward_ad`.

    The other arguments and the errors are those of `gradcheck`.
    """
    if not (check_fwd_over_rev or check_rev_over_rev):
        raise errors.needs_one_mode("check_fwd_over_rev", "check_rev_over_rev")
    for option, given in (
        ("check_undefined_grad", check_undefined_grad),
        ("check_batched_grad", check_batched_grad),
    ):
        if given and not check_rev_over_rev:
            raise errors.needs_option(option, "check_rev_over_rev")
    tupled = as_tuple(inputs)
    if grad_outputs is None:
        cotangents: tuple[Any, ...] = tuple(
            _drawn_like(each, gen_non_contig_grad_outputs) for each in _with_grad(func(*tupled))
        )
    else:
        cotangents = as_tuple(grad_outputs)
    return gradcheck(
        _gradient_of(func, tupled, cotangents),
        tupled + cotangents,
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        check_batched_grad=check_batched_grad,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
        fast_mode=fast_mode,
        masked=masked,
    )


def _gradient_of(func: Function, inputs: Sequence[Any], cotangents: Sequence[Any]) -> Function:
    """The function from inputs and cotangents to gradients."""
    by = places_with_grad(inputs)
    seeded = [at for at, each in enumerate(cotangents) if each.requires_grad]
    count = len(cotangents)

    def gradient(*args: Any) -> tuple[Tensor, ...]:
        given, seeds = list(args[:-count]), args[-count:]
        given = [each.requires_grad_() if at in by else each for at, each in enumerate(given)]
        outputs = _with_grad(func(*given))
        for at in seeded:
            seeds[at].requires_grad_()
        wanted = [each for at, each in enumerate(given) if at in by]
        grads = grad(outputs, wanted, seeds, create_graph=True, allow_unused=True)
        return tuple(each for each in grads if each is not None)

    return gradient


def _drawn_like(output: Tensor, gaps: bool) -> Tensor:
    """A random cotangent in [-1, 1); with `gaps` every second element of its memory."""
    shape = list(output.shape)
    if gaps and output.numel() > 1:
        shape[-1] *= 2
    drawn = sampling.rand(shape, dtype=output.dtype) * 2 - (1 + 1j if output.is_complex() else 1)
    return (drawn[..., ::2] if shape != list(output.shape) else drawn).requires_grad_()  # type: ignore[no-any-return]


def _with_grad(outputs: Any) -> Tensors:
    return tuple(each for each in as_tuple(outputs) if each.requires_grad)


def _check_inputs(inputs: Sequence[Any]) -> None:
    """Raise if no input requires grad or elements of one share memory."""
    places = places_with_grad(inputs)
    for at in places:
        each = inputs[at]
        if each._array.dtype.char not in "dD":
            warnings.warn(errors.not_double(at), UserWarning, stacklevel=3)
        if any(stride <= 0 and size > 1 for stride, size in zip(each.stride(), each.shape)):  # noqa: B905
            raise errors.overlapping_input(at)
    if not places:
        raise errors.nothing_to_check()


def _compare_outputs(
    compare: Callable[..., None], func: Function, func_out: Any, inputs: Tensors, how: Comparison
) -> None:
    """Compare backward gradients; real and imaginary parts of outputs are checked separately."""
    if not any(each.is_complex() for each in as_tuple(func_out)):
        compare(func, func_out, inputs, _with_grad(func_out), how)
        return
    at = [index for index, each in enumerate(_with_grad(func_out)) if each.is_complex()]
    for part, name in (("imaginary", "imag"), ("real", "real")):

        def half(*args: Any, name: str = name) -> tuple[Any, ...]:
            outputs = as_tuple(func(*args))
            return tuple(getattr(o, name) if o.is_complex() else o for o in outputs)

        halved = half(*inputs)
        one_half = dataclasses.replace(how, part=part, complex_at=at)
        compare(half, halved, inputs, _with_grad(halved), one_half)


def _compare_inputs(
    compare: Callable[..., None], func: Function, func_out: Any, inputs: Tensors, how: Comparison
) -> None:
    """Compare forward-mode derivatives; real and imaginary parts of inputs separately."""
    how = dataclasses.replace(how, forward=True)
    at = [i for i, each in enumerate(inputs) if isinstance(each, Tensor) and each.is_complex()]
    if not at:
        compare(func, func_out, inputs, _with_grad(func_out), how)
        return
    for part, name in (("imaginary", "imag"), ("real", "real")):

        def joined(*args: Any, name: str = name) -> Any:
            whole = list(args)
            for index in at:
                given, fixed = args[index], inputs[index]
                whole[index] = (
                    fixed.real + given * 1j if name == "imag" else given + fixed.imag * 1j
                )
            return as_tuple(func(*whole))

        halves = tuple(
            getattr(each, name) if index in at else each for index, each in enumerate(inputs)
        )
        made = joined(*halves)
        one_half = dataclasses.replace(how, part=part, complex_at=at)
        compare(joined, made, halves, _with_grad(made), one_half)


def _check_mul_by_grad_output(outputs: Tensors, inputs: Any, masked: bool | None) -> None:
    """Raise unless zero cotangents give zero gradients: a gradient is linear in its cotangent."""
    zeros = [each.new_zeros(each.shape) for each in outputs]
    for got in grad(outputs, with_grad(inputs), zeros, allow_unused=True):
        if got is None:
            continue
        still = got.allclose(got.new_zeros(got.shape)) if masked else got.eq(0).all()
        if not still:
            raise errors.not_multiplied()
