"""What a custom `Function` may not do in its backward."""

from __future__ import annotations

from collections.abc import Mapping

RAISING: Mapping[str, str] = {
    "without_a_backward": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a.clone()
        F.apply(x).sum().backward()
    """,
    "backward_and_vjp": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a.clone()
            @staticmethod
            def backward(ctx, grad):
                return grad
            @staticmethod
            def vjp(ctx, grad):
                return grad
        F.apply(x).sum().backward()
    """,
    "backward_raises": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a.clone()
            @staticmethod
            def backward(ctx, grad):
                raise ValueError("from backward")
        F.apply(x).sum().backward()
    """,
    "backward_takes_too_little": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a.clone()
            @staticmethod
            def backward(ctx):
                return None
        F.apply(x).sum().backward()
    """,
    "backward_gives_too_many": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a.clone()
            @staticmethod
            def backward(ctx, grad):
                return grad, grad
        F.apply(x).sum().backward()
    """,
    "backward_gives_a_number": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a.clone()
            @staticmethod
            def backward(ctx, grad):
                return 3
        F.apply(x).sum().backward()
    """,
    "backward_gives_another_shape": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a.clone()
            @staticmethod
            def backward(ctx, grad):
                return torch.ones(7)
        F.apply(x).sum().backward()
    """,
    "backward_gives_complex": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a.clone()
            @staticmethod
            def backward(ctx, grad):
                return grad * 1j
        F.apply(x).sum().backward()
    """,
    "backward_gives_a_gradient_to_a_number": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a, factor):
                return a * factor
            @staticmethod
            def backward(ctx, grad):
                return grad, grad
        F.apply(x, 2.0).sum().backward()
    """,
    "undefined_gradient_used": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                ctx.set_materialize_grads(False)
                return a.clone(), a.clone()
            @staticmethod
            def backward(ctx, first, second):
                return first + second
        F.apply(x)[0].sum().backward()
    """,
    "saved_output_modified": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                b = a.exp()
                ctx.save_for_backward(b)
                return b
            @staticmethod
            def backward(ctx, grad):
                return grad * ctx.saved_tensors[0]
        y = F.apply(x)
        y.mul_(2)
        y.sum().backward()
    """,
    "once_differentiable_twice": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a.clone()
            @staticmethod
            @torch.autograd.function.once_differentiable
            def backward(ctx, grad):
                return grad * 2
        (y,) = torch.autograd.grad((F.apply(x) ** 2).sum(), x, create_graph=True)
        y.sum().backward()
    """,
    "saved_tensors_set": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                ctx.saved_tensors = (a,)
                return a.clone()
        F.apply(x)
    """,
    "clear_saved_tensors_on_access": """
        class F(torch.autograd.Function):
            clear_saved_tensors_on_access = True
            @staticmethod
            def forward(ctx, a):
                ctx.save_for_backward(a)
                return a.clone()
            @staticmethod
            def backward(ctx, grad):
                ctx.saved_tensors
                return grad * ctx.saved_tensors[0]
        F.apply(x).sum().backward()
    """,
    "clear_saved_tensors_on_access_is_a_number": """
        class F(torch.autograd.Function):
            clear_saved_tensors_on_access = 3
            @staticmethod
            def forward(ctx, a):
                return a.clone()
        F.apply(x)
    """,
    "jvp_called": "torch.autograd.Function.jvp(None, x)",
    "backward_gives_a_dict": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a + 1
            @staticmethod
            def backward(ctx, grad):
                return {"a": grad}
        F.apply(x).sum().backward()
    """,
    "needs_input_grad_out_of_range": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a + 1
            @staticmethod
            def backward(ctx, grad):
                return grad * ctx.needs_input_grad[1]
        F.apply(x).sum().backward()
    """,
}

# Other ways to a message that stands above, or in another feature's table.
AGAIN: Mapping[str, str] = {
    "backward_gives_too_few": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a, b, c):
                return a + b
            @staticmethod
            def backward(ctx, grad):
                return grad
        F.apply(x, x, 3).sum().backward()
    """,
    "saved_input_modified": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                ctx.save_for_backward(a)
                return a * a
            @staticmethod
            def backward(ctx, grad):
                return 2 * grad * ctx.saved_tensors[0]
        y = x.clone()
        z = F.apply(y)
        y.add_(1)
        z.sum().backward()
    """,
    "saved_tensors_after_they_were_freed": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                ctx.save_for_backward(a)
                return a * a
            @staticmethod
            def backward(ctx, grad):
                return 2 * grad * ctx.saved_tensors[0]
        y = F.apply(x)
        y.sum().backward()
        y.grad_fn.saved_tensors
    """,
    "non_differentiable_output_in_backward": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                b = a.clone()
                ctx.mark_non_differentiable(b)
                return b
        F.apply(x).sum().backward()
    """,
    "gradient_of_an_integer_output": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a.long()
            @staticmethod
            def backward(ctx, grad):
                return grad
        F.apply(x).sum().backward()
    """,
    "backward_gives_a_list": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a, b):
                return a + b
            @staticmethod
            def backward(ctx, grad):
                return [grad, grad]
        F.apply(x, x).sum().backward()
    """,
}

WARNING: Mapping[str, str] = {
    "saved_variables": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                ctx.save_for_backward(a)
                return a.clone()
            @staticmethod
            def backward(ctx, grad):
                return grad * len(ctx.saved_variables)
        F.apply(x).sum().backward()
    """,
}
