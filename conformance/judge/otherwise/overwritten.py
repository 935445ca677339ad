"""What a subject had at places that it overwrote later: its trace shows only the last values.

A value that is far off may come of a rounding that is not seen any more, as that of `y` in
`y = x.exp(); z = y // 1; y.log_()`. So the subject runs the beginning of the program again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conformance.engines.execute import execute
from conformance.engines.protocol import Engine, Session
from conformance.judge.comparing.closeness import Array
from conformance.judge.nearby.replay import places, read, replay
from conformance.judge.otherwise.allowance import alike
from conformance.program import Program
from conformance.program.trace import Trace

MOST = 6  # beginnings of the program that the subject runs, the last ones

Earlier = Mapping[int, Mapping[str, Array]]
"""By the step after which they stood there, the subject's values by their places."""


def overwritten(program: Program, reference: Engine, subject: Engine, expected: Trace) -> Earlier:
    """The subject's values at places that the reference writes to once more."""
    states: dict[str, list[Array | None]] = {where: [] for where in places(expected)}

    def after(number: int, session: Session) -> None:
        for where, found in states.items():
            found.append(read(session, where))

    replay(program, reference, after)
    wanted: dict[int, list[str]] = {}
    for where, found in states.items():
        for number in _passing(found):
            wanted.setdefault(number, []).append(where)
    earlier: dict[int, Mapping[str, Array]] = {}
    for number in sorted(wanted)[-MOST:]:
        until = Program(program.inputs, program.steps[: number + 1])
        had = places(execute(until, subject))
        earlier[number] = {where: had[where] for where in wanted[number] if where in had}
    return earlier


def _passing(states: Sequence[Array | None]) -> list[int]:
    """The steps that wrote to a place which another step writes to later."""
    written = [
        number
        for number, (before, now) in enumerate(zip([None, *states], states, strict=False))
        if now is not None and not same_bits(before, now)
    ]
    return written[:-1]


def same_bits(left: Array | None, right: Array) -> bool:
    """Whether two arrays are the same in all that a tensor shows of values."""
    return left is not None and alike(left, right) and left.tobytes() == right.tobytes()


def differing(wanted: Mapping[str, Array], got: Mapping[str, Array]) -> set[str]:
    """The places where values of one shape and dtype have other bits, even within tolerance: 10
    prints otherwise than the number next to it."""
    return {
        where
        for where in wanted.keys() & got.keys()
        if alike(wanted[where], got[where]) and wanted[where].tobytes() != got[where].tobytes()
    }


def settling(states: Sequence[Array | None]) -> int:
    """The first step after which a place holds what it holds at the end."""
    last = states[-1]
    number = len(states) - 1
    while number and last is not None and same_bits(states[number - 1], last):
        number -= 1
    return number


def place_after(where: str, number: int) -> str:
    """The name of a place as it was after a step."""
    return f"{where} after step {number}"


def place_of(where: str) -> str:
    """The place itself."""
    return where.partition(" ")[0]
