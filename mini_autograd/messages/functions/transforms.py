"""What `func`'s transforms refuse: arguments, their structure, and what the function gives."""

from __future__ import annotations

from collections.abc import Iterable

NO_SAVED_TENSORS_HOOKS = (
    "torch.func.{grad, vjp, jacrev, hessian} don't yet support saved tensor hooks. Please open an "
    "issue with your use case."
)


def no_setup_context() -> RuntimeError:
    """A custom function whose forward takes the context, in a function that is transformed."""
    return RuntimeError(
        "In order to use an autograd.Function with functorch transforms (vmap, grad, jvp, jacrev, "
        "...), it must override the setup_context staticmethod. For more details, please see "
        "https://pytorch.org/docs/main/notes/extending.func.html"
    )


def forbidden_requires_grad() -> RuntimeError:
    """`requires_grad_` in a function that is transformed."""
    return RuntimeError(
        "You are attempting to call Tensor.requires_grad_() (or perhaps using "
        "torch.autograd.functional.* APIs) inside of a function being transformed by a functorch "
        "transform. This is unsupported, please attempt to use the functorch transforms (e.g. "
        "grad, vjp, jacrev, jacfwd, hessian) or call requires_grad_() outside of a function being "
        "transformed instead."
    )


def forbidden_retain_grad() -> RuntimeError:
    """`retain_grad` in a function that is transformed."""
    return RuntimeError(
        "You are attempting to call Tensor.retain_grad() inside of a function being transformed by "
        "a functorch transform. This is unsupported, please attempt to use the functorch "
        "transforms (e.g. grad, vjp, jacrev, jacfwd, hessian) or call retain_grad() outside of a "
        "function being transformed instead."
    )


def unrecorded_forward() -> NotImplementedError:
    """Torch's forward mode goes through what is computed without grad; a walk does not."""
    return NotImplementedError(
        "what is computed under torch.no_grad() in a function that jvp, jacfwd or hessian "
        "transforms has a tangent in torch, which needs a forward mode that there is not here"
    )


def captured_write(op: str) -> RuntimeError:
    """A transformed function writes to a tensor from outside."""
    return RuntimeError(
        "During a grad (vjp, jvp, grad, etc) transform, the function provided attempted to call "
        f"in-place operation (aten::{op}) that would mutate a captured Tensor. This is not "
        "supported; please rewrite the function being transformed to explicitly accept the "
        "mutated Tensor(s) as inputs."
    )


def forbidden_backward() -> RuntimeError:
    """`backward` in a function that is transformed."""
    return RuntimeError(
        "backward() called inside a functorch transform. This is not supported, please use "
        "functorch.grad or functorch.vjp instead or call backward() outside of functorch "
        "transforms."
    )


def not_a_tensor(value: object) -> ValueError:
    """Something to differentiate by that is no tensor."""
    return ValueError(f"Thing passed to transform API must be Tensor, got {type(value)}")


def unsupported_aux(value: object) -> RuntimeError:
    """Something else than tensors beside the output."""
    return RuntimeError(f"Expected tensors, got unsupported type {type(value)}")


def argnums_type(argnums: object) -> RuntimeError:
    """Neither an int nor a tuple."""
    return RuntimeError(f"argnums must be int or Tuple[int, ...], got: {type(argnums)}")


def argnum_type(argnum: object) -> RuntimeError:
    """An element of `argnums` that is no int."""
    return RuntimeError(f"argnum must be int, got: {type(argnum)}")


def argnum_range(argnum: int, count: int) -> RuntimeError:
    """An argument that was not given by position."""
    return RuntimeError(f"Got argnum={argnum}, but only {count} positional inputs")


def no_argnums() -> RuntimeError:
    """An empty tuple of them."""
    return RuntimeError("argnums must be non-empty")


def argnums_repeat(argnums: Iterable[int]) -> RuntimeError:
    """One of them twice."""
    return RuntimeError(f"argnums elements must be unique, got {argnums}")


def leaf_count(got: int, expected: int, structure: str) -> ValueError:
    """More or fewer leaves than a structure has places."""
    return ValueError(
        f"treespec.unflatten(leaves): `leaves` has length {got} but the spec refers to a pytree "
        f"that holds {expected} items ({structure})."
    )


