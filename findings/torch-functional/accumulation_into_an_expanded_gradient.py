"""engine: torch@functional, torch 2.13.0
torch refuses to add to a `.grad` whose elements share memory: RuntimeError, unsupported operation;
of a functional tensor it adds.
Audit: real: what functionalization makes of the write is an addition, which may."""

import torch

x = torch.ones(2, requires_grad=True)
x.grad = torch.ones(1).expand(2)
try:
    x.backward(torch.ones(2))
except RuntimeError as error:
    print("torch:     ", str(error)[:60])
x = torch._to_functional_tensor(torch.ones(2)).requires_grad_()
x.grad = torch._to_functional_tensor(torch.ones(1)).expand(2)
seed = torch._to_functional_tensor(torch.ones(2))
torch._enable_functionalization(reapply_views=True)
x.backward(seed)
torch._disable_functionalization()
print("functional:", x.grad)
