"""What hooks on saved tensors may not do, and who may register them."""

from __future__ import annotations

from collections.abc import Mapping

RAISING: Mapping[str, str] = {
    "unpack_gives_a_number": """
        with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: 3):
            y = x.exp()
        y.sum().backward()
    """,
    "unpack_gives_none": """
        with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: None):
            y = x * x
        y.sum().backward()
    """,
    "unpack_raises": """
        def unpack(packed):
            raise ValueError("from unpack")
        with torch.autograd.graph.saved_tensors_hooks(lambda t: t, unpack):
            y = x.exp()
        y.sum().backward()
    """,
    "pack_raises": """
        def pack(tensor):
            raise ValueError("from pack")
        with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
            x.exp()
    """,
    "pack_writes_its_input": """
        with torch.autograd.graph.saved_tensors_hooks(lambda t: t.mul_(2), lambda t: t):
            x.clone().sin()
    """,
    "pack_takes_no_argument": """
        def pack():
            return None
        with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
            x.exp()
    """,
    "hooks_without_unpack": "torch.autograd.graph.saved_tensors_hooks(lambda t: t)",
    "disabled": """
        with torch.autograd.graph.disable_saved_tensors_hooks("not here"):
            with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
                x.exp()
    """,
    "disabled_while_active": """
        with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
            with torch.autograd.graph.disable_saved_tensors_hooks("not now"):
                x.exp()
    """,
    "disabled_without_a_message": "torch.autograd.graph.disable_saved_tensors_hooks()",
    "disabled_with_a_number": """
        with torch.autograd.graph.disable_saved_tensors_hooks(3):
            pass
    """,
    "registered_twice": """
        y = x.exp()
        y.grad_fn._raw_saved_result.register_hooks(lambda t: t, lambda t: t)
        y.grad_fn._raw_saved_result.register_hooks(lambda t: t, lambda t: t)
    """,
    "registered_after_it_was_freed": """
        y = x.exp()
        y.sum().backward()
        y.grad_fn._raw_saved_result.register_hooks(lambda t: t, lambda t: t)
    """,
    "registered_on_none": """
        y = torch.nn.functional.nll_loss(x.view(1, 2), torch.tensor([0]))
        y.grad_fn._raw_saved_weight.register_hooks(lambda t: t, lambda t: t)
    """,
    "saved_value_set": "x.exp().grad_fn._saved_result = x",
    "saved_tensor_made_by_hand": "type(x.exp().grad_fn._raw_saved_result)()",
    "packed_value_is_gone": """
        box = {}
        def pack(tensor):
            box["it"] = tensor
            return "it"
        with torch.autograd.graph.saved_tensors_hooks(pack, lambda key: box.pop(key)):
            y = x.exp()
        y.sum().backward(retain_graph=True)
        y.sum().backward()
    """,
    "save_on_cpu_of_too_much": "torch.autograd.graph.save_on_cpu(1, 2, 3)",
    "mutation_contexts_nested": """
        allow = torch.autograd.graph.allow_mutation_on_saved_tensors
        with allow(), allow():
            pass
    """,
    "mutation_context_left": """
        with torch.autograd.graph.allow_mutation_on_saved_tensors():
            y = x.clone()
            z = (y ** 2).sum()
        z.backward()
    """,
    "hooks_are_numbers": """
        with torch.autograd.graph.saved_tensors_hooks(3, 4):
            x.exp()
    """,
}

# Other ways to a message that stands above, or in another feature's table.
AGAIN: Mapping[str, str] = {
    "unpack_gives_another_shape": """
        with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: torch.ones(3)):
            y = x.sin()
        y.sum().backward()
    """,
    "registered_hook_writes_its_input": """
        y = x.clone()
        z = y.sin()
        z.grad_fn._raw_saved_self.register_hooks(lambda t: t.add_(1), lambda t: t)
    """,
    "mutation_context_was_another": """
        with torch.autograd.graph.allow_mutation_on_saved_tensors():
            y = x.clone()
            z = (y ** 3).sum()
        with torch.autograd.graph.allow_mutation_on_saved_tensors():
            z.backward()
    """,
}
