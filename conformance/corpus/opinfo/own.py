"""The cases of a user's own ops, made of their samples as those of torch's ops are of torch's, and
what is known of such an op for whoever draws calls of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any

from conformance.catalogue import CATALOGUE, derived
from conformance.catalogue.entry import Form, OpEntry
from conformance.corpus.case import OWN_CASES, Case
from conformance.corpus.opinfo import Corpus, Excluded, cases_from, program_of
from conformance.corpus.opinfo.running import run_on_torch
from conformance.engines.naming.own import OwnOpsError, announced, own_ops
from conformance.program.trace import Raised
from conformance.program.words.own import OWN, Op, OwnOp, Sample


@contextmanager
def known_ops(given: Sequence[str]) -> Iterator[None]:
    """Know the ops of these sources, and of those that installed packages announce, while the
    block runs, each tried out on torch.

    Raises:
        OwnOpsError: a source cannot be used, or torch refuses a sample.
    """
    with own_ops((*announced(), *given)):
        for own in OWN.values():
            _try(own)
        yield


def entry_of(name: str) -> OpEntry:
    """What is known of an op, of the catalogue's or a user's own."""
    return CATALOGUE[name] if name in CATALOGUE else _entry(OWN[name])


def own_corpus(name: str) -> Corpus:
    """Every case of a user's own op, in a fixed order."""
    return _corpus(OWN[name])


@cache
def _corpus(own: OwnOp) -> Corpus:
    name = own.op.name
    found = [*cases_from(_info(own.op), name, f"{OWN_CASES}/{name}")]
    return Corpus(
        tuple(item for item in found if isinstance(item, Case)),
        tuple(item for item in found if isinstance(item, Excluded)),
    )


@cache
def _entry(own: OwnOp) -> OpEntry:
    from conformance.corpus.opinfo import templates

    info, cases = _info(own.op), _corpus(own).cases
    samples = templates.samples([info], ())
    return OpEntry(
        name=own.op.name,
        family="own",
        signatures=(),
        forms=(Form("own", own.op.name),),
        differentiable=any(case.check == "gradient" for case in cases),
        view=any(sample.view for sample in samples),
        sampled=tuple(map(derived.encoded, samples)),
        dtypes=templates.dtypes_of([info], samples) if samples else (),
    )


def _try(own: OwnOp) -> None:
    """Refuse an op of which nothing can be asked, and one that torch answers otherwise than its
    samples say."""
    info, where = _info(own.op), f"{own.source}: {own.op.name!r}"
    for dtype in own.op.dtypes if own.op.opinfo is None else ():
        for number, sample in enumerate(own.op.samples):
            said = _answer(info, info.made(sample, dtype))
            if not isinstance(said, Raised | None):
                raise OwnOpsError(f"{where}: sample {number} cannot be asked: {said}")
            if isinstance(said, Raised):
                raise OwnOpsError(
                    f"{where}: torch refuses sample {number} in {dtype}: {said.error}: "
                    f"{said.message}"
                )
    for number, sample in enumerate(own.op.errors):
        said = _answer(info, info.made(sample))
        if not isinstance(said, Raised):
            reason = f"cannot be asked: {said}" if said else "does not raise on torch"
            raise OwnOpsError(f"{where}: error {number} {reason}")
    if own.op.opinfo is not None and not (corpus := _corpus(own)).cases:
        reasons = dict.fromkeys(each.reason for each in corpus.excluded)
        raise OwnOpsError(f"{where}: its OpInfo has no sample: {', '.join(reasons)}")


def _answer(info: Any, sample: Any) -> Raised | str | None:
    """What torch says of a call: an error, nothing, or why no program can hold it."""
    program = program_of(info.op, sample, info.name)
    if isinstance(program, str):
        return program
    outcome = run_on_torch(program).outcomes[0]
    return outcome if isinstance(outcome, Raised) else None


def _info(op: Op) -> Any:
    """The op as an entry of torch's database is read."""
    return op.opinfo if op.opinfo is not None else _Info(op)


@dataclass(frozen=True, slots=True)
class _Info:
    """What of an `OpInfo` is read, from the samples of an `Op`."""

    own: Op
    variant_test_name = ""
    supports_autograd = True

    @property
    def name(self) -> str:
        return self.own.name

    @property
    def op(self) -> Any:
        """Its name is all that is asked of it: `samples.calls_of` knows the user's own ops."""
        return None

    def supports_dtype(self, kind: Any, device: str) -> bool:
        return str(kind).rpartition(".")[2] in self.own.dtypes

    def sample_inputs_func(
        self, info: Any, device: str, kind: Any, requires_grad: bool
    ) -> Iterator[Any]:
        for sample in self.own.samples:
            yield _cast(sample, kind, requires_grad)

    def error_inputs_func(self, info: Any, device: str) -> Iterator[Any]:
        for sample in self.own.errors:
            yield SimpleNamespace(sample_input=self.made(sample))

    def made(self, sample: Sample, dtype: str = "") -> Any:
        """The sample as torch's database has one, of that dtype or as it is."""
        import torch

        if dtype:
            return _cast(sample, getattr(torch, dtype), requires_grad=False)
        return SimpleNamespace(input=sample.args[0], args=sample.args[1:], kwargs=sample.kwargs)


def _cast(sample: Sample, kind: Any, requires_grad: bool) -> Any:
    """The sample with its tensors of numbers that are not whole in that dtype. One that stands in
    two places stays one tensor."""
    import torch

    tensors: dict[int, Any] = {}
    chosen = any(each.requires_grad for each in _tensors(sample.args, *sample.kwargs.values()))

    def cast(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [*map(cast, value)] if isinstance(value, list) else tuple(map(cast, value))
        if not isinstance(value, torch.Tensor) or not value.dtype.is_floating_point | (
            value.dtype.is_complex
        ):
            return value
        if id(value) not in tensors:
            grad = requires_grad and (value.requires_grad or not chosen)
            tensors[id(value)] = value.detach().to(kind).requires_grad_(grad)
        return tensors[id(value)]

    first, *others = map(cast, sample.args)
    named = {name: cast(value) for name, value in sample.kwargs.items()}
    return SimpleNamespace(input=first, args=tuple(others), kwargs=named)


def _tensors(*values: Any) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list | tuple):
            yield from _tensors(*value)
        elif hasattr(value, "requires_grad"):
            yield value
