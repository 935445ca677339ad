"""The text of a tensor: what `repr`, `str` and `format` give, and the options that shape it.

Everything here is a function of an array and of what the tensor's owner says about it (default
dtypes, `grad_fn`), so that the text can be had without a tensor. The behaviour was observed on
torch 2.13.0 and is held to it by `tests/parity/test_printing_parity.py`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import compress
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(slots=True)
class _Options:
    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


_options = _Options()

_PROFILES: dict[str, dict[str, Any]] = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Set how tensors are printed from now on; what is None stays as it is.

    `precision` counts digits after the point, `threshold` is the number of elements above which
    only `edgeitems` of them at each end of a dimension are shown, `linewidth` is in characters.
    A `profile` ("default", "short" or "full") is applied first; an unknown one is ignored, as
    torch does. `sci_mode` is the exception: it is always set, and None means "by the values".
    """
    chosen = dict(_PROFILES.get(profile, {})) if profile is not None else {}
    given = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }
    chosen.update({name: value for name, value in given.items() if value is not None})
    for name, value in chosen.items():
        setattr(_options, name, value)
    _options.sci_mode = sci_mode


def get_printoptions() -> dict[str, Any]:
    """The options in force, as keyword arguments for `set_printoptions`."""
    return asdict(_options)


@contextmanager
def printoptions(**changes: Any) -> Iterator[None]:
    """Within the `with` block, print as after `set_printoptions(**changes)`."""
    before = get_printoptions()
    set_printoptions(**changes)
    try:
        yield
    finally:
        set_printoptions(**before)


def tensor_text(
    values: Array,
    *,
    default_dtype: np.dtype[Any],
    default_complex: np.dtype[Any],
    grad_fn_name: str | None = None,
    requires_grad: bool = False,
    prefix: str = "tensor(",
    contents: str | None = None,
) -> str:
    """The `repr` of a tensor that holds `values`.

    A dtype is named only where the values alone would not tell it under these defaults.
    `grad_fn_name` (without brackets) takes the place of `requires_grad=True`, and `contents` that
    of the values.
    """
    suffixes = []
    if values.size == 0:
        body = "[]"
        # Nothing shows the rank or the dtype of no elements, so even int64 is named.
        size_is_hidden = values.ndim != 1
        dtype_is_told = values.dtype == default_dtype
    else:
        body = _body(values, indent=len(prefix))
        size_is_hidden = not _options.edgeitems
        dtype_is_told = values.dtype in (default_dtype, default_complex, np.int64, np.bool_)
    if size_is_hidden:
        suffixes.append(f"size={values.shape}")
    if not dtype_is_told:
        suffixes.append(f"dtype=torch.{values.dtype.name}")
    if grad_fn_name is not None:
        suffixes.append(f"grad_fn=<{grad_fn_name}>")
    elif requires_grad:
        suffixes.append("requires_grad=True")
    return _with_suffixes(
        prefix + (body if contents is None else contents), suffixes, indent=len(prefix)
    )


def format_tensor(tensor: object, values: Array, spec: str, *, is_subclass: bool) -> str:
    """What `format(tensor, spec)` gives, for a tensor that holds `values`.

    A 0-d tensor formats as its number does; any other, and one of a subclass (a Parameter), as
    an object does: its `str` for an empty `spec`.

    Raises TypeError for a spec that an object does not know, and ValueError for one that the
    number does not know.
    """
    if values.ndim == 0 and not is_subclass:
        return format(values.item(), spec)
    return object.__format__(tensor, spec)


def _with_suffixes(text: str, suffixes: Sequence[str], *, indent: int) -> str:
    # Torch counts two characters too many for the line that the values end on, and the right
    # number for a line that a suffix began. Where it breaks lines shows both.
    column = len(text) - (text.rfind("\n") + 1) + 2
    for suffix in suffixes:
        column += 2 + len(suffix)
        if column > _options.linewidth:
            text += ",\n" + " " * indent + suffix
            column = indent + len(suffix)
        else:
            text += ", " + suffix
    return text + ")"


