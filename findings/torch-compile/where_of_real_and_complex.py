"""engine: torch@compile:aot_eager, torch 2.13.0
torch chooses between a float32 leaf and a complex number; the compiled function cannot be compiled:
BackendCompilerFailed, "Expected isFloatingType(grad.scalar_type()) || ...".
Audit: real: the joint graph is traced with a complex gradient for a real input."""

import torch


def f(condition, x, y):
    return x.where(condition, y)


x, y = torch.tensor(1.0, requires_grad=True), torch.tensor(1 + 0j)
for name, run in (("torch:   ", f), ("compiled:", torch.compile(f, backend="aot_eager"))):
    try:
        print(name, run(torch.tensor(False), x, y))
    except Exception as error:
        print(name, type(error).__name__, str(error).splitlines()[1][:90])
