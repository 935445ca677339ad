"""Lines that make ops refuse, or warn: each provokes a message of torch. `SETUP` is run before."""

from __future__ import annotations

SETUP = """
x = torch.ones(2, 3, requires_grad=True)
y = x * 2
s = torch.tensor(1.0, requires_grad=True)
i = torch.ones(2, dtype=torch.int64)
m = torch.tensor([True, False])
a = torch.arange(6.0).view(2, 3)
n = torch.tensor(5.0)
c = torch.tensor([1 + 2j, 3j])
F = torch.nn.functional
"""

INDEXING = """
s[0]
x[5]
x[0, 0, 0]
x[1.5]
x[torch.tensor([5])]
x[torch.tensor([True])]
a[m.to(torch.uint8)]
a[[[0], [1]]]
torch.ones(0, 3)[torch.tensor([0])]
a[[slice(0, 1)]]
n[:]
torch.ones(0)[0]
a.select(0, 7)
a.index_put((i, i, i), n)
a.index_put((), n)
a[::-1]
a.slice_scatter(a, step=0)
a[1.0:]
a["b"]
a[torch.tensor([1.0])]
a[i, torch.tensor([0, 1, 2])]
a[i] = torch.ones(4)
a.index_put((i,), i)
a[0] = "b"
a.select_scatter(a, 0, 0)
torch.ones(0, 2)[torch.tensor(True).expand(1), 0]
a.scatter(0, torch.tensor([[0, 9]]), 1.0)
a.gather(0, torch.tensor([[0.0]]))
a.gather(0, i)
a.gather(1, torch.zeros(3, 1, dtype=torch.int64))
a.scatter(1, torch.zeros(3, 1, dtype=torch.int64), 1.0)
a.scatter(1, torch.zeros(1, 4, dtype=torch.int64), a)
a.scatter(0, torch.zeros(1, 1, dtype=torch.int64), a.double())
a.scatter(0, torch.zeros(1, 1, dtype=torch.int64), 1.0, reduce="mean")
a.scatter(0, torch.zeros(1, 1, dtype=torch.int64), a, reduce="add")
a.take_along_dim(i, 0)
a.take_along_dim(torch.ones(2, 3), 0)
a.index_select(0, torch.ones(1, 1, dtype=torch.int64))
a.index_select(0, torch.ones(1))
n.index_select(0, i)
a.index_select(0, torch.tensor([7]))
torch.ones(0, 2).index_select(0, i)
torch.ones(2, 2, 0).index_select(0, torch.tensor([7]))
a.index_add(0, torch.ones(2), a)
a.index_add(0, torch.ones(1, 2, dtype=torch.int64), a)
a.index_add(0, i, a.double())
a.index_add(0, torch.tensor([0]), a)
a.index_add(1, i, torch.ones(2))
a.index_add(0, i, torch.ones(2, 2))
a.index_fill(0, torch.ones(1, 1, dtype=torch.int64), 1.0)
a.index_fill(0, i, 1j)
a.index_fill(0, torch.ones(1), 1.0)
a.index_fill(0, i, torch.ones(2))
a.take(torch.ones(1))
a.take(torch.tensor([9]))
torch.ones(0).take(i)
torch.ones(0).put(i, torch.ones(2))
a.index_copy(0, torch.ones(1, 1, dtype=torch.int64), a)
a.index_copy(0, i, n)
a.index_copy(0, i, torch.ones(2))
a.index_copy(0, torch.ones(2), a)
a.index_copy(0, i, a.double())
a.index_copy(0, i, torch.ones(2, 2))
a.index_copy(0, torch.tensor([0]), a)
torch.ones(3).index_copy(0, torch.tensor([-1]), torch.ones(1))
a.put(i, torch.ones(2, dtype=torch.float64))
a.put(torch.ones(2), torch.ones(2))
a.put(i, torch.ones(3))
a.masked_fill(m[:, None], torch.ones(2))
a.masked_fill(torch.ones(2, 1), 1.0)
a.masked_select(torch.ones(2, 3))
a.masked_scatter(m[:, None], a.double())
a.masked_scatter(m[:, None], torch.ones(1))
a.masked_scatter(m[:, None].to(torch.uint8), a)
"""

