"""Which messages of torch 2.13 about the graph's state no provocation has, and why."""

from __future__ import annotations

from collections.abc import Mapping

UNREACHABLE: Mapping[str, str] = {
    "Function's jvp returned ..., Forward AD gradient ..., jvp(f, primals, tangents) ...":
        "forward-mode differentiation, which is no feature here",
    "vmap: ..., While computing batched gradients, got ...": "vmap, which is no feature here",
    "functions with out=... arguments don't support automatic differentiation, An output with one":
        "`out=`, which is no feature here",
    "element 0 of gradients tuple is not a Tensor or None": "`_make_grads` refuses it first",
    "element 0 of gradients tuple is None, but the corresponding Tensor requires grad":
        "`_make_grads` makes the gradient, or refuses first",
    "grad requires non-empty inputs": "Python refuses an empty tuple of inputs first",
    "Final callbacks can only be installed during backward pass.": "a private call of DDP's",
    "_current_graph_task_execution_order should only be called during the backward pass": "private",
    "Deletion of _post_accumulate_grad_hooks not allowed!, _grad_fn can be only set to None":
        "private attributes",
    "Tensor post accumulate grad hooks should return None.":
        "said by compiled autograd alone; the eager walk takes any answer",
    "Anomaly metadata is not a python dictionary.": "nothing sets it to anything else",
    "Error detected in MulBackward0. Traceback of forward call that caused the error: ...":
        "it names files and lines of whoever runs it",
    "incompatible function arguments ... Invoked with: <SavedTensor object at ...>":
        "`register_hooks` of a saved tensor with bad arguments names an address",
    "Analytical gradient has incorrect size, Gradient has dtype mismatch, grad is incorrect type":
        "the walk has refused or cast such a gradient before gradcheck sees it",
    "no Tensors requiring grad found in input": "gradcheck has refused it before",
    "The hessian of the user-provided function with respect to input 0 is independent of the input":
        "hvp checks the jacobian a second time, which has passed by then",
    "Invalid stage argument, Invalid input_type to _check_requires_grad": "asserts of torch's own",
    "Cannot set version_counter for inference tensor": "`.data = ` gives none to set",
    "attempting to assign a gradient with device type 'cuda' ...": "a CPU has no other device",
    "incompatible tensor type (set_data), grad is sparse tensor, but has incorrect sparse_dim":
        "sparse tensors, which are no feature here",
    "Unable to handle autograd's threading in combination with fork-based multiprocessing":
        "it needs a device's worker threads",
    "grad and param do not obey the gradient layout contract": "said by DDP alone",
}  # fmt: skip
"""The message, or several of one kind, and the reason."""
