"""What `gradcheck` and `gradgradcheck` find wrong, and what they refuse to check."""

from __future__ import annotations

from collections.abc import Mapping

RAISING: Mapping[str, str] = {
    "nothing_requires_grad": """
        torch.autograd.gradcheck(torch.exp, torch.ones(2, dtype=torch.float64))
    """,
    "input_of_stride_zero": """
        y = torch.ones(1, dtype=torch.float64, requires_grad=True).expand(2)
        torch.autograd.gradcheck(torch.exp, y)
    """,
    "wrong_gradient": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a * 2
            @staticmethod
            def backward(ctx, grad):
                return grad * 3
        torch.autograd.gradcheck(F.apply, x.detach().double().requires_grad_())
    """,
    "wrong_gradient_of_a_complex_function": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a * 2
            @staticmethod
            def backward(ctx, grad):
                return grad * 2j
        y = torch.ones(1, dtype=torch.complex128, requires_grad=True)
        torch.autograd.gradcheck(F.apply, y)
    """,
    "fast_mode_wrong_gradient": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a * 2
            @staticmethod
            def backward(ctx, grad):
                return grad * 3
        y = torch.ones(1, dtype=torch.float64, requires_grad=True)
        try:
            torch.autograd.gradcheck(F.apply, y, fast_mode=True)
        except RuntimeError as error:
            raise type(error)(str(error).partition("numerical:")[0])
    """,
    "not_reentrant": """
        count = [1.0]
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a * 2
            @staticmethod
            def backward(ctx, grad):
                count[0] += 1e-9
                return grad * (2 + count[0] - 1)
        y = torch.ones(1, dtype=torch.float64, requires_grad=True)
        torch.autograd.gradcheck(F.apply, y)
    """,
    "backward_not_multiplied_by_the_gradient": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a * 2
            @staticmethod
            def backward(ctx, grad):
                return torch.where(grad == 0, torch.ones_like(grad), grad * 2)
        y = torch.ones(1, dtype=torch.float64, requires_grad=True)
        torch.autograd.gradcheck(F.apply, y)
    """,
    "undefined_gradient_raises": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                ctx.set_materialize_grads(False)
                return a * 2
            @staticmethod
            def backward(ctx, grad):
                if grad is None:
                    raise RuntimeError("undefined")
                return grad * 2
        y = torch.ones(1, dtype=torch.float64, requires_grad=True)
        torch.autograd.gradcheck(F.apply, y)
    """,
    "undefined_gradient_is_not_zero": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                ctx.set_materialize_grads(False)
                return a * 2
            @staticmethod
            def backward(ctx, grad):
                if grad is None:
                    return torch.ones(1, dtype=torch.float64)
                return grad * 2
        y = torch.ones(1, dtype=torch.float64, requires_grad=True)
        torch.autograd.gradcheck(F.apply, y)
    """,
    "constant_output_that_is_none": """
        y = torch.ones(1, dtype=torch.float64, requires_grad=True)
        torch.autograd.gradcheck(lambda a: a.detach(), y)
    """,
    "shape_depends_on_the_input": """
        y = torch.ones(1, dtype=torch.float64, requires_grad=True)
        torch.autograd.gradcheck(lambda a: a.expand(2 if a.item() > 1 else 1).clone(), y)
    """,
    "dtype_depends_on_the_input": """
        y = torch.ones(1, dtype=torch.float64, requires_grad=True)
        torch.autograd.gradcheck(lambda a: a.float() if a.item() > 1 else a * 1, y)
    """,
    "nothing_to_check": """
        y = torch.ones(1, dtype=torch.float64, requires_grad=True)
        torch.autograd.gradcheck(torch.exp, y, check_backward_ad=False)
    """,
    "batched_without_backward": """
        y = torch.ones(1, dtype=torch.float64, requires_grad=True)
        torch.autograd.gradcheck(
            torch.exp, y, check_forward_ad=True, check_backward_ad=False, check_batched_grad=True
        )
    """,
    "batched_forward_without_forward": """
        y = torch.ones(1, dtype=torch.float64, requires_grad=True)
        torch.autograd.gradcheck(torch.exp, y, check_batched_forward_grad=True)
    """,
    "gradgradcheck_of_nothing": """
        y = torch.ones(1, dtype=torch.float64, requires_grad=True)
        torch.autograd.gradgradcheck(torch.exp, y, check_rev_over_rev=False)
    """,
    "gradgradcheck_undefined_without_reverse": """
        y = torch.ones(1, dtype=torch.float64, requires_grad=True)
        torch.autograd.gradgradcheck(
            torch.exp, y, check_rev_over_rev=False, check_fwd_over_rev=True
        )
    """,
    "gradgradcheck_batched_without_reverse": """
        y = torch.ones(1, dtype=torch.float64, requires_grad=True)
        torch.autograd.gradgradcheck(
            torch.exp,
            y,
            check_rev_over_rev=False,
            check_fwd_over_rev=True,
            check_undefined_grad=False,
            check_batched_grad=True,
        )
    """,
    "second_derivative_is_wrong": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                ctx.save_for_backward(a)
                return a * a
            @staticmethod
            def backward(ctx, grad):
                (a,) = ctx.saved_tensors
                return grad * 2 * a.detach()
        y = torch.ones(1, dtype=torch.float64, requires_grad=True)
        torch.autograd.gradgradcheck(F.apply, y, torch.ones(1).double().requires_grad_())
    """,
}

# Other ways to a message that stands above, or in another feature's table.
AGAIN: Mapping[str, str] = {
    "no_output_requires_grad_in_fast_mode": """
        y = torch.ones(1, dtype=torch.float64, requires_grad=True)
        torch.autograd.gradcheck(lambda a: a.detach(), y, fast_mode=True)
    """,
}

WARNING: Mapping[str, str] = {
    "single_precision": "torch.autograd.gradcheck(torch.exp, x, raise_exception=False)",
    "undefined_gradient_is_refused": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                ctx.set_materialize_grads(False)
                return a * 2
            @staticmethod
            def backward(ctx, grad):
                if grad is None:
                    raise RuntimeError("undefined")
                return grad * 2
        y = torch.ones(1, dtype=torch.float64, requires_grad=True)
        torch.autograd.gradcheck(F.apply, y, raise_exception=False)
    """,
}
