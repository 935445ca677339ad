"""Measures the judge's witnesses: programs run in a process with other settings of the processor's
kernels, the differences in values that this alone makes, and which witness explains how many.

    python -m benchmarks.witnesses --engine torch --count 3000 --seed 1 ATEN_CPU_CAPABILITY=default
    python -m benchmarks.witnesses --engine mini_autograd --threads 2 OPENBLAS_CORETYPE=Haswell
"""

from __future__ import annotations

import argparse
import os
import pickle
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

import torch

from conformance import Program, execute, resolve_engine
from conformance.generate.generated import drawn
from conformance.judge.comparing.compare import compare
from conformance.judge.otherwise.roundings import ROUNDINGS
from conformance.judge.otherwise.ways import WAYS
from conformance.judge.otherwise.witnesses import Witnesses
from conformance.judge.referee import adjudicate
from conformance.program.trace import Trace
from conformance.verdict import Mismatch

VALUES = ("value", "grad_value", "zero_sign")
BATCH = 50  # programs that are sent at once
MEANS = {
    "the subject's own roundings alone": ({}, ()),
    **{f"and {name}": ({name: way}, ()) for name, way in WAYS.items()},
    "and one unit in the last place": ({}, ROUNDINGS),
    "all of them": (WAYS, ROUNDINGS),
}


def serve(engine: str, threads: int) -> None:
    """Run the programs that come by standard input, and send their traces."""
    torch.set_num_threads(threads)
    subject, output = resolve_engine(engine), sys.stdout.buffer
    sys.stdout = sys.stderr
    while True:
        try:
            programs = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump([execute(program, subject) for program in programs], output)
        output.flush()


def runs(options: argparse.Namespace) -> Iterator[tuple[Program, Trace, Trace]]:
    """Each program with the trace of torch here and of the subject there."""
    command = [sys.executable, "-m", "benchmarks.witnesses", "--serve"]
    command += ["--engine", options.engine, "--threads", str(options.threads)]
    settings = dict(setting.split("=", 1) for setting in options.settings)
    reference = resolve_engine("torch")
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | settings
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        programs = drawn(reference, count=options.count, seed=options.seed)
        while batch := list(islice(programs, BATCH)):
            pickle.dump([each.program for each in batch], process.stdin)
            process.stdin.flush()
            for each, actual in zip(batch, pickle.load(process.stdout), strict=True):
                yield each.program, each.trace, actual
        process.stdin.close()


def left(mismatches: Sequence[Mismatch]) -> list[Mismatch]:
    return [m for m in mismatches if m.kind in VALUES and m.counts]


def main(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    reference = resolve_engine("torch")
    programs, slowest = 0, 0.0
    by_kind: Counter[str] = Counter()
    explained: Counter[tuple[str, str]] = Counter()
    for program, expected, actual in runs(options):
        programs += 1
        found = left(compare(expected, actual, program))
        if not found:
            continue
        kind = "zero_sign" if all(m.kind == "zero_sign" for m in found) else "value"
        by_kind[kind] += 1
        for name, (ways, roundings) in MEANS.items():
            witnesses = Witnesses(
                program, reference, expected, actual, ways=ways, roundings=roundings
            )
            if not left(compare(witnesses.trace, actual, program)):
                explained[name, kind] += 1
        begun = time.perf_counter()
        verdict = adjudicate(program, expected, actual, reference)
        slowest = max(slowest, time.perf_counter() - begun)
        for mismatch in left(verdict.mismatches):
            print("counts:", program.hash[:12], mismatch.kind, mismatch.where, mismatch.judgement)
    print(f"{programs} programs of seed {options.seed}; differing in values or signs: {by_kind}")
    for name in MEANS:
        print(f"{name:42}", *(f"{kind} {explained[name, kind]:4}" for kind in sorted(by_kind)))
    print(f"the slowest verdict took {slowest:.2f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", default="torch")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="of the subject")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("settings", nargs="*", help="NAME=VALUE, for the subject's process")
    given = parser.parse_args()
    if given.serve:
        serve(given.engine, given.threads)
    else:
        main(given)
