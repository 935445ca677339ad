import numpy as np
from mini_autograd.tensor import Tensor, make, Size
from mini_autograd import ops
from mini_autograd.autograd import backward
def tensor(v, requires_grad=False, d=np.dtype('float32')):
    t = make(np.array(v, d)); t._requires_grad = requires_grad; return t
def _bw(self, gradient=None, retain_graph=None, create_graph=False, inputs=None): backward(self, gradient, retain_graph, create_graph, inputs)
Tensor.backward=_bw
Tensor.__mul__=Tensor.__rmul__=ops.mul.method
Tensor.__add__=Tensor.__radd__=ops.add.method
Tensor.__neg__=ops.neg.method
Tensor.__sub__=ops.sub.method
Tensor.__pow__=ops.pow_scalar.method
Tensor.sum=ops.sum.method
