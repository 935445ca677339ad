"""Copies made in inference mode of tensors that require grad, used outside of it: torch records no
op on them, but shows which ops its kernels call inside."""

from __future__ import annotations

import copy
import itertools
import pickle
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.parity.tables import Table, differences, outcome


def _chain(m: Any, node: Any, depth: int = 3) -> Any:
    if node is None or not depth:
        return None if node is None else ""
    return type(node).__name__, [_chain(m, each, depth - 1) for each, _ in node.next_functions]


def _told(m: Any, made: Any) -> Any:
    if isinstance(made, m.Tensor):
        values = [f"{each:.3g}" for each in made.detach().reshape(-1).tolist()]
        flags = made.requires_grad, made.is_inference(), made.is_leaf, str(made.dtype)
        return flags, _chain(m, made.grad_fn), values
    return [_told(m, each) for each in made] if isinstance(made, (tuple, list)) else str(made)


def _copies(m: Any) -> dict[str, Any]:
    """Names for expressions: tensors of inference mode, and two that are not, X and I."""
    leaves = {
        "t": m.tensor([[1.0, 2.0], [3.0, 4.0]]),
        "v": m.tensor([1.0, 2.0]),
        "s": m.tensor(2.0),
        "b": m.ones(2, 2, 2),
        "e": m.zeros(0, 2),
        "d": m.ones(2, 2, dtype=m.float64),
        "c": m.ones(2, 2, dtype=m.complex64),
        "h": m.ones(2, 2, dtype=m.float16),
        "w": m.tensor([[1.0, 2.0], [3.0, 4.0]]).t(),
        "y": m.tensor([1.0, 2.0])[None, :].expand(2, 2),
    }
    names: dict[str, Any] = {"m": m}
    with m.inference_mode():
        for name, leaf in leaves.items():
            leaf.requires_grad_()
            names[name] = pickle.loads(pickle.dumps(leaf)) if name == "y" else copy.deepcopy(leaf)
        names["k"] = m.tensor([[True, False], [True, True]])
        names["i"], names["j"] = m.tensor([0, 1]), m.tensor([[0, 1]])
        names["n"], names["z"] = m.ones(2, 2), m.tensor(1.0)
    names.update(X=m.ones(2, 2, requires_grad=True), I=m.tensor([0, 1]))
    return names


