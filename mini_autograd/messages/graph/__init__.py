"""What backward, hooks, saved tensors and the modes refuse."""
