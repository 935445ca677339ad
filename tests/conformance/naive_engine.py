"""A small engine such as a course project's: scalars of float64 in NumPy arrays, and three wrong
rules: `mul` of a tensor with itself gives half its gradient, `sum` over a dim has the rule of a
mean, and `exp` that of its logarithm."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

__version__ = "0.1"
float32, float64, int64, bool = (np.dtype(name) for name in ("f4", "f8", "i8", "?"))


class Tensor:
    def __init__(self, data, requires_grad=False, parents=(), rule=None):
        self.data, self.grad, self.requires_grad = np.asarray(data), None, requires_grad
        self.parents, self.rule = parents, rule

    shape = property(lambda self: self.data.shape)
    dtype = property(lambda self: self.data.dtype)
    is_leaf = property(lambda self: self.rule is None)

    def detach(self):
        return Tensor(self.data)

    def numpy(self):
        return self.data

    def backward(self, gradient=None):
        grad = np.ones_like(self.data) if gradient is None else gradient.data
        order, seen = [], set()

        def visit(tensor):
            if id(tensor) not in seen:
                seen.add(id(tensor))
                for parent in tensor.parents:
                    visit(parent)
                order.append(tensor)

        visit(self)
        grads = {id(self): grad}
        for tensor in reversed(order):
            grad = grads.get(id(tensor))
            if grad is None:
                continue
            if tensor.rule is None and tensor.requires_grad:
                tensor.grad = Tensor(grad if tensor.grad is None else tensor.grad.data + grad)
            if tensor.rule is not None:
                for parent, part in zip(tensor.parents, tensor.rule(grad), strict=True):
                    if parent.requires_grad:
                        part = reduced(part, parent.data)
                        grads[id(parent)] = (
                            grads[id(parent)] + part if id(parent) in grads else part
                        )


def reduced(grad, data):
    grad = np.asarray(grad, data.dtype)
    while grad.ndim > data.ndim:
        grad = grad.sum(0)
    axes = tuple(n for n, size in enumerate(data.shape) if size == 1 != grad.shape[n])
    return grad.sum(axes, keepdims=True) if axes else np.broadcast_to(grad, data.shape)


def made(data, parents, rule):
    needs = any(parent.requires_grad for parent in parents)
    return Tensor(data, needs, parents if needs else (), rule if needs else None)


def tensor(data, dtype=None, requires_grad=False):
    array = np.array(data, dtype)
    if dtype is None and array.dtype == np.float64:
        array = array.astype(np.float32)
    return Tensor(array, requires_grad)


def lifted(value, like):
    return value if isinstance(value, Tensor) else Tensor(np.asarray(value, like.dtype))


def add(input, other):
    other = lifted(other, input)
    return made(input.data + other.data, (input, other), lambda g: (g, g))


def mul(input, other):
    other = lifted(other, input)
    if input is other:
        return made(input.data**2, (input,), lambda g: (g * input.data,))  # wrong: half of it
    return made(input.data * other.data, (input, other), lambda g: (g * other.data, g * input.data))


def sum(input, dim=None):
    if dim is None:
        return made(input.data.sum(), (input,), lambda g: (np.broadcast_to(g, input.shape),))
    size = input.shape[dim]
    total = input.data.sum(dim)
    return made(total, (input,), lambda g: (np.expand_dims(g, dim) / size,))  # wrong: a mean's


def relu(input):
    return made(np.maximum(input.data, 0), (input,), lambda g: (g * (input.data > 0),))


def exp(input):
    result = np.exp(input.data)
    return made(result, (input,), lambda g: (g * input.data,))  # wrong


def neg(input):
    return made(-input.data, (input,), lambda g: (-g,))


Tensor.__add__ = Tensor.add = add
Tensor.__mul__ = Tensor.mul = mul
Tensor.__neg__ = Tensor.neg = neg
Tensor.sum, Tensor.relu, Tensor.exp = sum, relu, exp
nn = SimpleNamespace(functional=SimpleNamespace(relu=relu))
