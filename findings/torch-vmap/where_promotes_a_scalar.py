"""engine: torch@vmap, torch 2.13.0
In torch.where a float64 scalar tensor leaves a float32 tensor as it is: float32. By vmap it is
float64, since the scalar has a dim more in the batch.
Audit: real, and of grade 1: torch.vmap(f) has another dtype than f. The batching rules of binary
ops see to that; where's does not."""

import torch

condition, scalar, x = torch.tensor([True]), torch.tensor(1.0, dtype=torch.float64), torch.ones(1)
print("torch:", torch.where(condition, scalar, x).dtype)
print("vmap: ", torch.vmap(torch.where)(condition[None], scalar[None], x[None])[0].dtype)
