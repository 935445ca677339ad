"""engine: torch@refs, torch 2.13.0
torch's bucketize gives int64 where there are no boundaries; the decomposition gives float32.
Audit: real."""

import torch
from torch._decomp import decomposition_table

x, boundaries = torch.tensor([8.5]), torch.zeros(0)
op = torch.ops.aten.bucketize.Tensor
print("torch:        ", op(x, boundaries))
print("decomposition:", decomposition_table[op](x, boundaries))
