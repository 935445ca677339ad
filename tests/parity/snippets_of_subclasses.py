"""Expressions on subclasses of tensors: each is evaluated after `PRELUDE`, here and on torch."""

from __future__ import annotations

PRELUDE = """
import copy, pickle
F, P, A = torch.nn.functional, torch.nn.Parameter, torch.autograd
overrides = torch.overrides
seen = []

class T(torch.Tensor): pass
class U(T): pass
class V(torch.Tensor): pass
class D(torch.Tensor): __torch_function__ = torch._C._disabled_torch_function_impl
class Slot(torch.Tensor): __slots__ = ("q",)
class No(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return NotImplemented
class L(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        name = func.__name__
        owner = getattr(getattr(func, "__self__", None), "__name__", None)
        places = (("torch", torch), ("Tensor", torch.Tensor), ("F", F))
        where = [place for place, held in places if getattr(held, name, None) is func]
        named = {key: type(value).__name__ for key, value in (kwargs or {}).items()}
        given = [type(each).__name__ for each in args]
        owner = None if owner == "torch._C._nn" else owner
        seen.append((name, owner, where, [each.__name__ for each in types], given, named))
        return super().__torch_function__(func, types, args, kwargs)
class Duck:
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return f"duck {func.__name__} {[each.__name__ for each in types]} {kwargs}"
class Instance:
    def __torch_function__(self, func, types, args=(), kwargs=None):
        return "instance"
class Mixin:
    def sum(self): return "mixed"
    def own(self): return kind(self + 1)
class Init(torch.Tensor):
    def __init__(self, data, extra=None): self.extra = extra
class New(torch.Tensor):
    @staticmethod
    def __new__(cls, data, extra):
        return torch.Tensor._make_subclass(cls, torch.as_tensor(data), False)
    def __init__(self, data, extra):
        super().__init__()
        self.extra = extra
class Mixed(torch.Tensor, Mixin): pass
class MixedFirst(Mixin, torch.Tensor): pass
class Param(torch.nn.Parameter): pass
class Super(torch.Tensor):
    def __new__(cls, x, *args, **kwargs): return super().__new__(cls, x)
class Wraps(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        made = super().__torch_function__(func, types, args, kwargs)
        if isinstance(made, cls): made.count = getattr(args[0], "count", 0) + 1
        return made
class Doubles(torch.Tensor):
    def add(self, other): return super().add(other).mul(2)
    def detach(self): return super().detach() + 1
    def __sub__(self, other): return "minus"
    def __rsub__(self, other): return "reflected"
    @property
    def shape(self): return "shape"
class Unit(torch.Tensor):
    handled = {torch.add: lambda a, b: "added", torch.Tensor.mul: lambda a, b: "times"}
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func in cls.handled: return cls.handled[func](*args)
        return super().__torch_function__(func, types, args, kwargs)
class Exp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        made = x.exp()
        ctx.save_for_backward(x, made)
        seen.append(("forward", type(x).__name__, type(made).__name__))
        return made
    @staticmethod
    def backward(ctx, grad):
        x, made = ctx.saved_tensors
        seen.append(("backward", type(grad).__name__, type(x).__name__, type(made).__name__))
        return grad * made

def leaf(kind=T): return kind([1., 2.]).requires_grad_()
def kind(x): return type(x).__name__
def bare(x): return x.as_subclass(torch.Tensor)
def kinds(values): return [type(each).__name__ for each in values]
def backward(x, walk=lambda y: y.backward()):
    x.register_hook(lambda grad: seen.append(("hook", kind(grad), kind(grad * 2))))
    x.register_post_accumulate_grad_hook(lambda x: seen.append(("after", kind(x))))
    walk((x * x).sum())
    return kind(x.grad), x.grad
def did(*steps): return steps[-1]
def plain(call):
    with torch._C.DisableTorchFunctionSubclass(): return call()
def inplace(x, call):
    call(x)
    return x
def setting(x, name, value):
    setattr(x, name, value)
    return x
def augmented(x, symbol, y):
    names = {"x": x, "y": y}
    exec(f"x {symbol}= y", names)
    return kind(names["x"]), names["x"] is x, names["x"]

t, u, v, d, n, l = (each([1., 2.]) for each in (T, U, V, D, No, L))
m, lm, p, k = T([[1., 2.], [3., 4.]]), L([[1., 2.], [3., 4.]]), torch.tensor([3., 4.]), Duck()
"""

