"""engine: torch@meta, torch 2.13.0
torch refuses softmax over a dim that is not there: IndexError; on meta tensors it gives a tensor.
Audit: real: a model that is checked on meta tensors, or traced with fake ones, passes there."""

import torch

for device in ("cpu", "meta"):
    try:
        print(device, torch.softmax(torch.ones(2, device=device), 3))
    except IndexError as error:
        print(device, error)
