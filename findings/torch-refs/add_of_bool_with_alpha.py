"""engine: torch@refs, torch 2.13.0
torch adds bools with alpha=2 and gives bools; the reference refuses: it makes int64 of one of them.
Audit: real."""

import torch
from torch._decomp import decomposition_table

x = torch.tensor([False, True])
print("torch:    ", torch.add(x, x, alpha=2))
try:
    print("reference:", decomposition_table[torch.ops.aten.add.Tensor](x, x, alpha=2))
except RuntimeError as error:
    print("reference:", error)
