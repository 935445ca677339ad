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
    "root_is_a_number": "torch.autograd.backward([3], [None])",
    "root_is_none": "torch.autograd.backward(None)",
    "gradient_of_another_shape": "(x * 2).backward(torch.ones(3))",
    "gradient_of_another_kind": "(x * 2).backward(torch.ones(2, dtype=torch.complex64))",
    "gradient_in_a_list_is_a_number": "torch.autograd.backward([x.sum()], [1])",
    "gradient_of_a_complex_root_is_real": """
        y = torch.ones(2, dtype=torch.complex64, requires_grad=True)
        (y * 2).backward(torch.ones(2))
    """,
    "fewer_gradients_than_roots": "torch.autograd.backward([x.sum(), x.sum()], [None])",
    "second_backward": """
        y = x.exp().sum()
        y.backward()
        y.backward()
    """,
    "inputs_are_empty": "x.sum().backward(inputs=[])",
    "input_is_a_number": "x.sum().backward(inputs=[x, 3])",
    "inputs_are_a_mapping": """
        from types import MappingProxyType
        x.sum().backward(inputs=MappingProxyType({"x": x}))
    """,
    "unknown_argument": "x.sum().backward(foo=1)",
    "grad_tensors_twice": """
        one = torch.ones(())
        torch.autograd.backward(x.sum(), grad_tensors=one, grad_variables=one)
    """,
    "grad_of_an_unused_input": """
        unused = torch.ones(2, requires_grad=True)
        torch.autograd.grad(x.sum(), unused)
    """,
    "grad_of_an_input_that_does_not_require_grad": """
        torch.autograd.grad(x.sum(), torch.ones(2))
    """,
    "grad_with_respect_to_nothing": "torch.autograd.grad(x.sum(), [])",
    "grad_with_respect_to_a_mapping": """
        from types import MappingProxyType
        torch.autograd.grad(x.sum(), MappingProxyType({"x": x}))
    """,
    "grad_without_inputs": "torch.autograd.grad(x.sum())",
    "materialize_grads_without_allow_unused": """
        torch.autograd.grad(x.sum(), x, allow_unused=False, materialize_grads=True)
    """,
    "batched_gradient_of_another_shape": """
        torch.autograd.grad(x * 2, x, torch.ones(3, 4), is_grads_batched=True)
    """,
    "edge_of_what_needs_no_grad": "torch.autograd.graph.get_gradient_edge(torch.ones(2))",
    "edge_whose_first_part_is_no_node": """
        edge = torch.autograd.graph.GradientEdge(3, 0)
        torch.autograd.grad(x.sum(), edge)
    """,
    "materialize_grads_of_an_edge": """
        unused = torch.ones(2, requires_grad=True)
        edge = torch.autograd.graph.get_gradient_edge(unused)
        torch.autograd.grad(x.sum(), edge, materialize_grads=True)
    """,
    "batched_gradients_of_an_edge": """
        edge = torch.autograd.graph.get_gradient_edge(x.exp())
        torch.autograd.grad(edge, x, torch.ones(3, 2, 1), is_grads_batched=True)
    """,
    "leaf_moved_into_the_graph": """
        base = torch.ones(2)
        view = base[:1].requires_grad_()
        y = view * 2
        with torch.no_grad():
            base.mul_(2)
        base.mul_(x)
        view.grad_fn
        y.sum().backward()
    """,
    "retain_graph_is_text": 'x.sum().backward(retain_graph="yes")',
    "node_made_by_hand": "torch.autograd.graph.Node()",
    "inputs_are_text": 'x.sum().backward(inputs="x")',
}

# Other ways to a message that stands above, or in another feature's table.
AGAIN: Mapping[str, str] = {
    "gradient_is_a_number": "(x * 2).backward(3)",
    "grad_of_a_second_input_that_is_a_number": "torch.autograd.grad(x.sum(), [x, 3])",
    "saved_tensor_read_after_it_was_freed": """
        y = x.exp()
        y.sum().backward()
        y.grad_fn._saved_result.sum()
    """,
    "backward_within_a_hook": """
        y = x.exp()
        y.register_hook(lambda grad: y.sum().backward())
        y.sum().backward()
    """,
    "leaf_that_became_a_result": """
        y = torch.ones(2, requires_grad=True)
        z = y * 2
        y.requires_grad_(False)
        y.mul_(x)
        z.sum().backward()
    """,
    "edge_is_no_scalar": """
        torch.autograd.backward(torch.autograd.graph.get_gradient_edge(x.exp()))
    """,
    "second_root_is_of_integers": """
        torch.autograd.backward([x.sum(), torch.ones((), dtype=torch.int64)])
    """,
    "grad_of_nothing": "torch.autograd.grad([], x)",
    "batched_without_gradients": "torch.autograd.grad(x * 2, x, is_grads_batched=True)",
    "second_backward_in_another_thread": """
        import threading
        y = x.exp().sum()
        y.backward()
        errors = []
        def work():
            try:
                y.backward()
            except RuntimeError as error:
                errors.append(error)
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        raise errors[0]
    """,
    "part_of_the_graph_freed_by_inputs": """
        y = x.exp()
        z = y.sin().sum()
        z.backward(inputs=[y])
        z.backward(inputs=[x])
    """,
    "gradient_of_a_linear_function": """
        (grad,) = torch.autograd.grad((x * 2).sum(), x, create_graph=True)
        torch.autograd.grad(grad.sum(), x)
    """,
}

WARNING: Mapping[str, str] = {
    "grad_variables": "torch.autograd.backward(x, grad_variables=torch.ones(2))",
    "only_inputs": "torch.autograd.grad(x.sum(), x, only_inputs=False)",
    "create_graph": "x.sum().backward(create_graph=True)",
    "grad_lies_otherwise": """
        x = torch.ones(2, 3).t().requires_grad_()
        x.grad = torch.ones(3, 2)
        x.sum().backward()
        """,
}
