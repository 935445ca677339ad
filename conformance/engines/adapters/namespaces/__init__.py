"""Torch's ops on namespaces called as NumPy's and SciPy's are: rows that adapters share."""

from conformance.engines.adapters.namespaces.methods import method_ops
from conformance.engines.adapters.namespaces.nn import losses_ops, nn_ops
from conformance.engines.adapters.namespaces.numpy_like import numpy_ops
from conformance.engines.adapters.namespaces.special import special_ops

__all__ = ["losses_ops", "method_ops", "nn_ops", "numpy_ops", "special_ops"]
