"""Errors and warnings of copying, pickling, saving and loading tensors."""

from pickle import UnpicklingError
from typing import Final

from mini_autograd.messages.message import Message

# fmt: off

deep_copy_of_non_leaf = Message(RuntimeError,
    "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at "
    "the moment.  If you were attempting to deepcopy a module, this may be because of a "
    "torch.nn.utils.weight_norm usage, see https://github.com/pytorch/pytorch/pull/103001")
_OTHER_TYPE: Final = ("The default implementation of __deepcopy__() for {0} subclasses only works "
    "for subclass types that implement {1}() and for which {2} returns another instance of the "
    "same subclass. You should either properly implement {1}() for your subclass or override "
    "__deepcopy__() if it is intended behavior for {1}() to return an instance of a different "
    "type.")
clone_of_other_type = Message(RuntimeError,
    _OTHER_TYPE.format("wrapper", "clone", "cloning"))
new_empty_of_other_type = Message(RuntimeError,
    _OTHER_TYPE.format("non-wrapper", "new_empty", "that function"))
state_of_non_leaf = Message(RuntimeError, "__setstate__ can be only called on leaf Tensors")
unpicklable = Message(TypeError, "cannot pickle '{value.__class__.__name__}' object")
lost_hook = Message(UserWarning,
    "backward hook {hook!r} on tensor will not be serialized.  If this is expected, you can "
    "decorate the function with @torch.utils.hooks.unserializable_hook to suppress this warning")
unsafe_global = Message(UnpicklingError, "Weights only load failed. This file can still be loaded, "
    "to do so you have two options, \033[1mdo those steps only if you trust the source of the "
    "checkpoint\033[0m. \n\t(1) In PyTorch 2.6, we changed the default value of the `weights_only` "
    "argument in `torch.load` from `False` to `True`. Re-running `torch.load` with `weights_only` "
    "set to `False` will likely succeed, but it can result in arbitrary code execution. Do it only "
    "if you got the file from a trusted source.\n\t(2) Alternatively, to load with "
    "`weights_only=True` please check the recommended steps in the following error message.\n\t"
    "WeightsUnpickler error: Unsupported global: GLOBAL {name} was not an allowed global by "
    "default. Please use `torch.serialization.add_safe_globals([{name}])` or the "
    "`torch.serialization.safe_globals([{name}])` context manager to allowlist this global if you "
    "trust this class/function.\n\nCheck the documentation of torch.load to learn more about types "
    "accepted by default with weights_only "
    "https://pytorch.org/docs/stable/generated/torch.load.html.")
