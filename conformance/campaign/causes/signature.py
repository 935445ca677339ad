"""The signature of a difference: what two differences must share to count as one cause.

A wrong derivative rule shows in thousands of programs. A shrunk program has little left but the
cause, so a wrong value is known by its ops; an error is known by its text, a flag by its place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from conformance.campaign.causes.abstracting import abstract, abstract_place
from conformance.catalogue import op_of
from conformance.program import Program
from conformance.program.script.wording import worded
from conformance.program.steps import Backward, Call, EnterMode, Grad, Step, kind_of, walks
from conformance.verdict import GRADE_OF, Mismatch

FAMILY: Mapping[str, str] = {
    "value": "forward",
    "shape": "forward",
    "grad_value": "gradient",
    "grad_shape": "gradient",
}
"""Kinds that one wrong rule brings about now and then; any other kind is a family of its own."""

BY_OPS = frozenset({"forward", "gradient", "grad_missing", "zero_sign", "flaky"})
"""The families whose cause is known by the ops of its shortest program."""

BY_TEXT = frozenset({"raises", "error_type", "error_message"})
"""The families whose cause is known by what an error says, whichever op raises it."""

BY_STEP = frozenset({"crash", "hang"})
"""The families whose cause is known by the step that was under way, and how it ended."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What differences of one cause share.

    Attributes:
        family: the kind of difference, or what several kinds have in common.
        about: the ops, or what else a program does, that are at fault; () where it is not by
            them that the cause is known.
        place: what differs, without the program's own names and numbers.
        texts: expected and actual, without names, numbers, shapes and addresses.
    """

    family: str
    about: tuple[str, ...] = ()
    place: str = ""
    texts: tuple[str, str] = ("", "")

    @property
    def id(self) -> str:
        """Eight hexadecimal digits, the same on every machine and in every run."""
        text = "\n".join((self.family, *self.about, self.place, *self.texts))
        return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:8]

    @property
    def guessed(self) -> bool:
        """Whether it is only known what the case asked about, and not what is at fault."""
        return self.place == GUESSED


GUESSED = "?"
"""The place of a signature that is a guess; no place is written so."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A difference, and what is known of its cause.

    Attributes:
        signature: that of the cause, or a guess.
        candidates: everything that the program does which may be the cause. Any op of a long
            program may be the one whose gradient is wrong; its shortest program has no other.
    """

    signature: Signature
    candidates: frozenset[str]

    def may_be(self, signature: Signature) -> bool:
        """Whether that cause would explain this difference."""
        if not self.signature.guessed:
            return self.signature == signature
        return (
            self.signature.family == signature.family
            and not signature.guessed
            and self.candidates.issuperset(signature.about)
        )


def suspect_of(program: Program, mismatch: Mismatch, about: str, *, shrunk: bool) -> Suspect:
    """What is known of a difference's cause.

    Args:
        about: what the case asks about: an op, a feature; "" where it is not known.
        shrunk: whether the program is the shortest that shows the difference.
    """
    family = FAMILY.get(mismatch.kind, mismatch.kind)
    ops, features = _done_by(program)
    found = frozenset((*ops, *features))
    if family in BY_OPS:
        if shrunk:
            if family == "forward" and any(map(walks, program.steps)):
                family = "gradient"  # Nothing would go backward in it, were the op itself wrong.
            return Suspect(Signature(family, _cause(ops, features) or (about,)), found)
        name = (_at(program, mismatch) if family == "forward" else ()) or (about,)
        return Suspect(Signature(family, name, GUESSED), found)
    sides = worded(mismatch)
    texts = abstract(_side(sides.expected)), abstract(_side(sides.actual))
    silent = family in BY_STEP or (family in BY_TEXT and not any(map(_says_something, texts)))
    names = _at(program, mismatch) if silent else ()
    return Suspect(Signature(family, names, abstract_place(mismatch.where), texts), found)


def _side(text: str) -> str:
    """What one side did, of which a step that merely returns says nothing."""
    return "returned" if text.startswith("returned") else text


def _says_something(text: str) -> bool:
    """Whether an error has a message beside its type."""
    _, colon, message = text.partition(":")
    return bool(colon) and any(letter.isalpha() for letter in message)


def _at(program: Program, mismatch: Mismatch) -> tuple[str, ...]:
    """The step whose outcome differs, or that made what does; () if it is an input."""
    if mismatch.step is None or mismatch.step >= len(program.steps):
        return ()
    step = program.steps[mismatch.step]
    return (_name(step) or kind_of(step),)


# What is taken for granted in a program, so that it is no cause by itself.
_ORDINARY = frozenset({"backward", "grad", "read", "forget", "leave_mode", "requires_grad"})
_READING = ("attribute", "grad")  # `t0 = x0.grad`, which is a call in a program but no op


def _name(step: Step) -> str | None:
    """What the step does, as a reader would name it; None for what is in every program."""
    if isinstance(step, Call):
        return None if (step.form, step.op) == _READING else op_of(step) or step.op
    if isinstance(step, EnterMode):
        return f"with {step.mode}"
    kind = kind_of(step)
    return None if kind in _ORDINARY else kind.replace("_", " ")


def ops_of(program: Program) -> tuple[str, ...]:
    """The ops that a program calls, in its order."""
    calls = (step for step in program.steps if isinstance(step, Call))
    return tuple(dict.fromkeys(name for step in calls if (name := _name(step))))


def _done_by(program: Program) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ops that a program calls, and what else it does that not every program does."""
    others = (step for step in program.steps if not isinstance(step, Call))
    features = dict.fromkeys(name for step in others if (name := _name(step)))
    passes = [step for step in program.steps if isinstance(step, Backward | Grad)]
    if any(step.create_graph for step in passes):
        features[SECOND_ORDER] = None
    elif len(passes) > 1:
        features["backward again"] = None
    if any(isinstance(step, Backward) and step.inputs is not None for step in passes):
        features["backward(inputs=)"] = None
    return ops_of(program), tuple(features)


