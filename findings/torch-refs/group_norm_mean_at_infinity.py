"""engine: torch@refs, torch 2.13.0
torch's native_group_norm has NaN for the mean of a group that is one infinity; the decomposition
has inf.
Audit: real: the kernel computes the mean together with the variance. The normalized output is NaN
in both; what differs is the mean that is given beside it."""

import torch
from torch._decomp import decomposition_table

x = torch.tensor([[float("inf"), 1.0]])
op = torch.ops.aten.native_group_norm.default
print("torch:        ", op(x, None, None, 1, 2, 1, 2, 1e-5)[1])
print("decomposition:", decomposition_table[op](x, None, None, 1, 2, 1, 2, 1e-5)[1])
