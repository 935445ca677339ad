"""Which of several equal elements a selection takes: those of the algorithms that torch calls.

`std::nth_element`, `std::partial_sort` and `std::sort` leave equal elements in an order that
follows from how they go about it; here they go about it as in GNU's C++ library, with which torch
is built for Linux.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

Less = Callable[[Any, Any], bool]

LONG = 1 << 14  # the longest row for which this is gone about: the interpreter takes its time
SMALL = 16  # the longest row of which a sort is stable: it is one of insertions
_FEW = 64  # times as many elements as are wanted: then torch sorts a part


def ordered(row: NDArray[Any], *, descending: bool) -> list[int]:
    """The indices of a row's elements in order, as torch's `sort` gives them that is not stable."""
    places = list(range(len(row)))
    _sort(places, len(places), _compared(row, descending))
    return places


def selected(row: NDArray[Any], *, k: int, largest: bool, in_order: bool) -> list[int]:
    """The indices of the k greatest or least elements of a row, as torch's `topk` gives them."""
    places, less = list(range(len(row))), _compared(row, largest)
    if k * _FEW <= len(places):
        _partial_sort(places, k, less)
    else:
        _nth_element(places, k - 1, less)
        if in_order:
            _sort(places, k - 1, less)
    return places[:k]


def _compared(row: NDArray[Any], descending: bool) -> Less:
    """Whether of two places the first element comes before the second; NaN is the greatest."""
    values = row.tolist()
    if descending:
        return lambda left, right: _descending(values[left], values[right])
    return lambda left, right: _ascending(values[left], values[right])


def _ascending(left: float, right: float) -> bool:
    return left < right or (right != right and left == left)


def _descending(left: float, right: float) -> bool:
    return left > right or (left != left and right == right)


def _nth_element(items: list[int], nth: int, less: Less) -> None:
    first, last = 0, len(items)
    depth = 2 * (last.bit_length() - 1)
    while last - first > 3:
        if not depth:
            _heap_select(items, first, nth + 1, last, less)
            items[first], items[nth] = items[nth], items[first]
            return
        depth -= 1
        cut = _partition(items, first, last, less)
        if cut <= nth:
            first = cut
        else:
            last = cut
    _insertion_sort(items, first, last, less)


def _sort(items: list[int], last: int, less: Less) -> None:
    _sort_coarsely(items, 0, last, 2 * (last.bit_length() - 1), less)
    _insertion_sort(items, 0, last, less)


def _sort_coarsely(items: list[int], first: int, last: int, depth: int, less: Less) -> None:
    while last - first > SMALL:
        if not depth:
            _heap_select(items, first, last, last, less)
            _sort_heap(items, first, last, less)
            return
        depth -= 1
        cut = _partition(items, first, last, less)
        _sort_coarsely(items, cut, last, depth, less)
        last = cut


def _partition(items: list[int], first: int, last: int, less: Less) -> int:
    """Parts a range about the median of three of its elements; gives where the second begins."""
    _median_to_front(items, first, first + 1, first + (last - first) // 2, last - 1, less)
    pivot, low, high = items[first], first + 1, last
    while True:
        while less(items[low], pivot):
            low += 1
        high -= 1
        while less(pivot, items[high]):
            high -= 1
        if low >= high:
            return low
        items[low], items[high] = items[high], items[low]
        low += 1


def _median_to_front(items: list[int], front: int, a: int, b: int, c: int, less: Less) -> None:
    if less(items[a], items[b]):
        median = b if less(items[b], items[c]) else c if less(items[a], items[c]) else a
    else:
        median = a if less(items[a], items[c]) else c if less(items[b], items[c]) else b
    items[front], items[median] = items[median], items[front]


def _insertion_sort(items: list[int], first: int, last: int, less: Less) -> None:
    for at in range(first + 1, last):
        item, to = items[at], at
        while to > first and less(item, items[to - 1]):
            items[to] = items[to - 1]
            to -= 1
        items[to] = item


def _partial_sort(items: list[int], middle: int, less: Less) -> None:
    _heap_select(items, 0, middle, len(items), less)
    _sort_heap(items, 0, middle, less)


def _heap_select(items: list[int], first: int, middle: int, last: int, less: Less) -> None:
    """Makes a heap of a range, into which the least elements of the rest come."""
    size = middle - first
    for parent in range(size // 2 - 1, -1, -1):
        _sift(items, first, parent, size, items[first + parent], less)
    for at in range(middle, last):
        if size and less(items[at], items[first]):
            _pop_heap(items, first, middle, at, less)


def _sort_heap(items: list[int], first: int, last: int, less: Less) -> None:
    while last - first > 1:
        last -= 1
        _pop_heap(items, first, last, last, less)


def _pop_heap(items: list[int], first: int, last: int, into: int, less: Less) -> None:
    item, items[into] = items[into], items[first]
    _sift(items, first, 0, last - first, item, less)


def _sift(items: list[int], first: int, hole: int, size: int, item: int, less: Less) -> None:
    """Fills a hole with the greater of its children, down to a leaf, and from there puts the item
    where it belongs."""
    top, child = hole, hole
    while child < (size - 1) // 2:
        child = 2 * (child + 1)
        if less(items[first + child], items[first + child - 1]):
            child -= 1
        items[first + hole] = items[first + child]
        hole = child
    if size % 2 == 0 and child == (size - 2) // 2:
        child = 2 * (child + 1)
        items[first + hole] = items[first + child - 1]
        hole = child - 1
    while hole > top and less(items[first + (hole - 1) // 2], item):
        items[first + hole] = items[first + (hole - 1) // 2]
        hole = (hole - 1) // 2
    items[first + hole] = item
