"""engine: torch@refs, torch 2.13.0
torch gives logit's gradient as without a bound where eps is NaN (-0.5 at 2); the decomposition of
logit_backward gives 0.
Audit: real: the comparisons with NaN are written the other way round."""

import torch
from torch._decomp import decomposition_table

grad, x = torch.ones(1), torch.tensor([2.0])
op = torch.ops.aten.logit_backward.default
print("torch:        ", op(grad, x, float("nan")))
print("decomposition:", decomposition_table[op](grad, x, float("nan")))