_OF_ONE = """
abs acos angle asin atan ceil clone conj cos cosh exp exp2 expm1 floor log log10 log1p log2 neg
reciprocal relu round rsqrt sgn sigmoid sign sin sinh sqrt square tan tanh trunc contiguous detach
sum mean prod nansum std var max min amax amin argmax argsort all any flatten ravel squeeze tril
triu nonzero unbind isnan norm double float half count_nonzero logical_not
"""
_ALONG = """
sum mean prod nansum std var max min amax amin argmax sort cumsum cumprod softmax log_softmax
logsumexp all any unbind argmin flip
"""
_OTHER = """
t.addmm(t,t)|t.addmm(t,t,beta=0)|t.addmm(t,t,beta=2,alpha=3)|v.addmm(t,t)|n.addmm(t,t)|c.addmm(c,c)
t.addmm(X,t)|e.addmm(e,t)|v.addmv(t,v)|v.addmv(t,v,beta=0)|t.mm(t)|t.mv(v)|n.mv(v)|e.mv(v)|b.bmm(b)
t@v|v@t|b@v|v.dot(v)|m.nn.functional.linear(t,t,v)|m.nn.functional.linear(b,t,v)|t.norm(p=3)
t.norm(dim=0)|t.var((0,1))|t.std(correction=0)|m.std_mean(t)|m.var_mean(t,dim=0)|m.aminmax(t)
m.cat([t,t])|m.cat([t,X])|m.stack([t,n])|m.where(k,t,0.)|m.where(k,t,s)|t.masked_fill(k,0.)
t.masked_fill(k,s)|n.masked_fill(k,s)|t.masked_select(k)|t[k]|t[i]|t[0]|t[:,1]|t[i,i]|t[I]
t.index_add(0,i,t)|t.index_add(0,i,t,alpha=2)|t.index_add(0,I,t)|t.index_copy(0,i,t)
t.index_fill(0,i,1.)|t.index_fill(0,i,s)|t.index_select(0,i)|t.gather(0,j)|t.scatter(0,j,t)
t.scatter(0,j,1.)|t.scatter_add(0,j,t)|t.index_put((i,),s)|t.take(i)|t.put(i,v)|t.roll(1)|w.roll(1)
y.roll(1)|t.roll(1,0)|v.roll(1)|t.flip(())|t.flip(0)|y.flip(0)|t.repeat(2,1)|t.expand(2,2,2)
t.t().contiguous()|w.contiguous()|w.reshape(4)|y.reshape(4)|t.to(m.float64)|t.to(m.complex64)
t.to(m.float32,copy=True)|t.sum(0,dtype=m.float64)|t.softmax(0,dtype=m.float64)|c.real|c.abs()
m.complex(t,t)|m.complex(t,n)|t.topk(1)|t.sort(0,descending=True)|t.sort(stable=True)|s.sort()
t.median(0)|t.median()|t.max(0)|s.max(0)|s.cumsum(0)|v.diag()|m.diag_embed(t)|t.diagonal()|t.t()
m.nn.functional.mse_loss(t,t)|m.nn.functional.cross_entropy(t,i)|m.pow(t,1)|m.pow(t,0)|m.pow(1,t)
m.rsub(t,2)|m.rsub(t,t)|m.add(t,t,alpha=2)|m.div(t,2,rounding_mode='floor')|t.fmod(2)|t.clamp(0,1)
t.clamp(min=s)|m.remainder(2,t)|m.maximum(t,s)|t.clone().sum().backward()|t.sum().backward()
t.double().sum().backward()|t.addmm(t,t).sum().backward()|(t%2).sum().backward()
m.autograd.grad(t.clone(),t,n)|m.autograd.grad(w.roll(1).sum(),w)|m.autograd.grad((2-t).sum(),t)
"""
_WRITTEN = """
add_(1)|add_(W)|zero_()|detach().add_(1)|mul_(W)|mul_(True)|fill_(1)|fill_(s)|copy_(W)|clamp_(0)
addmm_(W,W)|sub_(1)|pow_(2)|pow_(W)|div_(2)|div_(W)|remainder_(2)|fmod_(2)|floor_divide_(2)|eq_(W)
eq_(2)|lt_(1)|masked_fill_(k,1)|masked_fill_(k,s)|index_fill_(0,i,1)|index_fill_(0,I,1)|exp_()|neg_()
relu_()|round_()|sqrt_()|sigmoid_()|t_()|transpose_(0,1)|unsqueeze_(0)|squeeze_()|detach_()
uniform_()|cumsum_(0)|tril_()|set_(W)|resize_(2)|add_(X)|add_(W,alpha=2)|add_(1,alpha=2)|abs_()
put_(i,v)|__iadd__(1)|__imul__(W)|requires_grad_()|requires_grad_(False)
"""


