"""The custom `torch.autograd.Function`s that a program may apply: each a class, as torch code.

The row's name is the class's. Each records the calls of its backward, as hooks do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Written:
    """How many tensors the function takes, how many it gives, and its body's text."""

    operands: int
    results: int
    text: str

    def source(self, name: str) -> str:
        """The class's definition."""
        lines = [f"class {name}(torch.autograd.Function):"]
        lines += [f"    {line}" if line else "" for line in self.text.strip("\n").split("\n")]
        return "\n".join(lines)


FUNCTIONS: Mapping[str, Written] = {
    "Multiply": Written(
        2,
        1,
        """
@staticmethod
def forward(ctx, x, y):
    ctx.save_for_backward(x, y)
    return x * y

@staticmethod
def backward(ctx, grad):
    log("Multiply", grad, ctx.needs_input_grad)
    x, y = ctx.saved_tensors
    return grad * y, grad * x
""",
    ),
    "Exp": Written(
        1,
        1,
        """
@staticmethod
def forward(ctx, x):
    result = x.exp()
    ctx.save_for_backward(result)
    return result

@staticmethod
def backward(ctx, grad):
    log("Exp", grad)
    (result,) = ctx.saved_tensors
    return grad * result
""",
    ),
    "Square": Written(
        1,
        1,
        """
@staticmethod
def forward(x):
    return x * x

@staticmethod
def setup_context(ctx, inputs, output):
    ctx.save_for_backward(inputs[0])

@staticmethod
def backward(ctx, grad):
    log("Square", grad)
    return grad * 2 * ctx.saved_tensors[0]
""",
    ),
    "Once": Written(
        1,
        1,
        """
@staticmethod
def forward(ctx, x):
    ctx.save_for_backward(x)
    return x * x

@staticmethod
@torch.autograd.function.once_differentiable
def backward(ctx, grad):
    log("Once", grad, torch.is_grad_enabled())
    return grad * 2 * ctx.saved_tensors[0]
""",
    ),
    "DoubleInPlace": Written(
        1,
        1,
        """
@staticmethod
def forward(ctx, x):
    ctx.mark_dirty(x)
    return x.mul_(2)

@staticmethod
def backward(ctx, grad):
    log("DoubleInPlace", grad)
    return grad * 2
""",
    ),
    "UnmarkedInPlace": Written(
        1,
        1,
        """
@staticmethod
def forward(ctx, x):
    return x.mul_(2)

@staticmethod
def backward(ctx, grad):
    log("UnmarkedInPlace", grad)
    return grad * 2
""",
    ),
    "MarkedForNothing": Written(
        1,
        1,
        """
@staticmethod
def forward(ctx, x):
    ctx.mark_dirty(x)
    return x * 2

@staticmethod
def backward(ctx, grad):
    log("MarkedForNothing", grad)
    return grad * 2
""",
    ),
    "Same": Written(
        1,
        1,
        """
@staticmethod
def forward(ctx, x):
    return x

@staticmethod
def backward(ctx, grad):
    log("Same", grad)
    return grad * 3
""",
    ),
    "View": Written(
        1,
        1,
        """
@staticmethod
def forward(ctx, x):
    return x.view(-1)

@staticmethod
def backward(ctx, grad):
    log("View", grad)
    return grad * 3
""",
    ),
    "Detached": Written(
        1,
        1,
        """
@staticmethod
def forward(ctx, x):
    return x.detach()

@staticmethod
def backward(ctx, grad):
    log("Detached", grad)
    return grad * 3
""",
    ),
    "SumAndCount": Written(
        1,
        2,
        """
@staticmethod
def forward(ctx, x):
    ctx.save_for_backward(x)
    total, positive = x.sum(0, keepdim=True), (x > 0).to(x.dtype)
    ctx.mark_non_differentiable(positive)
    return total, positive

@staticmethod
def backward(ctx, grad, unused):
    log("SumAndCount", grad, unused)
    return grad.expand_as(ctx.saved_tensors[0])
""",
    ),
    "TwoResults": Written(
        2,
        2,
        """
@staticmethod
def forward(ctx, x, y):
    ctx.save_for_backward(x, y)
    return x + y, x * y

@staticmethod
def backward(ctx, grad_sum, grad_product):
    log("TwoResults", grad_sum, grad_product, ctx.needs_input_grad)
    x, y = ctx.saved_tensors
    return grad_sum + grad_product * y, grad_sum + grad_product * x
""",
    ),
    "NotMaterialized": Written(
        1,
        2,
        """
@staticmethod
def forward(ctx, x):
    ctx.set_materialize_grads(False)
    return x * 2, x * 3

@staticmethod
def backward(ctx, first, second):
    log("NotMaterialized", first, second)
    first = None if first is None else first * 2
    return first if second is None else second * 3
""",
    ),
    "NoneGradient": Written(
        2,
        1,
        """
@staticmethod
def forward(ctx, x, y):
    return x * y

@staticmethod
def backward(ctx, grad):
    log("NoneGradient", grad)
    return grad, None
""",
    ),
    "WithNumber": Written(
        1,
        1,
        """
@staticmethod
def forward(ctx, x, factor=3.0):
    ctx.factor = factor
    return x * factor

@staticmethod
def backward(ctx, grad):
    log("WithNumber", grad, ctx.needs_input_grad)
    return grad * ctx.factor
""",
    ),
    "WriteSaved": Written(
        1,
        1,
        """
@staticmethod
def forward(ctx, x):
    result = x * 2
    ctx.save_for_backward(result)
    result.add_(1)
    return result

@staticmethod
def backward(ctx, grad):
    log("WriteSaved", grad)
    return grad * ctx.saved_tensors[0]
""",
    ),
    "SaveIntermediate": Written(
        1,
        1,
        """
@staticmethod
def forward(ctx, x):
    half = x / 2
    ctx.save_for_backward(half)
    return half * half

@staticmethod
def backward(ctx, grad):
    log("SaveIntermediate", grad)
    return grad * ctx.saved_tensors[0]
""",
    ),
    "KeepOnContext": Written(
        1,
        1,
        """
@staticmethod
def forward(ctx, x):
    ctx.x = x
    return x * x

@staticmethod
def backward(ctx, grad):
    log("KeepOnContext", grad)
    return grad * 2 * ctx.x
""",
    ),
    "WriteGradient": Written(
        1,
        1,
        """
@staticmethod
def forward(ctx, x):
    return x * 2

@staticmethod
def backward(ctx, grad):
    log("WriteGradient", grad)
    return grad.mul_(2)
""",
    ),
    "Forward": Written(
        1,
        1,
        """
@staticmethod
def forward(ctx, x):
    log("Forward", x.requires_grad, x.is_leaf, torch.is_grad_enabled(), ctx.needs_input_grad)
    return x + 1

@staticmethod
def backward(ctx, grad):
    log("Forward", grad, torch.is_grad_enabled())
    return grad
""",
    ),
    "TooMany": Written(
        1,
        1,
        """
@staticmethod
def forward(ctx, x):
    return x * 2

@staticmethod
def backward(ctx, grad):
    log("TooMany", grad)
    return grad, grad
""",
    ),
    "TooFew": Written(
        2,
        1,
        """
@staticmethod
def forward(ctx, x, y):
    return x * y

@staticmethod
def backward(ctx, grad):
    log("TooFew", grad)
    return grad
""",
    ),
    "WrongShape": Written(
        1,
        1,
        """
@staticmethod
def forward(ctx, x):
    return x * 2

@staticmethod
def backward(ctx, grad):
    log("WrongShape", grad)
    return grad.new_ones(7)
""",
    ),
    "Wider": Written(
        1,
        1,
        """
@staticmethod
def forward(ctx, x):
    return x * 2

@staticmethod
def backward(ctx, grad):
    log("Wider", grad)
    return grad.double().expand((2, *grad.shape))
""",
    ),
    "WrongType": Written(
        1,
        1,
        """
@staticmethod
def forward(ctx, x):
    return x * 2

@staticmethod
def backward(ctx, grad):
    log("WrongType", grad)
    return 2.0
""",
    ),
    "WrongResult": Written(
        1,
        1,
        """
@staticmethod
def forward(ctx, x):
    return [x * 2]

@staticmethod
def backward(ctx, grad):
    log("WrongResult", grad)
    return grad
""",
    ),
    "RaiseForward": Written(
        1,
        1,
        """
@staticmethod
def forward(ctx, x):
    raise ValueError("raised in forward")

@staticmethod
def backward(ctx, grad):
    return grad
""",
    ),
    "RaiseBackward": Written(
        1,
        1,
        """
@staticmethod
def forward(ctx, x):
    return x * 2

@staticmethod
def backward(ctx, grad):
    log("RaiseBackward", grad)
    raise ValueError("raised in backward")
""",
    ),
    "NoBackward": Written(
        1,
        1,
        """
@staticmethod
def forward(ctx, x):
    return x * 2
""",
    ),
}
"""The classes by name."""
