"""What in-place writes are refused, and what they break: version counters."""

from __future__ import annotations

from collections.abc import Mapping

RAISING: Mapping[str, str] = {
    "leaf": "x.add_(1)",
    "leaf_by_item": "x[0] = 1.0",
    "saved_result_modified": """
        y = x.exp()
        y.add_(1)
        y.sum().backward()
    """,
    "saved_input_modified": """
        y = x * 2
        z = y * x
        y.add_(1)
        z.sum().backward()
    """,
    "saved_leaf_modified_under_no_grad": """
        y = x * x
        with torch.no_grad():
            x.add_(1)
        y.sum().backward()
    """,
    "saved_tensor_modified_through_a_view": """
        y = x.clone()
        z = y ** 2
        y[0].fill_(3)
        z.sum().backward()
    """,
    "saved_view_modified_through_its_base": """
        y = x.clone()
        z = y[:1].exp().sum() + y.view(2, 1).sin().sum()
        y.mul_(2)
        z.backward()
    """,
    "saved_tensor_modified_through_detach": """
        y = x.clone()
        z = y.sin()
        y.detach().zero_()
        z.sum().backward()
    """,
    "saved_mask_modified": """
        mask = torch.tensor([True, False])
        y = torch.where(mask, x, 0 * x)
        mask.logical_not_()
        y.sum().backward()
    """,
    "saved_index_modified": """
        index = torch.tensor([0, 1])
        y = x[index]
        index.zero_()
        y.sum().backward()
    """,
    "saved_twice_modified": """
        y = x.clone()
        z = y.tanh_()
        y.mul_(3)
        y.neg_()
        z.sum().backward()
    """,
    "written_with_a_broadcast": "torch.ones(2).add_(torch.ones(3, 2))",
    "result_of_another_kind": "torch.ones(2, dtype=torch.int64).add_(1.5)",
    "result_is_complex": "torch.ones(2).mul_(torch.ones(2, dtype=torch.complex64))",
    "result_is_no_bool": "torch.ones(2, dtype=torch.bool).add_(1)",
    "expanded": "torch.ones(1).expand(3).add_(1)",
    "overlapping_input": """
        y = torch.arange(4.0)
        y[1:].add_(y[:-1])
    """,
    "copied_from_another_shape": "torch.ones(2).copy_(torch.ones(3))",
    "filled_with_a_vector": "torch.ones(2).fill_(torch.ones(2))",
    "filled_with_complex": "torch.ones(2).fill_(1j)",
    "item_of_another_shape": "torch.ones(2)[:] = torch.ones(3)",
    "item_is_text": "torch.ones(2)[0] = 'a'",
    "item_out_of_range": "torch.ones(2)[3] = 1.0",
    "index_put_of_another_dtype": """
        torch.ones(2).index_put_((torch.tensor([0]),), torch.ones(1, dtype=torch.float64))
    """,
    "index_put_of_another_shape": """
        torch.ones(2).index_put_((torch.tensor([0, 1]),), torch.ones(3))
    """,
    "index_put_without_a_tuple": """
        torch.ones(2).index_put_(torch.tensor([0]), torch.ones(1))
    """,
    "index_add_of_another_dtype": """
        torch.ones(2).index_add_(0, torch.tensor([0]), torch.ones(1, dtype=torch.float64))
    """,
    "index_add_of_another_length": """
        torch.ones(2).index_add_(0, torch.tensor([0]), torch.ones(3))
    """,
    "index_add_out_of_range": """
        torch.ones(2).index_add_(0, torch.tensor([5]), torch.ones(1))
    """,
    "index_copy_of_another_dtype": """
        torch.ones(2).index_copy_(0, torch.tensor([0]), torch.ones(1, dtype=torch.float64))
    """,
    "index_fill_with_a_vector": """
        torch.ones(2).index_fill_(0, torch.tensor([0]), torch.ones(2))
    """,
    "scatter_of_another_dtype": """
        torch.ones(2).scatter_(0, torch.tensor([0]), torch.ones(1, dtype=torch.float64))
    """,
    "scatter_index_of_floats": """
        torch.ones(2).scatter_(0, torch.tensor([0.0]), torch.ones(1))
    """,
    "scatter_out_of_range": "torch.ones(2).scatter_(0, torch.tensor([7]), torch.ones(1))",
    "scatter_add_of_too_little": """
        torch.ones(4).scatter_add_(0, torch.tensor([0, 1, 2]), torch.ones(1))
    """,
    "masked_fill_with_a_vector": """
        torch.ones(2).masked_fill_(torch.tensor([True, False]), torch.ones(2))
    """,
    "masked_fill_with_a_mask_of_floats": "torch.ones(2).masked_fill_(torch.ones(2), 1.0)",
    "masked_scatter_of_too_little": """
        torch.ones(2).masked_scatter_(torch.tensor([True, True]), torch.ones(1))
    """,
    "masked_scatter_of_another_dtype": """
        torch.ones(2).masked_scatter_(torch.tensor([True, True]), torch.ones(2).double())
    """,
    "abs_of_complex": "torch.ones(2, dtype=torch.complex64).abs_()",
    "resized": "x.resize_(3)",
    "saved_result_of_a_write_modified": """
        y = x.exp()
        z = y.relu_()
        z.mul_(2)
        z.sum().backward()
    """,
    "version_of_a_number_incremented": "torch.autograd.graph.increment_version([3])",
    "version_of_no_iterable_incremented": "torch.autograd.graph.increment_version(3)",
    "too_many_indices": "torch.ones(2)[0, 0] = 1",
    "index_is_a_float": "torch.ones(2)[1.5] = 1",
    "mask_of_another_shape": "torch.ones(2)[torch.tensor([True])] = 1.0",
    "slice_backwards": "torch.ones(2)[::-1] = 1.0",
    "item_is_a_vector": "torch.ones(2)[0] = torch.ones(2)",
    "item_is_none": "torch.ones(2)[0] = None",
    "item_is_a_list": "torch.ones(2)[:] = [1.0, 2.0, 3.0]",
    "item_of_a_scalar": "torch.ones(())[0] = 1.0",
    "item_deleted": "del torch.ones(2)[0]",
    "zeroed_with_an_argument": "torch.ones(2).zero_(1)",
    "filled_with_text": 'torch.ones(2).fill_("a")',
    "added_to_text": 'torch.ones(2).add_("a")',
    "added_to_nothing": "torch.ones(2).add_()",
    "augmented_with_text": """
        y = torch.ones(2)
        y += "a"
    """,
    "index_fill_index_of_floats": """
        torch.ones(2).index_fill_(0, torch.tensor([0.5]), 1.0)
    """,
    "index_copy_out_of_range": """
        torch.ones(2).index_copy_(0, torch.tensor([5]), torch.ones(1))
    """,
    "index_add_index_of_floats": """
        torch.ones(2).index_add_(0, torch.tensor([0.5]), torch.ones(1))
    """,
    "index_add_of_a_matrix": """
        torch.ones(2).index_add_(0, torch.tensor([[0]]), torch.ones(1))
    """,
    "scatter_of_an_unknown_reduction": """
        torch.ones(2).scatter_(0, torch.tensor([0]), torch.ones(1), reduce="foo")
    """,
    "scatter_of_more_dimensions": """
        torch.ones(2).scatter_(0, torch.tensor([[0]]), torch.ones(1))
    """,
    "masked_scatter_with_a_mask_of_floats": """
        torch.ones(2).masked_scatter_(torch.ones(2), torch.ones(2))
    """,
    "saved_tensor_detached_in_place": """
        y = x * 2
        z = y.sin()
        y.detach_()
        z.sum().backward()
    """,
}