def _body(values: Array, *, indent: int) -> str:
    """The bracketed elements of a non-empty array, its first bracket at column `indent`."""
    edge = _options.edgeitems
    cut = [False] * values.ndim
    if values.ndim and values.size > _options.threshold:
        if not edge:
            return "[...]"
        cut = [length > 2 * edge for length in values.shape]
        # One gather of only what is shown: a cut tensor may be of any size.
        values = values[np.ix_(*map(_shown_indices, values.shape))]

    blocks, width = _element_texts(values.reshape(-1))
    # From the rows outward: each axis turns runs of its length into one bracketed block.
    for axis in reversed(range(values.ndim)):
        length, column = values.shape[axis], indent + axis
        inner_axes = values.ndim - 1 - axis
        groups = [blocks[start : start + length] for start in range(0, len(blocks), length)]
        if cut[axis]:
            dots = "..." if inner_axes else " ..."
            groups = [[*group[:edge], dots, *group[edge:]] for group in groups]
        per_line = 1 if inner_axes else _row_length(column, width)
        line_break = "," + "\n" * max(1, inner_axes) + " " * (column + 1)
        blocks = [_bracketed(group, per_line, line_break) for group in groups]
    return blocks[0]


def _row_length(column: int, width: int) -> int:
    """How many elements of a row fit on a line, a comma and a space after each."""
    return max(1, math.floor((_options.linewidth - column) / (width + 2)))


def _shown_indices(length: int) -> list[int]:
    edge = _options.edgeitems
    indices = range(length)
    return [*indices[:edge], *indices[-edge:]] if length > 2 * edge else list(indices)


def _bracketed(texts: Sequence[str], per_line: int, line_break: str) -> str:
    lines = (", ".join(texts[start : start + per_line]) for start in range(0, len(texts), per_line))
    return "[" + line_break.join(lines) + "]"


def _element_texts(flat: Array) -> tuple[list[str], int]:
    """Each element's text, and the width that torch reckons an element with."""
    if flat.dtype.kind == "f":
        return _aligned_floats(flat)
    if flat.dtype.kind != "c":
        texts = list(map(str, flat.tolist()))
        width = max(map(len, texts))
        return [text.rjust(width) for text in texts], width
    real_texts, real_width = _aligned_floats(flat.real)
    imag_texts, imag_width = _aligned_floats(flat.imag)
    # The imaginary part stands right after its sign, so columns of complex numbers are ragged.
    imag_texts = [text.lstrip() for text in imag_texts]
    joined = [
        f"{real}{imag}j" if imag[0] == "-" else f"{real}+{imag}j"
        for real, imag in zip(real_texts, imag_texts, strict=True)
    ]
    return joined, real_width + imag_width + 1


def _aligned_floats(flat: Array) -> tuple[list[str], int]:
    """The texts of real floats in one common notation, and their width.

    Zeros and non-finite values have no say in either, so they can stick out of their column.
    """
    has_say = np.isfinite(flat) & (flat != 0)
    deciding = flat[has_say].astype(np.float64)
    if deciding.size == 0:
        return [_whole(value) for value in flat.tolist()], 1
    precision = _options.precision
    if _is_scientific(deciding):
        texts = [format(value, f".{precision}e") for value in flat.tolist()]
    elif (deciding == np.ceil(deciding)).all():
        texts = [_whole(value) for value in flat.tolist()]
    else:
        texts = [format(value, f".{precision}f") for value in flat.tolist()]
    width = max(map(len, compress(texts, has_say.tolist())))
    return [text.rjust(width) for text in texts], width


def _is_scientific(deciding: npt.NDArray[np.float64]) -> bool:
    if _options.sci_mode is not None:
        return _options.sci_mode
    magnitudes = np.abs(deciding)
    # Python floats, which divide to inf without a warning.
    least, greatest = float(magnitudes.min()), float(magnitudes.max())
    return greatest / least > 1000 or greatest > 1e8 or least < 1e-4


def _whole(value: float) -> str:
    """A float without decimals; the point alone says that it is a float."""
    return f"{value:.0f}." if math.isfinite(value) else str(value)
