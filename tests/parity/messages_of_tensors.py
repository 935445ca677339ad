"""Lines about arguments, tensors, graphs and functions: each provokes a message of torch."""

from __future__ import annotations

ARGUMENTS = """
x.as_subclass(3)
x.as_subclass(int)
x.as_subclass()
torch.Tensor([1.0], 2)
torch.Tensor(x, foo=1)
x.exp(1)
torch.exp()
torch.exp(1)
torch.exp("a")
torch.exp(x, foo=1)
torch.add(x, "a")
torch.add(x)
x + "a"
x.size() + 1
torch.LongTensor(x)
torch.nn.functional.softmax(x, _stacklevel="a")
x + None
x.sum("a")
x.sum(dim=1.5)
a.retain_grad(x=1)
a.cumsum(0, dim=0)
a.add(2**70)
a ** -(2**70)
a.add([], foo=1, boo=2)
a.expand(torch.tensor(True), 2, 3)
torch.cat((a, 3))
torch.stack((a, 3))
torch.add(a, 2, a)
a.permute(1.5, 0)
torch.zeros((1, 2.5))
torch.zeros((2.5, 1))
a.sum((0, 1.5))
a.sum((0.5,))
torch.set_warn_always(1)
a.softmax(0, foo=1)
F.softmax(a, 0, foo=1)
torch.topk(a, 1, foo=2)
a.norm(foo=2)
a.addmm(a, a, foo=1)
x.T.view(foo=1)
a.fill_(foo=1)
"""

CREATION = """
torch.linspace(1j, 2, 3, dtype=torch.float32)
torch.empty(2, memory_format=torch.preserve_format)
torch.zeros(-1)
torch.ones(-1)
torch.full((2,), 1, dtype="a")
torch.tensor([[1], [1, 2]])
torch.tensor("a")
torch.set_default_dtype(torch.int32)
torch.set_default_dtype(3)
import numpy; torch.tensor([numpy.ones(2)])
import numpy; torch.from_numpy(numpy.ones(2, ">f4"))
import numpy; torch.from_numpy(numpy.ones(2)[::-1])
import numpy; torch.from_numpy(numpy.array(["a"]))
torch.tensor(2**63)
torch.tensor([[1], 2])
torch.tensor([["a"]])
torch.tensor([1, "a"], dtype=torch.int64)
torch.tensor([1, 2j], dtype=torch.int64)
torch.eye(-1)
torch.linspace(0, 1, -1)
torch.arange(0, 1, 0)
torch.arange(0, 2, 0.5, dtype=torch.int64)
torch.arange(0, float("inf"))
torch.arange(0, 2, -1)
torch.ones(2, device="cuda")
torch.ones(2, device="nowhere")
torch.device("nowhere")
torch.randint(2, 1, (2,))
torch.randperm(2050, dtype=torch.float16)
torch.randperm(300, dtype=torch.int8)
torch.Tensor(2, "a")
torch.Tensor(2, 2.5)
torch.Tensor(2.5)
torch.finfo(torch.int64)
torch.iinfo(torch.float32)
torch.iinfo(torch.bool)
torch.linspace(a, n, 3)
torch.autograd.Variable(a, foo=1)
torch.autograd.Variable(a, volatile=True)
torch.autograd.variable(3)
"""

CONVERSION = """
x.numpy()
x.item()
float(x)
bool(x)
bool(torch.ones(0))
len(s)
iter(s)
f"{torch.tensor([1.0]):.2f}"
c.conj().numpy()
c.conj().imag.numpy()
a.to([])
a.to("cpu", foo=3)
a.to(0)
a.to(-1)
a.type(3)
a.type("nonsense")
a.float(1)
a.numpy(True)
a.map_(a.double(), max)
a.apply_(lambda e: "a")
torch.ones(1).map_(torch.ones(1), lambda e, o: "a")
"""

WRITING = """
x.add_(1)
x[0].add_(1)
torch.ones(2, 3).add_(torch.ones(4, 2, 3))
i.add_(1.5)
i.mul_(torch.ones(2))
a.cumsum_(0, dtype=torch.float64)
torch.ones(2, 2).addmm_(a, a.t(), beta=0, alpha=1).addmm_(a, a)
torch.ones(1, 2).addmm_(a, a.t())
torch.ones(3).addmv_(a, torch.ones(3))
torch.ones(2).fill_diagonal_(1)
torch.ones(2, 2, 3).fill_diagonal_(1)
torch.ones(1, 1, 1).t_()
a.resize_(-1)
a.resize_(2, memory_format=torch.preserve_format)
b = x * 2; b.set_(a); b.sum().backward()
a.set_(i)
a.set_(torch.ones(1).expand(2), 0, (1,))
b = torch.ones(2, requires_grad=True) * 2; b.set_(torch.ones(2)); b.sum().backward()
b = x.clone(); b.floor_divide_(2); b.sum().backward()
a.uniform_(2, 1)
a.uniform_(0, float("inf"))
a.uniform_(-3e38, 3e38)
i.uniform_()
i.normal_()
a.normal_(0, -1)
a.random_(3, 1)
m.random_(0, 5)
a.random_(2**53 + 5, 2**53 + 10)
a.random_(2**40, None)
a.random_(0, 2**40)
i.to(torch.int8).random_(-(2**63), None)
(a * 1j).random_(5)
i.cauchy_()
i.exponential_()
a.bernoulli_(2.0)
a.bernoulli_(torch.full((2, 3), 2.0))
a.exponential_(-1.0)
y.requires_grad = False
y.requires_grad = True
y.requires_grad_(False)
"""

