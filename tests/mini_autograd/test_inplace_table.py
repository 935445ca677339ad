"""What the columns of the in-place table say, and the function forms."""

from __future__ import annotations

import warnings

import pytest

import mini_autograd as torch


def computed() -> torch.Tensor:
    return torch.tensor([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]], requires_grad=True) * 1


def refusal(call) -> str:
    with pytest.raises((RuntimeError, TypeError, IndexError)) as raised:
        call()
    return str(raised.value)


@pytest.mark.parametrize(
    ("write", "name"),
    [
        (lambda x, w: x.gt_(w), "GtBackward1"),
        (lambda x, w: x.less_equal_(w), "LeBackward1"),
        (lambda x, w: x.eq_(w), "EqBackward1"),
        (lambda x, w: x.fill_(w.sum()), "FillBackward3"),
        (lambda x, w: x.masked_fill_(x > 0, w.sum()), "MaskedFillBackward1"),
        (lambda x, w: x.index_fill_(0, torch.tensor([0]), w.sum()), "IndexFillBackward1"),
    ],
)
def test_integers_get_a_history_from_what_requires_grad(write, name):
    x = torch.tensor([3, 1])
    write(x, torch.tensor([1.0, 2.0], requires_grad=True))
    assert x.grad_fn.name() == name
    assert x.requires_grad
    assert x.dtype is torch.int64


def test_a_logical_op_has_no_derivative_and_may_write_to_a_leaf():
    x = torch.tensor([3.0, 0.0], requires_grad=True)
    x.logical_and_(torch.tensor([1.0, 1.0], requires_grad=True))
    assert x.tolist() == [1.0, 0.0]
    assert x.is_leaf
    integers = torch.tensor([3, 0])
    integers.logical_not_()
    assert integers.tolist() == [0, 1]


def test_the_arguments_are_looked_at_before_the_history():
    x = torch.ones(2, requires_grad=True)
    assert refusal(lambda: x.add_("a")) == (
        "add_(): argument 'other' (position 1) must be Tensor, not str"
    )
    assert refusal(lambda: x.exp_(1)) == "TensorBase.exp_() takes no arguments (1 given)"
    assert refusal(lambda: x.absolute_(1)) == "TensorBase.absolute_() takes no arguments (1 given)"


def test_the_history_is_looked_at_before_the_memory_and_the_shape():
    x = torch.ones(1, requires_grad=True).expand(3)
    assert refusal(lambda: x.add_(torch.ones(2))).startswith("a view of a leaf Variable that")


def test_the_memory_is_looked_at_before_the_shape():
    x = torch.ones(1).expand(3)
    overlap = "unsupported operation: more than one element of the written-to tensor refers to"
    assert refusal(lambda: x.add_(torch.ones(2))).startswith(overlap)
    assert refusal(lambda: x.fill_(torch.ones(2))) == (
        "fill_ only supports 0-dimension value tensor but got tensor with 1 dimensions."
    )
    assert refusal(lambda: x.cumsum_(5)).startswith("Dimension out of range")


def test_the_shape_is_looked_at_before_the_dtype_and_that_before_the_kernel():
    x = torch.ones(3)
    numbers = torch.ones(2, 3, dtype=torch.complex64)
    assert refusal(lambda: x.remainder_(numbers)) == (
        "output with shape [3] doesn't match the broadcast shape [2, 3]"
    )
    assert refusal(lambda: x.remainder_(numbers[0])) == (
        "result type ComplexFloat can't be cast to the desired output type Float"
    )
    assert refusal(lambda: numbers.remainder_(1)) == (
        "\"remainder_cpu\" not implemented for 'ComplexFloat'"
    )


def test_complex_numbers_have_no_order_and_are_equal_or_not():
    x = torch.tensor([1.0, 2.0], requires_grad=True) * 1
    other = torch.tensor([1 + 2j, 2])
    assert refusal(lambda: x.gt_(other)) == "\"gt_cpu\" not implemented for 'ComplexFloat'"
    assert x.eq_(other).tolist() == [0.0, 1.0]


def test_a_scatter_reads_nothing_of_what_it_writes():
    x = torch.eye(2)
    shared = "unsupported operation: some elements of the input tensor and the written-to tensor"
    assert refusal(lambda: x.index_put_((torch.tensor([0, 1]),), x)).startswith(shared)
    diagonal = torch.ones(2, 3).diagonal()
    assert refusal(lambda: diagonal.__setitem__(torch.tensor([0, 1]), diagonal)).startswith(shared)
    assert x.add_(x).tolist() == [[2.0, 0.0], [0.0, 2.0]]


def test_a_masked_write_to_an_expanded_tensor_is_deprecated():
    x = torch.zeros(1).expand(3)
    with pytest.warns(UserWarning, match=r"^Use of masked_fill_ on expanded tensors is depr"):
        x.masked_fill_(torch.tensor([True, False, False]), 1.0)
    with pytest.warns(UserWarning, match=r"^Use of index_put_ on expanded tensors is depr"):
        x[torch.tensor([1])] = 2.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert x.zero_().tolist() == [0.0, 0.0, 0.0]


