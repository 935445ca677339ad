"""Expressions that ask a `__torch_function__`, and with what: after the prelude of subclasses."""

from __future__ import annotations

FUNCTIONS = """
l + 1; 1 + l; l + p; p + l; l - 1; l * 2; 2 * l; l / 2; l % 2; l - p; p - l
1 - l; 1 / l; l // 2; 2 // l; 2 ** l; 2 % l
-l; abs(l); l == 1; l < p; 1 < l; p < l; l != l; l >= 1; l @ p; p @ l
torch.add(l, 1)
torch.add(p, l, alpha=2)
torch.add(input=l, other=p)
torch.add(p, other=l)
l.add(1); l.add(p); p.add(l); l.pow(2); torch.pow(2, l); l.mul(2); l.div(2); l.sub(1)
torch.stack([p, l]); torch.cat((l, p), dim=0); torch.stack((l, l), 1)
l.shape; l.T; l.mT; l.grad; l.data; l.dtype; l.requires_grad; l.is_leaf; l.grad_fn
l.device; l.ndim; l._version; l.is_sparse; l.real; l.nbytes; l.itemsize; l.output_nr
l.is_cuda; l._backward_hooks; l.retains_grad; lm.H; lm.mH
l[0]; l[l > 1]; p[l.long() - 1]; l[0:1]; l[None]
inplace(l, lambda x: x.__setitem__(0, 1))
inplace(p, lambda x: x.__setitem__(0, l[0]))
l.sum(); l.max(); lm.max(0); torch.max(lm, 0); torch.max(lm); torch.sum(l); l.mean(); l.prod()
l.sum(0, keepdim=True); l.sum(dim=0); torch.sum(l, dim=0); lm.sum((0, 1))
l[0].item(); l.tolist(); l.numpy() is None; len(l); bool(l[0]); float(l[0]); 1 in l; l.__array__
f"{l}"; f"{l[0]}"; l.type(); l.size(); l.size(0); l.dim(); l.numel(); l.is_contiguous(); l.stride()
l.detach(); l.clone(); l.requires_grad_(); l.requires_grad_(False); l.cpu(); l.contiguous()
l.add_(1); p.add_(l); l.zero_(); p.copy_(l); l.copy_(p); l.fill_(3); l.mul_(p); l.clamp_(0)
torch.zeros_like(l); torch.ones_like(l); torch.full_like(l, 2); torch.rand_like(l) is None
l.new_zeros(2); l.new_tensor([1.]); l.new_ones(2); l.new_full((2,), 3)
torch.tensor(l); torch.as_tensor(l)
l.view(1, 2); l.reshape(2, 1); l.expand(2, 2); l.view((2, 1)); lm.t(); torch.t(lm); l.permute(0)
F.relu(l); F.relu(l, inplace=True); F.softmax(l, 0); F.log_softmax(l, dim=0); F.sigmoid(l)
F.tanh(l)
F.mse_loss(l, p)
F.mse_loss(p, l, reduction="sum")
F.l1_loss(p, l)
F.cross_entropy(lm, torch.tensor([0, 1]), label_smoothing=0.1)
F.nll_loss(lm, torch.tensor([0, 1]))
F.linear(l, lm)
torch.relu(l); l.relu(); torch.exp(l); l.exp(); l.sigmoid(); torch.sigmoid(l); torch.tanh(l)
l.to(torch.float64); l.double(); l.long(); l.float(); l.bool(); l.type_as(p)
torch.is_tensor(l); hash(l) == id(l); l.is_floating_point(); l.is_complex(); l.is_inference()
torch.where(l > 0, l, p); torch.where(p > 0, l, 1.)
l.split(1); l.unbind(); torch.unbind(l); l.sort(); torch.sort(l); torch.chunk(l, 2)
torch.allclose(l, p); torch.equal(l, p); l.equal(p)
torch.subtract(l, 1); l.subtract(1); l.multiply(2); torch.rsub(l, 1); l.ne(1); l.clip(0)
torch.clamp(l, 0, 1); torch.clamp(p, min=l); torch.addmm(lm, lm, lm)
torch.index_select(l, 0, torch.tensor([0])); torch.gather(p, 0, l.long() - 1)
torch.broadcast_tensors(l, lm); torch.norm(lm); lm.norm(); lm.norm(dim=0)
l.register_hook is None; leaf(L).register_hook(print) is None
leaf(L).sum().backward()
leaf(L).sum().backward(torch.tensor(2.), retain_graph=True)
leaf(L).retain_grad() is None
setting(leaf(L), "requires_grad", False).requires_grad
setting(l, "grad", None)
setting(l, "data", p)
inplace(l, lambda x: x.__delattr__("grad"))
reversed(l); l.storage_offset(); l.element_size(); l.data_ptr() is None; l.__contains__(1)
l.as_subclass(torch.Tensor); p.as_subclass(L); L(p); torch.Tensor._make_subclass(L, p)
copy.copy(l); pickle.loads
plain(lambda: l + 1); plain(lambda: l.shape); plain(lambda: torch.stack([l, p]))
plain(lambda: l[0])
torch.Tensor.add(l, 1); torch.Tensor.view(l, 2, 1); torch.Tensor.mul_(l, 2)
torch.Tensor.__add__(l, 1)
torch.autograd.grad(leaf(L).sum(), leaf(L), allow_unused=True)
"""

