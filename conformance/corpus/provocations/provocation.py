"""A provocation: a few lines of torch code that torch refuses, or warns of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from textwrap import dedent, indent

from conformance.corpus.case import Case
from conformance.program import Program
from conformance.program.steps import Snippet

PRELUDE = "x = torch.tensor([1.0, 2.0], requires_grad=True)\n"
"""What every provocation starts from."""

# What warns is run under a filter of its own: what Python has shown once, it shows no more. Where
# in torch's C++ a warning comes from is of no interest.
_WARNING = """
import warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
{code}
for warning in caught:
    text, _, _ = str(warning.message).partition(" (Triggered internally")
    print(f"{{warning.category.__name__}}: {{text}}")
"""


@dataclass(frozen=True, slots=True)
class Provocation:
    """Code that makes torch say something about the state of autograd.

    Attributes:
        feature: the room that it belongs to, the name of its file.
        name: unique in its feature.
        code: plain torch code, after `PRELUDE`; the last statement raises.
        warns: the code raises nothing; what it warns of is printed, category and text.
        again: another provocation has the same message already, by another way.
    """

    feature: str
    name: str
    code: str
    warns: bool = False
    again: bool = False

    @property
    def program(self) -> Program:
        """The provocation as a program of one snippet."""
        if not self.warns:
            return Program((), (Snippet(PRELUDE + self.code),))
        code = _WARNING.format(code=indent(self.code, "    ").rstrip())
        return Program((), (Snippet(PRELUDE + code.lstrip("\n")),))

    @property
    def case(self) -> Case:
        """The provocation as a case of the corpus, under the name of its feature."""
        name = f"messages/{self.feature}/{self.name}"
        return Case(name, self.feature, "messages", self.program)


@dataclass(frozen=True, slots=True)
class Feature:
    """The tables of one feature: each maps a name to indented code.

    Attributes:
        raising: a row for each message of an error.
        again: other ways to such a message, where other code of torch's comes to it.
        warning: a row for each message of a warning.
    """

    raising: Mapping[str, str]
    again: Mapping[str, str]
    warning: Mapping[str, str]

    def rows(self, name: str) -> Iterator[Provocation]:
        """The provocations, under the feature's name."""
        for row, code in self.raising.items():
            yield Provocation(name, row, _text(code))
        for row, code in self.again.items():
            yield Provocation(name, row, _text(code), again=True)
        for row, code in self.warning.items():
            yield Provocation(name, row, _text(code), warns=True)


def _text(code: str) -> str:
    return dedent(code).strip("\n") + "\n"