def empty_basis() -> AssertionError:
    """A Jacobian by an argument that holds no tensor."""
    return AssertionError("tensors must have at least one element")


def no_aux(api: str) -> RuntimeError:
    """With `has_aux`, an output that is no pair."""
    return RuntimeError(
        f"{api}: output of function f should be a tuple: (output, aux) if has_aux is True"
    )


def grad_of_no_tensor(value: object) -> RuntimeError:
    """`grad` of a function that gives no tensor."""
    return RuntimeError(
        f"grad_and_value(f)(*args): Expected f(*args) to return a Tensor, got {type(value)}"
    )


def grad_of_no_scalar(dims: int) -> RuntimeError:
    """`grad` of a function that gives a tensor with dims."""
    return RuntimeError(
        "grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor, got tensor with "
        f"{dims} dims. Maybe you wanted to use the vjp or jacrev APIs instead?"
    )


def no_output(api: str, output: list[object]) -> RuntimeError:
    """A function that gives nothing."""
    return RuntimeError(
        f"{api}: Expected f to be a function that has non-empty output (got output = {output})"
    )


def output_type(api: str, value: object) -> RuntimeError:
    """A function that gives something else than tensors."""
    return RuntimeError(
        f"{api}: expected f(*primals) to return only tensors, got unsupported type {type(value)}"
    )


def integer_output(dtype: object) -> RuntimeError:
    """`vjp` of a function that gives integers."""
    return RuntimeError(
        "vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got Tensor with "
        f"dtype {dtype}"
    )


def cotangent_structure(cotangents: object, output: object) -> RuntimeError:
    """Cotangents that are nested otherwise than the outputs."""
    return RuntimeError(
        "Expected pytree structure of cotangents to be the same as pytree structure of outputs to "
        f"the function. cotangents: {cotangents}, primal output: {output}"
    )


def complex_value(api: str, index: int, *, is_input: bool) -> RuntimeError:
    """A Jacobian of a complex function."""
    kind = "inputs" if is_input else "outputs"
    return RuntimeError(
        f"{api}: Expected all {kind} to be real but received complex tensor at flattened input "
        f"idx: {index}"
    )


def chunk_size(api: str) -> ValueError:
    """A chunk of no rows."""
    return ValueError(f"{api}: `chunk_size` should be greater than 0.")


_JVP = "jvp(f, primals, tangents)"


def primals_type() -> RuntimeError:
    """Primals that are no tuple."""
    return RuntimeError(
        f"{_JVP}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals)."
    )


def tangent_structure(primals: str, tangents: str) -> RuntimeError:
    """Tangents that are nested otherwise than the primals."""
    return RuntimeError(
        f"{_JVP}: Expected primals and tangents to have the same python structure. For example, if "
        "primals is a tuple of 3 tensors, tangents also must be. Got primals with structure "
        f"{primals} and tangents with structure {tangents}"
    )


def no_tensors(argument: str) -> RuntimeError:
    """No primals, or no tangents."""
    return RuntimeError(f"{_JVP}: Expected {argument} to contain at least one Tensor.")


def only_tensors(argument: str, value: object) -> RuntimeError:
    """A primal or tangent that is no tensor."""
    return RuntimeError(f"{_JVP}: Expected {argument} to only contain Tensors, got {type(value)}")


def integer_primal(dtype: object) -> ValueError:
    """A primal of integers."""
    return ValueError(f"Expected primal to be floating point or complex, but got: {dtype}")


def integer_tangent(dtype: object) -> ValueError:
    """A tangent of integers."""
    return ValueError(f"Expected tangent to be floating point or complex, but got: {dtype}")


def tangent_size(primal: object, tangent: object) -> RuntimeError:
    """A tangent of another shape than its primal."""
    return RuntimeError(
        "Trying to set a forward gradient that has a different size than that of the original "
        f"Tensor, this is not supported. Tensor is of size {primal} while the given forward "
        f"gradient is of size {tangent}."
    )


def independent() -> RuntimeError:
    """With `strict`, an output that does not depend on the primals."""
    return RuntimeError(
        "jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. "
        "This is not allowed with strict=True."
    )