DECLINING = """
n + 1
1 + n
n - 1, 1
1 - n
n ** 2
n @ p
torch.add(n, 1)
n.add(1)
n.shape
n.T
n.data
setting(n, "grad", None)
F.mse_loss(n, p)
F.relu(n)
n.backward()
len(n)
n[0]
p[n]
repr(n)
str(n)
f"{n}"
t + n
n + t
torch.add(t, n)
n == 1
n != 1
n < 1
n.add_(1)
p.add_(n)
augmented(n, "+", 1)
augmented(p, "*", n)
augmented(n, "-", p)
torch.stack([n, p])
torch.stack([t, n])
n.sum()
n.detach()
torch.zeros_like(n)
torch.autograd.grad(n, n)
hash(n) == id(n)
n.as_subclass(torch.Tensor)
plain(lambda: n + 1)
P(n)
"""

DUCKS = """
torch.add(k, 1)
torch.add(1, k)
torch.add(p, k)
torch.add(t, k)
torch.add(k, t)
torch.add(p, other=k)
torch.add(input=k, other=1)
p + k
k + p
p.add(k)
p * k
p - k
p < k
p @ k
torch.stack([k])
torch.cat([p, k])
torch.sum(k)
torch.sum(k, dim=0)
F.relu(k)
F.mse_loss(p, k)
F.softmax(k, 0)
F.cross_entropy(k, p)
torch.sum(Instance())
torch.add(p, Instance())
torch.zeros_like(k)
torch.mean(k)
torch.max(k)
torch.max(k, 0)
torch.tensor(k)
torch.where(k, p, p)
torch.matmul(p, k)
torch.exp(k)
torch.reshape(k, (1,))
torch.norm(k)
torch.broadcast_tensors(k, p)
torch.is_tensor(k)
torch.sub(k, 1), torch.div(k, 2), torch.pow(k, 2), torch.clamp(k, 0), torch.transpose(k, 0, 1)
torch.relu(k), torch.sigmoid(k), torch.log(k), torch.argmax(k), torch.cumsum(k, 0), torch.prod(k)
torch.unsqueeze(k, 0), torch.flatten(k), torch.split(k, 1)[:10], torch.sort(k), torch.std(k)
torch.mm(k, k), torch.dot(k, k), torch.addmm(k, k, k), torch.eq(k, 1), torch.equal(k, k)
plain(lambda: torch.add(k, 1))
plain(lambda: torch.sum(k))
"""

