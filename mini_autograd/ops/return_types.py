"""The named tuples that ops of several outputs give; they print as torch's."""

from __future__ import annotations

from operator import itemgetter
from typing import Any, ClassVar, Final


class StructSequence(tuple[Any, ...]):
    """A tuple whose elements have names too."""

    __slots__ = ()
    _names: ClassVar[tuple[str, ...]]

    def __repr__(self) -> str:
        rows = [f"{name}={value!r}" for name, value in zip(self._names, self, strict=True)]
        return f"{type(self).__module__}.{type(self).__name__}(\n" + ",\n".join(rows) + ")"


def _structure(kind: str, *names: str) -> type[StructSequence]:
    fields = {name: property(itemgetter(index)) for index, name in enumerate(names)}
    body = {"__slots__": (), "__module__": "torch.return_types", "_names": names, **fields}
    return type(kind, (StructSequence,), body)


aminmax: Final = _structure("aminmax", "min", "max")
max: Final = _structure("max", "values", "indices")
median: Final = _structure("median", "values", "indices")
min: Final = _structure("min", "values", "indices")
sort: Final = _structure("sort", "values", "indices")
topk: Final = _structure("topk", "values", "indices")
