"""What `backward` and `autograd.grad` refuse: their arguments, and what they meet on the way."""

from __future__ import annotations

from collections.abc import Mapping

RAISING: Mapping[str, str] = {
    "root_is_no_scalar": "(x * 2).backward()",
    "root_is_complex": """
        y = torch.tensor(1 + 1j, requires_grad=True)
        (y * 2).backward()
    """,
    "root_does_not_require_grad": "torch.ones(()).backward()",
    "gradient_of_another_shape": "(x * 2).backward(torch.ones(3))",
    "gradient_of_another_kind": "(x * 2).backward(torch.ones(2, dtype=torch.complex64))",
    "gradient_is_no_tensor": "(x * 2).backward(3)",
    "fewer_gradients_than_roots": "torch.autograd.backward([x.sum(), x.sum()], [None])",
    "root_is_no_tensor": "torch.autograd.backward([3], [None])",
    "second_backward": """
        y = x.exp().sum()
        y.backward()
        y.backward()
    """,
    "inputs_are_empty": "x.sum().backward(inputs=[])",
    "input_is_no_tensor": "x.sum().backward(inputs=[x, 3])",
    "unknown_argument": "x.sum().backward(foo=1)",
    "grad_of_an_unused_input": """
        unused = torch.ones(2, requires_grad=True)
        torch.autograd.grad(x.sum(), unused)
    """,
    "grad_with_respect_to_no_inputs": "torch.autograd.grad(x.sum(), [])",
    "materialize_grads_without_allow_unused": """
        torch.autograd.grad(x.sum(), x, allow_unused=False, materialize_grads=True)
    """,
}

WARNING: Mapping[str, str] = {
    "grad_variables": """
        torch.autograd.backward(x, grad_variables=torch.ones(2))
    """,
    "only_inputs": "torch.autograd.grad(x.sum(), x, only_inputs=False)",
}
