"""Errors of hooks: where they may be put, and what they may answer with."""

from __future__ import annotations

from mini_autograd.messages.arguments import type_name
from mini_autograd.messages.graph.walk import type_text


def hook_without_grad() -> RuntimeError:
    """A hook on what needs no gradient."""
    return RuntimeError("cannot register a hook on a tensor that doesn't require gradient")


def post_accumulate_on_non_leaf() -> RuntimeError:
    """A hook for an accumulated gradient on a tensor that accumulates none."""
    return RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")


def post_accumulate_result() -> RuntimeError:
    """Such a hook gave something back."""
    return RuntimeError("Tensor post accumulate grad hooks should return None.")


def hook_result(wanted: str, value: object) -> TypeError:
    """A hook gave something else than a tensor ("Variable"), or than a tuple."""
    return TypeError(f"expected {wanted}, but hook returned '{type_name(value)}'")


def hook_result_count(name: str, got: int, expected: int) -> RuntimeError:
    """A hook of a node gave too few or too many gradients."""
    return RuntimeError(
        f"hook '{name}' has returned an incorrect number of values "
        f"(got {got}, but expected {expected})"
    )


def none_replaced() -> RuntimeError:
    """A hook made up a gradient where there is none."""
    return RuntimeError("can't replace a None gradient with a non-None value")


def hook_changed_shape(name: str) -> RuntimeError:
    """A hook gave a gradient of another shape."""
    return RuntimeError(f"hook '{name}' has changed the size of value")


def hook_changed_type(name: str, was: str, got: str) -> RuntimeError:
    """A hook gave a gradient of another dtype; both come by their legacy names."""
    was, got = type_text(was), type_text(got)
    return RuntimeError(f"hook '{name}' has changed the type of value (was {was} got {got})")


def edge_without_grad() -> RuntimeError:
    """The edge is asked of a tensor that has none."""
    return RuntimeError(
        "It is not possible to get the gradient edge for a Tensor that does not require gradients"
    )


def edge_in_inference_mode() -> AttributeError:
    """Where the gradient of a leaf goes, asked in inference mode."""
    return AttributeError("'NoneType' object has no attribute 'next_functions'")


def multi_grad_mode(modes: tuple[str, ...], mode: object) -> ValueError:
    """A hook for several gradients that waits neither for all nor for any."""
    return ValueError(f"Expects mode to be one of {modes} but got {mode}")


def leaf_in_grad() -> RuntimeError:
    """A hook for the gradients of leaves runs within `grad`, which accumulates none."""
    return RuntimeError(
        "A leaf node was passed to _will_engine_execute_node but we are currently running "
        "autograd.grad(). This is currently not supported."
    )


def increment_iterable() -> RuntimeError:
    """`increment_version` of what is no tensor and has none."""
    return RuntimeError("increment_version expect a Iterable[Tensor] as input")


def increment_element() -> RuntimeError:
    """`increment_version` of several, one of which is no tensor."""
    return RuntimeError("increment_version expects each element of the iterable to be a tensor")


def stream_flag(value: object) -> RuntimeError:
    """A switch about streams is set to something else than a bool."""
    return RuntimeError(f"enabled must be a bool, but got {type_name(value)}")


def node_argument_count(expected: int, got: int) -> TypeError:
    """A node is called with another number of gradients than it has outputs."""
    return TypeError(f"expected {expected} arguments, got {got} instead")


def node_argument(index: int) -> TypeError:
    """A node is called with something else than tensors."""
    return TypeError(f"argument {index} is not a Variable")


def no_node() -> AssertionError:
    """The node of a tensor that requires no grad, where several tensors get a hook."""
    return AssertionError("Expected gradient function to be set")


def hook_outside_walk() -> AssertionError:
    """A hook for several tensors, called by hand."""
    return AssertionError("expected this hook to be called inside a backward call")
