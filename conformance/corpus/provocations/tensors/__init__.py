"""What tensors refuse: writes, views, leaves, conversions."""
