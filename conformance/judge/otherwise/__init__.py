"""Torch computing otherwise: other kernels, orders and roundings, as witnesses."""
