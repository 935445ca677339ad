"""Errors and warnings of custom functions: calling them, marking, saving, returning."""

from mini_autograd.messages.message import Message

# fmt: off

# What a class must define.
no_forward = Message(NotImplementedError,
    "You must implement the forward function for custom autograd.Function.")
no_backward = Message(NotImplementedError, "You must implement either the backward or vjp method "
    "for your custom autograd.Function to use it with backward mode AD.")
no_setup_context = Message(NotImplementedError, "setup_context is not implemented.")
no_jvp = Message(NotImplementedError, "You must implement the jvp function for custom "
    "autograd.Function to use it with forward mode AD.")
no_vmap = Message(NotImplementedError, "To use autograd.Function with vmap, you must either "
    "override the vmap staticmethod or set generate_vmap_rule=True.")
two_backwards = Message(RuntimeError, "Implementing both 'backward' and 'vjp' for a custom "
    "Function is not allowed. You should only implement one of them.")
legacy_call = Message(RuntimeError, "Legacy autograd function with non-static forward method is "
    "deprecated. Please use new-style autograd function with static forward method. (Example: "
    "https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)")
instantiated = Message(DeprecationWarning, "{cls} should not be instantiated. Methods on autograd "
    "functions are all static, so you should invoke them on the class itself. Instantiating an "
    "autograd function will raise an error in a future version of PyTorch.")

# Arguments of `forward`.
unexpected_keyword = Message(TypeError, "forward() got an unexpected keyword argument '{name}'")
repeated = Message(TypeError, "forward() got multiple values for argument '{name}'")
missing = Message(TypeError, "forward() missing required argument: '{name}' (position {position})")
not_readable = Message(AttributeError,
    "attribute '{name}' of 'torch._C._FunctionBase' objects is not readable")
class_flag = Message(RuntimeError, "{name} must be a bool, got {value:type}")

# What is marked and saved.
not_a_tuple = Message(RuntimeError,
    "autograd internal error: {attribute} attribute is expected to be a tuple but is ")
dirty_type = Message(RuntimeError, "mark_dirty can only accept variables, but argument ")
non_differentiable_type = Message(RuntimeError,
    "mark_non_differentiable only accepts variable arguments, but got ")
saved_type = Message(TypeError,
    "save_for_backward can only save variables, but argument {position} is of type {value:type}")
saved_for_forward_type = Message(AssertionError, "save_for_forward expects all arguments to be "
    "tensors; you should save non-tensors as attributes on ctx.")
materialize_type = Message(TypeError, "set_materialize_grads received an invalid combination of "
    "arguments - got (), but expected (bool)")
saved_input_returned = Message(RuntimeError,
    "An input that has been returned as-is as output is being saved for backward. This is not "
    "supported if you override setup_context. You should return and save a view of the input "
    "instead, e.g. with x.view_as(x) or setup ctx inside the forward function itself.")

# What is written to.
dirty_leaf = Message(RuntimeError,
    "a leaf Variable that requires grad has been used in an in-place operation.")
dirty_view_of_several = Message(RuntimeError,
    "If your Function modifies inplace an input that is a view of another Tensor, your Function "
    "cannot return more than one Tensor. This is not supported by the current autograd engine. "
    "You should either make sure the input is not a view (using .clone() for example) or make "
    "your Function only return one Tensor (potentially splitting it into two Functions: one doing "
    "the inplace that returns a single Tensor and a second one that does the other operations). "
    "You can ask on the forum https://discuss.pytorch.org/ if you need help to do this change.")
dirty_not_returned = Message(RuntimeError,
    "Some elements marked as dirty during the forward method were not returned as output. The "
    "inputs that are modified inplace must all be outputs of the Function.")
dirty_no_input = Message(UserWarning, "ctx.mark_dirty() received a tensor that was not an input. "
    "Only input Tensors that have been mutated should be passed to ctx.mark_dirty().")

# What `backward` gives.
gradient_count = Message(RuntimeError,
    "function {name} returned an incorrect number of gradients (expected {expected}, got {got})")
gradient_of_no_tensor = Message(RuntimeError, "function {name} returned a gradient different than "
    "None at position {position}, but the corresponding forward input was not a Variable")
gradient_type = Message(RuntimeError, "expected Variable or None (got {value:type})")
saved_accessed_twice = Message(RuntimeError, "saved_tensors can only be accessed once when "
    "clear_saved_tensors_on_access=True is set on the autograd.Function. Either access "
    "saved_tensors only once, or set clear_saved_tensors_on_access=False.")
differentiated_twice = Message(RuntimeError,
    "trying to differentiate twice a function that was marked with @once_differentiable")
saved_variables = Message(DeprecationWarning,
    "'saved_variables' is deprecated; use 'saved_tensors'")
