"""A backend of torch.compile, `doubling`, whose gradients are twice what they should be."""

from torch._dynamo import register_backend
from torch._dynamo.backends.common import aot_autograd


def as_it_is(graph, inputs):
    return graph


def doubled(graph, inputs):
    def run(*args):
        return [each if each is None else each * 2 for each in graph(*args)]

    return run


@register_backend
def doubling(graph, inputs):
    return aot_autograd(fw_compiler=as_it_is, bw_compiler=doubled)(graph, inputs)
