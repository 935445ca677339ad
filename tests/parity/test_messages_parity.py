"""Errors of backward, of a tensor's state and of arguments: type and message as torch's.

Each line is provoked on both; a new message of `mini_autograd.messages` gets a line here.
"""

from __future__ import annotations

import pytest
import torch

import mini_autograd

SETUP = """
x = torch.ones(2, 3, requires_grad=True)
y = x * 2
s = torch.tensor(1.0, requires_grad=True)
i = torch.ones(2, dtype=torch.int64)
m = torch.tensor([True, False])
"""

PROVOKED = """
y.backward()
y.backward(torch.ones(3))
torch.ones(2).sum().backward()
y.sum().backward(torch.ones(2))
y.backward(torch.ones(2, 3, dtype=torch.complex64))
y.backward(3)
y.backward([1])
torch.autograd.backward([y.sum(), y.sum()], [None])
y.sum().backward(); y.sum().backward()
z = x.exp(); z.add_(1); z.sum().backward()
z = y * x; y.add_(1); z.sum().backward()
torch.tensor([1, 2], requires_grad=True)
i.requires_grad_()
i.requires_grad = True
y.requires_grad = False
y.requires_grad_(False)
i.retain_grad()
torch.ones(2).register_hook(print)
x.grad = 1
x.grad = x
x.grad = torch.ones(3)
x.grad = torch.ones(2, 3, dtype=torch.float64)
x.grad = torch.ones(2, 3, dtype=torch.int64)
torch.autograd.grad(y, x)
torch.autograd.grad(y.sum(), s)
torch.autograd.grad(y.sum(), torch.ones(2))
torch.autograd.grad(y.sum(), [])
torch.autograd.grad(y.sum(), x, allow_unused=False, materialize_grads=True)
y.sum().backward(inputs=[])
y.sum().backward(inputs=torch.ones(2))
y.sum().backward(inputs=3)
y.sum().backward(inputs=[x, 3])
y.sum().backward(foo=1)
torch.autograd.grad({"a": 1}, x)
torch.autograd.grad(y.sum(), [x, 3])
y.register_hook(lambda g: torch.ones(2)); y.sum().backward()
y.register_hook(lambda g: 3); y.sum().backward()
y.register_hook(lambda g: g.double()); y.sum().backward()
x.requires_grad = 1
torch.set_grad_enabled("a")
x.add_(1)
x[0].add_(1)
torch.ones(2, 3).add_(torch.ones(4, 2, 3))
i.add_(1.5)
i.mul_(torch.ones(2))
x.numpy()
x.item()
float(x)
bool(x)
bool(torch.ones(0))
len(s)
iter(s)
s[0]
x[5]
x[0, 0, 0]
x[1.5]
x[torch.tensor([5])]
x[torch.tensor([True])]
x + torch.ones(4)
x @ x
torch.mm(torch.ones(2), x)
torch.mm(x, torch.ones(3, 2, dtype=torch.float64))
torch.ones(2) @ torch.ones(3)
x @ torch.ones(2)
torch.dot(torch.ones(2, 2), torch.ones(3))
x.view(5)
x.reshape(5)
x.t().view(6)
x.view(-1, -1)
x.view(-2, 3)
torch.ones(0, 3).view(-1, 0)
x.sum(5)
x.sum(dim=(0, 0))
x.transpose(0, 5)
x.permute(0)
x.permute(0, 0)
x.squeeze(4)
torch.cat([])
torch.cat([x, torch.ones(2, 2)])
torch.stack([x, torch.ones(2, 2)])
-m
m - m
1 - m
i ** -1
i.mean()
i.softmax(0)
x.mean(dtype=torch.int64)
x.exp(1)
torch.exp()
torch.exp(1)
torch.exp("a")
torch.exp(x, foo=1)
torch.add(x, "a")
torch.add(x)
x + "a"
x + None
x.sum("a")
x.sum(dim=1.5)
torch.zeros(-1)
torch.full((2,), 1, dtype="a")
torch.tensor([[1], [1, 2]])
torch.tensor("a")
f"{torch.tensor([1.0]):.2f}"
torch.set_default_dtype(torch.int32)
"""

LINES = [line for line in PROVOKED.splitlines() if line]


def outcome(module, line):
    names = {"torch": module}
    exec(SETUP, names)
    try:
        exec(line, names)
    except Exception as error:
        return type(error).__name__, str(error)
    return None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("line", LINES)
def test_an_error_has_torchs_type_and_message(line):
    expected = outcome(torch, line)
    assert expected is not None, "torch does not refuse it"
    assert outcome(mini_autograd, line) == expected
