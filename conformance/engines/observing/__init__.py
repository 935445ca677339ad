"""What is seen of an engine while a program runs, and of its tensors."""
