"""engine: torch@subclass, torch 2.13.0
torch.func.jacfwd of a product gives 1; of torch's own wrapper TwoTensor it raises RuntimeError,
"Attempted to set the storage of a tensor on device "meta" to a storage on different device "cpu"".
Audit: real. (Our own wrapper, with the mode around that wraps what is made, ends by SIGSEGV.)"""

import torch
from torch.testing._internal.two_tensor import TwoTensor

x = torch.tensor(1.0)
print("torch:   ", torch.func.jacfwd(lambda a, b: a * b)(x, x))
try:
    print("TwoTensor:", torch.func.jacfwd(lambda a, b: a * b)(TwoTensor(x, x), TwoTensor(x, x)))
except RuntimeError as error:
    print("TwoTensor:", error)