OVERRIDES = """
overrides.is_tensor_like(k), overrides.is_tensor_like(1), overrides.is_tensor_like(p)
overrides.is_tensor_like(t), overrides.is_tensor_like(P(p)), overrides.is_tensor_like(None)
overrides.has_torch_function((t,)), overrides.has_torch_function((p,))
overrides.has_torch_function(())
overrides.has_torch_function((k, 1)), overrides.has_torch_function((P(p),))
overrides.has_torch_function((d,)), overrides.has_torch_function(t)
overrides.has_torch_function([p, t])
plain(lambda: overrides.has_torch_function((t,)))
overrides.handle_torch_function(torch.add, (t,), t, 1)
overrides.handle_torch_function(torch.add, (l,), l, other=1), seen
overrides.handle_torch_function(torch.add, (p, l), p, l), seen
overrides.handle_torch_function(torch.add, (n,), n, 1)
overrides.handle_torch_function(torch.add, (k, n), n, 1)
overrides.handle_torch_function(torch.add, (n, v), n, 1)
overrides.handle_torch_function(leaf, (n,), n)
overrides.resolve_name(torch.add), overrides.resolve_name(torch.Tensor.add)
overrides.resolve_name(torch.Tensor.shape.__get__), overrides.resolve_name(len)
overrides.is_tensor_method_or_property(torch.Tensor.add)
overrides.is_tensor_method_or_property(torch.Tensor.shape.__get__)
overrides.is_tensor_method_or_property(torch.add)
overrides.is_tensor_method_or_property(torch.stack)
torch.Tensor.grad.__get__ in overrides.get_default_nowrap_functions()
torch.Tensor.T.__get__ in overrides.get_default_nowrap_functions()
torch.Tensor.T.__get__ == torch.Tensor.T.__get__, torch.Tensor.T.__get__ == torch.Tensor.H.__get__
overrides.wrap_torch_function(lambda x: (x,))(lambda x: x.add(1))(t)
overrides.wrap_torch_function(lambda x: (x,))(lambda x: kind(x))(k)
overrides.wrap_torch_function(lambda x: (x,))(lambda x: kind(x))(p)
torch.Tensor.__torch_function__
T.__torch_function__
D.__torch_function__ is torch._C._disabled_torch_function_impl
P.__torch_function__ is torch._C._disabled_torch_function_impl
torch._C._disabled_torch_function_impl(torch.add, (T,), (t, 1), {})
torch.Tensor.__torch_function__(torch.add, (torch.Tensor,), (p, 1))
T.__torch_function__(torch.add, (T,), (t, 1))
T.__torch_function__(torch.add, (T,), (p,), {"other": 1})
T.__torch_function__(torch.add, (V,), (p, 1))
U.__torch_function__(torch.add, (T,), (t, 1))
T.__torch_function__(torch.Tensor.grad.__get__, (T,), (leaf(),))
torch._C._is_torch_function_enabled(), plain(torch._C._is_torch_function_enabled)
plain(lambda: plain(lambda: 1) and torch._C._is_torch_function_enabled())
plain(lambda: (t + 1, d + 1, t[0], torch.stack([t]), t.T, t.detach(), t.data, t.sum()))
plain(lambda: (repr(t), str(t), f"{t}", len(t), t.shape, t.tolist(), kind(t.add_(1)), kind(t)))
plain(lambda: (p + t, t @ t, m.max(0), m.split(1), F.relu(t), F.mse_loss(t, p), torch.cat([t, p])))
plain(lambda: (t.as_subclass(U), p.as_subclass(T), T([1.])))
plain(lambda: (t.to(torch.float32) is t, 1 - t, t == p))
"""

WALKS = """
Exp.apply(leaf(L)) is None, seen
Exp.apply(L([1.])) is None, seen
did(torch.autograd.backward((leaf(L) * 2).sum()), seen)
did(torch.autograd.backward(((lambda x: x * x)(leaf(L))).sum()), seen)
did(torch.autograd.backward(((lambda x: x * x)(leaf(L))).sum(), create_graph=True), seen)
(lambda x: did(A.backward((x * x).sum(), create_graph=True), kind(x.grad), seen))(leaf(L))
(lambda x: did(A.backward(bare((x * x).sum()), create_graph=True), kind(x.grad)))(leaf())
(lambda x: did(A.backward(bare(x.exp().sum()), create_graph=True), kind(x.grad), x.grad))(leaf())
(lambda x: did(A.backward((x * 2).sum()), A.backward((x * 2).sum()), kind(x.grad), seen))(leaf(L))
(lambda x: did(torch.autograd.backward(x * 2, torch.ones(2)), kind(x.grad), seen))(leaf(L))
(lambda x: did(torch.autograd.backward(x * 2, T([1., 1.])), kind(x.grad)))(leaf())
(lambda x: did(torch.autograd.backward(x * 2, T([1., 1.]), inputs=[x]), kind(x.grad)))(leaf())
(lambda x: did(A.backward(bare(x).sum(), inputs=[x]), kind(x.grad), seen))(leaf(L))
torch.func.grad(lambda x: (x * x).sum())(l), seen
torch.func.vjp(lambda x: x * x, t)[0]
torch.func.jvp(lambda x: x * x, (t,), (t,))
torch.func.jacrev(lambda x: x * x)(t)
torch.autograd.functional.vjp(lambda x: x * x, t, t)
torch.autograd.functional.hessian(lambda x: (x * x).sum(), t)
torch.autograd.functional.jacobian(lambda x: x * x, t)
torch.autograd.gradgradcheck(lambda x: x * x, T([1.]).double().requires_grad_())
"""

