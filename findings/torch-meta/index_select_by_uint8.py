"""engine: torch@meta, torch 2.13.0
torch refuses an index of uint8: RuntimeError; on meta tensors index_select takes it.
Audit: real."""

import torch

for device in ("cpu", "meta"):
    x, index = torch.ones(2, 2, device=device), torch.zeros(1, dtype=torch.uint8, device=device)
    try:
        print(device, torch.index_select(x, 1, index).shape)
    except RuntimeError as error:
        print(device, error)
