"""What `torch.autograd.functional` refuses."""

from __future__ import annotations

from collections.abc import Mapping

RAISING: Mapping[str, str] = {
    "input_is_a_number": "torch.autograd.functional.jacobian(torch.exp, 3)",
    "input_of_a_tuple_is_a_number": """
        torch.autograd.functional.jacobian(lambda a, b: a, (x, 3))
    """,
    "output_is_a_number": "torch.autograd.functional.jacobian(lambda a: 3, x)",
    "output_of_a_tuple_is_a_number": "torch.autograd.functional.vjp(lambda a: (a, 3), x)",
    "v_is_a_number": "torch.autograd.functional.vjp(torch.exp, x, 3)",
    "v_of_a_tuple_is_a_number": """
        torch.autograd.functional.vjp(lambda a: (a, a), x, (x, 3))
    """,
    "v_of_another_length": "torch.autograd.functional.vjp(lambda a: (a, a), x, (x,))",
    "v_is_a_tuple_of_two": "torch.autograd.functional.vjp(torch.exp, x, (x, x))",
    "v_of_another_size": "torch.autograd.functional.vjp(torch.exp, x, torch.ones(3))",
    "entry_of_v_of_another_size": """
        torch.autograd.functional.vjp(lambda a: (a, a), x, (x, torch.ones(3)))
    """,
    "vjp_without_v": "torch.autograd.functional.vjp(torch.exp, x)",
    "jvp_without_v": "torch.autograd.functional.jvp(torch.exp, x)",
    "hessian_of_two_outputs": "torch.autograd.functional.hessian(lambda a: (a, a), x)",
    "hessian_of_a_vector": "torch.autograd.functional.hessian(torch.exp, x)",
    "vhp_of_two_outputs": "torch.autograd.functional.vhp(lambda a: (a, a), x, x)",
    "vhp_of_a_vector": "torch.autograd.functional.vhp(torch.exp, x, x)",
    "hvp_of_two_outputs": "torch.autograd.functional.hvp(lambda a: (a, a), x, x)",
    "hvp_of_a_vector": "torch.autograd.functional.hvp(torch.exp, x, x)",
    "strict_and_detached": """
        torch.autograd.functional.jacobian(lambda a: a.detach(), x, strict=True)
    """,
    "strict_and_an_unused_input": """
        y = torch.ones(2)
        torch.autograd.functional.jacobian(lambda a, b: a * 2, (x, y), strict=True)
    """,
    "strict_vjp_and_an_unused_input": """
        y = torch.ones(2)
        torch.autograd.functional.vjp(lambda a, b: a * 2, (x, y), x, strict=True)
    """,
    "strict_jvp_with_an_unused_output": """
        def f(a):
            return a * 2, torch.ones(2, requires_grad=True) * 1
        torch.autograd.functional.jvp(f, x, x, strict=True)
    """,
    "strict_jacobian_independent_of_its_input": """
        torch.autograd.functional.jacobian(lambda a: a * 2, x, create_graph=True, strict=True)
    """,
    "strict_hessian_of_a_linear_function": """
        torch.autograd.functional.hessian(torch.sum, x, strict=True)
    """,
    "strict_and_vectorized": """
        torch.autograd.functional.jacobian(torch.exp, x, strict=True, vectorize=True)
    """,
    "strict_and_forward": """
        torch.autograd.functional.jacobian(
            torch.exp, x, strict=True, vectorize=True, strategy="forward-mode"
        )
    """,
    "forward_and_not_vectorized": """
        torch.autograd.functional.jacobian(torch.exp, x, strategy="forward-mode")
    """,
    "forward_and_create_graph": """
        torch.autograd.functional.jacobian(
            torch.exp, x, create_graph=True, strategy="forward-mode"
        )
    """,
    "unknown_strategy": """
        torch.autograd.functional.jacobian(torch.exp, x, strategy="sideways")
    """,
    "unknown_outer_strategy": """
        torch.autograd.functional.hessian(torch.sum, x, outer_jacobian_strategy="sideways")
    """,
    "strict_jvp_of_a_detached_gradient": """
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a * 2
            @staticmethod
            def backward(ctx, grad):
                return grad.detach() * 2
        torch.autograd.functional.jvp(F.apply, x, x, strict=True)
    """,
    "strict_vhp_with_an_input_that_is_linear": """
        y = torch.ones(2)
        f = lambda a, b: (a ** 2).sum() + (b * x).sum()
        torch.autograd.functional.vhp(f, (y, y), (y, y), strict=True)
    """,
    "strict_hvp_with_an_input_that_is_linear": """
        y = torch.ones(2)
        f = lambda a, b: (a ** 2).sum() + (b * x).sum()
        torch.autograd.functional.hvp(f, (y, y), (y, y), strict=True)
    """,
    "strict_vhp_with_a_constant_hessian": """
        f = lambda a: (a * a).sum()
        y = torch.ones(2)
        torch.autograd.functional.vhp(f, y, y, strict=True, create_graph=True)
    """,
}

# Other ways to a message that stands above, or in another feature's table.
AGAIN: Mapping[str, str] = {
    "hvp_without_v": "torch.autograd.functional.hvp(torch.sum, x)",
    "strict_vjp_independent_of_its_input": """
        y = torch.ones(2)
        torch.autograd.functional.vjp(torch.sum, x, y[0], create_graph=True, strict=True)
    """,
    "strict_vhp_of_a_linear_function": """
        torch.autograd.functional.vhp(torch.sum, x, x, strict=True)
    """,
    "strict_hvp_of_a_linear_function": """
        torch.autograd.functional.hvp(torch.sum, x, x, strict=True)
    """,
    "strict_vhp_with_an_unused_input": """
        y = torch.ones(2)
        f = lambda a, b: (a ** 2).sum()
        torch.autograd.functional.vhp(f, (x, y), (x, y), strict=True)
    """,
    "strict_hvp_with_an_unused_input": """
        y = torch.ones(2)
        f = lambda a, b: (a ** 2).sum() + b.sum()
        torch.autograd.functional.hvp(f, (x, y), (x, y), strict=True)
    """,
    "strict_jvp_of_a_linear_function_with_create_graph": """
        torch.autograd.functional.jvp(
            lambda a: a * 2, x, torch.ones(2), strict=True, create_graph=True
        )
    """,
    "strict_hvp_with_a_constant_hessian": """
        f = lambda a: (a * a).sum()
        y = torch.ones(2)
        torch.autograd.functional.hvp(f, y, y, strict=True, create_graph=True)
    """,
}
