"""What `func`'s transforms refuse: arguments, their structure, and what the function gives."""

from mini_autograd.messages.message import Message

# fmt: off

# What a transformed function may not do.
no_saved_tensors_hooks = Message(RuntimeError, "torch.func.{{grad, vjp, jacrev, hessian}} don't "
    "yet support saved tensor hooks. Please open an issue with your use case.")
no_setup_context = Message(RuntimeError, "In order to use an autograd.Function with functorch "
    "transforms (vmap, grad, jvp, jacrev, ...), it must override the setup_context staticmethod. "
    "For more details, please see https://pytorch.org/docs/main/notes/extending.func.html")
forbidden_requires_grad = Message(RuntimeError, "You are attempting to call "
    "Tensor.requires_grad_() (or perhaps using torch.autograd.functional.* APIs) inside of a "
    "function being transformed by a functorch transform. This is unsupported, please attempt to "
    "use the functorch transforms (e.g. grad, vjp, jacrev, jacfwd, hessian) or call "
    "requires_grad_() outside of a function being transformed instead.")
forbidden_retain_grad = Message(RuntimeError, "You are attempting to call Tensor.retain_grad() "
    "inside of a function being transformed by a functorch transform. This is unsupported, please "
    "attempt to use the functorch transforms (e.g. grad, vjp, jacrev, jacfwd, hessian) or call "
    "retain_grad() outside of a function being transformed instead.")
# torch's forward mode goes through what is computed without grad; a walk does not.
unrecorded_forward = Message(NotImplementedError,
    "what is computed under torch.no_grad() in a function that jvp, jacfwd or hessian transforms "
    "has a tangent in torch, which needs a forward mode that there is not here")
captured_write = Message(RuntimeError, "During a grad (vjp, jvp, grad, etc) transform, the "
    "function provided attempted to call in-place operation (aten::{op}) that would mutate a "
    "captured Tensor. This is not supported; please rewrite the function being transformed to "
    "explicitly accept the mutated Tensor(s) as inputs.")
forbidden_backward = Message(RuntimeError,
    "backward() called inside a functorch transform. This is not supported, please use "
    "functorch.grad or functorch.vjp instead or call backward() outside of functorch transforms.")

# Arguments.
not_a_tensor = Message(ValueError,
    "Thing passed to transform API must be Tensor, got {value:class}")
unsupported_aux = Message(RuntimeError, "Expected tensors, got unsupported type {value:class}")
argnums_type = Message(RuntimeError, "argnums must be int or Tuple[int, ...], got: {argnums:class}")
argnum_type = Message(RuntimeError, "argnum must be int, got: {argnum:class}")
argnum_range = Message(RuntimeError, "Got argnum={argnum}, but only {count} positional inputs")
no_argnums = Message(RuntimeError, "argnums must be non-empty")
argnums_repeat = Message(RuntimeError, "argnums elements must be unique, got {argnums}")
empty_basis = Message(AssertionError, "tensors must have at least one element")

# What the function gives.
no_aux = Message(RuntimeError,
    "{api}: output of function f should be a tuple: (output, aux) if has_aux is True")
grad_of_no_tensor = Message(RuntimeError,
    "grad_and_value(f)(*args): Expected f(*args) to return a Tensor, got {value:class}")
grad_of_no_scalar = Message(RuntimeError,
    "grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor, got tensor with "
    "{dims} dims. Maybe you wanted to use the vjp or jacrev APIs instead?")
no_output = Message(RuntimeError,
    "{api}: Expected f to be a function that has non-empty output (got output = {output})")
output_type = Message(RuntimeError,
    "{api}: expected f(*primals) to return only tensors, got unsupported type {value:class}")
integer_output = Message(RuntimeError, "vjp(f, ...): All outputs of f must be floating-point or "
    "complex Tensors, got Tensor with dtype {dtype}")
cotangent_structure = Message(RuntimeError,
    "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the "
    "function. cotangents: {cotangents}, primal output: {output}")
_complex_value = Message(RuntimeError, "{api}: Expected all {kind} to be real but received complex "
    "tensor at flattened input idx: {index}")


def complex_value(api: str, index: int, *, is_input: bool) -> RuntimeError:
    """A Jacobian of a complex function."""
    return _complex_value(api, "inputs" if is_input else "outputs", index)


chunk_size = Message(ValueError, "{api}: `chunk_size` should be greater than 0.")

# `jvp`.
primals_type = Message(RuntimeError, "jvp(f, primals, tangents): Expected primals to be a tuple. "
    "E.g. it should be valid to call f(*primals).")
tangent_structure = Message(RuntimeError,
    "jvp(f, primals, tangents): Expected primals and tangents to have the same python structure. "
    "For example, if primals is a tuple of 3 tensors, tangents also must be. Got primals with "
    "structure {primals} and tangents with structure {tangents}")
no_tensors = Message(RuntimeError,
    "jvp(f, primals, tangents): Expected {argument} to contain at least one Tensor.")
only_tensors = Message(RuntimeError,
    "jvp(f, primals, tangents): Expected {argument} to only contain Tensors, got {value:class}")
integer_primal = Message(ValueError,
    "Expected primal to be floating point or complex, but got: {dtype}")
integer_tangent = Message(ValueError,
    "Expected tangent to be floating point or complex, but got: {dtype}")
tangent_size = Message(RuntimeError, "Trying to set a forward gradient that has a different size "
    "than that of the original Tensor, this is not supported. Tensor is of size {primal} while the "
    "given forward gradient is of size {tangent}.")
independent = Message(RuntimeError, "jvp(f, primals, tangents, strict=True): The output of f is "
    "independent of the inputs. This is not allowed with strict=True.")
