"""`autograd.functional`, `func` and gradcheck against torch: results, graphs, errors, warnings.

Each line is evaluated on both, and what it gives is told as text: values, dtypes, nesting,
`requires_grad`, the name of `grad_fn`, memory layout. Left out is what differs by design: a forward
mode's and a batch's own nodes, since there is neither (`func.jvp`, `func.jacfwd` of what requires
grad, `is_grads_batched` with `create_graph`).
"""

from __future__ import annotations

import re
import warnings
from typing import Any

import pytest
import torch

import mini_autograd

SETUP = """
F, func, A = torch.autograd.functional, torch.func, torch.autograd
def T(*values, dtype=torch.float64, grad=False):
    return torch.tensor(values, dtype=dtype, requires_grad=grad)
x, y, w = T(1.0, 2.0), T(0.5, -1.5), T(3.0, 4.0, grad=True)
d, e = T(1.0, 2.0, grad=True), T(0.5, -1.5, grad=True)
z = torch.tensor([1 + 2j, 3 - 1j], dtype=torch.complex128, requires_grad=True)
one = T(2.0)
m = torch.arange(6, dtype=torch.float64).reshape(2, 3)
def cube(a): return (a ** 3).sum()
def pair(a, b): return a * b, (a + b ** 2).sum()
def severed(a): return a * a.detach()
def hooked(hook):
    def function(a):
        b = a * 1.0
        b.register_hook(hook)
        return b
    return function
class Square(A.Function):
    @staticmethod
    def forward(ctx, a):
        ctx.save_for_backward(a)
        return a * a
    @staticmethod
    def backward(ctx, g):
        return g * 2 * ctx.saved_tensors[0]
class Wrong(Square):
    @staticmethod
    def backward(ctx, g):
        return g * 3 * ctx.saved_tensors[0]
class Undefined(A.Function):
    @staticmethod
    def forward(ctx, a):
        ctx.set_materialize_grads(False)
        return a * 2
    @staticmethod
    def backward(ctx, g):
        if g is None:
            raise RuntimeError("no gradient")
        return g * 2
class Filled(Undefined):
    @staticmethod
    def backward(ctx, g):
        return torch.ones(2, dtype=torch.float64) if g is None else g * 2
@torch.inference_mode()
def in_inference(function, *args): return function(*args)
def with_pack_hooks(function, *args):
    with A.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
        return function(*args)
@torch.no_grad()
def ungraded(a): return a * 2
"""

PRODUCTS = [
    f"F.{name}({function}, {inputs}, {v}, create_graph={create_graph}, strict={strict})"
    for name in ("vjp", "jvp", "vhp", "hvp")
    for function, inputs, v in (
        ("cube", "x", "None"),
        ("cube", "one", "None"),
        ("cube", "x", "y"),
        ("cube", "w", "y"),
        ("cube", "w", "w"),
        ("torch.sin", "w", "y"),
        ("lambda a: a.sum()", "w", "y"),
        ("lambda a: w.sum()", "w", "y"),
        ("lambda a: torch.ones(2)", "x", "y"),
        ("ungraded", "w", "y"),
        ("pair", "(x, w)", "(y, one)"),
        ("pair", "(x, w)", "(y, y)"),
        ("lambda a, b: cube(a)", "(w, x)", "(y, y)"),
        ("lambda a, b: cube(a) * cube(b)", "(w, x)", "(y, y)"),
        ("cube", "(x,)", "(y,)"),
        ("cube", "x", "(y, y)"),
        ("cube", "x", "m"),
        ("cube", "x", "3"),
        ("cube", "[x]", "y"),
        ("cube", "torch.arange(2)", "y"),
        ("lambda a: [a]", "x", "y"),
        ("lambda a: (a, None)", "x", "y"),
        ("lambda a: ()", "x", "y"),
        ("lambda a: torch.arange(2)", "x", "y"),
    )
    for create_graph in (False, True)
    for strict in (False, True)
]

