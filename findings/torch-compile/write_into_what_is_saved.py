"""engine: torch@compile:aot_eager (and :inductor), torch 2.13.0
torch computes x *= w in place and then w's gradient, 3: it saves the x from before. Of the compiled
function backward raises RuntimeError, "modified by an inplace operation".
Audit: real: AOT Autograd saves the argument itself, and then copies the result into it. x needs no
grad before, which is when eager mode takes a copy."""

import torch


def f(x, w):
    x.mul_(w)


for name, run in (("torch:   ", f), ("compiled:", torch.compile(f, backend="aot_eager"))):
    x, w = torch.tensor(3.0), torch.tensor(2.0, requires_grad=True)
    run(x, w)
    try:
        x.backward()
        print(name, w.grad)
    except RuntimeError as error:
        print(name, str(error)[:90])
