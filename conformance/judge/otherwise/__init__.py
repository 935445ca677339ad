"""The reference run in other ways that torch allows: other kernels, orders and roundings."""
