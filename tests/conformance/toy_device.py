"""A device in Python: `toy`, of whose tensors the memory is a tensor on the CPU, where everything
is computed. Its `sin` is wrong, to be found."""

import torch
from torch.utils._pytree import tree_map_only
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

_setup_privateuseone_for_python_backend("toy")

MEMORY = {}  # by the address of a storage, the tensor on the CPU that it stands for


def there(host):
    made = torch._C._acc.create_empty_tensor(host.shape, host.dtype)
    MEMORY[made.untyped_storage()._cdata] = host
    return made


def here(tensor):
    return MEMORY[tensor.untyped_storage()._cdata] if tensor.device.type == "toy" else tensor


def computed(op, *args, **kwargs):
    """What the op gives on the CPU."""
    if op.overloadpacket is torch.ops.aten.sin:
        op = getattr(torch.ops.aten.cos, op._overloadname)
    args, kwargs = tree_map_only(torch.Tensor, here, (args, kwargs))
    kwargs = {key: "cpu" if key == "device" else value for key, value in kwargs.items()}
    return tree_map_only(torch.Tensor, there, op(*args, **kwargs))


def copied(source, target, non_blocking=False):
    here(target).copy_(here(source))
    return target


def by_computing(op):
    return lambda *args, **kwargs: computed(op, *args, **kwargs)


REST = torch.library.Library("_", "IMPL")
REST.fallback(computed, "PrivateUse1")
MAKING = torch.library.Library("aten", "IMPL")
MAKING.impl("_copy_from", copied, "PrivateUse1")
for made in (torch.ops.aten.empty.memory_format, torch.ops.aten.empty_strided.default):
    MAKING.impl(made, by_computing(made), "PrivateUse1")