JOINING = """
torch.tensor_split(a, torch.ones(1))
torch.tensor_split(a, torch.tensor([[1]]))
torch.repeat_interleave(a, torch.tensor([1]), output_size=7)
torch.repeat_interleave(torch.tensor([[1]]))
torch.cat([])
torch.cat([x, torch.ones(2, 2)])
torch.cat([n, n])
torch.cat([a, torch.ones(2)])
torch.cat([a, 3])
torch.stack([x, torch.ones(2, 2)])
torch.stack([])
n.split(1)
n.chunk(1)
a.split(-1)
a.split(0)
a.split([1, 2])
a.split([3, -1])
a.chunk(0)
a.tensor_split(0)
n.tensor_split(2)
n.narrow(0, 0, 1)
a.narrow(0, 0, -1)
a.narrow(0, a, 1)
a.narrow(0, 5, 1)
a.narrow(0, 1, 2)
torch.fliplr(torch.ones(2))
a.roll(())
a.roll((1, 2), (0,))
a.repeat(2)
a.repeat(-1, 2)
a.repeat_interleave(-1)
a.repeat_interleave(torch.tensor([-1, 2]), 0)
a.repeat_interleave(torch.ones(1, 1, dtype=torch.int64), 0)
a.repeat_interleave(torch.tensor([1, 2, 3]), 0)
a.repeat_interleave(2, 0, output_size=5)
n.tril()
a.diagonal(0, 1, 1)
torch.ones(1, 1, 1).diag()
n.trace()
"""

LINALG = """
x @ x
torch.mm(torch.ones(2), x)
torch.mm(x, torch.ones(3, 2, dtype=torch.float64))
torch.ones(2) @ torch.ones(3)
x @ torch.ones(2)
torch.dot(torch.ones(2, 2), torch.ones(3))
torch.addmm(a, torch.ones(2), a)
torch.addmm(n, a, torch.ones(3, 2, dtype=torch.float64))
torch.bmm(a, a)
torch.bmm(torch.ones(1, 2, 3), torch.ones(1, 2, 3))
torch.mv(torch.ones(2), torch.ones(2))
torch.mv(a, torch.ones(3, dtype=torch.float64))
torch.dot(torch.ones(2), torch.ones(2, dtype=torch.float64))
torch.outer(a, a)
torch.inner(a, torch.ones(2))
torch.inner(a, a.double())
torch.matmul(n, a)
"""

LOSSES = """
F.mse_loss(a, a, reduction="none of these")
F.mse_loss(a, a, reduction="none of these", weight=a)
F.mse_loss(a, a, weight=torch.ones(4))
F.nll_loss(a, torch.tensor([0]))
F.nll_loss(n, i)
F.nll_loss(torch.ones(2), i)
F.nll_loss(torch.ones(2, requires_grad=True), torch.tensor([0]), reduction="none").sum().backward()
F.nll_loss(torch.ones(1, 2, 2, 2), torch.ones(1, 3, 3, dtype=torch.int64))
F.nll_loss(torch.ones(1, 2, 2), torch.ones(1, 3, dtype=torch.int64))
F.nll_loss(a, torch.ones(2, 1, dtype=torch.int64))
F.nll_loss(torch.ones(1, 2, 2, 2), torch.ones(1, dtype=torch.int64))
F.nll_loss(a, i, weight=torch.ones(2))
F.nll_loss(torch.ones(1, 2, 2, 2), torch.ones(1, 2, 2, dtype=torch.int64), weight=torch.ones(3))
F.cross_entropy(a, a, weight=torch.ones(2))
F.nll_loss(a, i, weight=torch.ones(3, requires_grad=True))
F.nll_loss(a, i.int())
F.nll_loss(a, torch.tensor([0, 7]))
F.cross_entropy(a, i.view(2, 1).expand(2, 3))
F.cross_entropy(a, a, ignore_index=1)
F.cross_entropy(a, i, label_smoothing=2.0)
F.one_hot(torch.ones(1))
F.one_hot(torch.tensor([-1]))
F.one_hot(torch.tensor([3]), 2)
F.one_hot(torch.ones(0, dtype=torch.int64))
F.one_hot(i, 0)
F.softmax(a)
F.mse_loss(a, a, size_average=False)
F.mse_loss(a, torch.ones(2, 1))
b = torch.ones(2, requires_grad=True); z = F.mse_loss(b, m + 0.0); b.data = n; z.backward()
v = torch.ones(2, 2, 2, 2).mT.requires_grad_(); F.nll_loss(v, torch.ones(2, 2, 2).long()).backward()
t = torch.tensor([0]); z = F.nll_loss(x[:1], t); t.data = torch.zeros(1); z.backward()
"""

