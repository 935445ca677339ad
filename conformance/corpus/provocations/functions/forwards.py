"""What a custom `Function` may not do in its forward and to its ctx, and with its outputs."""

from __future__ import annotations

from collections.abc import Mapping

RAISING: Mapping[str, str] = {
    "instantiated_and_called": """
        class F(torch.autograd.Function):
            pass
        F()(x)
    """,
    "without_a_forward": """
        class F(torch.autograd.Function):
            pass
        F.apply(x)
    """,
    "forward_takes_no_ctx": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward():
                return None
        F.apply(x)
    """,
    "save_for_backward_of_a_number": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                ctx.save_for_backward(a, 3)
                return a.clone()
        F.apply(x)
    """,
    "save_for_forward_of_a_number": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                ctx.save_for_forward(a, 3)
                return a.clone()
        F.apply(x)
    """,
    "mark_dirty_of_a_number": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                ctx.mark_dirty(3)
                return a
        F.apply(x)
    """,
    "dirty_input_not_returned": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                ctx.mark_dirty(a)
                a.add_(1)
                return a.clone()
            @staticmethod
            def backward(ctx, grad):
                return grad
        F.apply(x.clone())
    """,
    "dirty_input_is_a_leaf": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                ctx.mark_dirty(a)
                return a.add_(1)
        F.apply(x)
    """,
    "dirty_view_among_two_outputs": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                ctx.mark_dirty(a)
                return a.add_(1), a.clone()
            @staticmethod
            def backward(ctx, grad, other):
                return grad
        F.apply(x.clone()[:1])
    """,
    "mark_non_differentiable_of_a_number": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                ctx.mark_non_differentiable(3)
                return a.clone()
        F.apply(x)
    """,
    "set_materialize_grads_of_text": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                ctx.set_materialize_grads()
                return a.clone()
        F.apply(x)
    """,
    "materialize_grads_is_a_number": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                ctx.set_materialize_grads(3)
                return a.clone()
        F.apply(x)
    """,
    "returned_view_written": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a.view(2, 1)
            @staticmethod
            def backward(ctx, grad):
                return grad.view(2)
        F.apply(x.clone()).add_(1)
    """,
    "returned_views_written": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a[:1], a[1:]
            @staticmethod
            def backward(ctx, first, second):
                return torch.cat([first, second])
        F.apply(x.clone())[0].add_(1)
    """,
    "setup_context_and_a_forward_with_ctx": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a.clone()
            @staticmethod
            def setup_context(ctx, inputs, output):
                pass
        F.apply(x)
    """,
    "func_without_setup_context": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a.clone()
            @staticmethod
            def backward(ctx, grad):
                return grad
        torch.func.grad(lambda a: F.apply(a).sum())(x)
    """,
    "input_returned_as_is_and_saved": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(a):
                return a
            @staticmethod
            def setup_context(ctx, inputs, output):
                ctx.save_for_backward(output)
        F.apply(x)
    """,
    "returned_view_read_after_a_write": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a.view(2, 1)
        y = x.clone()
        view = F.apply(y)
        y.add_(1)
        view.grad_fn
    """,
    "vmap_called": "torch.autograd.Function.vmap(None, None, x)",
    "setup_context_called": "torch.autograd.Function.setup_context(None, (x,), x)",
    "boxed_grads_call_is_a_number": """
        class F(torch.autograd.Function):
            boxed_grads_call = 3
            @staticmethod
            def forward(ctx, a):
                return a.clone()
        F.apply(x)
    """,
    "part_of_a_returned_view_written": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a.view(2, 1)
        F.apply(x.clone())[0].add_(1)
    """,
}

# Other ways to a message that stands above, or in another feature's table.
AGAIN: Mapping[str, str] = {
    "dirty_input_is_a_view_of_a_leaf": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                ctx.mark_dirty(a)
                return a.add_(1)
        F.apply(x[:1])
    """,
    "dirty_input_is_one_of_several_views": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                ctx.mark_dirty(a)
                return a.add_(1)
        F.apply(x.clone().unbind()[0])
    """,
    "returned_input_written": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a
            @staticmethod
            def backward(ctx, grad):
                return grad
        F.apply(x.clone()).mul_(2)
    """,
    "captured_leaf_marked_dirty": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                ctx.mark_dirty(x)
                return x
        F.apply(x.clone())
    """,
    "captured_leaf_returned": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return x
        F.apply(x.clone()).sum().backward()
    """,
}

WARNING: Mapping[str, str] = {
    "instantiated": """
        F = type("F", (torch.autograd.Function,), {"__module__": "__main__"})
        F()
    """,
    "mark_dirty_of_no_input": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                b = a.clone()
                ctx.mark_dirty(b)
                return b
        F.apply(x)
    """,
}
