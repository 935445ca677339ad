"""What `gradcheck` finds wrong with a function, and what it refuses to check."""

from __future__ import annotations

from mini_autograd.messages.message import Message

# fmt: off


class GradcheckError(RuntimeError):
    """A gradient that is wrong, of which `gradcheck` and `gradgradcheck` tell."""

    __module__ = "mini_autograd.autograd.gradcheck"


# What cannot be checked.
needs_one_mode = Message(AssertionError, "Expected at least one of {first} or {second} to be True")
needs_option = Message(AssertionError, "Setting {option}=True requires {other} to be True")
not_double = Message(UserWarning, "Input #{index} requires gradient and is not a double precision "
    "floating point or complex. This check will likely fail if all the inputs are not of double "
    "precision floating point or complex. ")
overlapping_input = Message(RuntimeError, "The {index}th input has a dimension with stride 0. "
    "gradcheck only supports inputs that are non-overlapping to be able to compute the numerical "
    "gradients correctly. You should call .contiguous on the input before passing it to gradcheck.")
nothing_to_check = Message(ValueError, "gradcheck expects at least one input tensor to require "
    "gradient, but none of them have requires_grad=True.")

# What is wrong with a function.
_changed_by_perturbation = Message(AssertionError,
    "Expected `func` to return outputs with the same {what} when inputs are perturbed {where}by "
    "{eps}, but got: {what}s {got[0]} and {got[1]}.")


def changed_by_perturbation(
    what: str, index: tuple[int, ...] | None, eps: object, got: tuple[object, object]
) -> AssertionError:
    """The function's output has another shape or dtype where an input moved a little."""
    return _changed_by_perturbation(what, "" if index is None else f"on index {index} ", eps, got)


output_count = Message(AssertionError,
    "Expected all_Ju and func_out to have the same length, but got {numerical} and {given}")
expected_zero = Message(GradcheckError, "Numerical gradient for function expected to be zero")
_mismatch = Message(GradcheckError, "{prefix}Jacobian {mode}mismatch for output {output} with "
    "respect to input {input},\nnumerical:{numerical}\nanalytical:{analytical}\n")


def mismatch_text(
    numerical: object, analytical: object, output: int, input: int, part: str, forward: bool
) -> str:
    """`part` tells the half of a complex function that was checked; the fast mode adds to it."""
    element = "inputs" if forward else "outputs"
    prefix = f"While considering the {part} part of complex {element} only, " if part else ""
    mode = "computed with forward mode " if forward else ""
    return str(_mismatch(prefix, mode, output, input, numerical, analytical))


_fast_mismatch = Message(GradcheckError,
    "{text}\nThe above quantities relating the numerical and analytical jacobians are computed \n"
    "in fast mode. See: https://github.com/pytorch/pytorch/issues/53876 for more background \n"
    "about fast mode. Below, we recompute numerical and analytical jacobians in slow mode:\n\n"
    "Numerical:\n {numerical}\nAnalytical:\n{analytical}\n\n"
    "The max per-element difference (slow mode) is: {difference}.\n{advice}")
_SLOW_PASSES = (
    "Fast gradcheck failed but element-wise differences are small. This means that the\n"
    "test might've passed in slow_mode!\n\n"
    "If you are adding a new operator, please file an issue and then use one of the\n"
    "workarounds. The workaround depends on how your test invokes gradcheck/gradgradcheck:\n\n"
    "If the test\n"
    "- manually invokes gradcheck/gradgradcheck, then call gradcheck/gradgradcheck\n"
    "  with `fast_mode=False` as a keyword argument.\n"
    "- is OpInfo-based (e.g., in test_ops_gradients.py), then modify the OpInfo for the test\n"
    "  to have `gradcheck_fast_mode=False`\n"
    "- is a Module test (e.g., in common_nn.py), then modify the corresponding\n"
    "  module_test entry to have `gradcheck_fast_mode=False`"
)


def fast_mismatch(
    text: str, numerical: object, analytical: object, difference: object, *, slow_passes: bool
) -> GradcheckError:
    """Projections of the two jacobians differ; told with the jacobians."""
    advice = _SLOW_PASSES if slow_passes else ""
    return _fast_mismatch(text, numerical, analytical, difference, advice)


not_reentrant = Message(GradcheckError, "Backward is not reentrant, i.e., running backward with "
    "same input and grad_output multiple times gives different values, although analytical "
    "gradient matches numerical gradient.The tolerance for nondeterminism was {tolerance}.\n\n"
    "NOTE: If your op relies on non-deterministic operations i.e., it is listed here:\n"
    "https://pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html\nthis "
    "failure might be expected.\n\nIf you are adding a new operator, please file an issue and then "
    "use one of the\nworkarounds. The workaround depends on how your test invokes "
    "gradcheck/gradgradcheck.\nIf the test\n- manually invokes gradcheck/gradgradcheck, then call "
    "gradcheck/gradgradcheck\n  with `nondet_tol=<tol>` as a keyword argument.\n- is OpInfo-based "
    "(e.g., in test_ops_gradients.py), then modify the OpInfo for the test\n  to have "
    "`gradcheck_nondet_tol=<tol>`.\n- is a Module test (e.g., in common_nn.py), then modify the "
    "corresponding\n  module_test entry to have `gradcheck_nondet_tol=<tol>`\n")
not_multiplied = Message(GradcheckError, "backward not multiplied by grad_output")
undefined_refused = Message(GradcheckError,
    'Expected backward function to handle undefined output grads. Please look at "Notes about '
    'undefined output gradients" in "tools/autograd/derivatives.yaml"')
undefined_gave_gradient = Message(GradcheckError, "Expected all input grads to be undefined or "
    'zero when all output grads are undefined or zero. Please look at "Notes about undefined '
    'output gradients" in "tools/autograd/derivatives.yaml"')
undefined_is_checked = Message(UserWarning,
    "Backwards compatibility: New undefined gradient support checking feature is enabled by "
    "default, but it may break existing callers of this function. If this is true for you, you "
    'can call this function with "check_undefined_grad=False" to disable the feature')
