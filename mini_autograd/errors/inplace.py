"""Errors of writing into a tensor."""

from __future__ import annotations

from collections.abc import Sequence

from mini_autograd.dtypes import dtype


CASTS_COMPLEX = "Casting complex values to real discards the imaginary part"


def number_overflow(found: dtype) -> RuntimeError:
    """A number that the dtype cannot hold."""
    name = _C_NAMES.get(found.name, found.cpp_name)
    return RuntimeError(f"value cannot be converted to type {name} without overflow")


_C_NAMES = {
    "int8": "int8_t", "uint8": "uint8_t", "int16": "int16_t", "int32": "int", "int64": "int64_t",
}  # fmt: skip


def fill_value_rank(ndim: int) -> RuntimeError:
    """`fill_` with a tensor that is no scalar."""
    return RuntimeError(
        "fill_ only supports 0-dimension value tensor but got tensor with "
        f"{ndim} dimensions."
    )


def copy_shape(shape: Sequence[int], src: Sequence[int]) -> RuntimeError:
    """`copy_` from what does not broadcast to the tensor."""
    extra = len(src) - len(shape)
    if extra > 0:
        return RuntimeError(
            f"output with shape {list(shape)} doesn't match the broadcast shape "
            f"{_joined(shape, src)}"
        )
    for back in range(1, len(src) + 1):
        if src[-back] != shape[-back] and src[-back] != 1:
            dim = len(shape) - back
            return RuntimeError(
                f"The size of tensor a ({shape[-back]}) must match the size of tensor b "
                f"({src[-back]}) at non-singleton dimension {dim}"
            )
    raise AssertionError(f"{src} broadcasts to {shape}")


def _joined(shape: Sequence[int], src: Sequence[int]) -> list[int]:
    extra = len(src) - len(shape)
    return [*src[:extra], *(max(a, b) for a, b in zip(shape, src[extra:], strict=True))]


def overlapping_write() -> RuntimeError:
    """Writing into an expanded tensor."""
    return RuntimeError(
        "unsupported operation: more than one element of the written-to tensor refers to a "
        "single memory location. Please clone() the tensor before performing the operation."
    )
