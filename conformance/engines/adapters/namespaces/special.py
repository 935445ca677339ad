"""Torch's ops on a namespace like `scipy.special`."""

from __future__ import annotations

from typing import Any

from conformance.engines.adapters.namespaces.rows import Ops, named, offered

_ONE = {
    "digamma": "digamma", "erf": "erf", "erfc": "erfc", "erfinv": "erfinv", "i0": "i0",
    "lgamma": "gammaln", "logit": "logit", "sigmoid": "expit", "special.bessel_j0": "j0",
    "special.bessel_j1": "j1", "special.bessel_y0": "y0", "special.bessel_y1": "y1",
    "special.entr": "entr", "special.erfcx": "erfcx", "special.i0e": "i0e", "special.i1": "i1",
    "special.i1e": "i1e", "special.log_ndtr": "log_ndtr", "special.ndtr": "ndtr",
    "special.ndtri": "ndtri",
}  # fmt: skip
_TWO = {
    "igamma": "gammainc", "igammac": "gammaincc", "special.xlog1py": "xlog1py",
    "special.zeta": "zeta", "xlogy": "xlogy",
}  # fmt: skip


def special_ops(special: Any) -> Ops:
    """The ops that the namespace has."""
    rows: Ops = {
        # The method has its two arguments the other way round.
        "polygamma": lambda n, input: (
            special.polygamma(n, input) if isinstance(n, int) else special.polygamma(input, n)
        ),
        "mvlgamma": lambda input, p: special.multigammaln(input, p),
        "logsumexp": lambda input, dim, keepdim=False: special.logsumexp(
            input, axis=dim, keepdims=keepdim
        ),
    }
    return {**named(special, _ONE, _TWO), **offered(special, rows)}
