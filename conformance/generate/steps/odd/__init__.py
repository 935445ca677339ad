"""Calls out of the ordinary: wrong ones, into a given tensor, and with scalars of NumPy's."""