CONSTRUCTION = """
T()
T(2, 3).shape
T([1, 2])
T((1., 2.))
T(p)
T(t)
T(u)
T([1.], 5)
T([1.], 5, 6)
T(5.)
T("a")
T(True)
T(2, "a")
T(p, requires_grad=True)
T([1.], device="cpu")
T([[1., 2.], [3., 4.]])
T(torch.Size([2])).shape
T(2, 0)
Init([1.], 3).extra
Init([1.], extra=3)
Init([1.])
Init([1.]).extra
New([1., 2.], 7).extra
New([1., 2.], 7)
New([1., 2.], 7) + 1
(New([1., 2.], 7) + 1).extra
New([1., 2.])
Slot([1.])
Slot([1.]) + 1
setting(Slot([1.]), "q", 3).q
Super([1.], 1, b=2)
T.__new__(T, [1.])
Mixed([1.]).sum(), MixedFirst([1.]).sum(), Mixed([1.]).own(), MixedFirst([1.]).own()
Mixed([1.]).detach(), MixedFirst([1.]).shape, MixedFirst([1.]) + bare(Mixed([1.]))
Param(p), Param(p) + 1, Param(p).data, isinstance(Param(p), P), Param(p).requires_grad
type("C", (U, Mixin), {})([1.]).own(), type("C", (T, torch.Tensor), {})([1.]).T
torch.Tensor.__new__(T, [1.])
T.__name__, T.__bases__[0].__mro__[-1]
issubclass(T, torch.Tensor), isinstance(t, torch.Tensor), isinstance(p, T)
p.as_subclass(T)
p.as_subclass(int)
p.as_subclass(3)
p.as_subclass()
p.as_subclass(cls=T)
p.as_subclass(P)
p.as_subclass(torch.Tensor) is p
t.as_subclass(U)
t.as_subclass(torch.Tensor)
did(p.as_subclass(T).zero_(), p)
p.as_subclass(T)._base is p
p.requires_grad_().as_subclass(T)
p.requires_grad_().as_subclass(T).grad_fn.name()
torch.Tensor._make_subclass(T, p)
torch.Tensor._make_subclass(T, p, True)
torch.Tensor._make_subclass(T, p, require_grad=True)
torch.Tensor._make_subclass(T, p, 1)
torch.Tensor._make_subclass(T, 1)
torch.Tensor._make_subclass(int, p)
torch.Tensor._make_subclass(3, p)
torch.Tensor._make_subclass(T, torch.tensor([1]), True)
torch.Tensor._make_subclass(T, p * 2).is_leaf
torch.Tensor._make_subclass(T, p)._base
did(torch.Tensor._make_subclass(T, p).zero_(), p, p._version)
T._make_subclass(T, p)
P(t)
isinstance(P(t), P), kind(P(t))
isinstance(P(p), P), isinstance(p, P), isinstance(P(p), torch.Tensor), isinstance(t, P)
P(p) + 1
P(p).data, P(p).detach(), P(p)[0]
P(p) + t
t * P(p)
repr(P(p))
P(t) + 1
P(d)
P(l), seen
P(p, requires_grad=False)
P(P(p))
torch.tensor(t)
torch.as_tensor(t) is t
torch.from_numpy(t.numpy())
"""

