"""Engines whose answers are odd: random, endless, of the wrong class, or another each time."""

from __future__ import annotations

import itertools
import random
from typing import Any

import numpy as np
from hostile_kinds import after, before, hostile


@hostile("flaky")
def wrong_at_times(m: Any) -> None:
    """is wrong by one at 30 % of its calls of exp"""
    after(m, "exp", lambda y: y + 1 if random.random() < 0.3 else y)


@hostile("flaky")
def wrong_once(m: Any) -> None:
    """is wrong at its first call of exp in each process only"""
    calls = itertools.count()
    after(m, "exp", lambda y: y if next(calls) else y + 1)


@hostile("differ", "flaky")
def wrong_later(m: Any) -> None:
    """is wrong from its tenth call of exp on"""
    calls = itertools.count()
    after(m, "exp", lambda y: y + 1 if next(calls) >= 9 else y)


@hostile("agree", "differ", "flaky")
def wrong_at_another_size(m: Any) -> None:
    """is wrong in exp where the size is not that of the first call"""
    sizes: list[Any] = []

    def act(x: Any, *_: Any) -> None:
        sizes.append(tuple(x.shape))

    before(m, "exp", act)
    after(m, "exp", lambda y: y if sizes[-1] == sizes[0] else y * 2)


@hostile("value")
def all_nan(m: Any) -> None:
    """gives NaN everywhere in exp"""
    after(m, "exp", lambda y: y * float("nan"))


@hostile("differ")
def huge_result(m: Any) -> None:
    """gives a billion ones in exp"""
    after(m, "exp", lambda y: m.ones(10**9))


@hostile("differ")
def huge_view(m: Any) -> None:
    """gives one number, expanded to 10^12, in exp"""
    after(m, "exp", lambda y: m.ones(1).expand(10**12))


class _Property:
    def __init__(self, get: Any) -> None:
        self.get = get

    def __get__(self, owner: Any, kind: Any) -> Any:
        return self if owner is None else self.get(owner)

    def __set__(self, owner: Any, value: Any) -> None:
        pass


@hostile("differ")
def long_strides(m: Any) -> None:
    """tells one stride too many"""
    original = m.Tensor.stride
    m.Tensor.stride = lambda self, *a: (*original(self), 1) if not a else original(self, *a)


@hostile("differ", "unsupported")
def long_number(m: Any) -> None:
    """tells 10 ** 5000 for a version, and for an output number"""
    m.Tensor._version = m.Tensor.output_nr = _Property(lambda self: 10**5000)


@hostile("differ")
def list_in_itself(m: Any) -> None:
    """gives a list that contains itself in exp"""
    endless: list[Any] = []
    endless.append(endless)
    after(m, "exp", lambda y: endless)


@hostile("differ")
def long_list(m: Any) -> None:
    """gives a list of ten million lists in exp"""
    after(m, "exp", lambda y: [[] for _ in range(10_000_000)])


@hostile("raises")
def surrogates(m: Any) -> None:
    r"""raises an error whose text holds half of a surrogate pair, and a zero byte"""
    before(m, "exp", lambda *_: _fail(ValueError("\ud800 \0 \x1b[31m [bold] " + "x" * 10**6)))


def _fail(error: BaseException) -> None:
    raise error


@hostile("raises")
def error_without_text(m: Any) -> None:
    """raises an error whose str and repr raise"""

    class OddError(ValueError):
        def __str__(self) -> str:
            raise RuntimeError("no text")

        __repr__ = __str__

    before(m, "exp", lambda *_: _fail(OddError()))


@hostile("raises", "unsupported", "differ")
def odd_attribute_error(m: Any) -> None:
    """raises an AttributeError whose name and obj raise"""

    class OddNameError(AttributeError):
        def __getattribute__(self, name: str) -> Any:
            raise RuntimeError("no attributes")

    before(m, "exp", lambda *_: _fail(OddNameError()))


class _Odd:
    """Every special method raises."""

    def _raise(self, *args: Any) -> Any:
        raise RuntimeError("no answer")

    __str__ = __repr__ = __eq__ = __bool__ = __len__ = __iter__ = __hash__ = _raise
    __index__ = __float__ = __int__ = __array__ = __getattr__ = __reduce__ = __bytes__ = _raise