FURTHER = """
(lambda x: (x * 2).grad_fn.next_functions[0][0].next_functions[0][0].variable is x)(leaf())
copy.copy(l) is None, seen
pickle.dumps(l) is None
(lambda x: did((x * 2).sum().backward(), x.grad.add_(1), x.grad))(leaf())
torch.no_grad()(lambda: leaf().add_(1))()
torch.no_grad()(lambda: did(leaf()[0].add_(1)))()
torch.no_grad()(lambda: leaf()[0].requires_grad)()
torch.inference_mode()(lambda: (t + 1).is_inference())()
torch.inference_mode()(lambda: (T([1.]).is_inference(), T(p).is_inference()))()
torch.nn.functional.relu(U([-1.])), F.softmax(u, 0)
torch.min(t), torch.min(t, p), torch.max(t, p), torch.aminmax(t)
torch.var_mean(t), torch.std(t), torch.median(t)
torch.arange(t[0].item(), 3), torch.full((2,), t[0])
torch.randn_like(t).shape, kind(torch.rand_like(t))
torch.result_type(t, p), torch.can_cast(t.dtype, torch.int)
torch.tensor([t[0], t[1]])
torch.tensor([[1., t[0]]]), torch.as_tensor([t[0]])
T([t[0], 2.])
torch.stack(list(t)), torch.stack([*t])
torch.broadcast_to(t, (2, 2)), torch.t(m), torch.mm(m, m), torch.outer(t, p), torch.inner(t, p)
t.apply_(lambda x: x + 1), t.map_(p, lambda a, b: a + b)
t.index_put_((torch.tensor([0]),), torch.tensor(3.)), t.masked_fill(t > 1, 0)
t.index_add_(0, torch.tensor([0]), p[:1])
p.index_put_((torch.tensor([0]),), t[:1]), p.masked_fill_(t > 1, 0)
t.unsqueeze_(0), t.t_(), t.squeeze_()
t.view_as(p), t.expand_as(m), t.reshape_as(p), p.view_as(t), p.expand_as(m)
t.as_strided((1,), (1,)), t.narrow(0, 0, 1), t.unfold(0, 1, 1), t.movedim(0, 0)
t.numpy(), __import__("numpy").add(t, 1), __import__("numpy").asarray(t)
kind(__import__("numpy").add(t.numpy(), t))
torch.nn.Parameter(t).detach(), P(t)[0], P(t).data
isinstance(P(P(t)), P), kind(P(P(t)))
isinstance(P(t) + 1, P), isinstance(P(t).clone(), P)
P(leaf() * 2).is_leaf
t.backward
leaf().sum().backward(inputs=[leaf()])
t.is_shared(), t.share_memory_(), t.is_pinned()
t.to(p), p.to(t), t.to(device="cpu"), t.type_as(p)
sorted([t[1], t[0]])
max(t), min(t), sum(t)
t.item()
t[0].item(), int(t[0]), [1, 2, 3][T([1.]).long()[0]]
range(3)[T([1]).long()]
t and 1
divmod(t, 2)
round(t[0])
t.__class__, type(t) is T, t.__class__.__name__
vars(t), dir(t)[:0]
T.__doc__, T.__module__
p.__torch_function__, t.__torch_function__
"""
