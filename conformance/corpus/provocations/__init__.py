"""Every message that torch has for a program that misuses the graph's state, each provoked.

One text file a feature: a sentence on the feature, then its provocations, each a heading and a few
lines of torch code. After the name in a heading, "(again)" marks another way to a message that some
other provocation has already, and "(warns)" marks code that raises nothing but warns. Which
messages cannot be provoked, and why, stands in `unreachable.txt`, which only the tests read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from textwrap import indent

from conformance.corpus.case import Case
from conformance.program import Program
from conformance.program.steps import Snippet

FEATURES = (
    *("walk", "leaves", "hooks", "inplace", "views", "inference", "modes", "functions"),
    *("derivatives", "saved", "functional", "gradcheck", "func", "conversions"),
)
"""The features, in the order in which they are run."""

PRELUDE = "x = torch.tensor([1.0, 2.0], requires_grad=True)\n"
"""What every provocation starts from."""

# Python shows a repeated warning only once, so code that warns is run under a filter of its own.
# Where in torch's C++ a warning comes from is of no interest.
_WARNING = """\
import warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
{code}
for warning in caught:
    text, _, _ = str(warning.message).partition(" (Triggered internally")
    print(f"{{warning.category.__name__}}: {{text}}")
"""

_HEADING = re.compile(r"^## (.*)\n", re.MULTILINE)
_SHORT_METHOD = re.compile(r"^F\.(\w+)\((.*?)\): (.*)\n", re.MULTILINE)
_SHORT_CLASS = re.compile(rf"(?:{_SHORT_METHOD.pattern})+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Provocation:
    """Code that makes torch raise or warn about the state of autograd.

    Attributes:
        feature: the file that it stands in.
        name: unique in its feature.
        code: plain torch code, after `PRELUDE`; the last statement raises.
        warns: the code raises nothing; its warnings are printed, category and text.
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
        code = self.code
        if self.warns:
            code = _WARNING.format(code=indent(code, "    ").rstrip())
        return Program((), (Snippet(PRELUDE + code),))

    @property
    def case(self) -> Case:
        """The provocation as a case of the corpus, under the name of its feature."""
        name = f"messages/{self.feature}/{self.name}"
        return Case(name, self.feature, "messages", self.program)


def sections(package: str, name: str) -> Iterator[tuple[str, str]]:
    """The headings of a package's text file of that name, each with the lines below it."""
    text = files(package).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    _, *parts = _HEADING.split(text)
    for heading, body in zip(parts[::2], parts[1::2], strict=True):
        yield heading, body.strip("\n") + "\n"


@cache
def provocations() -> tuple[Provocation, ...]:
    """All of them."""
    return tuple(row for feature in FEATURES for row in _provocations_about(feature))


def cases_about(feature: str) -> tuple[Case, ...]:
    """The cases of one feature."""
    return tuple(row.case for row in provocations() if row.feature == feature)


def _provocations_about(feature: str) -> Iterator[Provocation]:
    for heading, body in sections(__name__, feature):
        name, _, mark = heading.partition(" ")
        code = _SHORT_CLASS.sub(_function, body)
        yield Provocation(feature, name, code, warns=mark == "(warns)", again=mark == "(again)")


def _function(short: re.Match[str]) -> str:
    """The class `F` in full, from lines that are each a method, with `; ` between statements."""
    lines = ["class F(torch.autograd.Function):"]
    for name, parameters, statements in _SHORT_METHOD.findall(short[0]):
        lines += ["    @staticmethod", f"    def {name}({parameters}):"]
        lines += ["        " + statement for statement in statements.split("; ")]
    return "\n".join(lines) + "\n"
