"""Errors of custom functions: how they are called, what they mark and save, what they return."""

from __future__ import annotations

from mini_autograd.messages.arguments import type_name


def no_forward() -> NotImplementedError:
    """`forward` is not overridden."""
    return NotImplementedError(
        "You must implement the forward function for custom autograd.Function."
    )


def no_backward() -> NotImplementedError:
    """Neither `backward` nor `vjp` is overridden."""
    return NotImplementedError(
        "You must implement either the backward or vjp method for your custom autograd.Function "
        "to use it with backward mode AD."
    )


def no_setup_context() -> NotImplementedError:
    """`setup_context` is not overridden."""
    return NotImplementedError("setup_context is not implemented.")


def no_jvp() -> NotImplementedError:
    """`jvp` is not overridden."""
    return NotImplementedError(
        "You must implement the jvp function for custom autograd.Function to use it with forward "
        "mode AD."
    )


def no_vmap() -> NotImplementedError:
    """`vmap` is not overridden."""
    return NotImplementedError(
        "To use autograd.Function with vmap, you must either override the vmap staticmethod or "
        "set generate_vmap_rule=True."
    )


def two_backwards() -> RuntimeError:
    """Both `backward` and `vjp` are overridden."""
    return RuntimeError(
        "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should "
        "only implement one of them."
    )


def legacy_call() -> RuntimeError:
    """An instance of a function is called."""
    return RuntimeError(
        "Legacy autograd function with non-static forward method is deprecated. Please use "
        "new-style autograd function with static forward method. (Example: "
        "https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
    )


def instantiated(cls: type) -> str:
    """The warning where an instance is made."""
    return (
        f"{cls} should not be instantiated. Methods on autograd functions are all static, so you "
        "should invoke them on the class itself. Instantiating an autograd function will raise an "
        "error in a future version of PyTorch."
    )


def unexpected_keyword(name: str) -> TypeError:
    """A keyword that no positional parameter of `forward` has."""
    return TypeError(f"forward() got an unexpected keyword argument '{name}'")


def repeated(name: str) -> TypeError:
    """An argument of `forward` both by position and by keyword."""
    return TypeError(f"forward() got multiple values for argument '{name}'")


def missing(name: str, position: int) -> TypeError:
    """An argument of `forward` before one given by keyword."""
    return TypeError(f"forward() missing required argument: '{name}' (position {position})")


def not_readable(name: str) -> AttributeError:
    """An attribute of the context that can only be set."""
    return AttributeError(f"attribute '{name}' of 'torch._C._FunctionBase' objects is not readable")


def class_flag(name: str, value: object) -> RuntimeError:
    """What a function's class says of its backward is neither True nor False."""
    return RuntimeError(f"{name} must be a bool, got {type_name(value)}")


def not_a_tuple(attribute: str) -> RuntimeError:
    """What marks or saves tensors was set to something else than a tuple."""
    return RuntimeError(
        f"autograd internal error: {attribute} attribute is expected to be a tuple but is "
    )


def dirty_type() -> RuntimeError:
    """`mark_dirty` of something else than a tensor."""
    return RuntimeError("mark_dirty can only accept variables, but argument ")


def non_differentiable_type() -> RuntimeError:
    """`mark_non_differentiable` of something else than a tensor."""
    return RuntimeError("mark_non_differentiable only accepts variable arguments, but got ")


def saved_type(position: int, value: object) -> TypeError:
    """`save_for_backward` of something else than a tensor or None."""
    return TypeError(
        f"save_for_backward can only save variables, but argument {position} is of type "
        f"{type_name(value)}"
    )


def saved_for_forward_type() -> AssertionError:
    """`save_for_forward` of something else than a tensor or None."""
    return AssertionError(
        "save_for_forward expects all arguments to be tensors; you should save non-tensors as "
        "attributes on ctx."
    )


def materialize_type() -> TypeError:
    """`set_materialize_grads` of something else than a bool."""
    return TypeError(
        "set_materialize_grads received an invalid combination of arguments - got (), but "
        "expected (bool)"
    )


def saved_input_returned() -> RuntimeError:
    """With `setup_context`, an input is returned as it is and saved."""
    return RuntimeError(
        "An input that has been returned as-is as output is being saved for backward. This is not "
        "supported if you override setup_context. You should return and save a view of the input "
        "instead, e.g. with x.view_as(x) or setup ctx inside the forward function itself."
    )


def dirty_leaf() -> RuntimeError:
    """A leaf that requires grad was written to."""
    return RuntimeError(
        "a leaf Variable that requires grad has been used in an in-place operation."
    )


def dirty_view_of_several() -> RuntimeError:
    """A view was written to, and there are several outputs."""
    return RuntimeError(
        "If your Function modifies inplace an input that is a view of another Tensor, your "
        "Function cannot return more than one Tensor. This is not supported by the current "
        "autograd engine. You should either make sure the input is not a view (using .clone() for "
        "example) or make your Function only return one Tensor (potentially splitting it into two "
        "Functions: one doing the inplace that returns a single Tensor and a second one that does "
        "the other operations). You can ask on the forum https://discuss.pytorch.org/ if you need "
        "help to do this change."
    )


def dirty_not_returned() -> RuntimeError:
    """What was written to is no output."""
    return RuntimeError(
        "Some elements marked as dirty during the forward method were not returned as output. The "
        "inputs that are modified inplace must all be outputs of the Function."
    )


DIRTY_NO_INPUT = (
    "ctx.mark_dirty() received a tensor that was not an input. Only input Tensors that have been "
    "mutated should be passed to ctx.mark_dirty()."
)


def gradient_count(name: str, expected: int, got: int) -> RuntimeError:
    """`backward` must give a gradient for each argument of `forward`."""
    return RuntimeError(
        f"function {name} returned an incorrect number of gradients (expected {expected}, got "
        f"{got})"
    )


def gradient_of_no_tensor(name: str, position: int) -> RuntimeError:
    """A gradient for an argument that is no tensor; positions count from 1."""
    return RuntimeError(
        f"function {name} returned a gradient different than None at position {position}, but the "
        "corresponding forward input was not a Variable"
    )


def gradient_type(value: object) -> RuntimeError:
    """A gradient is neither a tensor nor None."""
    return RuntimeError(f"expected Variable or None (got {type_name(value)})")


def saved_accessed_twice() -> RuntimeError:
    """`saved_tensors` a second time, where the first one clears them."""
    return RuntimeError(
        "saved_tensors can only be accessed once when clear_saved_tensors_on_access=True is set "
        "on the autograd.Function. Either access saved_tensors only once, or set "
        "clear_saved_tensors_on_access=False."
    )


DIFFERENTIATED_TWICE = (
    "trying to differentiate twice a function that was marked with @once_differentiable"
)

SAVED_VARIABLES = "'saved_variables' is deprecated; use 'saved_tensors'"
