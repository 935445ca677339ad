"""The corpus of an op, built once for a version of torch and of the harness, and then kept.

To build all of it takes a quarter of a minute, half of it to import torch's test data, and gives
the same programs every time. They are kept where programs keep what they can make again: in the
folder `autograd-conformance` in that which `CONFORMANCE_CACHE` names, else in the user's cache
folder.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeAlias

import numpy as np

import conformance
from conformance.catalogue import CATALOGUE
from conformance.corpus.opinfo import Corpus, corpus_of, neighbours_of

Infos: TypeAlias = tuple[tuple[str, str], ...]

VARIABLE = "CONFORMANCE_CACHE"
OURS = "autograd-conformance"  # the folder within which others are made, and removed again
PREFIX = "corpus-"
KEPT = 3  # versions of the corpus: who works on the harness makes a new one with every edit


def stored_corpus(op: str, infos: Infos) -> Corpus:
    """What `corpus_of` gives, from the folder if it was built before. A folder that cannot be read
    or written costs the time to build it again, and nothing else."""
    return _stored(corpus_of, op, infos)


def stored_neighbours(op: str, infos: Infos) -> Corpus:
    """Likewise what `neighbours_of` gives."""
    return _stored(neighbours_of, op, infos)


def _stored(build: Callable[[str, Infos], Corpus], op: str, infos: Infos) -> Corpus:
    folder = _folder()
    if folder is None:
        return build(op, infos)
    name = hashlib.sha256(repr((build.__name__, op, infos)).encode()).hexdigest()[:16]
    file = folder / f"{name}.pickle"  # as trusted as the compiled modules beside the sources
    with suppress(Exception):  # whatever a spoilt file may raise
        found = pickle.loads(file.read_bytes())
        if isinstance(found, Corpus):
            with suppress(OSError):
                os.utime(folder)  # Of several versions in turn, what is used stays.
            return found
    corpus = build(op, infos)
    with suppress(Exception):
        _write(file, pickle.dumps(corpus))
    return corpus


def is_kept() -> bool:
    """Whether this version's corpus is kept for the most part, so that little need be built."""
    folder = _folder()
    kept = sum(1 for _ in folder.glob("*.pickle")) if folder is not None else 0
    return 2 * kept > len(CATALOGUE)


def _folder() -> Path | None:
    """Where this version of the corpus is kept; None if nothing is to be kept."""
    named = os.environ.get(VARIABLE)
    if named == "":
        return None
    try:
        home = named or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Path(home).expanduser().absolute() / OURS / f"{PREFIX}{_version()}"
    except (OSError, RuntimeError):  # There is no home, or the sources are being changed.
        return None


@cache
def _version() -> str:
    """A hash of all that decides what the corpus is."""
    import torch

    about = (
        torch.__version__,
        torch.version.git_version,
        torch.backends.cpu.get_cpu_capability(),
        np.__version__,
        sys.version,
    )
    digest = hashlib.sha256(repr(about).encode())
    root = Path(conformance.__file__).parent
    for file in sorted(each for each in root.rglob("*.py") if each.is_file()):
        digest.update(str(file.relative_to(root)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _write(file: Path, data: bytes) -> None:
    """All of it or nothing, whoever else writes it at the same time."""
    if not file.parent.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _forget_old(file.parent.parent)
    number, draft = tempfile.mkstemp(dir=file.parent)
    try:
        with os.fdopen(number, "wb") as opened:
            opened.write(data)
        os.replace(draft, file)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft)
        raise


def _forget_old(root: Path) -> None:
    found = [each for each in root.iterdir() if _NAME.fullmatch(each.name) and each.is_dir()]
    for folder in sorted(found, key=_age)[KEPT:]:
        if not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)


_NAME = re.compile(rf"{PREFIX}[0-9a-f]{{16}}")


def _age(folder: Path) -> float:
    try:
        return -folder.stat().st_mtime
    except OSError:  # Another process removes it.
        return 0.0
