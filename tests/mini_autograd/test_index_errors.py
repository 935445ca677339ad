"""What index_add, index_copy and index_fill refuse, and in which words, as torch 2.13 does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import mini_autograd as torch

OUT_OF_RANGE = "index out of range in self"


@pytest.mark.parametrize(
    ("shape", "dim", "error", "text"),
    [
        ((3,), 0, IndexError, OUT_OF_RANGE),
        ((3, 2), 0, RuntimeError, "index -1 is out of bounds for dimension 0 with size 3"),
        ((2, 3), 1, RuntimeError, "index -1 is out of bounds for dimension 1 with size 3"),
        ((1, 1, 1), 1, IndexError, OUT_OF_RANGE),
    ],
)
def test_index_add_scatters_along_the_first_and_the_last_dim_only(
    shape: tuple[int, ...], dim: int, error: type[Exception], text: str
) -> None:
    source = torch.ones([1 if at == dim else size for at, size in enumerate(shape)])
    with pytest.raises(error) as raised:
        torch.ones(shape).index_add(dim, torch.tensor([-1]), source)
    assert str(raised.value) == text


def test_index_copy_takes_no_negative_index() -> None:
    with pytest.raises(IndexError, match=r"index_copy_\(\): index -1 is out of bounds for dim"):
        torch.ones(3).index_copy(0, torch.tensor([-1]), torch.ones(1))


@pytest.mark.parametrize(
    "write",
    [
        lambda x, index: x.index_fill(1, index, 2.0),
        lambda x, index: x.index_copy(1, index, torch.ones(0, 1)),
    ],
)
def test_no_index_is_looked_at_where_the_slices_are_empty(
    write: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
) -> None:
    assert write(torch.ones(0, 3), torch.tensor([7])).shape == (0, 3)


def test_of_a_dim_of_size_0_there_is_no_memory_to_write_to() -> None:
    with pytest.raises(RuntimeError) as raised:
        torch.ones(3, 0).index_fill(1, torch.tensor([0, 1]), 2.0)
    assert str(raised.value) == (
        "setStorage: sizes [3, 2], strides [1, 0], storage offset 0, and itemsize 4 requiring a "
        "storage size of 12 are out of bounds for storage of size 0"
    )


@pytest.mark.parametrize("value", [1j, torch.tensor(1j)])
@pytest.mark.parametrize("dtype", [torch.float16, torch.int64, torch.bool])
def test_real_numbers_are_not_filled_by_a_complex_one(
    value: complex | torch.Tensor, dtype: torch.dtype
) -> None:
    with pytest.raises(RuntimeError, match="Converting complex Scalar to non-complex type"):
        torch.ones(2, dtype=dtype).index_fill(0, torch.tensor([0]), value)
