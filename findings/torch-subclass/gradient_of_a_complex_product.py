"""engine: torch@subclass, torch 2.13.0
The gradient of w * x is conj(w) = 2-1j. Through torch's own wrapper TwoTensor it is 2+1j.
Audit: real, silent and of grade 1. Below `__torch_dispatch__` the dispatch keys by which a lazily
conjugated tensor is resolved are left out, so that kernels take its memory as it is: the same holds
of every wrapper whose inner tensors are complex. Our own wrapper puts the keys back, so that the
rest can be compared."""

import torch
from torch.testing._internal.two_tensor import TwoTensor

w, x = torch.tensor([2 + 1j]), torch.tensor([1 + 0j], requires_grad=True)
print("torch:   ", torch.autograd.grad(w * x, x, torch.ones_like(w))[0])
w, x = TwoTensor(w, w), TwoTensor(x.detach(), x.detach()).requires_grad_()
one = TwoTensor(torch.ones_like(w.a), torch.ones_like(w.a))
print("TwoTensor:", torch.autograd.grad(w * x, x, one)[0].a)