JACOBIANS = [
    f"F.{name}({function}, {inputs}, create_graph={create_graph}, {options})"
    for name in ("jacobian", "hessian")
    for function, inputs in (
        ("cube", "x"),
        ("cube", "w"),
        ("torch.sin", "w"),
        ("lambda a: a.sum()", "w"),
        ("lambda a: a.sum(0)", "m"),
        ("pair", "(x, w)"),
        ("lambda a, b: cube(a)", "(w, x)"),
        ("lambda a, b: cube(a) * cube(b)", "(w, x)"),
        ("lambda a: torch.ones(2)", "x"),
        ("lambda a: torch.ones(0)", "x"),
        ("lambda a: ()", "x"),
        ("lambda a: 3", "x"),
        ("cube", "3"),
    )
    for create_graph in (False, True)
    for options in ("", "strict=True", "vectorize=True", "strict=True, vectorize=True")
]

ARGNUMS = [
    f"func.{name}({function}, argnums={argnums})({arguments})"
    for name in ("grad", "jacrev", "jacfwd", "hessian")
    for function, arguments in (("cube", "x"), ("lambda a, b: (a * b).sum()", "x, y"))
    for argnums in ("-1", "(0,)", "(0, 1)", "(1, 0)", "(0, 0)", "()", "5", "None", "[0]", "'a'")
]

TRANSFORMS = [
    f"func.{name}({function}{aux})({arguments})"
    for name in ("grad", "grad_and_value", "jacrev")
    for function, arguments in (
        ("cube", "x"),
        ("cube", "w"),
        ("cube", "torch.arange(2)"),
        ("cube", "2.0"),
        ("lambda a: cube(a) * w.sum()", "x"),
        ("func.grad(cube)", "w"),
        ("lambda a: func.grad(cube)(a).sum()", "w"),
        ("lambda a: func.grad(lambda b: (a * b ** 2).sum())(a).sum()", "w"),
        ("lambda a, b: (a * b).sum()", "x, w"),
        ("lambda a: (a.sum(), a * 2)", "w"),
        ("lambda a: (a.sum(), {'k': [a, 3]})", "w"),
        ("lambda p: cube(p['a']) + p['b'][0].sum()", "{'a': x, 'b': [w]}"),
        ("lambda a: 3", "x"),
        ("lambda a: None", "x"),
        ("lambda a: torch.arange(2)", "x"),
        ("lambda a: a.mul_(2).sum()", "w"),
        ("lambda a: a.clone().mul_(2).sum()", "w"),
        ("lambda a: a.requires_grad_().sum()", "x"),
        ("lambda a: a.sum().backward()", "x"),
        ("lambda a: cube(a.detach())", "x"),
        ("lambda a: (a * 1j).sum()", "x"),
        ("ungraded", "x"),
    )
    for aux in ("", ", has_aux=True")
]

