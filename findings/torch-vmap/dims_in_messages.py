"""engine: torch@vmap, torch 2.13.0
torch says of squeeze(x, (1, 1)) that dim 1 appears twice; by vmap it says dim 2, which the function
never named.
Audit: real, and of the message only."""

import torch

x = torch.ones(2, 1)
for name, run in (("torch", torch.squeeze), ("vmap", torch.vmap(torch.squeeze, (0, None)))):
    try:
        run(x if name == "torch" else x[None], (1, 1))
    except RuntimeError as error:
        print(f"{name}:", error)
