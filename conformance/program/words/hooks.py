"""The hooks that a program may register: for each place, its behaviours as lines of torch code.

A behaviour is the body of a function, so that the engine adapter that runs it and the printed
script cannot disagree. Before it stands a line that records the call. `{tensor}` is the tensor
that the hook was registered on, `{handle}` what registering it gave.
"""

from __future__ import annotations

from collections.abc import Mapping

PARAMETERS: Mapping[str, str] = {
    "tensor": "grad",
    "post_accumulate": "param",
    "node": "grad_inputs, grad_outputs",
    "node_pre": "grad_outputs",
    "all": "grads",
    "any": "grad",
}
"""What a hook is given, by the place where it is registered."""

_ANYWHERE: Mapping[str, str] = {
    "record": "",
    "wrong_type": 'return "a string"',
    "raise": 'raise ValueError("raised in a hook")',
    "remove_itself": "{handle}.remove()",
}

_WALK_AND_READ_MODE = (
    "inner = grad.detach().requires_grad_()\n"
    "with torch.enable_grad():\n"
    "    (inner * inner).sum().backward()\n"
    "    log(torch.is_grad_enabled())\n"
    "log(torch.is_grad_enabled(), inner.grad)"
)

_ON_TENSOR: Mapping[str, str] = {
    **_ANYWHERE,
    "same": "return grad",
    "scale": "return grad * 2",
    "clone": "return grad.clone()",
    "zeros": "return torch.zeros_like(grad)",
    "detach": "return grad.detach()",
    "double": "return grad.double()",
    "wrong_shape": "return grad.new_ones((3, *grad.shape))",
    "expand": "return grad.sum().expand(grad.shape)",
    "write": "grad.mul_(2)",
    "write_no_grad": "with torch.no_grad():\n    grad.mul_(2)",
    "read_grad": "log({tensor}.grad)",
    "write_tensor": "with torch.no_grad():\n    {tensor}.mul_(2)",
    "set_grad": "{tensor}.grad = None",
    "read_mode": "log(torch.is_grad_enabled())",
    "use_tensor": "return grad * {tensor}",
    "walk": "with torch.enable_grad():\n"
    "    inner = grad.detach().requires_grad_()\n"
    "    (inner * inner).sum().backward()\n"
    "return inner.grad",
    "walk_and_read_mode": _WALK_AND_READ_MODE,
    "add_hook": "{tensor}.register_hook(lambda grad: log('added', grad))",
}

_ON_ACCUMULATION: Mapping[str, str] = {
    **_ANYWHERE,
    "read_grad": "log(param.grad)",
    "set_grad": "param.grad = None",
    "step": "with torch.no_grad():\n    param.sub_(param.grad)\nparam.grad = None",
    "scale": "with torch.no_grad():\n    param.grad.mul_(2)",
    "clone": "param.grad = param.grad.clone()",
    "wrong_result": "return param.grad",
    "read_mode": "log(torch.is_grad_enabled(), param is {tensor})",
    "walk_and_read_mode": _WALK_AND_READ_MODE.replace("grad.detach", "param.detach"),
}

_ON_NODE: Mapping[str, str] = {
    **_ANYWHERE,
    "same": "return grad_inputs",
    "scale": "return tuple(None if grad is None else grad * 2 for grad in grad_inputs)",
    "none": "return tuple(None for grad in grad_inputs)",
    "zeros": "return tuple(torch.zeros_like(grad_outputs[0]) for grad in grad_inputs)",
    "wrong_number": "return (*grad_inputs, None)",
    "wrong_shape": "return tuple(None if grad is None else grad.new_ones((3, *grad.shape))"
    " for grad in grad_inputs)",
    "list": "return list(grad_inputs)",
    "single": "return grad_inputs[0]",
}

_BEFORE_NODE: Mapping[str, str] = {
    **_ANYWHERE,
    "same": "return grad_outputs",
    "scale": "return tuple(None if grad is None else grad * 2 for grad in grad_outputs)",
    "none": "return tuple(None for grad in grad_outputs)",
    "wrong_number": "return (*grad_outputs, None)",
    "wrong_shape": "return tuple(None if grad is None else grad.new_ones((3, *grad.shape))"
    " for grad in grad_outputs)",
    "single": "return grad_outputs[0]",
}

HOOKS: Mapping[str, Mapping[str, str]] = {
    "tensor": _ON_TENSOR,
    "post_accumulate": _ON_ACCUMULATION,
    "node": _ON_NODE,
    "node_pre": _BEFORE_NODE,
    "all": {**_ANYWHERE, "result": "return grads"},
    "any": {**_ANYWHERE, "result": "return grad * 2"},
}
"""The behaviours, by place; "all" and "any" are the modes of a multi-grad hook."""

REGISTER: Mapping[str, str] = {
    "tensor": "register_hook",
    "post_accumulate": "register_post_accumulate_grad_hook",
    "node": "grad_fn.register_hook",
    "node_pre": "grad_fn.register_prehook",
}
"""How a hook is registered on one tensor: a dotted path from it."""

PACKS: Mapping[str, tuple[str, str]] = {
    "record": ("return tensor", "return packed"),
    "clone": ("return tensor.clone()", "return packed"),
    "clone_later": ("return tensor", "return packed.clone()"),
    "scale": ("return tensor * 2 if tensor.is_floating_point() else tensor", "return packed"),
    "scale_later": ("return tensor", "return packed * 2 if packed.is_floating_point() else packed"),
    "detach": ("return tensor.detach()", "return packed"),
    "numpy": ("return tensor.detach().numpy()", "return torch.from_numpy(packed)"),
    "tuple": ("return (tensor, tensor.requires_grad)", "return packed[0]"),
    "shape": ("return tensor.shape", "return torch.ones(packed)"),
    "raise_packing": ('raise ValueError("raised while packing")', "return packed"),
    "raise_unpacking": ("return tensor", 'raise ValueError("raised while unpacking")'),
    "wrong_type": ("return tensor", 'return "a string"'),
    "wrong_shape": ("return tensor", "return packed.new_ones((3, *packed.shape))"),
    "write_packing": (
        "if tensor.is_floating_point():\n    tensor.add_(1)\nreturn tensor",
        "return packed",
    ),
    "write_unpacking": (
        "return tensor",
        "if packed.is_floating_point():\n    packed.add_(1)\nreturn packed",
    ),
}
"""What `saved_tensors_hooks` is given: the body of pack(tensor), and that of unpack(packed). None
gives another index than was saved: torch's kernels do not check those, and would write anywhere."""


def function(name: str, parameters: str, label: str, body: str) -> str:
    """The text of one such function: it records its call under the label, an expression."""
    lines = [f"def {name}({parameters}):", f"    log({label}, {parameters})"]
    return "\n".join([*lines, *(f"    {line}" for line in body.split("\n") if line)])
