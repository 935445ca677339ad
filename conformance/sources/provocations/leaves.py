"""What a leaf refuses: what may require grad, and what may become its `.grad`."""

from __future__ import annotations

from collections.abc import Mapping

RAISING: Mapping[str, str] = {
    "integers_require_grad": "torch.tensor([1, 2], requires_grad=True)",
    "integers_require_grad_": "torch.ones(2, dtype=torch.int64).requires_grad_()",
    "integers_requires_grad_set": "torch.ones(2, dtype=torch.int64).requires_grad = True",
    "result_requires_grad_false": "(x * 2).requires_grad_(False)",
    "requires_grad_is_no_bool": "x.requires_grad = 1",
    "retain_grad_of_what_needs_none": "torch.ones(2).retain_grad()",
    "grad_is_no_tensor": "x.grad = 1",
    "grad_is_the_tensor_itself": "x.grad = x",
    "grad_of_another_shape": "x.grad = torch.ones(3)",
    "grad_of_another_dtype": "x.grad = torch.ones(2, dtype=torch.float64)",
}

WARNING: Mapping[str, str] = {
    "grad_of_a_result_is_read": "(x * 2).grad",
}