_REFUSED = """
t.mean(5)|t.sum(5)|t.logsumexp(5)|t.median(5)|e.median(0)|c.median(0)|t.var(5)|t.std(5)|t.max(5)
t.sort(5)|t.cumsum(5)|t.flip(5)|t.roll(1,5)|t.index_fill(0,i,1.)|t.index_fill(5,j,1.)
t.index_fill(0,i,s)|t.index_fill(0,i,v)|t.index_add(0,i,t)|t.index_add(5,j,t)
t.index_add(0,j,d[:1])|t.index_copy(0,i,t)|t.index_copy(5,j,t)|t.scatter(0,i[None],t)
t.scatter(5,j,t)|t.scatter_add(0,i[None],t)|t.gather(0,i[None])|t.gather(5,j)|t.index_select(0,i)
t.take(i)|t.put(i,v)|t.put(j,d[0,:1])|t.put(j,v3)|t.masked_scatter(k,d)|t.masked_scatter(k,o)
t.masked_fill(k,v)|v.masked_fill(k,0.)|s.masked_fill(k,0.)|o.masked_fill(k,0.)|v.masked_fill(k,s)
n.masked_fill(k,s)|v.masked_fill(k,z)|t.masked_fill(kk,0.)|t.masked_fill(kk,s)|p.masked_fill(kk,s)
t.masked_fill(k[0],0.)|t.masked_fill(k[0,:1],0.)|v3.masked_fill(k,0.)|t.index_put((i,),s)
t.index_put((j,),d)|t.index_put((j,),v3)|s.index_put((j,),s)|t[i]|F.linear(d,v)|F.linear(t,v3)
F.linear(c,v)|F.linear(h,v)|t.mv(v3)|t.mm(v)|d.mv(v)|t.addmm(v3,t)|t.addmm(t,d)|t.addmv(t,v)
v.addmv(t,v3)|m.complex(t,d)|t.pow(v3)|2**c|t%v3|2%c|c%2|c.fmod(2)|t+v3|t.clamp()|c.clamp(0)
t.clamp(0,v3)|t.norm(dim=5)|c.angle()|t.diag_embed(5)|t.reshape(7)|t.expand(3,2,5)|t.unfold(0,7,1)
t.repeat(1)|t.topk(7)|F.cross_entropy(t,i)|F.nll_loss(t,i)|F.mse_loss(t,v3)|v.index_add(0,j,v[:1])
v.index_add(0,i,v)|s.index_add(0,j,o)|v.index_add(0,j,o,alpha=2)|b.index_add(1,j,b[:,:1])
e.index_add(0,j[:0],e)|v.add_(other=1)|v.mul_(other=2)|v.sub_(other=1,alpha=2)|v.div_(other=2)
v.floor_divide_(other=2)|v.copy_(1)|v.copy_(n)|v.add_(n,alpha=2)|v.copy_(n,True)
m.ones(2,dtype=m.complex64).clamp(max=1e39)|m.ones(2,dtype=m.complex64).clamp_min(1e39)
m.ones(2,dtype=m.complex64).clamp(1j)
"""


def _called(m: Any, expressions: list[str]) -> Iterator[str]:
    names = _copies(m)
    for each in expressions:
        yield f"{each}: {outcome(lambda each=each: _told(m, eval(each, names)))}"


def ops_outside(m: Any) -> Iterator[str]:
    """Ops, by one operand of each kind, by numbers, and beside tensors of no inference mode."""
    of_one = [f"{name}.{op}()" for op in _OF_ONE.split() for name in "tsvdh"]
    along = [f"{name}.{op}([0])" if op == "flip" else f"{name}.{op}(0)"
             for op in _ALONG.split() for name in "tvsdh"]  # fmt: skip
    pairs = [(a, b) for b in ("t", "2", "2.5", "s", "n", "z", "X", "1", "True") for a in "ts"]
    of_two = [
        f"{left}{op}{right}"
        for op in ("+", "-", "*", "/", "//", "%", "**", "<", "==")
        for pair in pairs
        for left, right in (pair, pair[::-1])
    ]
    yield from _called(
        m, [*of_one, *along, *of_two, *_OTHER.replace("\n", "|").strip("|").split("|")]
    )


def refused_outside(m: Any) -> Iterator[str]:
    """Calls with a fault of their own, which torch finds before or after its kernel's calls."""
    names = _copies(m)
    with m.inference_mode():
        names["o"] = copy.deepcopy(m.ones(1, requires_grad=True))
        names["v3"] = copy.deepcopy(m.ones(3, requires_grad=True))
        names["i"], names["j"] = m.tensor([0, 5]), m.tensor([0])
        names["kk"], names["n"], names["p"] = m.ones(2, 2, 2).bool(), m.ones(2), m.ones(2, 2)
    names["F"] = m.nn.functional
    for each in _REFUSED.replace("\n", "|").strip("|").split("|"):
        yield f"{each}: {outcome(lambda each=each: _told(m, eval(each, names)))}"


def writes_outside(m: Any) -> Iterator[str]:
    """Writes to them, of which a leaf that requires grad is told of where autograd sees the op."""
    calls = _WRITTEN.replace("\n", "|").strip("|").split("|")
    for name, call in itertools.product("twys", calls):
        yield from _called(m, [f"{name}.{call}".replace("W", name)])


