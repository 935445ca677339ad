"""What a leaf refuses: what may require grad, and what may become its `.grad`."""

from __future__ import annotations

from collections.abc import Mapping

RAISING: Mapping[str, str] = {
    "integers_made_to_require_grad": "torch.tensor([1, 2], requires_grad=True)",
    "integers_require_grad_": "torch.ones(2, dtype=torch.int64).requires_grad_()",
    "integers_requires_grad_set": "torch.ones(2, dtype=torch.int64).requires_grad = True",
    "result_requires_grad_false": "(x * 2).requires_grad_(False)",
    "requires_grad_is_no_bool": "x.requires_grad = 1",
    "requires_grad_is_no_bool_in_a_call": "x.requires_grad_('yes')",
    "requires_grad_of_a_new_tensor_is_no_bool": "torch.tensor([1.0], requires_grad='yes')",
    "retain_grad_of_what_needs_none": "torch.ones(2).retain_grad()",
    "grad_is_a_number": "x.grad = 1",
    "grad_is_a_list": "x.grad = [1.0, 1.0]",
    "grad_is_the_tensor_itself": "x.grad = x",
    "grad_of_another_shape": "x.grad = torch.ones(3)",
    "grad_of_another_dtype": "x.grad = torch.ones(2, dtype=torch.float64)",
    "grad_fn_set": "(x * 2).grad_fn = (x * 3).grad_fn",
    "grad_dtype_of_a_result": "(x * 2).grad_dtype",
    "grad_dtype_of_a_result_set": "(x * 2).grad_dtype = torch.float64",
    "grad_dtype_is_a_number": "x.grad_dtype = 3",
    "grad_dtype_against_a_grad": """
        x.grad = torch.ones(2)
        x.grad_dtype = torch.float64
    """,
    "backward_hooks_deleted": "del x._backward_hooks",
}

# Other ways to a message that stands above, or in another feature's table.
AGAIN: Mapping[str, str] = {
    "full_of_an_integer_requires_grad": "torch.full((2,), 1, requires_grad=True)",
    "arange_requires_grad": "torch.arange(3, requires_grad=True)",
    "requires_grad_deleted": "del x.requires_grad",
    "grad_fn_deleted": "del (x * 2).grad_fn",
    "version_set": "x._version = 3",
    "grad_of_another_dtype_than_grad_dtype": """
        x.grad_dtype = torch.float64
        x.grad = torch.ones(2)
    """,
    "grad_of_a_result_of_another_shape": "(x * 2).grad = torch.ones(3)",
}

WARNING: Mapping[str, str] = {
    "grad_of_a_result_is_read": "(x * 2).grad",
}
