"""A provocation: a few lines of torch code that torch refuses, or warns of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from textwrap import dedent, indent

from conformance.program import Program
from conformance.program.steps import Snippet
from conformance.sources.case import Case

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
    """

    feature: str
    name: str
    code: str
    warns: bool = False

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


def rows(
    feature: str, raising: Mapping[str, str], warning: Mapping[str, str] | None = None
) -> Iterator[Provocation]:
    """The provocations of tables that map a name to indented code."""
    for name, code in raising.items():
        yield Provocation(feature, name, dedent(code).strip("\n") + "\n")
    for name, code in (warning or {}).items():
        yield Provocation(feature, name, dedent(code).strip("\n") + "\n", warns=True)
