"""A functional engine in one page of NumPy: it differentiates functions, to any order, and has no
tensors. `make(cos_of=...)` plants a wrong rule."""

import numpy as np

from conformance import FunctionalEngine


class Box:
    """A value that is traced at a level; of two levels the higher is the inner function's."""

    def __init__(self, value, level, parents=()):
        self.value, self.level, self.parents = value, level, parents

    shape = property(lambda self: self.value.shape)


def op(forward, *rules):
    def call(*args):
        level = max((each.level for each in args if isinstance(each, Box)), default=0)
        if not level:
            return np.asarray(forward(*args))
        traced = [isinstance(each, Box) and each.level == level for each in args]
        plain = [each.value if at else each for each, at in zip(args, traced, strict=True)]
        parents = [
            (each, lambda grad, rule=rule: rule(grad, *plain))
            for each, at, rule in zip(args, traced, rules, strict=True)
            if at
        ]
        return Box(call(*plain), level, parents)

    return call


add = op(np.add, lambda grad, x, y: grad, lambda grad, x, y: grad)
mul = op(np.multiply, lambda grad, x, y: mul(grad, y), lambda grad, x, y: mul(grad, x))
neg = op(np.negative, lambda grad, x: neg(grad))
sin = op(np.sin, lambda grad, x: mul(grad, cos(x)))
cos = op(np.cos, lambda grad, x: neg(mul(grad, sin(x))))


def vjp(function, arrays, cotangents):
    levels = [each.level for each in (*arrays, *cotangents) if isinstance(each, Box)]
    boxes = [Box(each, max(levels, default=0) + 1) for each in arrays]
    found = dict.fromkeys(boxes)
    results = zip(function(*boxes), cotangents, strict=True)
    left = [(box, grad) for box, grad in results if isinstance(box, Box)]
    while left:
        box, grad = left.pop()
        if box in found:
            found[box] = grad if found[box] is None else add(found[box], grad)
        left.extend((parent, rule(grad)) for parent, rule in box.parents)
    return [mul(0.0, box.value) if grad is None else grad for box, grad in found.items()]


def make(**planted):
    return FunctionalEngine(
        "functions",
        array=np.asarray,
        numpy=np.asarray,
        vjp=vjp,
        ops={
            "add": lambda input, other: add(input, other),
            "mul": lambda input, other: mul(input, other),
            "neg": lambda input: neg(input),
            "sin": lambda input: sin(input),
            "cos": lambda input: cos(input),
            "std_mean": lambda input: (sin(input), mul(input, input)),  # two results, if wrong ones
        }
        | planted,
        version="1",
    )
