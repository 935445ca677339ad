"""What the transforms of `torch.func` refuse."""

from __future__ import annotations

from collections.abc import Mapping

RAISING: Mapping[str, str] = {
    "grad_of_a_vector": "torch.func.grad(torch.exp)(x)",
    "grad_of_a_number": "torch.func.grad(lambda a: 3)(x)",
    "grad_with_respect_to_a_number": "torch.func.grad(torch.sum)(3.0)",
    "grad_without_aux": "torch.func.grad(torch.sum, has_aux=True)(x)",
    "grad_whose_aux_is_a_number": """
        torch.func.grad(lambda a: (a.sum(), 3), has_aux=True)(x)
    """,
    "grad_with_argnums_too_large": "torch.func.grad(torch.sum, argnums=1)(x)",
    "grad_with_argnums_of_text": "torch.func.grad(torch.sum, argnums='a')(x)",
    "grad_with_no_argnums": "torch.func.grad(torch.sum, argnums=())(x)",
    "grad_with_argnums_twice": "torch.func.grad(torch.sum, argnums=(0, 0))(x)",
    "grad_with_an_argnum_of_text": "torch.func.grad(torch.sum, argnums=('a',))(x)",
    "grad_of_a_constant_requires_grad": """
        torch.func.grad(lambda a: a.sum() + a.requires_grad_().sum())(x)
    """,
    "grad_that_retains_grad": """
        def f(a):
            b = a * 2
            b.retain_grad()
            return b.sum()
        torch.func.grad(f)(x)
    """,
    "backward_inside": """
        def f(a):
            a.sum().backward()
            return a.sum()
        torch.func.grad(f)(x)
    """,
    "vjp_of_a_number": "torch.func.vjp(lambda a: 3, x)",
    "vjp_of_nothing": "torch.func.vjp(lambda a: None, x)",
    "vjp_of_an_empty_tuple": "torch.func.vjp(lambda a: (), x)",
    "vjp_of_integers": "torch.func.vjp(lambda a: a.int(), x)",
    "vjp_without_aux": "torch.func.vjp(torch.exp, x, has_aux=True)",
    "vjp_with_cotangents_of_another_structure": """
        output, vjp = torch.func.vjp(torch.exp, x)
        vjp((torch.ones(2), torch.ones(2)))
    """,
    "jacrev_of_complex": """
        torch.func.jacrev(torch.exp)(torch.ones(2, dtype=torch.complex64))
    """,
    "jacrev_to_complex": "torch.func.jacrev(lambda a: a * 1j)(x)",
    "jacrev_in_chunks_of_none": "torch.func.jacrev(torch.exp, chunk_size=0)",
    "write_of_a_captured_tensor": """
        y = torch.ones(2)
        torch.func.grad(lambda a: y.add_(a).sum())(x)
    """,
    "hessian_of_complex": """
        torch.func.hessian(torch.exp)(torch.ones(2, dtype=torch.complex64))
    """,
}

# Other ways to a message that stands above, or in another feature's table.
AGAIN: Mapping[str, str] = {
    "grad_of_integers": "torch.func.grad(torch.sum)(torch.ones(2, dtype=torch.int64))",
    "vjp_with_a_cotangent_of_another_shape": """
        output, vjp = torch.func.vjp(torch.exp, x)
        vjp(torch.ones(3))
    """,
    "vjp_cotangent_is_a_number": """
        output, vjp = torch.func.vjp(torch.exp, x)
        vjp(3)
    """,
    "jacrev_of_nothing": "torch.func.jacrev(lambda a: None)(x)",
}
