"""The corpus of an op, built once for a version of torch and of the harness, and then kept.

To build all of it takes a quarter of a minute, half of it to import torch's test data, and gives
the same programs every time. They are kept where programs keep what they can make again: in the
folder that `CONFORMANCE_CACHE` names, else in `autograd-conformance` of the user's cache folder.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np

import conformance
from conformance.sources.opinfo import Corpus, corpus_of

VARIABLE = "CONFORMANCE_CACHE"
PREFIX = "corpus-"  # of the names of folders: none other is ever removed
KEPT = 3  # versions of the corpus: who works on the harness makes a new one with every edit


def stored_corpus(op: str, infos: tuple[tuple[str, str], ...]) -> Corpus:
    """What `corpus_of` gives, from the folder if it was built before. A folder that cannot be read
    or written costs the time to build it again, and nothing else."""
    folder = _folder()
    if folder is None:
        return corpus_of(op, infos)
    name = hashlib.sha256(repr((op, infos)).encode()).hexdigest()[:16]
    file = folder / f"{name}.pickle"  # as trusted as the compiled modules beside the sources
    with suppress(Exception):  # whatever a spoilt file may raise
        found = pickle.loads(file.read_bytes())
        if isinstance(found, Corpus):
            return found
    corpus = corpus_of(op, infos)
    with suppress(OSError):
        _write(file, pickle.dumps(corpus))
    return corpus


def _folder() -> Path | None:
    """Where this version of the corpus is kept; None if nothing is to be kept."""
    named = os.environ.get(VARIABLE)
    if named == "":
        return None
    if named:
        return Path(named) / f"{PREFIX}{_version()}"
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:  # There is no home.
        return None
    return home / "autograd-conformance" / f"{PREFIX}{_version()}"


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
    for file in sorted(root.rglob("*.py")):
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
    folders = sorted(root.glob(f"{PREFIX}*"), key=lambda each: each.stat().st_mtime, reverse=True)
    for folder in folders[KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)
