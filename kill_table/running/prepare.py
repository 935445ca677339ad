"""What is made once and kept beside the journal: the questions, and which lines each reaches."""

from __future__ import annotations

import gc
import hashlib
import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from conformance import TorchLike, execute, resolve_engine
from kill_table.running.child import Begin, in_child
from kill_table.running.questions import ENGINE, Question, frozen, generated, known_by
from kill_table.running.reach import Line, Reach, Tracer


@dataclass(frozen=True, slots=True)
class Prepared:
    """What mutants are asked.

    Attributes:
        questions: generated ones first.
        programs: how many of these there are.
    """

    questions: list[Question]
    programs: int
    reach: Reach


def prepared(root: Path, folder: Path, programs: int, seed: int, corpus: bool = True) -> Prepared:
    """What was kept in the folder, if it is of these sources; else it is made, and kept.

    Args:
        root: the folder in which engine and harness lie.
        corpus: whether the frozen corpus is asked as well.
    """
    key = f"{fingerprint(root)} {programs} {seed} {corpus}"
    file = folder / "prepared.pickle"
    if (found := _read(file, key)) is not None:
        return found
    folder.mkdir(parents=True, exist_ok=True)

    def work(begin: Begin) -> Iterator[None]:
        made = _made(root, programs, seed, corpus, begin)
        draft = file.with_suffix(".draft")
        draft.write_bytes(pickle.dumps((key, made), pickle.HIGHEST_PROTOCOL))
        draft.replace(file)
        yield None

    ended = in_child(work)  # so that this process stays without the engine and without threads
    if ended.how != "returned":
        raise RuntimeError(f"the questions could not be made: {ended.how} {ended.detail}")
    found = _read(file, key)
    assert found is not None
    return found


def _read(file: Path, key: str) -> Prepared | None:
    if not file.exists():
        return None
    known, made = pickle.loads(file.read_bytes())
    return made if known == key and isinstance(made, Prepared) else None


def _made(root: Path, programs: int, seed: int, corpus: bool, begin: Begin) -> Prepared:
    import torch

    torch.set_num_threads(1)
    questions = list(generated(programs, seed))
    count = len(questions)
    if corpus:
        questions += frozen()
    subject = resolve_engine(ENGINE)
    assert isinstance(subject, TorchLike)
    gc.collect()
    gc.freeze()
    tracer, reach = Tracer(str(root), ENGINE), Reach(len(questions))
    for number, question in enumerate(questions):
        begin(number)
        program, _ = question.parts()
        first = tracer.lines(lambda program=program: execute(program, subject))  # type: ignore[misc]
        second = tracer.lines(lambda program=program: execute(program, subject))  # type: ignore[misc]
        reach.note(number, first, second)
        known_by(question, subject)
    return Prepared(questions, count, reach)


def imported_lines(root: Path) -> frozenset[Line]:
    """The lines of the engine that run when it is imported."""

    def work(begin: Begin) -> Iterator[set[Line]]:
        yield Tracer(str(root), ENGINE).lines(lambda: import_module(ENGINE))

    ended = in_child(work)
    if ended.how != "returned":
        raise RuntimeError(f"the engine cannot be imported: {ended.detail}")
    return frozenset(ended.values[0])


def fingerprint(root: Path) -> str:
    """A hash of all that decides what a mutant answers, and what is right."""
    import torch

    digest = hashlib.sha256(torch.__version__.encode())
    for package in (ENGINE, "conformance"):
        for file in sorted((root / package).rglob("*.py")):
            digest.update(str(file.relative_to(root)).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
