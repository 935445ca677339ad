"""Texts as they are shown: printable, in a line, and no longer than a person reads."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from conformance.program.script.wording import worded
from conformance.verdict import Mismatch

LINES = 60  # of a script on a page
EVIDENCE = 4  # lines of what the witnesses said, in a test's failure
WIDTH = 300  # characters of a line on a page
SCRIPT = 4000  # characters of a script on a page; the file has all


def printable(text: str) -> str:
    """The text without what a terminal or a file cannot take: lone surrogates and control
    characters stand as their escapes."""
    clean = text.encode("utf-8", "backslashreplace").decode("utf-8")
    if all(letter.isprintable() or letter in "\n\t" for letter in clean):
        return clean
    return "".join(
        letter if letter.isprintable() or letter in "\n\t" else ascii(letter)[1:-1]
        for letter in clean
    )


def line(text: str, width: int = WIDTH) -> str:
    """The text in one line, cut to a width."""
    flat = " ".join(printable(text[: 8 * width]).split())
    return _cut(flat, width)


def capped(script: str, file: str) -> str:
    """A script as far as a page shows it; what is left out is said, and where it is."""
    text = printable(script).rstrip()
    kept, length = [], 0
    for number, each in enumerate(text.splitlines()):
        shown = each if len(each) <= WIDTH else f"{each[:WIDTH]}  # … cut"
        length += len(shown)
        if number == LINES or length > SCRIPT:
            break
        kept.append(shown)
    left = len(text) - sum(min(len(each), WIDTH) + 1 for each in text.splitlines()[: len(kept)]) + 1
    return "\n".join([*kept, *([f"# … {left:,} more characters in {file}"] if left > 0 else [])])


def essence(script: str, width: int, lines: int = 2) -> list[str]:
    """What a script does in a line or two: its statements joined, without imports and without
    what prints the difference at its end."""
    own = _LOGGING.sub("", _DIFFERENCE.split(printable(script))[0])
    own = _ALONE.sub(r"\1\2 \3\n", _CAUGHT.sub(_body, own))
    packed: list[str] = []
    for each in own.splitlines():
        if not each:
            continue
        joined = f"{packed[-1]}; {each}" if packed and _simple(packed[-1], each) else ""
        if joined and len(joined) <= width:
            packed[-1] = joined
        else:
            packed.append(each)
    if len(packed) <= lines:
        return [_cut(each, width) for each in packed]
    left = len(packed) - lines
    more = f"  … {left} more line{'s' * (left > 1)}"
    shown = [_cut(each, width) for each in packed[: lines - 1]]
    return [*shown, _cut(packed[lines - 1], width - len(more)) + more]


_DIFFERENCE = re.compile(r"^# [a-z_]+: ", re.MULTILINE)
"""What a script's last part begins with: `# grad_value: expected 2., got 1.`"""


_LOGGING = re.compile(r"^(import \w+|calls = \[\]|def log\(.*\n(?:    .*\n|\n)+)$", re.MULTILINE)
"""What a script needs beside the program: its imports, and what its hooks write to."""

_CAUGHT = re.compile(
    r"^( *)try:\n((?:\1    .*\n)+)\1except Exception as error:\n\1    print\(.*\n?", re.MULTILINE
)
"""A step that raises, with what catches it: that it raises is said beside it."""

_ALONE = re.compile(r"^( *)((?:def|with) .*:)\n\1    (\S.*[^:\n])\n(?!\1 )", re.MULTILINE)
"""A block of one statement, which may stand in the line that opens it."""


def _body(caught: re.Match[str]) -> str:
    indent, body = caught.groups()
    return "".join(f"{indent}{each[len(indent) + 4 :]}\n" for each in body.splitlines())


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: max(width - 1, 0)]}…"


def _simple(before: str, after: str) -> bool:
    """Whether two statements may stand in one line."""
    return not ("#" in before or before.startswith(_BLOCKS) or after.startswith(_BLOCKS))


_BLOCKS = (" ", "@", "with ", "def ", "class ", "try:", "except ", "for ", "if ")


def differing(mismatch: Mismatch) -> list[str]:
    """A difference as a test's failure says it: what was expected, what came, and what the judge
    says of it."""
    at = "" if mismatch.step is None else f" (step {mismatch.step + 1})"
    head = f"{mismatch.kind}: {mismatch.where}{at}" if mismatch.where else f"{mismatch.kind}{at}"
    texts = worded(mismatch)
    judged = f"{mismatch.judgement or ''} {texts.reason}".strip()
    lines = [
        head,
        f"expected: {texts.expected}",
        f"actual:   {texts.actual}",
        *([f"          {texts.detail}"] if texts.detail else []),
        *([f"judged:   {judged}"] if judged else []),
        *[f"          {each}" for each in mismatch.evidence[:EVIDENCE]],
    ]
    return [_aligned(each) for each in lines]


def _aligned(text: str) -> str:
    """The text in one line, with the column in which its second part begins."""
    column = 10 if text[:10].strip().endswith(":") or not text[:10].strip() else 0
    return text[:column] + line(text[column:])


def cases(count: int) -> str:
    """`1 case`, `2,000 cases`."""
    return f"{count:,} case{'s' * (count != 1)}"


def replay_command(file: str, engine: str, reference: str, own: Sequence[str] = ()) -> str:
    """The command that runs a program again, as it can be pasted into a shell. `own`: the sources
    of the user's own ops."""
    parts: Sequence[str] = ["conformance", "replay", file, "--engine", engine]
    if reference != "torch":
        parts = [*parts, "--reference", reference]
    parts = [*parts, *(part for source in own for part in ("--ops-from", source))]
    return shlex.join(parts)
