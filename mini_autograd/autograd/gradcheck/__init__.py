"""`gradcheck` and `gradgradcheck`: compare a function's gradients with finite differences.

The options for batched gradients are accepted but check nothing: torch compares its batching with a
loop, and here batching is a loop. Forward mode is computed by the backward walk, see `pushforward`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mini_autograd.messages.functions import gradcheck as errors
from mini_autograd.messages.functions.gradcheck import GradcheckError

if TYPE_CHECKING:
    from mini_autograd.autograd.gradcheck.differences import Function

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
    # Not above: few programs check gradients.
    from mini_autograd.autograd.gradcheck import checking, comparing, differences, undefined

    if not (check_forward_ad or check_backward_ad):
        raise errors.needs_one_mode("check_forward_ad", "check_backward_ad")
    if check_batched_grad and not check_backward_ad:
        raise errors.needs_option("check_batched_grad", "check_backward_ad")
    if check_batched_forward_grad and not check_forward_ad:
        raise errors.needs_option("check_batched_forward_grad", "check_forward_ad")
    how = comparing.Comparison(eps, rtol, atol, nondet_tol)
    compare = comparing.fast if fast_mode else comparing.slow
    try:
        given = differences.as_tuple(inputs)
        checking.check_inputs(given)
        func_out = func(*given)
        outputs = checking.outputs_with_grad(func_out)
        if check_backward_ad:
            checking.compare_outputs(compare, func, func_out, given, how)
        if check_forward_ad:
            checking.compare_inputs(compare, func, func_out, given, how)
        if check_backward_ad:
            checking.check_mul_by_grad_output(outputs, given, masked)
            if check_undefined_grad:
                undefined.check_undefined(func, len(outputs), given)
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
    from mini_autograd.autograd.gradcheck import checking, differences

    if not (check_fwd_over_rev or check_rev_over_rev):
        raise errors.needs_one_mode("check_fwd_over_rev", "check_rev_over_rev")
    for option, given in (
        ("check_undefined_grad", check_undefined_grad),
        ("check_batched_grad", check_batched_grad),
    ):
        if given and not check_rev_over_rev:
            raise errors.needs_option(option, "check_rev_over_rev")
    tupled = differences.as_tuple(inputs)
    if grad_outputs is None:
        cotangents: tuple[Any, ...] = tuple(
            checking.drawn_like(each, gen_non_contig_grad_outputs)
            for each in checking.outputs_with_grad(func(*tupled))
        )
    else:
        cotangents = differences.as_tuple(grad_outputs)
    return gradcheck(
        checking.gradient_of(func, tupled, cotangents),
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