GRAPH = """
s.grad_dtype = torch.complex64; torch.autograd.backward([s, s])
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
torch.autograd.grad(s * 2, s, torch.tensor(1.0), is_grads_batched=True)
torch.autograd.grad([s * 2, s * 3], s, [torch.ones(2), torch.ones(3)], is_grads_batched=True)
with torch.inference_mode(): torch.autograd.graph.get_gradient_edge(x)
torch.autograd.grad(x.sum(), x, is_grads_batched=True)
torch.autograd.graph.register_multi_grad_hook((x,), print); torch.autograd.grad(y.sum(), x)
y.grad_fn(3)
y.grad_fn(torch.ones(2, 3), torch.ones(2, 3))
x.register_post_accumulate_grad_hook(lambda t: t.grad); y.sum().backward()
torch.autograd.graph.set_warn_on_accumulate_grad_stream_mismatch(3)
y.grad_fn._raw_saved_other.register_hooks(3, 4)
x.exp().grad_fn._raw_saved_result.register_hooks(3)
type(y.grad_fn)()
torch.autograd.graph.Node(3)
torch.autograd.graph.Node()
(x // 2).sum().backward()
"""

FUNCTIONS = """
torch.autograd.functional.jacobian(lambda v: (), s, vectorize=True)
torch.func.jacfwd(lambda v: v)([])
torch.func.jvp(lambda v: torch.ones(2), (a,), (a,), strict=True)
torch.func.jvp(lambda v: v, (i,), (i,))
torch.func.jvp(lambda v: v, (a,), (i,))
torch.func.jvp(lambda v: v, (), ())
torch.func.jvp(lambda v: v, (3,), (3,))
torch.func.jvp(lambda v: v, a, a)
torch.func.jvp(lambda v: v, (a,), (torch.ones(2),))
torch.func.jvp(lambda v: v, (a,), (a, a))
"""

BLOCKS = """
import io
file = io.BytesIO()
torch.save(io.StringIO, file)
file.seek(0)
torch.load(file)

def refuse(grad): raise LookupError("not here")
with torch.autograd.set_detect_anomaly(True):
    (slope,) = torch.autograd.grad(x.exp().sum(), x, create_graph=True)
    slope.register_hook(refuse)
    slope.sum().backward()

def hooked(v):
    with torch.autograd.graph.saved_tensors_hooks(lambda saved: saved, lambda saved: saved):
        return v.exp().sum()
torch.func.grad(hooked)(a)

def refuse(saved): raise ValueError("refused")
b = x.clone()
with torch.autograd.graph.saved_tensors_hooks(refuse, lambda saved: saved):
    try: b.exp_()
    except ValueError: pass
b.sum().backward()

with torch.inference_mode(): b = torch.ones(2, 3, requires_grad=True)
b.std()

class Once(torch.autograd.Function):
    forward = staticmethod(lambda ctx, v, w: v)
Once.apply(a, v=3)

class Once(torch.autograd.Function):
    forward = staticmethod(lambda ctx, v, w: v)
Once.apply(a, other=3)

class Once(torch.autograd.Function):
    forward = staticmethod(lambda ctx, v, w, u: v)
Once.apply(a, u=3)

class Reads(torch.autograd.Function):
    forward = staticmethod(lambda ctx, v: ctx.materialize_grads)
Reads.apply(x)

class Marks(torch.autograd.Function):
    @staticmethod
    def forward(ctx, v):
        ctx.dirty_tensors = 3
        return v
Marks.apply(x)

class Wrong(torch.autograd.Function):
    forward = staticmethod(lambda ctx, v: v * 2)
    backward = staticmethod(lambda ctx, grad: grad * 3)
one = torch.ones(1, dtype=torch.float64, requires_grad=True)
torch.autograd.gradcheck(Wrong.apply, one, fast_mode=True)

calls = []
def several(v):
    calls.append(v)
    return (v, v * 2) if len(calls) < 3 else v
torch.autograd.gradcheck(several, a.double().requires_grad_(), fast_mode=True)

with torch.autograd.graph.saved_tensors_hooks(lambda saved: 0, lambda packed: torch.ones(2)):
    x.softmax(0).sum().backward()

class Declining(torch.Tensor):
    __torch_function__ = classmethod(lambda *_: NotImplemented)
torch.add(Declining([1.0]), 1)

class Declining(torch.Tensor):
    __torch_function__ = classmethod(lambda *_: NotImplemented)
torch.nn.functional.relu(Declining([1.0]))

class Plain(torch.Tensor):
    __torch_function__ = torch._C._disabled_torch_function_impl
torch.nn.Parameter(Plain([1.0]))

class Tagged(torch.Tensor): pass
__import__("copy").deepcopy(Tagged([1.0]))

class Tagged(torch.Tensor): pass
__import__("copy").deepcopy(Tagged())
"""
"""Several lines each, with an empty line between two."""
