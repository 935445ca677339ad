"""Making tensors: what their dtype is, what memory they have, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import mini_autograd as torch


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (1.0, torch.float32),
        (1, torch.int64),
        (True, torch.bool),
        (1j, torch.complex64),
        ([True, 2], torch.int64),
        ([1, 2.5], torch.float32),
        ([1, 2j], torch.complex64),
        ([], torch.float32),
        (np.float64(1), torch.float64),
        ([np.float16(1)], torch.float16),
        (np.array([1, 2], np.int32), torch.int32),
    ],
)
def test_dtype_is_inferred(data, expected):
    assert torch.tensor(data).dtype is expected


def test_data_is_copied_and_nested_sequences_keep_their_shape():
    source = np.ones((2, 2), np.float32)
    made = torch.tensor(source)
    source[0, 0] = 5
    assert made.tolist() == [[1, 1], [1, 1]]
    assert torch.tensor([[1, 2], (3, 4)]).tolist() == [[1, 2], [3, 4]]
    assert torch.tensor([[[]]]).shape == (1, 1, 0)


@pytest.mark.parametrize(
    ("data", "kind", "message"),
    [
        ([[1, 2], [3]], ValueError, "expected sequence of length 2 at dim 1 (got 1)"),
        ([[1], 2], TypeError, "not a sequence"),
        ("a", TypeError, "new(): invalid data type 'str'"),
        (["a"], ValueError, "too many dimensions 'str'"),
        (None, RuntimeError, "Could not infer dtype of NoneType"),
        (2**63, ValueError, "Overflow when unpacking long long"),
    ],
)
def test_what_is_no_data_is_refused(data, kind, message):
    with pytest.raises(kind) as caught:
        torch.tensor(data)
    assert str(caught.value) == message


def test_integers_cannot_require_grad():
    with pytest.raises(RuntimeError, match="Only Tensors of floating point and complex dtype"):
        torch.tensor([1], requires_grad=True)


def test_a_number_outside_of_the_dtype_is_refused():
    with pytest.raises(RuntimeError, match="cannot be converted to type uint8 without overflow"):
        torch.tensor(300, dtype=torch.uint8)
    assert torch.tensor(-1, dtype=torch.uint8).item() == 255


def test_a_float_becomes_half_by_way_of_float():
    # 1 + 2**-11 + 2**-25 rounds up at once, but first to a float it is a tie, and ties go to even
    assert torch.tensor(1 + 2**-11 + 2**-25, dtype=torch.float16).item() == 1.0


def test_from_numpy_shares_memory_and_as_tensor_where_it_can():
    array = np.zeros(2)
    shared, same = torch.from_numpy(array), torch.as_tensor(array)
    array[0] = 3
    assert shared.tolist() == [3, 0]
    assert same.tolist() == [3, 0]
    assert torch.as_tensor(shared) is shared
    with pytest.raises(TypeError, match=r"expected np.ndarray \(got int\)"):
        torch.from_numpy(3)
    with pytest.raises(ValueError, match="stride in the given numpy array is negative"):
        torch.from_numpy(array[::-1])


def test_copying_from_a_tensor_warns():
    with pytest.warns(UserWarning, match="To copy construct from a tensor"):
        torch.tensor(torch.ones(1))


def test_filled_tensors():
    assert torch.zeros(2, 3).shape == torch.ones((2, 3)).shape == torch.Size([2, 3])
    assert torch.full((2,), 7).dtype is torch.int64
    assert torch.full((2,), 7.0, requires_grad=True).requires_grad
    assert torch.eye(2, 3).tolist() == [[1, 0, 0], [0, 1, 0]]
    assert torch.zeros_like(torch.ones(2, 3).t()).stride() == (1, 3)
    assert torch.ones(2, dtype=torch.float64).new_zeros(1).dtype is torch.float64
    with pytest.raises(RuntimeError, match="Trying to create tensor with negative dimension -1"):
        torch.ones(-1)
    with pytest.raises(TypeError, match=r"must be tuple of ints, not float"):
        torch.zeros(2.0)


def test_ranges():
    assert torch.arange(3).tolist() == [0, 1, 2]
    assert torch.arange(5, 0, -2).tolist() == [5, 3, 1]
    assert torch.arange(0, 1, 0.5).dtype is torch.float32
    assert torch.linspace(0, 1, 3).tolist() == [0, 0.5, 1]
    assert torch.linspace(0, 7, 50, dtype=torch.int64)[-1].item() == 7
    with pytest.raises(RuntimeError, match="upper bound and lower bound inconsistent"):
        torch.arange(1, 3, -1)


def test_the_old_constructor():
    assert torch.Tensor([1, 2]).dtype is torch.float32
    assert torch.Tensor(2, 3).shape == (2, 3)
    assert torch.LongTensor([1, 2]).dtype is torch.int64
    with pytest.raises(TypeError, match=r"new\(\): data must be a sequence \(got float\)"):
        torch.Tensor(2.5)


def test_a_seed_makes_draws_repeatable():
    torch.manual_seed(3)
    first = torch.randn(4).tolist()
    torch.manual_seed(3)
    assert torch.randn(4).tolist() == first
    drawn = torch.rand(1000, dtype=torch.float16)
    assert drawn._array.min() >= 0
    assert drawn._array.max() < 1
    assert set(torch.randint(2, 4, (100,)).tolist()) == {2, 3}
    assert sorted(torch.randperm(5).tolist()) == [0, 1, 2, 3, 4]
