import numpy as np

float32 = np.dtype("float32")


class Tensor:
    def __init__(self, data):
        self.data, self.requires_grad, self.grad = np.asarray(data), False, None

    shape = property(lambda self: self.data.shape)
    dtype = property(lambda self: self.data.dtype)

    def detach(self):
        return Tensor(self.data)

    def numpy(self):
        return self.data

    def __mul__(self, other):
        return Tensor(self.data * getattr(other, "data", other))


def tensor(data, dtype=float32):
    return Tensor(np.asarray(data, dtype))


def exp(x):
    return Tensor(np.exp(x.data))
