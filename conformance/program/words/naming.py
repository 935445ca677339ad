"""What a program may call its tensors, and how it refers to them: safe to print in a script."""

from __future__ import annotations

import builtins
import keyword
import re
from functools import cache

from conformance.program.values import ProgramError, Ref, brief
from conformance.program.words.functionals import APIS, MAPS
from conformance.program.words.functions import FUNCTIONS
from conformance.program.words.hooks import HOOKS, PACKS, PARAMETERS
from conformance.program.words.reads import READS

SCRIPT = frozenset({"torch", "calls", "log", "hook", "pack", "unpack", "copy", "pickle", "error"})
SCRIPT |= {"np", "weakref"}
"""What a printed script calls its own things."""

# ASCII alone: Python takes `ﬁ` and `fi` for one name, a table does not. Not `_` and `__import__`.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_REF = re.compile(r"([A-Za-z][A-Za-z0-9_]{0,63})(\[(0|[1-9][0-9]{0,5})\]){0,8}")
_WORD = re.compile(r"(?<![.\w])[A-Za-z_]\w*")  # no attribute
_DEFINED = re.compile(r"^(?:def|import) (\w+)", re.M)
_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")


@cache
def reserved() -> frozenset[str]:
    """The names that mean something in a printed script: a program that bound one of them would
    make the script do something else than the program did."""
    python = {*dir(builtins), *keyword.kwlist, *keyword.softkwlist}
    texts = [row.defines for row in READS.values()] + [row.defines for row in APIS.values()]
    defined = {*FUNCTIONS, *MAPS, *(name for text in texts for name in _DEFINED.findall(text))}
    # Within a hook the tensor that it was registered on stands by its name.
    bodies = [*PARAMETERS.values(), *(body for rows in HOOKS.values() for body in rows.values())]
    bodies += [body for pair in PACKS.values() for body in pair]
    words = (word for body in bodies for word in _WORD.findall(_TEXT.sub("", body)))
    return frozenset({*python, *defined, *SCRIPT, *words})


def check_name(name: object, where: str) -> None:
    """Check that a program may bind the name.

    Raises:
        ProgramError: it may not.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name in reserved():
        raise ProgramError(f"{where}: {brief(name)} cannot be a name")


def check_ref(ref: Ref, where: str) -> None:
    """Check that the reference is a name, or an item of one: `t1`, `t1[0]`.

    Raises:
        ProgramError: it is not.
    """
    if not isinstance(ref.name, str) or not _REF.fullmatch(ref.name):
        raise ProgramError(f"{where}: {brief(ref.name)} is no name, and no item of one")
