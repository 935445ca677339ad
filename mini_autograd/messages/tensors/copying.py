"""Errors and warnings of copying, pickling, saving and loading tensors."""

from __future__ import annotations

from pickle import UnpicklingError


def deep_copy_of_non_leaf() -> RuntimeError:
    """`deepcopy` would need a graph of its own."""
    return RuntimeError(
        "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol "
        "at the moment.  If you were attempting to deepcopy a module, this may be because of a "
        "torch.nn.utils.weight_norm usage, see https://github.com/pytorch/pytorch/pull/103001"
    )


def state_of_non_leaf() -> RuntimeError:
    """`__setstate__` of what was computed."""
    return RuntimeError("__setstate__ can be only called on leaf Tensors")


def unpicklable(value: object) -> TypeError:
    """A node of the graph: its class cannot be found again by its name."""
    return TypeError(f"cannot pickle '{type(value).__name__}' object")


def lost_hook(hook: object) -> str:
    """The warning of each hook of a tensor that is pickled."""
    return (
        f"backward hook {hook!r} on tensor will not be serialized.  If this is expected, you can "
        "decorate the function with @torch.utils.hooks.unserializable_hook to suppress this warning"
    )


def unsafe_global(name: str) -> UnpicklingError:
    """`load` met something else than tensors and plain containers."""
    return UnpicklingError(
        "Weights only load failed. This file can still be loaded, to do so you have two options, "
        "\033[1mdo those steps only if you trust the source of the checkpoint\033[0m. \n"
        "\t(1) In PyTorch 2.6, we changed the default value of the `weights_only` argument in "
        "`torch.load` from `False` to `True`. Re-running `torch.load` with `weights_only` set to "
        "`False` will likely succeed, but it can result in arbitrary code execution. Do it only if "
        "you got the file from a trusted source.\n"
        "\t(2) Alternatively, to load with `weights_only=True` please check the recommended steps "
        "in the following error message.\n"
        f"\tWeightsUnpickler error: Unsupported global: GLOBAL {name} was not an allowed global by "
        f"default. Please use `torch.serialization.add_safe_globals([{name}])` or the "
        f"`torch.serialization.safe_globals([{name}])` context manager to allowlist this global if "
        "you trust this class/function.\n\nCheck the documentation of torch.load to learn more "
        "about types accepted by default with weights_only "
        "https://pytorch.org/docs/stable/generated/torch.load.html."
    )
