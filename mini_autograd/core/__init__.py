"""The engine itself: tensor, graph, backward, saved tensors, modes, and what an op is."""