POINTWISE = """
x + torch.ones(4)
-m
m - m
1 - m
i ** -1
i // 0
+m
i.add(i, alpha=True)
i.add(i, alpha=1.5)
a.add(a, alpha=1j)
a.div(2, rounding_mode="ceil")
F.relu(m)
a.clamp()
torch.where(i, a[0, :2], n)
torch.where(m.to(torch.uint8), a[0, :2], n)
a.imag
~a
c.sign()
c.floor()
c.clamp(min=1)
torch.maximum(c, c)
c.signbit()
torch.view_as_real(a)
torch.view_as_real(torch.ones(2, dtype=torch.complex64).conj())
torch.isclose(a, a.double())
torch.isclose(a, a, rtol=-1.0)
torch.isclose(a, a, atol=-1.0)
torch.view_as_complex(i)
torch.view_as_complex(n)
torch.view_as_complex(a)
torch.view_as_complex(torch.ones(2, 2).t())
torch.view_as_complex(torch.ones(2, 3)[:, :2])
torch.view_as_complex(torch.ones(3)[1:])
torch.complex(i, i)
torch.complex(a, a.double())
torch.complex(a.half(), a)
"""

REDUCTIONS = """
i.mean()
x.mean(dtype=torch.int64)
i.softmax(0)
m.argmax()
c.max()
torch.ones(0).max()
torch.ones(0).amax()
torch.ones(0).argmax()
torch.ones(0, 2).max(0)
torch.ones(0).aminmax()
torch.ones(0, 2).aminmax(dim=0)
c.aminmax()
c.sum().aminmax(dim=0)
c.nansum()
i.var()
torch.ones(1).var()
a.var(correction=1j)
i.norm()
a.norm(dtype=torch.int64)
a.norm(2, dim=0, dtype=torch.int64)
a.double().norm(2, dim=0, dtype=torch.float32)
c.norm(2, dim=0, dtype=torch.float32)
a.norm(2, dim=0, dtype=torch.complex64)
torch.ones(0).norm(float("inf"))
torch.ones(0, 2).norm(float("inf"), dim=0)
a.norm("b")
a.norm("fro", dim=(0, 1, 1))
a.norm("nuc", dim=(0, 0))
torch.ones(2).norm("nuc")
a.norm(1j)
c.sort()
m.topk(1)
c.topk(1)
a.topk(9)
x.sum(dtype=torch.int64)
"""

SHAPES = """
torch.select_scatter(torch.ones(2, dtype=torch.complex64, requires_grad=True), c[0], 0, 0)
a.float(memory_format=torch.channels_last)
torch.ones(2, 3).t().contiguous(memory_format=torch.preserve_format)
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
a.expand(3)
torch.ones(1).expand(-2)
m.expand()
a.expand(-1, 2, 3)
a.expand(2, 4)
a.flatten(1, 0)
a.unflatten(0, ())
a.unflatten(0, (3, 2))
a.unflatten(0, (-1, -1))
n.unflatten(0, (1,))
torch.ones(1, 1, 1).t()
torch.ones(2).mT
torch.ones(1).H
torch.ones(1, 1, 1).H
a.movedim((0, 1), (0,))
a.movedim((0, 0), (0, 1))
torch.broadcast_tensors(a, 3)
torch.ones(1, 1, 1).T
n.T
n.mH
torch.broadcast_shapes(3.5)
torch.broadcast_shapes((-1,))
torch.broadcast_shapes((2,), (3,))
a.as_strided((2,), (1, 1))
a.as_strided((2,), (-1,))
a.as_strided((-2,), (1,))
a.as_strided((2,), (1,), -1)
a.as_strided((9,), (1,))
a.unfold(0, 5, 1)
a.unfold(0, 1, 0)
a.unfold(0, -1, 1)
n.view(torch.float64)
a.view(torch.float64)
a.t().view(torch.int16)
"""
