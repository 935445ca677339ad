"""What making, converting, copying and writing tensors refuses."""
