"""What a view refuses, and what becomes of its base: writes, `detach_`, `.data`."""

from __future__ import annotations

from collections.abc import Mapping

RAISING: Mapping[str, str] = {
    "part_of_unbind_written": """
        y = x.clone()
        first, second = y.unbind()
        first.add_(1)
    """,
    "part_of_split_written": """
        y = x.clone()
        first, second = y.split(1)
        first.mul_(2)
    """,
    "part_of_unbind_under_no_grad_written": """
        y = x.clone()
        with torch.no_grad():
            first, second = y.unbind()
        first.add_(1)
    """,
    "view_under_no_grad_read_after_a_write": """
        y = x.clone()
        with torch.no_grad():
            view = y.view(2, 1)
        y.add_(1)
        view.grad_fn
    """,
    "view_detached_in_place": "x.clone()[:1].detach_()",
    "data_of_another_kind": "x.data = torch.ones(2, dtype=torch.int64)",
    "data_is_a_number": "x.data = 3",
    "data_deleted": "del x.data",
    "view_of_another_size": "x.view(3)",
    "view_of_a_transpose": "torch.ones(2, 3, requires_grad=True).t().view(6)",
    "view_as_a_wider_dtype": "torch.ones(3).view(torch.float64)",
    "as_strided_out_of_range": "x.as_strided((3,), (1,))",
    "as_strided_negative": "x.as_strided((2,), (-1,))",
    "as_strided_sizes_and_strides": "x.as_strided((2,), (1, 1))",
    "unfold_too_large": "x.unfold(0, 3, 1)",
    "narrow_too_far": "x.narrow(0, 1, 3)",
    "select_out_of_range": "x.select(0, 2)",
    "unflatten_to_another_size": "x.unflatten(0, (3, 1))",
    "squeeze_out_of_range": "x.squeeze(2)",
    "saved_view_modified_by_a_sister": """
        y = x.clone()
        one, other = y[:1], y[:1]
        z = one * one
        other.add_(1)
        z.sum().backward()
    """,
    "part_of_unbind_read_after_a_write": """
        y = x.clone()
        first, second = y.unbind()
        y.add_(1)
        first.grad_fn
    """,
    "view_of_a_view_under_no_grad_written": """
        y = x.clone()
        with torch.no_grad():
            view = y[:1]
        view.view(1, 1).add_(1)
    """,
    "view_of_a_view_under_no_grad_read_after_a_write": """
        y = x.clone()
        with torch.no_grad():
            view = y[:1]
        second = view.view(1, 1)
        y.add_(1)
        second.grad_fn
    """,
    "view_of_a_part_written": """
        first, second = x.clone().unbind()
        first.view(1).add_(1)
    """,
    "view_of_a_part_read_after_a_write": """
        y = x.clone()
        first, second = y.unbind()
        view = first.view(1)
        y.add_(1)
        view.grad_fn
    """,
    "unflatten_to_nothing": "x.unflatten(0, ())",
}

# Other ways to a message that stands above, or in another feature's table.
AGAIN: Mapping[str, str] = {
    "part_of_chunk_augmented": """
        y = x.clone()
        first, second = y.chunk(2)
        first += 1
    """,
    "part_of_a_leafs_unbind_written": """
        first, second = x.unbind()
        first.add_(1)
    """,
    "view_under_no_grad_written": """
        y = x.clone()
        with torch.no_grad():
            view = y[:1]
        view.add_(1)
    """,
    "view_of_a_leaf_under_no_grad_written": """
        with torch.no_grad():
            view = x[:1]
        view.add_(1)
    """,
    "view_of_a_leaf_by_a_chain": "x.view(2, 1).t()[0].mul_(3)",
    "leaf_that_is_a_view_written": """
        view = torch.ones(2)[:1].requires_grad_()
        view.add_(1)
    """,
    "part_of_unbind_detached_in_place": """
        first, second = x.clone().unbind()
        first.detach_()
    """,
    "expanded_to_a_smaller": "x.expand(1)",
    "expanded_view_written": """
        y = x.clone()
        y[:1].expand(3).add_(1)
    """,
    "transpose_in_place_of_a_leaf": "x.t_()",
    "squeeze_in_place_of_a_leaf": "x.unsqueeze_(0)",
    "data_of_another_shape_set_after_a_save": """
        y = x.clone()
        z = y * x
        x.data = torch.ones(3)
        z.sum().backward()
    """,
    "resize_of_a_view": "x.clone()[:1].resize_(4)",
}
