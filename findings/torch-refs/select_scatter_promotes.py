"""engine: torch@refs, torch 2.13.0
torch's select_scatter keeps the dtype of its first argument; the decomposition promotes: float64.
Audit: real. A graph that was exported with decompositions has other dtypes from there on."""

import torch
from torch._decomp import decomposition_table

x, y = torch.ones(3), torch.tensor(1.0, dtype=torch.float64)
op = torch.ops.aten.select_scatter.default
print("torch:        ", op(x, y, 0, 2).dtype)
print("decomposition:", decomposition_table[op](x, y, 0, 2).dtype)