def test_a_conjugate_in_place_has_a_node_of_its_own():
    x = torch.tensor([1 + 2j], requires_grad=True)
    y = (x * 1).conj_physical_()
    assert y.grad_fn.name() == "ConjPhysicalBackward1"
    assert y.tolist() == [1 - 2j]
    y.backward(torch.tensor([1j]))
    assert x.grad.tolist() == [-1j]


def test_a_diagonal_is_filled_in_the_tensor_itself():
    x = computed()
    assert x.fill_diagonal_(9) is x
    assert x.tolist() == [[9.0, -2.0, 3.0], [4.0, 9.0, -6.0]]
    assert x.grad_fn.name() == "torch::autograd::CopySlices"
    tall = torch.zeros(7, 3).fill_diagonal_(1, wrap=True)
    assert tall.nonzero().tolist() == [[0, 0], [1, 1], [2, 2], [4, 0], [5, 1], [6, 2]]
    assert refusal(lambda: torch.zeros(2).fill_diagonal_(1)) == "dimensions must larger than 1"
    assert refusal(lambda: torch.zeros(2, 2, 3).fill_diagonal_(1)) == (
        "all dimensions of input must be of equal length"
    )


def test_in_place_ops_are_functions_too():
    x = torch.tensor([4.0, 9.0])
    assert torch.sqrt_(x) is x
    assert x.tolist() == [2.0, 3.0]
    assert torch.clamp_(x, 0, 2.5).tolist() == [2.0, 2.5]
    assert torch.fill_(x, 1).tolist() == [1.0, 1.0]
    assert torch.relu_(torch.tensor([-1.0])).tolist() == [0.0]
    assert (
        refusal(lambda: torch.exp_(3))
        == "exp_(): argument 'input' (position 1) must be Tensor, not int"
    )


@pytest.mark.parametrize(
    ("assign", "message"),
    [
        (
            lambda x: x.__setitem__(torch.tensor([0, 5]), torch.ones(3)),
            "index 5 is out of bounds for dimension 0 with size 2",
        ),
        (
            lambda x: x.__setitem__(torch.tensor([0, 1]), torch.ones(4, dtype=torch.int64)),
            "shape mismatch: value tensor of shape [4] cannot be broadcast to indexing result of "
            "shape [2, 3]",
        ),
        (lambda x: x[0, 0].__setitem__(slice(0, 1), 1.0),
         "slice() cannot be applied to a 0-dim tensor."),
        (
            lambda x: x.put_(torch.tensor([0]), torch.ones(2)),
            "put_(): Expected source and index to have the same number of elements, but got "
            "source.numel() = 2, index.numel() = 1",
        ),
        (
            lambda x: x.index_add_(1, torch.tensor([0]), torch.ones(3)),
            "index_add_(): Indexing dim 1 is out of bounds of the source tensor with dim 1",
        ),
        (
            lambda x: x.index_copy_(0, torch.tensor([0]), torch.ones(3)),
            "index_copy_(): When source and destination are not scalars, their dimensionality "
            "must match. Source dimensionality (1), destination dimensionality (2)",
        ),
    ],
)  # fmt: skip
def test_what_indexed_writes_refuse(assign, message):
    x = computed()
    assert refusal(lambda: assign(x)) == message
    assert x._version == 0


def test_a_scatter_that_reduces_is_deprecated_in_place_too():
    x, index = computed(), torch.tensor([[0], [1]])
    torch.set_warn_always(True)
    with pytest.warns(UserWarning, match=r"^The reduce argument of torch.scatter with Tensor src"):
        x.scatter_(1, index, torch.ones(2, 1), reduce="add")
    torch.set_warn_always(False)
    assert x.tolist() == [[2.0, -2.0, 3.0], [4.0, 6.0, -6.0]]
    assert x.grad_fn.name() == "torch::autograd::NotImplemented"
    with pytest.raises(RuntimeError, match=r"^derivative for aten::scatter_ is not implemented"):
        x.sum().backward()


def test_triangles_of_a_batch_that_is_not_in_a_row_are_written_by_way_of_a_copy() -> None:
    number = torch.tensor(1.0)
    assert number.expand(2, 2, 2).tril_(-1).tolist() == [[[0.0] * 2] * 2] * 2
    with pytest.raises(RuntimeError, match="more than one element of the written-to tensor"):
        torch.tensor(1.0).expand(2, 2, 2, 2).tril_()
    matrices = torch.ones(1, 2, 2, 2).expand(2, 2, 2, 2)
    assert matrices.triu_().tolist() == [[[[1.0, 1.0], [0.0, 1.0]]] * 2] * 2


def test_a_running_sum_of_another_dtype_is_refused_before_its_memory() -> None:
    with pytest.raises(RuntimeError, match="Bad in-place call: input tensor dtype float"):
        torch.ones(1).expand(2).cumsum_(0, dtype=torch.float16)
    with pytest.raises(RuntimeError, match="more than one element of the written-to tensor"):
        torch.ones(1).expand(2).cumsum_(0)
