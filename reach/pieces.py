"""What the pieces of a campaign reach, several at a time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from conformance import TorchLike, resolve_engine
from conformance.campaign.plan import Piece, Settings, generated_pieces
from conformance.generate.generated import drawn
from reach.measuring import Reach, measured


def of_piece(piece: Piece) -> Reach:
    """What the programs of one piece reach."""
    import torch

    torch.set_num_threads(1)
    reference = resolve_engine("torch")
    assert isinstance(reference, TorchLike)
    ops = (piece.op,) if piece.op else None
    programs = drawn(reference, count=piece.count, seed=piece.seed, ops=ops)
    return measured((each.program for each in programs), reference)


def reached(programs: int, seed: int, jobs: int) -> Iterator[Reach]:
    """What each piece of a campaign reaches."""
    pieces = generated_pieces(Settings("torch", max_examples=programs, seed=seed))
    with ProcessPoolExecutor(jobs, get_context("forkserver")) as pool:
        yield from pool.map(of_piece, pieces)
