"""What leaving torch costs: NumPy, Python numbers, copies, pickles, Parameters."""

from __future__ import annotations

from collections.abc import Mapping

RAISING: Mapping[str, str] = {
    "numpy_of_what_requires_grad": "x.numpy()",
    "item_of_two": "x.item()",
    "float_of_two": "float(x)",
    "int_of_complex": "int(torch.tensor(1j))",
    "float_of_complex": "float(torch.tensor(1j))",
    "int_of_nan": "int(torch.tensor(float('nan')))",
    "int_of_infinity": "int(torch.tensor(float('inf')))",
    "bool_of_two": "bool(x)",
    "bool_of_an_empty": "bool(torch.ones(0))",
    "index_of_a_float": "[1, 2][torch.tensor(1.0)]",
    "len_of_a_scalar": "len(x.sum())",
    "iteration_of_a_scalar": "iter(x.sum())",
    "contains_text": "'a' in x",
    "format_of_a_vector": "f'{x:.2f}'",
    "deepcopy_of_a_result": """
        import copy
        copy.deepcopy(x * 2)
    """,
    "setstate_of_a_result": "(x * 2).__setstate__((1, 2, 3, 4))",
    "pickle_of_a_node": """
        import pickle
        pickle.dumps((x * 2).grad_fn)
    """,
    "apply_of_what_requires_grad": "x.apply_(lambda v: v)",
    "map_of_what_requires_grad": "x.map_(x, lambda v, w: v)",
    "parameter_requires_grad_is_text": """
        torch.nn.Parameter(torch.ones(2), requires_grad='yes')
    """,
    "from_numpy_of_a_list": "torch.from_numpy([1.0])",
    "from_numpy_of_text": """
        import numpy as np
        torch.from_numpy(np.array(["a"]))
    """,
    "from_numpy_of_negative_strides": """
        import numpy as np
        torch.from_numpy(np.arange(3.0)[::-1])
    """,
    "tensor_of_text": "torch.tensor('a')",
    "tensor_of_a_ragged_list": "torch.tensor([[1.0], [1.0, 2.0]])",
    "tensor_of_none": "torch.tensor(None)",
    "tensor_of_complex_as_float": "torch.tensor([1j], dtype=torch.float32)",
    "unknown_attribute": "x.exp().grad_fn._saved_nothing",
    "node_made_by_hand": "type(x.exp().grad_fn)()",
    "scalar_that_requires_grad_as_argument": "torch.full((2,), x)",
    "alpha_that_requires_grad": "torch.add(torch.ones(2), 1, alpha=x.sum())",
    "round_to_text": 'round(x, "a")',
    "numpy_force_is_a_number": "torch.ones(2).numpy(force=3)",
    "map2_of_what_requires_grad": "x.map2_(x, x, lambda a, b, c: a)",
    "dlpack_of_what_requires_grad": "x.__dlpack__()",
    "variable_by_function": "torch.autograd.variable(3)",
}

# Other ways to a message that stands above, or in another feature's table.
AGAIN: Mapping[str, str] = {
    "numpy_array_of_what_requires_grad": """
        import numpy as np
        np.asarray(x)
    """,
    "parameter_of_integers": "torch.nn.Parameter(torch.ones(2, dtype=torch.int64))",
    "parameter_written": "torch.nn.Parameter(torch.ones(2)).add_(1)",
    "parameter_numpy": "torch.nn.Parameter(torch.ones(2)).numpy()",
    "setattr_of_a_node": "x.exp().grad_fn.next_functions = ()",
    "index_of_what_requires_grad": "range(x.sum())",
    "deepcopy_of_a_view": """
        import copy
        copy.deepcopy(x[:1])
    """,
    "parameter_data_of_another_kind": """
        torch.nn.Parameter(torch.ones(2)).data = torch.ones(2, dtype=torch.int64)
    """,
}

WARNING: Mapping[str, str] = {
    "tensor_of_a_tensor": "torch.tensor(x)",
    "new_tensor_of_a_tensor": "x.new_tensor(x)",
    "T_of_three_dimensions": "torch.ones(2, 3, 4).T",
    "from_a_read_only_array": """
        import numpy as np
        array = np.arange(3.0)
        array.flags.writeable = False
        torch.from_numpy(array)
    """,
    "scalar_of_what_requires_grad": "float(x.sum())",
    "complex_made_real": "torch.ones(2, dtype=torch.complex64).to(torch.float32)",
}
