"""The custom `torch.autograd.Function`s that a program may apply: each a class, as torch code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Written:
    """A class by the bodies of its two functions; its backward begins by recording the call.

    Attributes:
        parameters: of forward, after ctx. What has a default is no tensor.
        grads: what backward is given, by name; as many as the function has results.
        notes: what else its record holds, as expressions.
        setup: the body of `setup_context(ctx, inputs, output)`; forward has no ctx then.
        decorator: what stands above backward.
    """

    parameters: str
    forward: str
    backward: str | None
    grads: str = "grad"
    notes: str = ""
    setup: str | None = None
    decorator: str | None = None

    @property
    def operands(self) -> int:
        """How many tensors it takes."""
        return sum("=" not in name for name in self.parameters.split(", "))

    @property
    def results(self) -> int:
        """How many tensors it gives."""
        return len(self.grads.split(", "))

    def source(self, name: str) -> str:
        """The class's definition."""
        lines = [f"class {name}(torch.autograd.Function):"]
        parameters = self.parameters if self.setup else f"ctx, {self.parameters}"
        lines += _method(f"forward({parameters})", self.forward)
        if self.setup:
            lines += ["", *_method("setup_context(ctx, inputs, output)", self.setup)]
        if self.backward:
            noted = f", {', '.join(filter(None, (self.grads, self.notes)))}"
            body = f'log("{name}"{noted})\n{self.backward}'
            lines += ["", *_method(f"backward(ctx, {self.grads})", body, self.decorator)]
        return "\n".join(lines)


def _method(signature: str, body: str, decorator: str | None = None) -> list[str]:
    above = ["    @staticmethod"] + ([f"    @{decorator}"] if decorator else [])
    return [*above, f"    def {signature}:", *(f"        {line}" for line in body.split("\n"))]


_DIFFERENTIABLE: Mapping[str, Written] = {
    "Multiply": Written(
        "x, y",
        "ctx.save_for_backward(x, y)\nreturn x * y",
        "x, y = ctx.saved_tensors\nreturn grad * y, grad * x",
        notes="ctx.needs_input_grad",
    ),
    "Exp": Written(
        "x",
        "result = x.exp()\nctx.save_for_backward(result)\nreturn result",
        "(result,) = ctx.saved_tensors\nreturn grad * result",
    ),
    "Square": Written(
        "x",
        "return x * x",
        "return grad * 2 * ctx.saved_tensors[0]",
        setup="ctx.save_for_backward(inputs[0])",
    ),
    "Once": Written(
        "x",
        "ctx.save_for_backward(x)\nreturn x * x",
        "return grad * 2 * ctx.saved_tensors[0]",
        notes="torch.is_grad_enabled()",
        decorator="torch.autograd.function.once_differentiable",
    ),
    "OnceProduct": Written(
        "x, y",
        "ctx.save_for_backward(x, y)\nreturn x * y",
        "x, y = ctx.saved_tensors\nreturn grad * y, grad * x if ctx.needs_input_grad[1] else None",
        decorator="torch.autograd.function.once_differentiable",
    ),
    "SumAndCount": Written(
        "x",
        "ctx.save_for_backward(x)\n"
        "total, positive = x.sum(0, keepdim=True), (x > 0).to(x.dtype)\n"
        "ctx.mark_non_differentiable(positive)\n"
        "return total, positive",
        "return grad.expand_as(ctx.saved_tensors[0])",
        grads="grad, unused",
    ),
    "TwoResults": Written(
        "x, y",
        "ctx.save_for_backward(x, y)\nreturn x + y, x * y",
        "x, y = ctx.saved_tensors\nreturn grad_sum + grad_product * y, grad_sum + grad_product * x",
        grads="grad_sum, grad_product",
        notes="ctx.needs_input_grad",
    ),
    "NotMaterialized": Written(
        "x",
        "ctx.set_materialize_grads(False)\nreturn x * 2, x * 3",
        "first = None if first is None else first * 2\n"
        "return first if second is None else second * 3",
        grads="first, second",
    ),
    "NoneGradient": Written("x, y", "return x * y", "return grad, None"),
    "WithNumber": Written(
        "x, factor=3.0",
        "ctx.factor = factor\nreturn x * factor",
        "return grad * ctx.factor",
        notes="ctx.needs_input_grad",
    ),
    "KeepOnContext": Written("x", "ctx.x = x\nreturn x * x", "return grad * 2 * ctx.x"),
    "Forward": Written(
        "x",
        'log("Forward", x.requires_grad, x.is_leaf)\n'
        "log(torch.is_grad_enabled(), ctx.needs_input_grad)\n"
        "return x + 1",
        "return grad",
        notes="torch.is_grad_enabled(), ctx.needs_input_grad",
    ),
    "Recompute": Written(
        "x",
        "ctx.save_for_backward(x)\nreturn x.sin()",
        "x = ctx.saved_tensors[0].detach().requires_grad_()\n"
        "with torch.enable_grad():\n"
        "    result = x.sin()\n"
        "return torch.autograd.grad(result, x, grad)[0]",
    ),
    "Counting": Written(
        "x", "return x * 2, (x > 0).sum()", "return grad * 2", grads="grad, unused"
    ),
}