CALLS = """
func.grad(lambda a: Square.apply(a).sum())(x)
F.hessian(lambda a: Square.apply(a).sum(), x)
in_inference(func.grad(cube), x)
func.grad(cube)(in_inference(torch.ones, 2))
func.jacrev(cube)(in_inference(torch.ones, 2))
with_pack_hooks(func.grad(cube), x)
func.grad(lambda a: with_pack_hooks(cube, a))(x)
A.grad(w ** 2, w, torch.eye(2), is_grads_batched=True)
A.grad(w ** 2, w, torch.eye(2), is_grads_batched=True, create_graph=True)[0].detach()
A.grad([w ** 2, w.sum()], [w, d], [m[:, :2], y], is_grads_batched=True, allow_unused=True)
A.grad([w ** 2, w.sum()], [w, d], [m[:, :2], y], is_grads_batched=True, materialize_grads=True)
A.grad([w ** 2, w.sum()], [w, d], [m[:, :2], y], is_grads_batched=True)
A.grad([w ** 2, w.sum()], w, [m[:, :2], one], is_grads_batched=True)
A.grad(w ** 2, w, x, is_grads_batched=True)
A.grad(w ** 2, w, m, is_grads_batched=True)
A.grad(w ** 2, w, is_grads_batched=True)
A.grad(w.sum(), w, is_grads_batched=True)
A.grad(w ** 2, w, torch.eye(2) * 1j, is_grads_batched=True)
func.vjp(pair, x, w)[1]((y, one.sum()))
func.vjp(pair, x, w)[1]((y, one.sum()), create_graph=False)
func.vjp(lambda a: {'p': a * 2, 'q': (a,)}, w)[0]
func.vjp(lambda a: {'p': a * 2, 'q': (a,)}, w)[1]({'p': x, 'q': (e,)})
func.vjp(lambda a: {'p': a * 2, 'q': (a,)}, w)[1]({'p': x, 'q': [y]})
func.vjp(torch.sin, x)[1](x, True)
func.vjp(torch.sin, x)[1]((x,))
func.vjp(torch.sin, x)[1](w)
func.vjp(torch.sin)
func.vjp(lambda a: (a, a * 2), w, has_aux=True)
func.vjp(lambda a: [a], 3)
func.jvp(pair, (x, y), (y, x))
func.jvp(lambda a: {'p': a * 2}, (x,), (y,))
func.jvp(lambda a: (a * 2, a), (x,), (y,), has_aux=True)
func.jvp(lambda a: torch.ones(2), (x,), (y,))
func.jvp(lambda a: torch.ones(2), (x,), (y,), strict=True)
func.jvp(cube, x, y)
func.jvp(cube, (x,), y)
func.jvp(cube, (x,), [y])
func.jvp(lambda p: p['a'], ({'a': x, 'b': [x, (x,)]},), ({'a': x, 'b': [x, (x, x)]},))
func.jvp(cube, (x,), (m,))
func.jvp(cube, (torch.arange(2),), (y,))
func.jvp(cube, (x,), (torch.arange(2),))
func.jvp(cube, (3,), (3,))
func.jvp(cube, (), ())
func.jvp(lambda a: 3, (x,), (y,))
func.jvp(lambda a: None, (x,), (y,))
func.jacfwd(pair)(x, y)
func.jacfwd(pair, argnums=(0, 1))(x, y)
func.jacfwd(pair, argnums=(1, -2))(x, y)
func.jacfwd(pair, argnums=None)(x, y)
func.jacfwd(lambda a: (a ** 2, a), has_aux=True)(x)
func.jacfwd(cube)(3)
func.jacfwd(cube)(torch.arange(2))
func.jacfwd(cube)([])
func.jacfwd(cube)(z)
func.jacfwd(lambda a: a * 1j)(x)
func.hessian(cube)(x)
func.hessian(lambda a, b: cube(a) * cube(b), argnums=(0, 1))(x, y)
func.hessian(lambda p: cube(p['a']) * p['b'].sum())({'a': x, 'b': y})
func.jacrev(torch.sin, chunk_size=0)
func.jacrev(torch.sin, chunk_size=1)(x)
func.jacrev(lambda a: a * 1j)(x)
func.jacrev(cube)(z)
func.jacrev(lambda a: {'p': a * 2, 'q': (a,)}, argnums=(0,))(x)
func.grad(cube)()
func.grad(cube).__name__
"""

