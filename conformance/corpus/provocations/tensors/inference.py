"""What inference mode and its tensors refuse."""

from __future__ import annotations

from collections.abc import Mapping

RAISING: Mapping[str, str] = {
    "tensor_saved": """
        with torch.inference_mode():
            y = torch.ones(2)
        x * y
    """,
    "tensor_written_outside": """
        with torch.inference_mode():
            y = torch.ones(2)
        y.add_(1)
    """,
    "version_of_a_tensor": """
        with torch.inference_mode():
            torch.ones(2)._version
    """,
    "requires_grad_outside": """
        with torch.inference_mode():
            y = torch.ones(2)
        y.requires_grad_()
    """,
    "view_made_inside_written_outside": """
        y = x.clone()
        with torch.inference_mode():
            view = y[:1]
        view.add_(1)
    """,
    "view_made_inside_read_after_a_write": """
        y = x.clone()
        with torch.inference_mode():
            view = y[:1]
        y.add_(1)
        view.grad_fn
    """,
    "view_of_a_view_made_inside_written_outside": """
        y = x.clone()
        with torch.inference_mode():
            view = y[:1]
        view.view(1, 1).add_(1)
    """,
    "view_of_a_view_made_inside_read_after_a_write": """
        y = x.clone()
        with torch.inference_mode():
            view = y[:1]
        second = view.view(1, 1)
        y.add_(1)
        second.grad_fn
    """,
}

# Other ways to a message that stands above, or in another feature's table.
AGAIN: Mapping[str, str] = {
    "requires_grad_set_outside": """
        with torch.inference_mode():
            y = torch.ones(2)
        y.requires_grad = True
    """,
    "part_made_inside_written_outside": """
        y = x.clone()
        with torch.inference_mode():
            first, second = y.unbind()
        first.add_(1)
    """,
    "backward_inside": """
        with torch.inference_mode():
            y = x * 2
            y.sum().backward()
    """,
    "backward_of_an_outer_graph_inside": """
        y = x.exp()
        with torch.inference_mode():
            y.sum().backward()
    """,
    "write_of_a_tensor_that_needs_grad": """
        with torch.inference_mode():
            y = torch.ones(2)
        y.copy_(x)
    """,
    "saved_by_a_function": """
        class Keep(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a, b):
                ctx.save_for_backward(a, b)
                return a.clone()
        with torch.inference_mode():
            y = torch.ones(2)
        Keep.apply(x, y)
    """,
    "accumulated_into_an_inference_tensor": """
        with torch.inference_mode():
            grad = torch.ones(2)
        x.grad = grad
        x.sum().backward()
    """,
    "gradient_with_create_graph": """
        with torch.inference_mode():
            grad = torch.ones(2)
        torch.autograd.grad(x * x, x, grad, create_graph=True)
    """,
    "part_of_an_inference_tensor_written": """
        with torch.inference_mode():
            y = torch.ones(2)
        y[:1].add_(1)
    """,
}
