"""What `gradcheck` finds wrong with a function, and what it refuses to check."""

from __future__ import annotations


class GradcheckError(RuntimeError):
    """A gradient that is wrong, of which `gradcheck` and `gradgradcheck` tell."""

    __module__ = "mini_autograd.autograd.gradcheck"


def needs_one_mode(first: str, second: str) -> AssertionError:
    """Both of two options are False."""
    return AssertionError(f"Expected at least one of {first} or {second} to be True")


def needs_option(option: str, other: str) -> AssertionError:
    """An option is True that needs another."""
    return AssertionError(f"Setting {option}=True requires {other} to be True")


def not_double(index: int) -> str:
    """The warning of an input in which finite differences are mostly rounding."""
    return (
        f"Input #{index} requires gradient and is not a double precision floating point or "
        "complex. This check will likely fail if all the inputs are not of double precision "
        "floating point or complex. "
    )


def overlapping_input(index: int) -> RuntimeError:
    """An expanded input: one element cannot be moved alone."""
    return RuntimeError(
        f"The {index}th input has a dimension with stride 0. gradcheck only supports inputs that "
        "are non-overlapping to be able to compute the numerical gradients correctly. You should "
        "call .contiguous on the input before passing it to gradcheck."
    )


def nothing_to_check() -> ValueError:
    """No input requires grad."""
    return ValueError(
        "gradcheck expects at least one input tensor to require gradient, but none of them have "
        "requires_grad=True."
    )


def changed_by_perturbation(
    what: str, index: tuple[int, ...] | None, eps: object, got: tuple[object, object]
) -> AssertionError:
    """The function's output has another shape or dtype where an input moved a little."""
    where = "" if index is None else f"on index {index} "
    return AssertionError(
        f"Expected `func` to return outputs with the same {what} when inputs are perturbed "
        f"{where}by {eps}, but got: {what}s {got[0]} and {got[1]}."
    )


def output_count(numerical: int, given: int) -> AssertionError:
    """The function gave another number of outputs when it was called again."""
    return AssertionError(
        f"Expected all_Ju and func_out to have the same length, but got {numerical} and {given}"
    )


def expected_zero() -> GradcheckError:
    """No output has a graph, and still they move with an input."""
    return GradcheckError("Numerical gradient for function expected to be zero")


def mismatch(
    numerical: object, analytical: object, output: int, input: int, *, part: str, forward: bool
) -> GradcheckError:
    """The two jacobians differ; `part` tells the half of a complex function that was checked."""
    return GradcheckError(mismatch_text(numerical, analytical, output, input, part, forward))


def mismatch_text(
    numerical: object, analytical: object, output: int, input: int, part: str, forward: bool
) -> str:
    """What `mismatch` says, to which the fast mode adds."""
    element = "inputs" if forward else "outputs"
    prefix = f"While considering the {part} part of complex {element} only, " if part else ""
    mode = "computed with forward mode " if forward else ""
    return (
        f"{prefix}Jacobian {mode}mismatch for output {output} with respect to input {input},\n"
        f"numerical:{numerical}\nanalytical:{analytical}\n"
    )


def fast_mismatch(
    text: str, numerical: object, analytical: object, difference: object, *, slow_passes: bool
) -> GradcheckError:
    """Projections of the two jacobians differ; told with the jacobians."""
    return GradcheckError(
        f"{text}\n"
        "The above quantities relating the numerical and analytical jacobians are computed \n"
        "in fast mode. See: https://github.com/pytorch/pytorch/issues/53876 for more background \n"
        "about fast mode. Below, we recompute numerical and analytical jacobians in slow mode:\n\n"
        f"Numerical:\n {numerical}\nAnalytical:\n{analytical}\n\n"
        f"The max per-element difference (slow mode) is: {difference}.\n"
        + (_SLOW_PASSES if slow_passes else "")
    )


def not_reentrant(tolerance: float) -> GradcheckError:
    """Two equal walks gave different gradients."""
    return GradcheckError(
        "Backward is not reentrant, i.e., running backward with same input and grad_output "
        "multiple times gives different values, although analytical gradient matches numerical "
        f"gradient.The tolerance for nondeterminism was {tolerance}.{_NONDETERMINISM}"
    )


def not_multiplied() -> GradcheckError:
    """A backward gave something else than zeros for zeros."""
    return GradcheckError("backward not multiplied by grad_output")


_UNDEFINED = (
    'Please look at "Notes about undefined output gradients" in "tools/autograd/derivatives.yaml"'
)


def undefined_refused() -> GradcheckError:
    """A backward raised where no gradient came."""
    return GradcheckError(
        f"Expected backward function to handle undefined output grads. {_UNDEFINED}"
    )


def undefined_gave_gradient() -> GradcheckError:
    """A backward gave a gradient where none came."""
    return GradcheckError(
        "Expected all input grads to be undefined or zero when all output grads are undefined or "
        f"zero. {_UNDEFINED}"
    )


UNDEFINED_IS_CHECKED = (
    "Backwards compatibility: New undefined gradient support checking feature is enabled by "
    "default, but it may break existing callers of this function. If this is true for you, you "
    'can call this function with "check_undefined_grad=False" to disable the feature'
)

_NONDETERMINISM = """\n
NOTE: If your op relies on non-deterministic operations i.e., it is listed here:
https://pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html
this failure might be expected.

If you are adding a new operator, please file an issue and then use one of the
workarounds. The workaround depends on how your test invokes gradcheck/gradgradcheck.
If the test
- manually invokes gradcheck/gradgradcheck, then call gradcheck/gradgradcheck
  with `nondet_tol=<tol>` as a keyword argument.
- is OpInfo-based (e.g., in test_ops_gradients.py), then modify the OpInfo for the test
  to have `gradcheck_nondet_tol=<tol>`.
- is a Module test (e.g., in common_nn.py), then modify the corresponding
  module_test entry to have `gradcheck_nondet_tol=<tol>`
"""

_SLOW_PASSES = """
Fast gradcheck failed but element-wise differences are small. This means that the
test might've passed in slow_mode!

If you are adding a new operator, please file an issue and then use one of the
workarounds. The workaround depends on how your test invokes gradcheck/gradgradcheck:

If the test
- manually invokes gradcheck/gradgradcheck, then call gradcheck/gradgradcheck
  with `fast_mode=False` as a keyword argument.
- is OpInfo-based (e.g., in test_ops_gradients.py), then modify the OpInfo for the test
  to have `gradcheck_fast_mode=False`
- is a Module test (e.g., in common_nn.py), then modify the corresponding
  module_test entry to have `gradcheck_fast_mode=False`
""".strip()
