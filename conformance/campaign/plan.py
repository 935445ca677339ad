"""What a campaign is to run, cut into pieces that a worker takes whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from conformance.catalogue import CATALOGUE
from conformance.claims import EVERYTHING, Claims
from conformance.corpus.case import CHECKS, OWN_CASES, Check
from conformance.corpus.found import ops_found
from conformance.corpus.opinfo.own import entry_of
from conformance.corpus.options import AREAS
from conformance.corpus.provocations import FEATURES
from conformance.program.words.own import OWN

ALONE = 4  # one generated program of so many calls one op only: what differs there is its doing
FEWEST = 12  # programs that an op has alone; fewer show little, and each piece takes a moment
SIGNED = (
    12  # as many as of so many samples has an op whose operands and arguments are drawn one by one
)
GENERATED_PIECE = 250  # programs: seconds of work, so that no core waits long for the last piece


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides a campaign's results; equal settings give equal results.

    Attributes:
        engine, reference: as `resolve_engine` takes them.
        ops: the catalogue's names; empty for every op.
        checks: which questions are asked.
        max_examples: how many programs are generated.
        seed: of what is generated; the corpus has no seed.
        skips: patterns of case ids that are not run.
        hang_after: seconds that a step may take.
        memory: bytes that the subject's process may take.
        environment: variables of the subject's process, as pairs of name and value.
        claims: what the subject claims; what is outside of it is not run.
        has: the ops that the subject has in some form; () where that is not known. The corpus asks
            about all, but a program that calls one of the others shows no more than that it lacks.
        own: the sources of the user's own ops that are asked about beside the catalogue's.
    """

    engine: str
    reference: str = "torch"
    ops: tuple[str, ...] = ()
    checks: tuple[Check, ...] = CHECKS
    max_examples: int = 20000
    seed: int = 0
    skips: tuple[str, ...] = ()
    hang_after: float = 20.0
    memory: int = 4 << 30
    environment: tuple[tuple[str, str], ...] = ()
    claims: Claims = EVERYTHING
    has: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The ops that are asked about, in the catalogue's order; then the user's own."""
        return tuple(name for name in (*CATALOGUE, *OWN) if not self.ops or name in self.ops)

    @property
    def drawn(self) -> tuple[str, ...]:
        """The ops that generated programs call; empty for every op."""
        claimed = self.drawable
        found = tuple(name for name in claimed if name in self.has or not _can_be_drawn(name))
        drawn = found if any(map(_can_be_drawn, found)) else claimed
        return drawn if len(drawn) < len(CATALOGUE) else ()

    @property
    def left_out(self) -> tuple[str, ...]:
        """The claimed ops that programs do not call, since the subject has no name for them."""
        drawn = self.drawn or tuple(CATALOGUE)
        return tuple(name for name in self.drawable if _can_be_drawn(name) and name not in drawn)

    @property
    def drawable(self) -> tuple[str, ...]:
        """The ops that programs may call: of the user's own only those that are asked for by name,
        so that what is drawn of torch's stays the same beside them."""
        return tuple(
            name
            for name in self.names
            if self.claims.has(name) and (name not in OWN or name in self.ops)
        )

    @property
    def whole(self) -> bool:
        """Whether the whole frozen corpus is run, as a score needs it."""
        return not self.ops and not self.skips and set(CHECKS) - set(self.checks) <= {"programs"}