RESULTS = """
u + t
t + u
t + v
v + t
d + 1
d + t
t + d
1 - t
t ** 2, 2 ** t, t // 2, 2 // t, t % 2, 2 % t, -t, abs(t), 1 / t
p + t, p - t, p * t, p / t, p ** t, p // t, p % t
t == 1, t != p, t < p, p < t, 1 > t
t[0]
t[0]._base is t, t.view(2, 1)._base is t
t[t > 1], t[torch.tensor([0])], p[t.long() - 1], m[:, 0], m[..., None]
[*t]
[*m]
t.data, t.detach(), t.T, m.T, m.mT
t.grad, t.shape, t.dtype, t.device, t.ndim, t.requires_grad, t.is_leaf
kind(t.numpy()), t.tolist()
kind(m.max(0)), m.max(0)
m.sort(0)
m.max(0).values
torch.max(m, 0)[0]
m.split(1)
m.unbind(), torch.unbind(m)
torch.stack([p, t])
torch.cat([p, t]), torch.cat((t, p)), torch.cat([p, p])
torch.broadcast_tensors(p, m)
torch.zeros_like(t), torch.ones_like(t), torch.full_like(t, 3), torch.empty_like(t).shape
t.new_zeros(2), t.new_tensor([1]), t.new_ones(1), t.new_full((1,), 3)
t.bool(), t.all(), t.any().item()
torch.equal(t, p), torch.allclose(t, p)
t.to(torch.int64), t.long(), t.type(torch.float64), t.double()
t.float() is t, t.contiguous() is t
t.requires_grad_()
t.clone(), t.sum(), t.mean(0), m.sum(0, keepdim=True)
torch.where(t > 0, 1., 2.), torch.where(p > 0, t, p)
t @ p, p @ t, m @ m, torch.matmul(p, m), torch.addmm(m, m, m)
F.softmax(t, 0), F.linear(p, m), F.relu(t), F.mse_loss(p, t), F.mse_loss(t, p), F.one_hot(t.long())
F.cross_entropy(m, torch.tensor([0, 1])), F.nll_loss(m, torch.tensor([0, 1])), F.l1_loss(t, p)
f"{t}", str(t), repr(t)
f"{T([1.])[0]}"
f"{T([1.])[0]:.2f}"
T([1.]).double(), T([1.]).int(), T([True])
T([1.]) * leaf()[:1]
torch.is_tensor(t), torch.numel(t), torch.is_floating_point(t)
isinstance(t, torch.FloatTensor), t.type(), torch.typename(t)
hash(t) == id(t)
t in [t]
1 in t, 5 in t
len(t), bool(t[0]), float(t[0]), int(t[0])
reversed(t)
torch.Tensor.add(t, 1)
torch.Tensor.shape.__get__(t), torch.Tensor.grad.__get__(t)
torch.Tensor.__len__(t)
torch.norm(t), t.norm()
T.add is torch.Tensor.add
kind(T([[1.]]).squeeze()), kind(m.reshape(4)), kind(m.t()), kind(m.permute(1, 0)), kind(m.flatten())
kind(m.expand(2, 2, 2)), kind(m.unsqueeze(0)), kind(m.transpose(0, 1)), kind(m.diagonal())
kind(torch.gather(m, 0, torch.tensor([[0, 1]]))), kind(torch.index_select(m, 0, torch.tensor([0])))
kind(torch.clamp(t, 0, 1)), kind(torch.clamp(p, min=t)), kind(torch.maximum(p, t)), kind(t.clip(0))
kinds(torch.std_mean(m)), kinds(torch.split(m, 1)), kinds(torch.chunk(m, 2)), kinds(m.topk(1))
kind(t.cumsum(0)), kind(t.argmax()), kind(t.prod()), kind(t.logsumexp(0)), kind(t.softmax(0))
kind(t.type_as(p)), kind(t.cpu()), kind(t.real), kind(t.isnan()), kind(t.ne(1)), kind(t.abs())
kind(Doubles([1.]).add(1)), Doubles([1.]).add(1), Doubles([1.]).detach(), Doubles([1.]) - 1
1 - Doubles([1.]), p - Doubles([1.]), Doubles([1.]).shape, Doubles([1.]) + 1
(Wraps([1.]) + 1).count, ((Wraps([1.]) + 1) * 2).exp().count
torch.add(Unit([1.]), 1), Unit([1.]) * 2, Unit([1.]).mul(2), Unit([1.]) + 1
"""

IN_PLACE = """
t.add_(1) is t, t
t.zero_() is t, t.fill_(3), t.mul_(p), t.copy_(p)
did(t[0].zero_(), t)
kind(t[0].zero_())
did(m[0].add_(t), m)
did(t.view(2, 1).mul_(3), t)
p.add_(t) is p, p.add_(t)
p.add_(t), p
augmented(t, "+", 1)
augmented(t, "*", p)
augmented(p, "+", t)
augmented(p, "-", t)
augmented(t, "//", 2)
augmented(t, "**", 2)
augmented(l, "+", 1), seen
augmented(p, "/", l), seen
inplace(t, lambda x: x.__setitem__(0, 5))
inplace(p, lambda x: x.__setitem__(0, t[1]))
inplace(t, lambda x: x.__setitem__(slice(0, 1), p[1:]))
inplace(t, lambda x: x.__setitem__(x > 1, 0))
leaf().add_(1)
inplace(leaf() * 1, lambda x: x.add_(1))
did(t.data.zero_(), t), t._version
setting(t, "requires_grad", True)
setting(t, "data", p)
kind(setting(t, "data", p).data)
setting(leaf(), "grad", p).grad
setting(leaf(), "grad", t).grad
setting(t, "shape", 3)
setting(t, "extra", 3).extra
t.extra
torch.relu_(t) is t, torch.relu_(t)
F.relu(t, inplace=True) is t
"""

