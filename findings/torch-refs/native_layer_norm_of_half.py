"""engine: torch@refs, torch 2.13.0
torch gives the mean and rstd of a float16 input with float32 weights in float32; the decomposition
in float16.
Audit: real. They are what backward computes with."""

import torch
from torch._decomp import decomposition_table

x, weight = torch.ones(1, 2, dtype=torch.float16), torch.ones(2)
op = torch.ops.aten.native_layer_norm.default
print("torch:        ", [t.dtype for t in op(x, [2], weight, weight, 1e-5)])
print("decomposition:", [t.dtype for t in decomposition_table[op](x, [2], weight, weight, 1e-5)])
