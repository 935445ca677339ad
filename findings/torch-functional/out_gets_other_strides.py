"""engine: torch@functional, torch 2.13.0
torch writes into `out=` and leaves its strides (2, 1); under functionalization they become those of
the inputs, (1, 2).
Audit: real: functionalization exchanges the tensor for the result."""

import torch

x, out = torch.ones(2, 2).t(), torch.ones(2, 2)
print("torch:     ", torch.mul(x, x, out=out.clone()).stride())


def stride(x, out):
    torch.mul(x, x, out=out)
    print("functional:", out.stride())
    return out.clone()


torch.func.functionalize(stride)(x, out)
