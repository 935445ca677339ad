"""`save` and `load`: a pickle in which tensors of one memory share it, read without running code.

The file is not torch's archive; it is read by `load` here.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Generator
from contextlib import contextmanager
from typing import IO, Any, Final

from mini_autograd.arrays.dtypes import ALL
from mini_autograd.arrays.layout import owner_of
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.frontend import copying
from mini_autograd.messages.tensors import copying as errors

File = str | os.PathLike[str] | IO[bytes]


def save(obj: Any, f: File, pickle_module: Any = pickle, pickle_protocol: int = 2) -> None:
    """Writes tensors, and containers of them, to a file or to what has `write`."""
    with _opened(f, "wb") as file:
        _Saver(file, pickle_protocol).dump(obj)


def load(
    f: File, map_location: Any = None, pickle_module: Any = None, *, weights_only: bool = True
) -> Any:
    """What `save` wrote.

    Args:
        f: a path, or what has `read` and `readline`.
        map_location: accepted, since there is one device.
        pickle_module: accepted as torch does.
        weights_only: refuse all but tensors, numbers, texts and containers.

    Raises:
        pickle.UnpicklingError: something else, with `weights_only`.
    """
    with _opened(f, "rb") as file:
        return (_WeightsLoader if weights_only else pickle.Unpickler)(file).load()


@contextmanager
def _opened(f: File, mode: str) -> Generator[IO[bytes], None, None]:
    if isinstance(f, (str, os.PathLike)):
        with open(f, mode) as file:
            yield file
    else:
        yield f


class _Saver(pickle.Pickler):
    """Writes each memory once, whichever tensors show it."""

    def __init__(self, file: IO[bytes], protocol: int) -> None:
        super().__init__(file, protocol)
        self._memories: dict[int, Any] = {}  # by the id of an owner, which is held beside it

    def reducer_override(self, obj: Any) -> Any:
        """A plain tensor on the memory that was written before; all else as it says itself."""
        if type(obj) is not Tensor:
            return NotImplemented
        owner = owner_of(obj._array)
        memory, start = copying.shared_memory(obj._array)
        memory, _ = self._memories.setdefault(id(owner), (memory, owner))
        return copying.reduced_on(obj, memory, start)


_SAFE: Final = {
    "builtins": {"bytearray", "bytes", "complex", "set", "slice"},
    "collections": {"OrderedDict", "Counter", "defaultdict"},
    "_codecs": {"encode"},
    "numpy": {"ndarray", "dtype"},
    "numpy.core.multiarray": {"_reconstruct"},
    "numpy._core.multiarray": {"_reconstruct"},
    "numpy.core.numeric": {"_frombuffer"},
    "numpy._core.numeric": {"_frombuffer"},
    "mini_autograd": {"Size", "Tensor", "device", *(each.__reduce__() for each in ALL)},
    "mini_autograd.frontend.copying": {"as_type", "rebuilt", "with_attributes"},
    "mini_autograd.nn.parameter": {"Parameter"},
}


class _WeightsLoader(pickle.Unpickler):
    """Reads nothing that could run code of the file's."""

    def find_class(self, module: str, name: str) -> Any:
        """What a name in the pickle stands for."""
        module = {"__builtin__": "builtins", "copy_reg": "copyreg"}.get(module, module)
        if name not in _SAFE.get(module, ()):
            raise errors.unsafe_global(f"{module}.{name}")
        return super().find_class(module, name)