SECOND_ORDER = "create_graph"


def _cause(ops: tuple[str, ...], features: tuple[str, ...]) -> tuple[str, ...]:
    """Of what a shrunk program does, what is at fault. A hook that is there still is needed for
    the difference, and the op beside it only gives it a graph: any other would do. A derivative
    of the second order is an op's."""
    alone = [name for name in features if name != SECOND_ORDER]
    return tuple(sorted(alone or (*ops, *features)))


def shows_the_same(program: Program, found: Mismatch, sought: Suspect) -> bool:
    """Whether a shorter program shows the difference for which it was made shorter, and not
    another that happened to be in it as well."""
    suspect = suspect_of(program, found, "", shrunk=False)
    if sought.signature.guessed:
        return suspect.signature.family == sought.signature.family
    return suspect.signature == sought.signature


def is_failure(mismatch: Mismatch) -> bool:
    """Whether a reader is to look at it: it counts, or the subject does not always do the same."""
    return mismatch.counts or mismatch.kind == "flaky"


def by_gravity(mismatches: Iterable[Mismatch]) -> list[Mismatch]:
    """The differences to look at, those of the lowest grade first."""
    return sorted(
        filter(is_failure, mismatches), key=lambda mismatch: GRADE_OF.get(mismatch.kind, 1)
    )


class Symptom(NamedTuple):
    """A difference without the program that shows it: kind, place, and both sides."""

    kind: str
    place: str
    expected: str
    actual: str


_NO_SYMPTOM = frozenset({"value", "grad_value", "crash", "hang", "flaky", "unsupported"})
"""Kinds whose texts do not say what is wrong: each is looked into by itself."""


def symptom_of(mismatch: Mismatch) -> Symptom | None:
    """What the difference looks like in any program; None for a kind that no text can tell."""
    if mismatch.kind in _NO_SYMPTOM:
        return None
    sides = map(abstract, worded(mismatch)[1:3])
    return Symptom(mismatch.kind, abstract_place(mismatch.where), *sides)
