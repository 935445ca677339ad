import torch

from conformance import Op, Sample


@torch.library.custom_op("example::scale", mutates_args=())
def scale(x: torch.Tensor, factor: float = 2.0) -> torch.Tensor:
    return x * factor


scale.register_autograd(
    lambda ctx, grad: (grad * ctx.factor, None),
    setup_context=lambda ctx, inputs, output: setattr(ctx, "factor", inputs[1]),
)


def rms_norm(x):
    return x * (x * x).mean(-1, keepdim=True).rsqrt()


OPS = [
    Op(
        "example::scale",  # torch.ops.example.scale, and your_engine.ops.example.scale
        samples=[Sample(torch.ones(3)), Sample(torch.ones(2, 3), factor=0.5)],
    ),
    Op(
        "example.rms_norm",  # under no name on either, so it is said what is called
        samples=[Sample(torch.tensor([[1.0, -2.0, 3.0]]))],
        errors=[Sample(torch.tensor([1, 2]))],  # torch has no mean of integers
        on={"torch": rms_norm, "your_engine": "your_engine.norms:rms_norm"},
    ),
]
