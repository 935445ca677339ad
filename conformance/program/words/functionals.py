"""The functional calls that a program may make, and the functions that they differentiate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Map:
    """A function of tensors as torch code, and how many operands it takes."""

    operands: int
    source: str


def _map(operands: int, name: str, parameters: str, *lines: str) -> Map:
    body = "\n".join(f"    {line}" for line in lines)
    return Map(operands, f"def {name}({parameters}):\n{body}")


MAPS: Mapping[str, Map] = {
    "square_sum": _map(1, "square_sum", "x", "return (x * x).sum()"),
    "cube": _map(1, "cube", "x", "return x * x * x"),
    "linear": _map(1, "linear", "x", "return x * 2"),
    "total": _map(1, "total", "x", "return x.sum()"),
    "product": _map(2, "product", "x, y", "return x * y"),
    "product_sum": _map(2, "product_sum", "x, y", "return (x * x * y).sum()"),
    "pair": _map(1, "pair", "x", "return x * 2, x * x"),
    "unused": _map(2, "unused", "x, y", "return (x * x).sum()"),
    "constant": _map(1, "constant", "x", "return torch.ones_like(x).sum()"),
    "detached": _map(1, "detached", "x", "return x.detach().sum()"),
    "in_place": _map(1, "in_place", "x", "y = x * 2", "y.mul_(x)", "return y.sum()"),
    "number": _map(1, "number", "x", "return 2.0"),
    "raising": _map(1, "raising", "x", 'raise ValueError("raised in a function")'),
}
"""The functions by name."""

APIS: Mapping[str, str] = {
    "autograd.functional.jacobian": "{api}({function}, {inputs}{kwargs})",
    "autograd.functional.hessian": "{api}({function}, {inputs}{kwargs})",
    "autograd.functional.vjp": "{api}({function}, {inputs}, {vectors}{kwargs})",
    "autograd.functional.jvp": "{api}({function}, {inputs}, {vectors}{kwargs})",
    "autograd.functional.vhp": "{api}({function}, {inputs}, {vectors}{kwargs})",
    "autograd.functional.hvp": "{api}({function}, {inputs}, {vectors}{kwargs})",
    "autograd.gradcheck": "{api}({function}, {inputs}{kwargs})",
    "autograd.gradgradcheck": "{api}({function}, {inputs}{kwargs})",
    "func.grad": "{api}({function}{kwargs})({spread})",
    "func.grad_and_value": "{api}({function}{kwargs})({spread})",
    "func.jacrev": "{api}({function}{kwargs})({spread})",
    "func.jacfwd": "{api}({function}{kwargs})({spread})",
    "func.hessian": "{api}({function}{kwargs})({spread})",
    "func.vjp": "{api}({function}, {spread}{kwargs})[1]({vectors})",
}
"""How each is written: `inputs` as one argument, `spread` as several, `kwargs` after a comma."""
