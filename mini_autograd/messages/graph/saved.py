"""Errors of hooks on saved tensors, and of looking at what a node saved."""

from mini_autograd.messages.message import Message

# fmt: off

# Hooks on all that is saved.
# torch fails an assertion of its own there.
left_unentered = Message(RuntimeError, "saved tensors hooks: __exit__ was called without __enter__")
not_callable = Message(TypeError,
    "_push_saved_tensors_default_hooks(): incompatible function arguments. The following argument "
    "types are supported:\n    1. (arg0: collections.abc.Callable, arg1: "
    "collections.abc.Callable) -> None\n\nInvoked with: {pack!r}, {unpack!r}")
disabled = Message(RuntimeError, "{message}")
disable_type = Message(TypeError, "_saved_tensors_hooks_disable(): incompatible function "
    "arguments. The following argument types are supported:\n    1. (error_message: str, "
    "fail_if_non_empty: bool = True) -> None\n\nInvoked with: {message!r}")
pack_modified = Message(RuntimeError,
    "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack "
    "hook cannot be modified by in-place operations as this can lead to unexpected side-effects. "
    "Please open an issue if you need to perform in-place operations on the input to a pack hook.")
undefined = Message(RuntimeError,
    "Expected a proper Tensor but got None (or an undefined Tensor in C++) for argument {argument}")

# A hook on one saved tensor, and what a node saved.
unpacked_type = Message(TypeError, "Output of saved tensor unpack_hook expected to be a Tensor but "
    "got result of type {value:type}")
register_type = Message(TypeError,
    "register_hooks(): incompatible function arguments. The following argument types are "
    "supported:\n    1. (self: torch._C._autograd.SavedTensor, arg0: collections.abc.Callable, "
    "arg1: collections.abc.Callable) -> None\n\nInvoked with: {given:reprs}")
made_by_hand = Message(RuntimeError,
    "Trying to create a SavedTensor object from Python is forbidden.")
freed = Message(RuntimeError, "Calling register_hooks on a saved tensor after it has been freed. "
    "Saved intermediate values of the graph are freed when you call .backward() or "
    "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second "
    "time or if you need to access saved variables after calling backward.")
hooks_on_none = Message(RuntimeError,
    "Calling register_hooks on a saved tensor with value None is forbidden")
hooked_already = Message(RuntimeError, "Calling register_hooks on a saved tensor whose hooks have "
    "already been set. Hint: only one pair of hooks is allowed at a time.")
not_writable = Message(AttributeError, "attribute '{name}' of '{node}' objects is not writable",
    order="node name")
detached_in_place = Message(RuntimeError,
    "Trying to use a saved tensor that has been detached in-place, i.e. with .detach_().This is "
    "not supported, please use out-of-place `.detach()` instead")

# `allow_mutation_on_saved_tensors`.
mutation_nested = Message(RuntimeError, "allow_mutation_on_saved_tensors contexts cannot be nested")
mutation_left = Message(AssertionError, "Trying to backward outside of the "
    "'allow_mutation_on_saved_tensors' contextin which the graph was originally recorded.")
