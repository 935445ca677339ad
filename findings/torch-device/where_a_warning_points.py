"""engine: torch@cpu (and any device), torch 2.13.0
A warning of torch's points at the line that called it. With a default device set, be it the CPU, it
points into torch/utils/_device.py.
Audit: real: the call goes through a function mode, whose own line is the last of Python's."""

import warnings

import torch

torch.set_warn_always(True)
x = torch.ones(2)
for device in ("none", "cpu"):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        torch.set_default_device(None if device == "none" else device)
        torch.add(x, 1, x)
    print(device, caught[0].filename.rpartition("/")[2])