@hostile("differ")
def odd_object(m: Any) -> None:
    """gives an object of which everything raises in exp"""
    after(m, "exp", lambda y: _Odd())


@hostile("raises", "differ", "unsupported")
def odd_values(m: Any) -> None:
    """has numpy() and tolist() give objects of which everything raises"""
    m.Tensor.numpy = m.Tensor.tolist = lambda self, *args, **options: _Odd()


@hostile("refused", "unsupported", exit=2)
def object_arrays(m: Any) -> None:
    """has numpy() give arrays of objects"""
    original = m.Tensor.numpy
    m.Tensor.numpy = lambda self, *a, **o: np.asarray(original(self, *a, **o), object)


@hostile("differ", "unsupported")
def object_arrays_in_exp(m: Any) -> None:
    """has numpy() of what exp gives give arrays of objects"""
    original = m.Tensor.numpy
    odd: set[int] = set()
    after(m, "exp", lambda y: (odd.add(id(y)), y)[1])

    def numpy(self: Any, *args: Any, **options: Any) -> Any:
        array = original(self, *args, **options)
        return array.astype(object) if array.size == 6 else array

    m.Tensor.numpy = numpy


@hostile("refused", "unsupported", exit=2)
def lists_for_arrays(m: Any) -> None:
    """has numpy() give lists"""
    original = m.Tensor.numpy
    m.Tensor.numpy = lambda self, *a, **o: original(self, *a, **o).tolist()


@hostile("refused", "unsupported", exit=2)
def nothing_read(m: Any) -> None:
    """has numpy(), tolist() and .grad raise"""

    def fail(self: Any, *args: Any, **options: Any) -> Any:
        raise RuntimeError("not to be read")

    m.Tensor.numpy = m.Tensor.tolist = fail
    m.Tensor.grad = _Property(fail)


@hostile("refused", "unsupported", exit=2)
def no_shape(m: Any) -> None:
    """has .shape raise"""
    m.Tensor.shape = _Property(lambda self: _fail(RuntimeError("no shape")))


@hostile("differ", "unsupported")
def no_version(m: Any) -> None:
    """has a __version__ whose str raises, and _version raise"""
    m.__version__ = _Odd()
    m.Tensor._version = _Property(lambda self: _fail(RuntimeError("none")))


@hostile("differ", "unsupported", "refused", "agree")
def anything_by_any_name(m: Any) -> None:
    """gives a function for any name that is asked of the module, and of a tensor"""
    m.__getattr__ = lambda name: lambda *args, **options: None
    m.Tensor.__getattr__ = lambda self, name: lambda *args, **options: None


@hostile("differ", "unsupported", "refused", "agree")
def lying_class(m: Any) -> None:
    """says of every object, by its metaclass, that it is a Tensor"""

    class Lying(type(m.Tensor)):  # type: ignore[misc]
        def __instancecheck__(cls, instance: Any) -> bool:
            return True

    original = m.Tensor
    m.Tensor = Lying("Tensor", (original,), {})


@hostile("differ", "unsupported", "refused")
def lying_object(m: Any) -> None:
    """gives an object in exp whose __class__ says that it is a Tensor"""

    class Posing:
        __class__ = m.Tensor

    after(m, "exp", lambda y: Posing())


@hostile("differ", "agree", "crash")
def lying_int(m: Any) -> None:
    """tells shapes and strides as ints of a class that lies about everything"""

    class Odd(int):
        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 0

        def __index__(self) -> int:
            return random.getrandbits(3)

    original = m.Tensor.stride
    m.Tensor.stride = lambda self, *a: tuple(map(Odd, original(self))) if not a else 1


@hostile("raises", "differ")
def group_of_errors(m: Any) -> None:
    """raises a group of errors in exp, ten thousand deep in causes"""

    def act(*_: Any) -> None:
        error: Exception = ValueError("first")
        for _ in range(10_000):
            following = ValueError("next")
            following.__cause__ = error
            error = following
        raise ExceptionGroup("many", [error])

    before(m, "exp", act)
