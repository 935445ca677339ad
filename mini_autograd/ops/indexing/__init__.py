"""Elements chosen by index tensors or by masks."""
