"""What backward, hooks, saved tensors and modes refuse."""
