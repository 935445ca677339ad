"""Reductions over dims, running sums and products, norms, statistics and order."""