CHECKED = [
    f"A.gradcheck({arguments})"
    for arguments in (
        "cube, d",
        "severed, d",
        "severed, d, raise_exception=False",
        "severed, d, fast_mode=True",
        "severed, d, atol=10.0",
        "severed, z",
        "severed, z, fast_mode=True",
        "lambda a: severed(a).real, z",
        "lambda a: severed(a).real, z, fast_mode=True",
        "lambda a: a.abs(), z",
        "pair, (d, e)",
        "pair, (d, e), fast_mode=True",
        "lambda a, b: (a * b, severed(b)), (d, e)",
        "Square.apply, d",
        "Wrong.apply, d",
        "Wrong.apply, d, fast_mode=True",
        "Undefined.apply, d",
        "Undefined.apply, d, check_undefined_grad=False",
        "Filled.apply, d",
        "cube, x",
        "cube, [d]",
        "lambda a: a.detach() * 2, d",
        "lambda a: a.detach() * 2, d, fast_mode=True",
        "lambda a: torch.ones(2), d",
        "torch.sin, torch.ones(2, requires_grad=True)",
        "torch.sin, d.expand(3, 2)",
        "lambda a, b: a * b, (d, d[:1].expand(2))",
        "lambda a: a[0] * torch.ones(2 if a.detach()[0] > 1 else 1), d",
        "lambda a: a if a.detach()[0] > 1 else a.float(), d",
        "lambda a: (a * 2, torch.arange(3)), d",
        "lambda a: (torch.arange(2), a * 2), d",
        "lambda a: 3, d",
        "lambda a: (a, None), d",
        "lambda a, n: a * n, (d, 3)",
        "lambda a: (), d",
        "hooked(lambda g: g + 1), d",
        "hooked(lambda g: g + 1), d, atol=10.0",
        "hooked(lambda g: g + 1e-12), d",
        "hooked(lambda g: g + 1e-12), d, masked=True, check_undefined_grad=False",
        "cube, d, check_backward_ad=False",
        "cube, d, check_batched_grad=True, check_backward_ad=False, check_forward_ad=True",
        "cube, d, check_batched_forward_grad=True",
        "cube, d, check_batched_grad=True",
        "cube, d, check_grad_dtypes=True",
        "severed, d, check_forward_ad=True, check_backward_ad=False",
        "pair, (d, e), check_forward_ad=True",
        "pair, (d, e), check_forward_ad=True, fast_mode=True",
        "cube, d, 1e-3",
        "cube, d, epsilon=1e-3",
    )
] + [
    f"A.gradgradcheck({arguments})"
    for arguments in (
        "cube, d",
        "torch.sin, d",
        "pair, (d, e)",
        "pair, (d, e), fast_mode=True",
        "lambda a: a * z, z",
        "severed, d, x",
        "hooked(lambda g: None if g is None else g.detach()), d, e",
        "torch.sin, d, (None,)",
        "torch.sin, d, 3",
        "torch.sin, d, m",
        "torch.sin, d, gen_non_contig_grad_outputs=True",
        "torch.sin, d, check_fwd_over_rev=True",
        "torch.sin, d, check_rev_over_rev=False",
        "torch.sin, d, check_rev_over_rev=False, check_fwd_over_rev=True",
        "torch.sin, x",
        "lambda a: a.detach(), d",
    )
]

LINES = [*PRODUCTS, *JACOBIANS, *ARGNUMS, *TRANSFORMS, *CALLS.strip().splitlines(), *CHECKED]


def told(value: Any, engine: Any) -> Any:
    """A result as text: what can be seen of its tensors, and how they are nested."""
    if isinstance(value, engine.Tensor):
        node = None if value.grad_fn is None else value.grad_fn.name()
        numbers = value.detach().reshape(-1).tolist()
        rounded = [complex(f"{complex(each):.9g}") for each in numbers]
        return [rounded, str(value.dtype), tuple(value.shape), value.requires_grad, node]
    if isinstance(value, dict):
        return {key: told(each, engine) for key, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [type(value).__name__, *(told(each, engine) for each in value)]
    return value if isinstance(value, (bool, str, type(None))) else "something callable"


def outcome(line: str, engine: Any) -> list[Any]:
    """What a line gives or raises, and warns of; and what it left in the inputs."""
    names: dict[str, Any] = {"torch": engine}
    exec(SETUP, names)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = told(eval(line, names), engine)
        except Exception as error:  # whatever it is: the two are compared
            result = [type(error).__name__, plain(str(error))]
    told_off = [plain(str(each.message)) for each in caught if each.category is UserWarning]
    left = [(names[each].grad is None, names[each]._version) for each in ("x", "w", "d", "z")]
    return [result, [each for each in told_off if "gradcheck" in each or "Input" in each], left]


def plain(text: str) -> str:
    """An error without what is no part of it: the name of the engine, digits of differences."""
    text = text.replace("mini_autograd.Tensor", "torch.Tensor")
    return re.sub(r"-?\d+\.\d{5,}", lambda found: f"{float(found[0]):.6f}", text)


@pytest.mark.parametrize("line", LINES)
def test_a_line_has_torchs_outcome(line: str) -> None:
    assert outcome(line, mini_autograd) == outcome(line, torch)