# Other ways to a message that stands above, or in another feature's table.
AGAIN: Mapping[str, str] = {
    "leaf_augmented": "x += 1",
    "view_of_a_leaf": "x[0].add_(1)",
    "saved_constant_modified": """
        c = torch.ones(2)
        y = x * c
        c.mul_(2)
        y.sum().backward()
    """,
    "saved_output_of_several_modified": """
        values, indices = x.sort()
        indices.zero_()
        values.sum().backward()
    """,
    "saved_tensor_read_after_a_write": """
        y = x.exp()
        y.add_(1)
        y.grad_fn.next_functions[0][0]._saved_result
    """,
    "index_add_into_an_expanded": """
        torch.ones(1).expand(2).index_add_(0, torch.tensor([0]), torch.ones(1))
    """,
    "scatter_into_an_expanded": """
        torch.ones(1).expand(2).scatter_(0, torch.tensor([0]), torch.ones(1))
    """,
    "set_to_another": "x.set_(torch.ones(2))",
    "result_made_a_leaf_and_written": """
        y = (x * 2).sqrt()
        y.detach_()
        y.requires_grad_()
        y.add_(1)
    """,
    "hook_writes_an_expanded_gradient": """
        x.register_hook(lambda grad: grad.add_(1))
        x.sum().backward()
    """,
    "index_tensor_out_of_range": "torch.ones(2)[torch.tensor([5])] = 1.0",
    "index_fill_out_of_range": "torch.ones(2).index_fill_(0, torch.tensor([5]), 1.0)",
}

WARNING: Mapping[str, str] = {
    "index_put_on_expanded": """
        torch.ones(1).expand(2).index_put_((torch.tensor([0]),), torch.ones(1))
    """,
    "masked_fill_on_expanded": """
        torch.ones(1).expand(2).masked_fill_(torch.tensor([True, False]), 1)
    """,
    "index_fill_on_expanded": """
        torch.ones(1).expand(2).index_fill_(0, torch.tensor([0]), 1)
    """,
    "mask_of_bytes": "torch.ones(2)[torch.tensor([1, 0], dtype=torch.uint8)]",
}
