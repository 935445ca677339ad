"""Errors of hooks on saved tensors, and of looking at what a node saved."""

from __future__ import annotations

from mini_autograd.messages.arguments import type_name


def left_unentered() -> RuntimeError:
    """`saved_tensors_hooks(pack, unpack).__exit__()`, of which torch reports a bug of its own."""
    return RuntimeError("saved tensors hooks: __exit__ was called without __enter__")


def not_callable(pack: object, unpack: object) -> TypeError:
    """A hook that cannot be called."""
    return TypeError(
        "_push_saved_tensors_default_hooks(): incompatible function arguments. The following "
        "argument types are supported:\n    1. (arg0: collections.abc.Callable, arg1: "
        f"collections.abc.Callable) -> None\n\nInvoked with: {pack!r}, {unpack!r}"
    )


def disabled(message: str) -> RuntimeError:
    """Hooks where `disable_saved_tensors_hooks` forbids them; the message is the user's."""
    return RuntimeError(message)


def disable_type(message: object) -> TypeError:
    """The message is no text."""
    return TypeError(
        "_saved_tensors_hooks_disable(): incompatible function arguments. The following argument "
        "types are supported:\n    1. (error_message: str, fail_if_non_empty: bool = True) -> None"
        f"\n\nInvoked with: {message!r}"
    )


def pack_modified() -> RuntimeError:
    """A pack hook wrote into the tensor that it was given."""
    return RuntimeError(
        "A saved tensor pack hook is modifying its input in place. Tensors provided as input to "
        "pack hook cannot be modified by in-place operations as this can lead to unexpected "
        "side-effects. Please open an issue if you need to perform in-place operations on the "
        "input to a pack hook."
    )


def undefined(argument: str) -> RuntimeError:
    """A rule reads what could not be saved."""
    return RuntimeError(
        "Expected a proper Tensor but got None (or an undefined Tensor in C++) for argument "
        f"{argument}"
    )


def unpacked_type(value: object) -> TypeError:
    """An unpack hook gave no tensor."""
    return TypeError(
        "Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
        f"{type_name(value)}"
    )


def register_type(saved: object, hooks: tuple[object, ...]) -> TypeError:
    """`register_hooks` with other than two functions."""
    invoked = ", ".join(map(repr, (saved, *hooks)))
    return TypeError(
        "register_hooks(): incompatible function arguments. The following argument types are "
        "supported:\n    1. (self: torch._C._autograd.SavedTensor, arg0: collections.abc.Callable, "
        f"arg1: collections.abc.Callable) -> None\n\nInvoked with: {invoked}"
    )


def made_by_hand() -> RuntimeError:
    """A user made the object that stands for a saved tensor."""
    return RuntimeError("Trying to create a SavedTensor object from Python is forbidden.")


def freed() -> RuntimeError:
    """`register_hooks` when the saved tensor is gone."""
    return RuntimeError(
        "Calling register_hooks on a saved tensor after it has been freed. Saved intermediate "
        "values of the graph are freed when you call .backward() or autograd.grad(). Specify "
        "retain_graph=True if you need to backward through the graph a second time or if you need "
        "to access saved variables after calling backward."
    )


def hooks_on_none() -> RuntimeError:
    """`register_hooks` where nothing was saved."""
    return RuntimeError("Calling register_hooks on a saved tensor with value None is forbidden")


def hooked_already() -> RuntimeError:
    """`register_hooks` a second time."""
    return RuntimeError(
        "Calling register_hooks on a saved tensor whose hooks have already been set. Hint: only "
        "one pair of hooks is allowed at a time."
    )


def not_writable(node: str, name: str) -> AttributeError:
    """Setting what a node saved."""
    return AttributeError(f"attribute '{name}' of '{node}' objects is not writable")


def detached_in_place() -> RuntimeError:
    """A walk needs the history of a saved tensor that has none any more."""
    return RuntimeError(
        "Trying to use a saved tensor that has been detached in-place, i.e. with .detach_()."
        "This is not supported, please use out-of-place `.detach()` instead"
    )


def mutation_nested() -> RuntimeError:
    """`allow_mutation_on_saved_tensors` inside of itself."""
    return RuntimeError("allow_mutation_on_saved_tensors contexts cannot be nested")


def mutation_left() -> AssertionError:
    """A backward outside of the block in which writes were allowed."""
    return AssertionError(
        "Trying to backward outside of the 'allow_mutation_on_saved_tensors' context"
        "in which the graph was originally recorded."
    )