def saved_beside_hooks(m: Any) -> Iterator[str]:
    """What pack hooks are given before an inference tensor is refused."""
    with m.inference_mode():
        tensors = {"i": m.ones(2), "m": m.ones(2, 2), "n": m.tensor([0]), "k": m.ones(2) > 0}
    tensors |= {"x": m.ones(2, requires_grad=True), "c": m.ones(2)}
    calls: dict[str, Callable[[Any, Any], Any]] = {
        name: lambda a, b, name=name: getattr(m, name)(a, b)
        for name in ("mul", "div", "pow", "maximum", "minimum", "remainder", "fmod", "clamp")
    }
    names = dict(tensors, m=m, w=tensors["m"], F=m.nn.functional)
    written = """
        a.reshape(1,2).mm(b.reshape(2,1))|a.dot(b)|m.where(k,a,b)|a.masked_fill(k,1.)|a.gather(0,n)
        a[n]|a.index_add(0,n,b[:1])|F.mse_loss(a,b)|a.addmm(a.reshape(1,2),w)|F.linear(a,w,b)
        (a*1).mul_(b)|(a*1).pow_(b)|(a+0).div_(b)|a.exp()|(a*1).copy_(b)|F.cross_entropy(a,b)
        a.clamp(b,a)|a.scatter(0,n,b)|a.index_put((n,),b[:1])
    """
    for text in re.split(r"[|\n]", written.strip()):
        calls[text.strip()] = lambda a, b, text=text: eval(text.strip(), names, {"a": a, "b": b})

    def pack(saved: Any) -> Any:
        packed.append((tuple(saved.shape), str(saved.dtype)))
        return saved

    for (name, call), left, right in itertools.product(calls.items(), "xic", "xic"):
        packed: list[Any] = []
        with m.autograd.graph.saved_tensors_hooks(pack, lambda saved: saved):
            a, b = tensors[left], tensors[right]
            told = outcome(lambda a=a, b=b, call=call: call(a, b).requires_grad)
        yield f"{name} {left} {right}: {told} {packed}"


def transforms_of_inference_tensors(m: Any) -> Iterator[str]:
    """A transform may save what an op elsewhere may not."""
    plain = m.tensor(2.0)
    with m.inference_mode():
        inferred = m.tensor(1.5) * 2
    ops: dict[str, Callable[[Any, Any], Any]] = {
        "mul": lambda x, t: x * t,
        "twice": lambda x, t: (x * t) * t,
        "sub": lambda x, t: x - t,
        "dot": lambda x, t: m.dot(x.reshape(1), t.reshape(1)),
        "cube": lambda x, t: (x * t) ** 3,
    }
    func = m.func
    ways: dict[str, Callable[[Any, Any, Any], Any]] = {
        "argument": lambda op, x, t: func.grad(op)(x, t),
        "closure": lambda op, x, t: func.grad(lambda x: op(x, t))(x),
        "grad twice": lambda op, x, t: func.grad(func.grad(lambda x: op(x, t)))(x),
        "vjp": lambda op, x, t: func.vjp(lambda x: op(x, t), x)[1](x),
        "jvp": lambda op, x, t: func.jvp(lambda x: op(x, t), (x,), (x,)),
    }
    for mode, (name, op), (way, transform) in itertools.product(
        (False, True), ops.items(), ways.items()
    ):
        for x, t in ((plain, inferred), (inferred, plain), (inferred, inferred)):
            with m.inference_mode(mode):
                told = outcome(lambda x=x, t=t, op=op, to=transform: to(op, x, t))
            yield f"{mode} {name} {way} {x is plain} {t is plain}: {told}"


TABLES: tuple[Table, ...] = (
    ops_outside,
    refused_outside,
    writes_outside,
    saved_beside_hooks,
    transforms_of_inference_tensors,
)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
@pytest.mark.filterwarnings("ignore")
def test_each_is_what_it_is_on_torch(table: Table):
    assert differences(table) == []
