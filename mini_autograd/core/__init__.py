"""The engine itself: tensor, graph, backward, saved tensors, modes, and what an op is.

A guided reading, for an afternoon. With `x = tensor(3., requires_grad=True)`, `y = 2*x + x**2` and
`y.backward()` go through these functions, in this order. A test runs the hops that are named here.

`2*x + x**2` computes, and records a node for each op:

 1. `mul.call` — Written by `op/codegen/callers.py`, once for each op kind, when it is first called.
    It takes the arrays out of the tensors; what is unusual goes to `_apply` in `op/call.py`.
 2. `pointwise/arithmetic.mul` — The forward: NumPy on raw arrays. Above it stand its derivative
    rules, a line for each operand. What a rule's parameters name is what the node will save.
 3. `tensor/tensor.make` — The result becomes a tensor: an array and its place in the graph.
 4. `tensor/history.edge_of` — The new node's edge: where the gradient of `x` will go.
 5. `tensor/history.accumulator_of` — `x` is a leaf, so that is the node that adds to `x.grad`.
 6. `pow.call` — The next op. It needs `x` saved: `saved/saved.py` keeps it with its version.
 7. `add.call` — The last op, whose node has edges to the two others. `y` holds it.

`y.backward()` walks the graph from `y` to the leaves:

 8. `backward/backward.backward` — The one door, for `Tensor.backward` and `autograd.backward`.
 9. `backward/seeds.roots_and_seeds` — Where the walk starts, and with which gradients: here 1.
10. `backward/backward.walk_from` — Chooses the arithmetic: raw arrays, or tensors that record.
11. `backward/walk.run` — The walk: the newest node first, each once all its gradients are summed.
12. `AddBackward0.backward` — Written by `op/codegen/nodes.py`: checks, unpacks, calls the rules.
13. `PowBackward0.backward` — The same for `x**2`; its rule multiplies by what the node saved.
14. `saved/saved.unpacked_array` — What was saved, refused if it was written to since.
15. `MulBackward0.backward` — The same for `2*x`.
16. `backward/arithmetic.RawArithmetic.gather` — Both gradients of `x` meet and are summed.
17. `graph/graph.AccumulateGrad.backward` — The walk has reached the leaf.
18. `backward/arithmetic.RawArithmetic.accumulate` — The sum becomes `x.grad`, or is added to it.

What a user may attach on the way: hooks (`graph/hooks.py`, and `backward/observed_walk.py` for a
walk that anybody observes), saved-tensor hooks (`saved/packing.py`), modes (`modes/`).
"""
