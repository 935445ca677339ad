"""Errors of hooks, of gradient edges and of nodes that are called."""

from mini_autograd.messages.message import Message

# fmt: off

# Hooks of tensors and nodes.
hook_without_grad = Message(RuntimeError,
    "cannot register a hook on a tensor that doesn't require gradient")
post_accumulate_on_non_leaf = Message(RuntimeError,
    "post accumulate grad hooks cannot be registered on non-leaf tensors")
post_accumulate_result = Message(RuntimeError,
    "Tensor post accumulate grad hooks should return None.")
hook_result = Message(TypeError, "expected {wanted}, but hook returned '{value:type}'")
hook_result_count = Message(RuntimeError,
    "hook '{name}' has returned an incorrect number of values (got {got}, but expected {expected})")
none_replaced = Message(RuntimeError, "can't replace a None gradient with a non-None value")
hook_changed_shape = Message(RuntimeError, "hook '{name}' has changed the size of value")
hook_changed_type = Message(RuntimeError,
    "hook '{name}' has changed the type of value (was {was:legacy} got {got:legacy})")

# Gradient edges, and hooks of several tensors.
edge_without_grad = Message(RuntimeError,
    "It is not possible to get the gradient edge for a Tensor that does not require gradients")
# torch finds no accumulator there, and trips over it.
edge_in_inference_mode = Message(AttributeError,
    "'NoneType' object has no attribute 'next_functions'")
multi_grad_mode = Message(ValueError, "Expects mode to be one of {modes} but got {mode}")
leaf_in_grad = Message(RuntimeError, "A leaf node was passed to _will_engine_execute_node but we "
    "are currently running autograd.grad(). This is currently not supported.")

# Version counters and switches.
increment_iterable = Message(RuntimeError, "increment_version expect a Iterable[Tensor] as input")
increment_element = Message(RuntimeError,
    "increment_version expects each element of the iterable to be a tensor")
stream_flag = Message(RuntimeError, "enabled must be a bool, but got {value:type}")

# Nodes that are called.
node_argument_count = Message(TypeError, "expected {expected} arguments, got {got} instead")
node_argument = Message(TypeError, "argument {index} is not a Variable")
no_node = Message(AssertionError, "Expected gradient function to be set")
hook_outside_walk = Message(AssertionError,
    "expected this hook to be called inside a backward call")
