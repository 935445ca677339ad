"""What hooks may not do, and what refuses a hook."""

from __future__ import annotations

from collections.abc import Mapping

RAISING: Mapping[str, str] = {
    "on_what_needs_no_grad": "torch.ones(2).register_hook(print)",
    "is_no_function": """
        x.register_hook(3)
        x.sum().backward()
    """,
    "takes_no_argument": """
        def hook():
            pass
        x.register_hook(hook)
        x.sum().backward()
    """,
    "raises": """
        def hook(grad):
            raise ValueError("from the hook")
        x.register_hook(hook)
        x.sum().backward()
    """,
    "returns_another_shape": """
        x.register_hook(lambda grad: torch.ones(3))
        x.sum().backward()
    """,
    "returns_a_number": """
        x.register_hook(lambda grad: 3)
        x.sum().backward()
    """,
    "returns_another_dtype": """
        x.register_hook(lambda grad: grad.double())
        x.sum().backward()
    """,
    "returns_another_kind": """
        x.register_hook(lambda grad: grad.to(torch.complex64))
        x.sum().backward()
    """,
    "post_accumulate_on_a_result": "(x * 2).register_post_accumulate_grad_hook(print)",
    "post_accumulate_raises": """
        def hook(tensor):
            raise KeyError("from the hook")
        x.register_post_accumulate_grad_hook(hook)
        x.sum().backward()
    """,
    "node_hook_returns_a_tensor": """
        y = x * 2
        y.grad_fn.register_hook(lambda grad_inputs, grad_outputs: torch.ones(2))
        y.sum().backward()
    """,
    "node_hook_returns_fewer_gradients": """
        y = x * 2
        y.grad_fn.register_hook(lambda grad_inputs, grad_outputs: ())
        y.sum().backward()
    """,
    "node_hook_replaces_none": """
        y = x * 2
        y.grad_fn.register_hook(lambda grad_inputs, grad_outputs: (grad_inputs[0], torch.ones(2)))
        y.sum().backward()
    """,
    "node_hook_takes_one_argument": """
        y = x * 2
        y.grad_fn.register_hook(lambda grad_inputs: None)
        y.sum().backward()
    """,
    "node_prehook_takes_two_arguments": """
        y = x * 2
        y.grad_fn.register_prehook(lambda grad_inputs, grad_outputs: None)
        y.sum().backward()
    """,
    "multi_grad_hook_of_an_unknown_mode": """
        torch.autograd.graph.register_multi_grad_hook([x], print, mode="some")
    """,
    "multi_grad_hook_on_what_needs_no_grad": """
        torch.autograd.graph.register_multi_grad_hook([torch.ones(2)], print)
    """,
    "multi_grad_hook_raises": """
        def hook(grads):
            raise IndexError("from the hook")
        torch.autograd.graph.register_multi_grad_hook([x], hook)
        x.sum().backward()
    """,
    "multi_grad_hook_called_by_hand": """
        torch.autograd.graph.register_multi_grad_hook([x], print)
        next(iter(x._backward_hooks.values()))(torch.ones(2))
    """,
}

# Other ways to a message that stands above, or in another feature's table.
AGAIN: Mapping[str, str] = {
    "on_an_inference_tensor": """
        with torch.inference_mode():
            y = torch.ones(2)
        y.register_hook(print)
    """,
    "returns_another_shape_on_a_result": """
        y = x * 2
        y.register_hook(lambda grad: torch.ones(3))
        y.sum().backward()
    """,
    "post_accumulate_on_what_needs_no_grad": """
        torch.ones(2).register_post_accumulate_grad_hook(print)
    """,
    "node_hook_is_no_function": """
        y = x * 2
        y.grad_fn.register_hook(3)
        y.sum().backward()
    """,
    "node_hook_returns_numbers": """
        y = x * 2
        y.grad_fn.register_hook(lambda grad_inputs, grad_outputs: (3, 4))
        y.sum().backward()
    """,
    "node_hook_returns_another_shape": """
        y = x * 2
        y.grad_fn.register_hook(lambda grad_inputs, grad_outputs: (torch.ones(3), None))
        y.sum().backward()
    """,
    "node_prehook_returns_a_tensor": """
        y = x * 2
        y.grad_fn.register_prehook(lambda grad_outputs: torch.ones(2))
        y.sum().backward()
    """,
    "node_prehook_returns_two_gradients": """
        y = x * 2
        y.grad_fn.register_prehook(lambda grad_outputs: (torch.ones(2), torch.ones(2)))
        y.sum().backward()
    """,
    "node_prehook_returns_another_shape": """
        y = x * 2
        y.grad_fn.register_prehook(lambda grad_outputs: (torch.ones(3),))
        y.sum().backward()
    """,
}

WARNING: Mapping[str, str] = {
    "not_serialized": """
        import pickle
        class Hook:
            def __call__(self, grad):
                return None
            def __repr__(self):
                return "Hook()"
        x.register_hook(Hook())
        pickle.dumps(x)
    """,
}