_WALK = '(y * y).sum().backward()\n    log("walked", torch.is_grad_enabled())'

_AROUND: Mapping[str, Written] = {
    "NoTensors": Written(
        "x",
        'return x * 2, "text", None, 3, [x]',
        "return grad * 2",
        grads="grad, text, nothing, number, tensors",
    ),
    "InferenceInside": Written(
        "x", "with torch.inference_mode():\n    return x * 2", "return grad * 2"
    ),
    "GradInside": Written("x", "with torch.enable_grad():\n    return x * x", "return grad * 3"),
    "NoGradInBackward": Written("x", "return x * 2", "with torch.no_grad():\n    return grad * 2"),
    "ModeLeft": Written(
        "x",
        # Not in backward: torch then adds up gradients in the mode that a node has left behind.
        "torch.set_grad_enabled(True)\nreturn x * 2",
        "return grad * 2",
    ),
    "WalkInForward": Written(
        "x",
        "y = x.detach().requires_grad_()\n"
        f"with torch.enable_grad():\n    {_WALK}\n"
        'log("left", torch.is_grad_enabled())\n'
        "return y.grad",
        "return grad * 2",
    ),
    "WalkInBackward": Written(
        "x",
        "ctx.save_for_backward(x)\nreturn x * x",
        "y = ctx.saved_tensors[0].detach().requires_grad_()\n"
        f"with torch.enable_grad():\n    {_WALK}\n"
        'log("left", torch.is_grad_enabled())\n'
        "return grad * y.grad",
    ),
}
"""What gives more than tensors, opens a mode, or goes backward itself."""

_ON_MEMORY: Mapping[str, Written] = {
    "DoubleInPlace": Written("x", "ctx.mark_dirty(x)\nreturn x.mul_(2)", "return grad * 2"),
    "UnmarkedInPlace": Written("x", "return x.mul_(2)", "return grad * 2"),
    "MarkedForNothing": Written("x", "ctx.mark_dirty(x)\nreturn x * 2", "return grad * 2"),
    "MarkedAndKept": Written("x", "ctx.mark_dirty(x)\nx.mul_(2)\nreturn x * 1", "return grad * 2"),
    "Same": Written("x", "return x", "return grad * 3"),
    "SameAndOther": Written("x", "return x, x * 2", "return grad + other * 2", grads="grad, other"),
    "View": Written("x", "return x.view(-1)", "return grad * 3"),
    "TwoViews": Written(
        "x", "return x.view(-1), x.view(-1)", "return first + second", grads="first, second"
    ),
    "Detached": Written("x", "return x.detach()", "return grad * 3"),
    "WriteSaved": Written(
        "x",
        "result = x * 2\nctx.save_for_backward(result)\nresult.add_(1)\nreturn result",
        "return grad * ctx.saved_tensors[0]",
    ),
    "SaveIntermediate": Written(
        "x",
        "half = x / 2\nctx.save_for_backward(half)\nreturn half * half",
        "return grad * ctx.saved_tensors[0]",
    ),
    "SaveBoth": Written(
        "x",
        "result = x.tanh()\nctx.save_for_backward(x, result, None)\nreturn result",
        "x, result, nothing = ctx.saved_tensors\nreturn grad * (1 - result * result)",
        notes="ctx.saved_tensors",
    ),
    "WriteGradient": Written("x", "return x * 2", "return grad.mul_(2)"),
}

_FAILING: Mapping[str, Written] = {
    "TooMany": Written("x", "return x * 2", "return grad, grad"),
    "TooFew": Written("x, y", "return x * y", "return grad"),
    "WrongShape": Written("x", "return x * 2", "return grad.new_ones(7)"),
    "Wider": Written("x", "return x * 2", "return grad.double().expand((2, *grad.shape))"),
    "WrongType": Written("x", "return x * 2", "return 2.0"),
    "WrongResult": Written("x", "return [x * 2]", "return grad"),
    "SaveNumber": Written("x", "ctx.save_for_backward(2.0)\nreturn x * 2", "return grad"),
    "MarkNumber": Written("x", "ctx.mark_dirty(2.0)\nreturn x * 2", "return grad"),
    "RaiseForward": Written("x", 'raise ValueError("raised in forward")', "return grad"),
    "RaiseBackward": Written("x", "return x * 2", 'raise ValueError("raised in backward")'),
    "NoBackward": Written("x", "return x * 2", None),
}

FUNCTIONS: Mapping[str, Written] = {**_DIFFERENTIABLE, **_AROUND, **_ON_MEMORY, **_FAILING}
"""The classes by name."""
