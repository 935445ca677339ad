"""Torch's ops on namespaces like `numpy.linalg` and `numpy.fft`."""

from __future__ import annotations

from typing import Any

from conformance.engines.adapters.namespaces.rows import Ops, given, named, offered

_ONE = {
    "linalg.det": "det", "linalg.eigvals": "eigvals", "linalg.inv": "inv",
    "linalg.multi_dot": "multi_dot", "linalg.slogdet": "slogdet", "linalg.svdvals": "svdvals",
}  # fmt: skip
_TWO = {"linalg.solve": "solve", "linalg.matrix_power": "matrix_power"}


def linalg_ops(linalg: Any) -> Ops:
    """The ops of a namespace like `numpy.linalg`, but for those that give vectors of which any
    multiple would do as well."""
    rows: Ops = {
        "linalg.cholesky": lambda input: linalg.cholesky(input),
        "linalg.eigvalsh": lambda input, UPLO="L": linalg.eigvalsh(input, UPLO),  # noqa: N803
        "linalg.matrix_rank": lambda input: linalg.matrix_rank(input),
        "linalg.norm": lambda input, ord=None, dim=None, keepdim=False: linalg.norm(
            input, ord, axis=_axis(dim), keepdims=keepdim
        ),
        "linalg.pinv": lambda input: linalg.pinv(input),
        "linalg.qr": lambda input: linalg.qr(input),
        "linalg.tensorinv": lambda input, ind=2: linalg.tensorinv(input, ind),
        "linalg.tensorsolve": lambda input, other, dims=None: linalg.tensorsolve(
            input, other, dims
        ),
        "linalg.vecdot": lambda input, other, *, dim=-1: linalg.vecdot(input, other, axis=dim),
        "linalg.vector_norm": lambda x, ord=2, dim=None, keepdim=False: linalg.vector_norm(
            x, ord=ord, axis=_axis(dim), keepdims=keepdim
        ),
    }
    return {**named(linalg, _ONE, _TWO), **offered(linalg, rows)}


def fft_ops(fft: Any) -> Ops:
    """The ops of a namespace like `numpy.fft`."""
    along = ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
    over = ("fft2", "ifft2", "rfft2", "irfft2", "fftn", "ifftn", "rfftn", "irfftn")
    return {
        **{f"fft.{name}": _along(fft, name) for name in along if hasattr(fft, name)},
        **{f"fft.{name}": _over(fft, name) for name in over if hasattr(fft, name)},
    }


def _along(fft: Any, name: str) -> Any:
    return lambda input, n=None, dim=-1, norm=None: getattr(fft, name)(
        input, **given(n=n, axis=dim, norm=norm)
    )


def _over(fft: Any, name: str) -> Any:
    return lambda input, s=None, dim=None, norm=None: getattr(fft, name)(
        input, **given(s=s, axes=[dim] if isinstance(dim, int) else dim, norm=norm)
    )


def _axis(dim: Any) -> Any:
    return tuple(dim) if isinstance(dim, list) else dim