GRADIENTS = """
T([1.]).requires_grad
leaf(), leaf() * 2, leaf().sum(), leaf()[0]
(leaf() * 2).grad_fn.name(), (leaf() * 2).grad_fn.next_functions[0][0].name()
(leaf() * 2).is_leaf, leaf().is_leaf, (leaf() * 2).requires_grad
backward(leaf()), seen
backward(leaf(U)), seen
backward(leaf(D)), seen
backward(leaf(L)), [each[0] for each in seen]
backward(leaf(), lambda y: torch.autograd.backward(y)), seen
backward(leaf(), lambda y: y.as_subclass(torch.Tensor).backward()), seen
backward(leaf(), lambda y: y.backward(torch.tensor(2.))), seen
backward(leaf(), lambda y: y.backward(T([2.])[0])), seen
backward(leaf(), lambda y: y.backward(create_graph=True)), seen
(lambda x: kinds(torch.autograd.grad((x * x).sum(), x)))(leaf())
(lambda x: kinds(torch.autograd.grad((x * x).sum(), [x, x])))(leaf())
(lambda x: kinds(torch.autograd.grad((x * x).sum(), {"x": x}).values()))(leaf())
(lambda x: torch.autograd.grad((x * x).sum(), x, create_graph=True)[0].grad_fn.name())(leaf())
(lambda x: kinds(torch.autograd.grad((x * x).sum().as_subclass(torch.Tensor), x)))(leaf())
(lambda x: torch.autograd.grad((x * x).sum(), x, torch.tensor(3.)))(leaf())
(lambda x: did(torch.autograd.grad((x * x).sum(), x), seen[-1]))(leaf(L))
torch.autograd.grad(leaf().sum(), leaf(), allow_unused=True)
torch.autograd.grad(leaf().sum(), leaf())
torch.autograd.grad(leaf().sum(), leaf(), materialize_grads=True)
(lambda x: (x * x).grad_fn.next_functions[0][0]._saved_self is x)(leaf())
Exp.apply(leaf()), seen
Exp.apply(t), seen
Exp.apply(leaf()).grad_fn.name()
Exp.apply(leaf()).sum().backward(), seen
torch.autograd.backward(Exp.apply(leaf()).sum()), seen
Exp.apply(P(p)), Exp.apply(d), seen
(lambda x: did((x * 2).sum().backward(), (x * 3).sum().backward(), x.grad))(leaf())
(lambda x: did((x[0] * 2).backward(), x.grad))(leaf())
(lambda x, y: did((x * y).sum().backward(), kind(x.grad), kind(y.grad)))(leaf(), p.requires_grad_())
(lambda y: did(y.retain_grad(), y.sum().backward(), kind(y.grad), y.grad))(leaf() * 2)
(lambda x: did(setattr(x, "grad", None), x.grad))(leaf())
(lambda x: did((x * 1).sum().backward(), x.grad is x.grad))(leaf())
did(P(t), 0), (P(t) * 2).sum().backward()
(lambda x: did((x * 2).sum().backward(), x.grad, kind(x.grad)))(P(t))
torch.func.grad(lambda x: (x * x).sum())(t)
torch.autograd.functional.jacobian(lambda x: x * 2, t)
torch.autograd.gradcheck(lambda x: x * 2, T([1.]).double().requires_grad_())
leaf().register_hook(lambda grad: grad) is not None
leaf().detach().requires_grad, kind(leaf().detach())
plain(lambda: (leaf() * 2).grad_fn.name())
inplace(leaf(), lambda x: (x * x).sum().backward()).grad
"""

COPIES = """
copy.copy(t)
copy.copy(leaf())
copy.copy(leaf()).is_leaf, copy.copy(leaf()).requires_grad
copy.copy(d), copy.copy(l)
copy.copy(setting(t, "extra", [3])).extra
copy.copy(t).data_ptr() == t.data_ptr()
copy.deepcopy(t)
copy.deepcopy(d)
copy.deepcopy(l)
copy.deepcopy(T())
copy.deepcopy(t + 1)
copy.deepcopy(leaf() + 1)
copy.deepcopy(P(p)), copy.deepcopy(P(p, False))
copy.deepcopy([p, p])
setting(t, "extra", 3).clone().extra
kind(t.clone()), kind(copy.copy(u)), kind(copy.copy(Slot([1.])))
t.__reduce_ex__(2)[1][1].__name__
t.__repr__(), torch.Tensor.__repr__(t, tensor_contents="..."), p.__repr__(tensor_contents="[...]")
"""