Source: TypeAlias = Literal[
    "tutorial", "provocations", "options", "opinfo", "neighbours", "found", "own", "generated"
]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of the work: the tutorial, a feature's provocations, an area's options, an op's cases of
    the corpus, what was found of an op, the cases of a user's own op, or some generated programs.

    Attributes:
        name: unique in the campaign.
        op: whose cases; of provocations, the feature; of generated programs, the only op that they
            call, if there is one.
        seed, count: of the programs to generate.
    """

    source: Source
    name: str
    op: str = ""
    seed: int = 0
    count: int = 0


def _can_be_drawn(op: str) -> bool:
    return entry_of(op).drawable


def programs_alone(settings: Settings) -> dict[str, int]:
    """How many programs call each op alone; none where there is only one op, or too few programs.
    Of an op without a signature there are as many as it has samples: a few calls show all that is
    drawn of it, and it is the theme of others."""
    ops = [op for op in settings.drawn or CATALOGUE if _can_be_drawn(op)]
    shares = {
        op: SIGNED if entry.signatures else len(entry.sampled)
        for op, entry in zip(ops, map(entry_of, ops), strict=True)
    }
    unit = settings.max_examples / ALONE / max(sum(shares.values()), 1)
    alone = {op: int(unit * share) for op, share in shares.items() if int(unit * share)}
    return alone if len(ops) > 1 and max(alone.values(), default=0) >= FEWEST else {}


_ALONE_FROM = 500_000  # the seeds of each op alone, beyond those of some hundred million programs


def pieces(settings: Settings) -> Iterator[Piece]:
    """The campaign's work in the order in which it is reported; there may be millions."""
    yield from corpus_pieces(settings)
    yield from generated_pieces(settings)


def generated_pieces(settings: Settings) -> Iterator[Piece]:
    """The programs to generate: first of each op alone, then of all together."""
    if not _draws(settings):
        return
    alone = programs_alone(settings)
    # Far enough apart that no two campaigns of neighbouring seeds share a piece.
    first = settings.seed * 1_000_003
    for place, (op, each) in enumerate(alone.items()):
        for number, start in enumerate(_starts(0, each)):
            count = min(GENERATED_PIECE, each - start)
            seed = first + _ALONE_FROM + place + 1000 * number
            yield Piece("generated", f"programs/{op}/{seed}/{count}", op, seed, count)
    # The ops decide what is drawn; a name without them would resume another's programs.
    of = f"{','.join(settings.drawn)}/" if settings.drawn else ""
    for number, start in enumerate(_starts(sum(alone.values()), settings.max_examples)):
        count = min(GENERATED_PIECE, settings.max_examples - start)
        seed = first + number
        yield Piece("generated", f"programs/{of}{seed}/{count}", seed=seed, count=count)


def count_pieces(settings: Settings) -> int:
    """How many pieces there are, for a progress display; there may be too many to go through."""
    counted = sum(1 for _ in corpus_pieces(settings))
    if not _draws(settings):
        return counted
    alone = programs_alone(settings)
    together = _starts(sum(alone.values()), settings.max_examples)
    return counted + sum(len(_starts(0, each)) for each in alone.values()) + len(together)


def _draws(settings: Settings) -> bool:
    """Whether programs are drawn: they are wanted, and there is an op to draw."""
    return "programs" in settings.checks and any(map(_can_be_drawn, settings.drawable))


def _starts(start: int, end: int) -> range:
    """Where pieces of programs begin."""
    return range(start, end, GENERATED_PIECE)


def corpus_pieces(settings: Settings) -> Iterator[Piece]:
    """The pieces of the frozen corpus, and after them those of the user's own ops."""
    if "tutorial" in settings.checks and not settings.ops:
        yield Piece("tutorial", "tutorial")
    if "messages" in settings.checks and not settings.ops:
        for feature in FEATURES:
            yield Piece("provocations", f"messages/{feature}", op=feature)
    if "options" in settings.checks and not settings.ops:
        for area in AREAS:
            yield Piece("options", f"options/{area}", op=area)
    if "found" in settings.checks:
        for name in ops_found():
            if not settings.ops or name in settings.ops:
                yield Piece("found", f"found/{name}", op=name)
    sampled = not {"value", "gradient", "second_order", "errors"}.isdisjoint(settings.checks)
    for name in settings.names:
        if name in OWN:
            if sampled:
                yield Piece("own", f"{OWN_CASES}/{name}", op=name)
        elif CATALOGUE[name].opinfo:
            if sampled:
                yield Piece("opinfo", f"opinfo/{name}", op=name)
            if "neighbours" in settings.checks:
                yield Piece("neighbours", f"neighbours/{name}", op=name)
