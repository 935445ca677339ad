"""Errors and warnings of grad modes, inference tensors and anomaly mode."""

from __future__ import annotations

from collections.abc import Sequence

from mini_autograd.messages.message import Message

# fmt: off

decorated_class = Message(FutureWarning,
    "Decorating classes is deprecated and will be disabled in future versions. You should only "
    "decorate functions or methods. To preserve the current behavior of class decoration, you can "
    "directly decorate the `__init__` method and nothing else.")
inference_write = Message(RuntimeError, "Inplace update to inference tensor outside InferenceMode "
    "is not allowed.You can make a clone to get a normal tensor before doing inplace update.See "
    "https://github.com/pytorch/rfcs/pull/17 for more details.")
inference_saved = Message(RuntimeError, "Inference tensors cannot be saved for backward. Please do "
    "not use Tensors created in inference mode in computation tracked by autograd. To work around "
    "this, you can make a clone to get a normal tensor and use it in autograd, or use "
    "`torch.no_grad()` instead of `torch.inference_mode()`.", mark="of_saving")


def is_of_saving(error: Exception) -> bool:
    """Whether it is that error, which comes before an op in place looks at memory."""
    return type(error) is RuntimeError and "of_saving" in vars(error)


inference_out = Message(RuntimeError, "{called}(): functions with out=... arguments don't support "
    "automatic differentiation, but one of the arguments requires grad.")
inference_version = Message(RuntimeError, "Inference tensors do not track version counter.")
inference_requires_grad = Message(RuntimeError,
    "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.")

# Anomaly mode.
anomaly_enabled = Message(UserWarning, "Anomaly Detection has been enabled. This mode will "
    "increase the runtime and should only be enabled for debugging.")
_unknown = Message(UserWarning, "Error detected in {node}. No forward pass information available. "
    "Enable detect anomaly during forward pass for more information.")
_caused = Message(UserWarning,
    "Error detected in {node}. Traceback of forward call that caused the error:\n{stack:lines}")
_induced = Message(UserWarning, "\n\nPrevious calculation was induced by {node}. Traceback of "
    "forward call that induced the previous calculation:\n{stack:lines}")


def detected(node: str, stack: Sequence[str] | None) -> UserWarning:
    """A node failed; `stack` is that of the call which recorded it, if it was kept."""
    return _unknown(node) if stack is None else _caused(node, stack)


def induced(node: str, stack: Sequence[str] | None) -> UserWarning:
    """The node that failed was recorded while this one went backward."""
    return _unknown(node) if stack is None else _induced(node, stack)
