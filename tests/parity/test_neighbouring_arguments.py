"""Arguments that an op does not take, one too many or in an order of old, do here what they do on
torch: the error, or the warning with which it is taken."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.parity.tables import differences, outcome

SOME = """
abs add amax cat clamp clone cumsum diagonal div dot eq exp expand flatten flip gather index_select
log_softmax matmul maximum mean mm movedim mul narrow neg permute pow prod relu repeat reshape
select sign sin softmax squeeze stack std sub sum t transpose tril unsqueeze var view where
"""


def warned(call: Callable[[], Any]) -> str:
    """What the call gave, and what it warned of; where in torch's sources is left out."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        given = outcome(call)
    return given + "".join(f" | {str(each.message).partition(' (Trigg')[0]}" for each in said)


def some_arguments(m: Any) -> Iterator[str]:
    """Up to three of any kind, most of which are refused."""
    values = {"0": 0, "1.5": 1.5, "'x'": "x", "tensor": m.ones(2)}
    for name, count in itertools.product(SOME.split(), (1, 2, 3)):
        for words in itertools.product(values, repeat=count):
            given = [values[word] for word in words]
            for owner, first in ((m.Tensor, [m.ones(2)]), (m, [])):
                if called := getattr(owner, name, None):
                    shown = outcome(lambda f=called, g=(*first, *given): f(*g))
                    yield f"{owner is m} {name} {words}: {shown}"


def numbers_before_tensors(m: Any) -> Iterator[str]:
    """Forms that are taken with a warning."""
    x, y = m.ones(2), m.ones(2, 2)
    values = {"2": 2, "3.0": 3.0, "x": x, "y": y, "number": m.tensor(2.0), "1j": 1j}
    for name in ("add", "sub", "addmm", "addmv", "rsub", "mul"):
        for count in (2, 3, 4):
            for words in itertools.product(values, repeat=count):
                if count == 4 and not {*words} <= {"2", "x", "y"}:
                    continue
                given = [values[word] for word in words]
                yield f"{name} {words}: {warned(lambda g=given, n=name: getattr(m, n)(*g))}"
                for form in (name, f"{name}_"):
                    if called := getattr(m.Tensor, form, None):
                        first = (x if name == "add" else y).clone()
                        shown = warned(lambda f=called, g=(first, *given): f(*g))
                        yield f"{form} {words}: {shown}"


def roundings_that_there_are_not(m: Any) -> Iterator[str]:
    """What `div` looks at first."""
    for dtype, other, grad in itertools.product((m.float32, m.int64), (2, 3, 1), (False, True)):
        for form, mode in itertools.product(("div", "div_"), ("round", "floor")):
            for given in (m.ones(2, dtype=dtype), m.ones(1, dtype=dtype).expand(2)):
                if grad and dtype is m.float32:
                    given = given.clone().requires_grad_()
                call = lambda g=given, o=other, f=form, d=mode: getattr(g, f)(  # noqa: E731
                    m.ones(o), rounding_mode=d
                )
                yield f"{dtype} {other} {grad} {form} {mode}: {outcome(call)}"


def tensors_among_sizes(m: Any) -> Iterator[str]:
    """Of which one number is taken, if it is whole."""
    x = m.ones(1)
    values = (
        *(m.tensor(each) for each in (False, True, 1, 0, 1.0, 1j, [1], [True], [1, 2], [])),
        m.tensor(2, dtype=m.uint8),
        m.tensor(1.0, requires_grad=True),
    )
    names = ("expand", "view", "reshape", "repeat", "permute", "tile", "flip", "sum", "squeeze")
    for name, value in itertools.product(names, values):
        called = getattr(x, name)
        for shown, given in (
            ("first", (value, 1)),
            ("second", (1, value)),
            ("alone", (value,)),
            ("listed", ([1, value],)),
            ("all that is listed", ((value,),)),
        ):
            yield f"{name} {value} {shown}: {outcome(lambda f=called, g=given: f(*g))}"


def one_int_by_name(m: Any) -> Iterator[str]:
    """By name, one int stands for a list of ints only where torch says so."""
    x = m.tensor([1.0, 2.0, 3.0])
    for value in (2, -2, 0):
        for name, key in (
            ("view", "size"), ("reshape", "shape"), ("expand", "size"), ("repeat", "repeats"),
            ("permute", "dims"), ("flip", "dims"), ("tile", "dims"), ("new_zeros", "size"),
            ("new_ones", "size"), ("sum", "dim"), ("roll", "shifts"), ("squeeze", "dim"),
            ("broadcast_to", "size"), ("resize_", "size"),
        ):  # fmt: skip
            told = outcome(lambda n=name, k=key, v=value: getattr(x, n)(**{k: v}))
            yield f"{name} {value}: {told}"
        for name in ("zeros", "ones", "rand"):
            yield f"{name} {value}: {outcome(lambda n=name, v=value: getattr(m, n)(size=v))}"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "table",
    [
        some_arguments,
        numbers_before_tensors,
        roundings_that_there_are_not,
        tensors_among_sizes,
        one_int_by_name,
    ],
)
def test_each_call_does_what_it_does_on_torch(table: Callable[[Any], Iterator[str]]):
    assert not differences(table)
