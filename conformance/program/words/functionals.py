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
    "shifted": _map(1, "shifted", "x", "return x + 1"),
    "sines": _map(1, "sines", "x", 'log("sines", torch.is_grad_enabled())', "return x.sin().sin()"),
    "walking": _map(
        1,
        "walking",
        "x",
        "y = x.detach().requires_grad_()",
        "(y * y).sum().backward()",
        'log("walking", torch.is_grad_enabled())',
        "return y.grad",
    ),
    "number": _map(1, "number", "x", "return 2.0"),
    "raising": _map(1, "raising", "x", 'raise ValueError("raised in a function")'),
}
"""The functions by name."""


@dataclass(frozen=True, slots=True)
class Api:
    """A call that takes a function.

    Attributes:
        text: how it is written: `inputs` as one argument, `spread` as several, `kwargs` after a
            comma; `api` is what of torch is called, if anything is.
        feature: the feature that a program with such a call has.
        path: where in torch that stands; the name in `APIS` where nothing is said.
        defines: what the text needs to have defined.
    """

    text: str
    feature: str = "functional"
    path: str | None = None
    defines: str = ""

    @property
    def takes_vectors(self) -> bool:
        """Whether it takes cotangents, or tangents."""
        return "{vectors}" in self.text


_GIVEN = "{api}({function}, {inputs}{kwargs})"
_ALONG = "{api}({function}, {inputs}, {vectors}{kwargs})"
_MADE = "{api}({function}{kwargs})({spread})"

_DIFFERENTIATING: Mapping[str, Api] = {
    "autograd.functional.jacobian": Api(_GIVEN),
    "autograd.functional.hessian": Api(_GIVEN),
    "autograd.functional.vjp": Api(_ALONG),
    "autograd.functional.jvp": Api(_ALONG),
    "autograd.functional.vhp": Api(_ALONG),
    "autograd.functional.hvp": Api(_ALONG),
    "autograd.gradcheck": Api(_GIVEN),
    "autograd.gradgradcheck": Api(_GIVEN),
    "func.grad": Api(_MADE),
    "func.grad_and_value": Api(_MADE),
    "func.jacrev": Api(_MADE),
    "func.jacfwd": Api(_MADE, "forward AD"),
    "func.jvp": Api(_ALONG, "forward AD"),
    "func.hessian": Api(_MADE),
    "func.vjp": Api("{api}({function}, {spread}{kwargs})[1]({vectors})"),
    "func.vmap": Api(_MADE, "vmap"),
    "utils.checkpoint.checkpoint": Api("{api}({function}, {spread}{kwargs})", "checkpoint"),
}

_YIELDING = """\
def yielding(function):
    def generator(*args):
        log("inside", torch.is_grad_enabled(), torch.is_inference_mode_enabled())
        try:
            yield function(*args)
        except ValueError:
            log("after an error", torch.is_grad_enabled(), torch.is_inference_mode_enabled())
        yield function(*args)

    return generator


def taken(generator, error=None):
    items = [next(generator)]
    log("outside", torch.is_grad_enabled(), torch.is_inference_mode_enabled())
    items += [] if error is None else [generator.throw(error)]
    items += generator
    log("outside", torch.is_grad_enabled(), torch.is_inference_mode_enabled())
    return tuple(items)
"""


def _decorating(mode: str, arguments: str) -> Mapping[str, Api]:
    """A mode as a decorator: of a function, and of a generator, which is left and entered again at
    each `yield`."""
    made = f"{{api}}({arguments})"
    generator = f"{made}(yielding({{function}}))({{spread}})"

    def api(text: str, defines: str = "") -> Api:
        return Api(text, "decorators", mode, defines)

    name = f"{mode}({arguments})"
    return {
        name: api(f"{made}({{function}})({{spread}})"),
        f"{name} of a generator": api(f"taken({generator})", _YIELDING),
        f"{name} of a generator that is thrown at": api(
            f'taken({generator}, ValueError("thrown"))', _YIELDING
        ),
    }


_DECORATING: Mapping[str, Api] = {
    **_decorating("no_grad", ""),
    **_decorating("enable_grad", ""),
    **_decorating("inference_mode", ""),
    **_decorating("set_grad_enabled", "False"),
    "no_grad": Api("{api}({function})({spread})", "decorators"),
    "inference_mode": Api("{api}({function})({spread})", "decorators"),
}

_IN_A_THREAD = """\
import threading


def in_a_thread(function, *args):
    found = []

    def work():
        log("thread", torch.is_grad_enabled(), torch.is_inference_mode_enabled())
        try:
            found.append(function(*args))
        except Exception as error:
            found.append(error)
        torch.set_grad_enabled(False)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    log("joined", torch.is_grad_enabled(), torch.is_inference_mode_enabled())
    if isinstance(found[0], Exception):
        raise found.pop()
    return found.pop()
"""

_REPEATED = """\
def repeated(times, function, x):
    for _ in range(times):
        x = function(x)
    return x
"""

APIS: Mapping[str, Api] = {
    **_DIFFERENTIATING,
    **_DECORATING,
    "in a thread": Api("in_a_thread({function}, {spread})", "threads", "", _IN_A_THREAD),
    **{
        f"{times} times": Api(
            f"repeated({times}, {{function}}, {{spread}})", "deep graphs", "", _REPEATED
        )
        for times in (30, 1200)  # more than any program has steps; than Python has frames
    },
}
"""How each is written."""
