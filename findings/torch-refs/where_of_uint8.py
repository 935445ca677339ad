"""engine: torch@refs, torch 2.13.0
torch takes a uint8 condition, with a warning; the reference refuses it: RuntimeError, expected
predicate to be bool.
Audit: real. A program that runs in eager mode stops where the reference
is run in place of the kernel."""

import torch
from torch._decomp import decomposition_table

condition, x = torch.tensor([1, 0], dtype=torch.uint8), torch.ones(2)
print("torch:    ", torch.where(condition, x, -x))
try:
    print("reference:", decomposition_table[torch.ops.aten.where.self](condition, x, -x))
except RuntimeError as error:
    print("reference:", error)
