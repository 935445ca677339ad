"""What mutants are asked: generated programs in the order in which they are drawn, then the corpus,
each with what the reference and the unchanged engine do."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterator
from dataclasses import dataclass

from conformance import Program, TorchLike, Trace, adjudicate, execute, resolve_engine
from conformance.campaign.plan import Piece, Settings, corpus_pieces, generated_pieces
from conformance.campaign.workers.worker import cases_of
from conformance.engines.isolation.wire import decode, encode
from conformance.generate.generated import drawn

ENGINE = "mini_autograd"
FEW = 5000  # the programs of the shorter campaign, which come first

NO_TRACE = b""


@dataclass(slots=True)
class Question:
    """A program, and what is known of it before any mutant is asked.

    Attributes:
        case: the corpus's id of it; "" if it was generated.
        program, expected: as bytes, so that a process that is forked does not copy them.
        whole: a hash of what the unchanged engine gives, of its bytes.
        differs: whether that is known to differ from the reference, so that it can kill nothing.
    """

    case: str
    program: bytes
    expected: bytes
    whole: bytes = b""
    differs: bool = False

    def parts(self) -> tuple[Program, Trace]:
        """The program, and what the reference did."""
        return pickle.loads(self.program), decode(self.expected, "torch")


def generated(count: int, seed: int) -> Iterator[Question]:
    """The programs that campaigns of `FEW` and of `count` draw under the seed: first those of
    the shorter one, then the others."""
    reference = resolve_engine("torch")
    assert isinstance(reference, TorchLike)
    few = list(generated_pieces(Settings(ENGINE, max_examples=min(FEW, count), seed=seed)))
    many = list(generated_pieces(Settings(ENGINE, max_examples=count, seed=seed)))
    done: dict[tuple[int, str], int] = {}
    for piece in (*few, *sorted(many, key=lambda each: bool(each.op))):
        yield from _rest_of(piece, done, reference)


def _rest_of(
    piece: Piece, done: dict[tuple[int, str], int], reference: TorchLike
) -> Iterator[Question]:
    """The programs of a piece that were not drawn before."""
    key = piece.seed, piece.op
    start = done.get(key, 0)
    if piece.count <= start:
        return
    done[key] = piece.count
    ops = (piece.op,) if piece.op else None
    for program, trace in drawn(
        reference, count=piece.count - start, seed=piece.seed, start=start, ops=ops
    ):
        yield Question("", pickle.dumps(program, pickle.HIGHEST_PROTOCOL), encode(trace))


def frozen() -> Iterator[Question]:
    """The cases of the corpus."""
    reference = resolve_engine("torch")
    for piece in corpus_pieces(Settings(ENGINE)):
        for case in cases_of(piece)[0]:
            data = pickle.dumps(case.program, pickle.HIGHEST_PROTOCOL)
            yield Question(case.id, data, encode(execute(case.program, reference)))


def known_by(question: Question, subject: TorchLike) -> None:
    """Fill in what the unchanged engine, the subject, does."""
    program, expected = question.parts()
    actual = execute(program, subject)
    data = answer_of(actual)
    question.whole = hashed(data)
    if data != question.expected:
        reference = resolve_engine("torch")
        verdict = adjudicate(program, expected, actual, reference, subject)
        question.differs = verdict.outcome != "agree"


def answer_of(trace: Trace) -> bytes:
    """The trace as bytes; none if it holds what no trace may."""
    try:
        return encode(trace)
    except (TypeError, ValueError, RecursionError, MemoryError):
        return NO_TRACE


def hashed(data: bytes) -> bytes:
    """A few bytes that tell answers apart."""
    return hashlib.blake2b(data, digest_size=12).digest()
