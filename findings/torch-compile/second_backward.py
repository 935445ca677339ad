"""engine: torch@compile:aot_eager, torch 2.13.0
A sum saves no tensor, so torch lets it be differentiated twice without retain_graph; of the
compiled function the second time raises RuntimeError, "backward through the graph a second time".
Audit: real: a compiled function is a single node, which counts as one that has saved something,
and is freed by the first pass."""

import torch


def f(x):
    return x.sum()


for name, run in (("torch:   ", f), ("compiled:", torch.compile(f, backend="aot_eager"))):
    y = run(torch.ones(2, requires_grad=True))
    try:
        y.backward()
        y.backward()
        print(name, "twice")
    except RuntimeError as error:
        print(name, str(error)[:60])
