"""Errors and warnings of grad modes and inference tensors."""

from __future__ import annotations

DECORATED_CLASS = (
    "Decorating classes is deprecated and will be disabled in future versions. You should only "
    "decorate functions or methods. To preserve the current behavior of class decoration, you can "
    "directly decorate the `__init__` method and nothing else."
)


def inference_write() -> RuntimeError:
    """A write into an inference tensor, outside of inference mode."""
    return RuntimeError(
        "Inplace update to inference tensor outside InferenceMode is not allowed."
        "You can make a clone to get a normal tensor before doing inplace update."
        "See https://github.com/pytorch/rfcs/pull/17 for more details."
    )


def inference_saved() -> RuntimeError:
    """An op that is recorded would keep an inference tensor for backward."""
    error = RuntimeError(
        "Inference tensors cannot be saved for backward. Please do not use Tensors created in "
        "inference mode in computation tracked by autograd. To work around this, you can make a "
        "clone to get a normal tensor and use it in autograd, or use `torch.no_grad()` instead of "
        "`torch.inference_mode()`."
    )
    vars(error)["of_saving"] = True
    return error


def is_of_saving(error: Exception) -> bool:
    """Whether it is that error, which comes before an op in place looks at memory."""
    return type(error) is RuntimeError and "of_saving" in vars(error)


def inference_out(called: str) -> RuntimeError:
    """A kernel calls an op with an `out` on an inference tensor that requires grad."""
    return RuntimeError(
        f"{called}(): functions with out=... arguments don't support automatic differentiation, "
        "but one of the arguments requires grad."
    )


def inference_version() -> RuntimeError:
    """`_version` of an inference tensor."""
    return RuntimeError("Inference tensors do not track version counter.")


def inference_requires_grad() -> RuntimeError:
    """`requires_grad_()` of an inference tensor, outside of inference mode."""
    return RuntimeError(
        "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed."
    )
