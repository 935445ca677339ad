"""engine: torch@refs, torch 2.13.0
torch rounds the middle of 5 and 0 to 3; the decomposition gives 2.
Audit: real: half is rounded up by the kernel, and to even by the decomposition."""

import torch
from torch._decomp import decomposition_table

x = torch.tensor([[[[5], [0]]]], dtype=torch.uint8)
op = torch.ops.aten.upsample_bilinear2d.default
print("torch:        ", op(x, [3, 1], True).flatten().tolist())
print("decomposition:", decomposition_table[op](x, [3, 1], True).flatten().tolist())
