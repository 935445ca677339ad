"""engine: torch@refs, torch 2.13.0
torch gives the index of the last NaN of a window; the decomposition of max_pool2d_with_indices, as
torch.export and inductor take it, that of the first. The gradient of the NaN goes elsewhere then.
Audit: real. Both are within their right where values are equal, but a kernel and its decomposition
are one op."""

import torch
from torch._decomp import decomposition_table

nan = float("nan")
x = torch.tensor([[[[nan, 1.0, nan]]]])
op = torch.ops.aten.max_pool2d_with_indices.default
print("torch:        ", op(x, [1, 3])[1].tolist())
print("decomposition:", decomposition_table[op](x, [1, 3])[1].tolist())
