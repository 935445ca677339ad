"""Climbs the ladder on an engine: tries each rung, and says what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from conformance.claims import EVERYTHING, Claims, claims_of
from conformance.contact.contact import Contact
from conformance.contact.places import place_of
from conformance.contact.rungs.ladder import IMPORT_ADD, LADDER, advice, blocked
from conformance.contact.rungs.programs import SENT
from conformance.contact.rungs.rung import Climbed, Field, Rung
from conformance.contact.watching import Run
from conformance.engines import Engine, EngineError, resolve_engine
from conformance.engines.execute import execute, takes_whole_programs
from conformance.engines.observing.texts import said
from conformance.engines.torchlike.names import Absent
from conformance.judge.comparing.compare import compare
from conformance.program.script.wording import worded, words
from conformance.program.trace import (
    Opaque,
    Outcome,
    Raised,
    Returned,
    TensorState,
    Trace,
    Unobserved,
    Unsupported,
)
from conformance.program.values import Ref

_ALWAYS = frozenset({"raises", "crash", "hang", "flaky"})
_KINDS: Mapping[str, frozenset[str]] = {
    "shape": frozenset({"shape"}),
    "dtype": frozenset({"dtype"}),
    "values": frozenset({"value"}),
    "grad": frozenset({"grad_missing", "grad_shape", "grad_dtype", "grad_value"}),
    "requires_grad": frozenset({"flag"}),
    "is_leaf": frozenset({"flag"}),
    "grad_fn": frozenset({"graph"}),
    "version": frozenset({"version"}),
    "aliases": frozenset({"alias"}),
}
"""The kinds of mismatch that fail a rung which shows the field."""

_STATE_FIELDS = tuple(field for field in _KINDS if field != "aliases")


def probe(engine: Engine) -> Contact:
    """What the engine can do of what its package claims, rung by rung. An engine that dies takes
    this process with it: see `probe_in_process`."""
    reference, claims = resolve_engine("torch"), claims_of(engine.name)
    climbed: dict[str, Climbed] = {"import": passed_import(engine.name)}
    for rung in LADDER:
        climbed[rung.name] = climb(rung, engine, reference, climbed, claims)
    return Contact(engine.name, engine.version, tuple(climbed.values()))


def passed_import(name: str) -> Climbed:
    """The rung of an engine that could be loaded."""
    return Climbed("import", f"import {name}", "passed")


def lost_import(name: str) -> Climbed:
    """The rung of loading the engine, as it is begun."""
    return replace(passed_import(name), state="crashed", add=f"give {IMPORT_ADD}")


def failed_import(name: str, error: EngineError) -> Climbed:
    """The rung of an engine that could not."""
    cause = error.__cause__
    found = cause is not None and not isinstance(cause, ModuleNotFoundError)
    where = place_of(cause) if cause is not None and found else ""
    return Climbed("import", f"import {name}", "failed", str(error), where, f"give {IMPORT_ADD}")


def climb(
    rung: Rung,
    engine: Engine,
    reference: Engine,
    climbed: Mapping[str, Climbed],
    claims: Claims = EVERYTHING,
) -> Climbed:
    """Try a rung, which shows what the engine claims of its fields."""
    if waits := blocked(rung, climbed):
        return waits
    if takes_whole_programs(engine):
        rung = replace(rung, program=SENT.get(rung.name, rung.program))
    expected = execute(rung.program, reference)
    run = Run(rung.program, engine)
    rung = replace(rung, shows=tuple(each for each in rung.shows if _claims(claims, each)))
    failure = next(_failures(rung, expected, run, claims), None)
    if failure is None:
        return Climbed(rung.name, rung.asks, "passed")
    where = place_of(failure.error, engine.name) if failure.error is not None else ""
    add, wrong = _advice(failure, rung), failure.wrong
    return Climbed(rung.name, rung.asks, "failed", failure.said, where, add, wrong=wrong)


def _claims(claims: Claims, field: Field) -> bool:
    return ("shapes" if field == "shape" else field) in claims.fields


def _advice(failure: _Failure, rung: Rung) -> str:
    if failure.wrong:
        return ""  # What is right was said beside it.
    return advice(failure.unsupported, rung) if failure.unsupported else f"it needs {rung.add}"


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a rung was not reached: a text, the exception, and what the engine does not support; or
    that the result is wrong."""

    said: str
    error: BaseException | None = None
    unsupported: str = ""
    wrong: bool = False


def _failures(rung: Rung, expected: Trace, run: Run, claims: Claims) -> Iterator[_Failure]:
    """Every reason why the rung was not reached, the first cause first."""
    trace = run.trace
    for name, text in trace.missing.items():
        unsupported, _, reason = text.partition(": ")
        yield _Failure(reason or unsupported, run.error_of_making(name), unsupported)
    for number, (wanted, got) in enumerate(zip(expected.outcomes, trace.outcomes, strict=False)):
        yield from _outcome(number, wanted, got, run)
    yield from _unread(rung, expected, run)
    kinds = _ALWAYS.union(*(_KINDS[field] for field in rung.shows))
    for mismatch in compare(expected, trace, rung.program):
        reading = mismatch.kind == "raises" and mismatch.where  # said above, where it is asked
        if mismatch.kind in kinds and not reading and claims.covers(mismatch):
            found = f"{mismatch.where or rung.asks}: {worded(mismatch).sides()}"
            yield _Failure(found, wrong=True)


def _outcome(number: int, wanted: Outcome, got: Outcome, run: Run) -> Iterator[_Failure]:
    if isinstance(got, Unsupported):
        said = got.reason or f"there is no {got.what}"
        yield _Failure(said, run.error_of(number), got.what)
    elif isinstance(wanted, Returned) and isinstance(got, Raised):
        yield _Failure(words(got), run.error_of(number), got.lacking)
    elif isinstance(wanted, Returned) and isinstance(got, Returned):
        if isinstance(wanted.value, Ref) and not isinstance(got.value, Ref):
            yield _Failure(f"it gives {words(got.value)}, which is no Tensor of the module's")
    elif type(wanted) is not type(got):
        yield _Failure(f"expected {words(wanted)}; it {words(got)}")
    if form := run.trace.forms.get(number):
        yield _Failure(f"there is no {form}", None, form.partition(" (run as ")[0])


def _unread(rung: Rung, expected: Trace, run: Run) -> Iterator[_Failure]:
    """What the reference shows of the tensors, and the engine does not."""
    for name, wanted in expected.tensors.items():
        got = run.trace.tensors.get(name)
        for field in _STATE_FIELDS:
            if field not in rung.shows or isinstance(getattr(wanted, field), Unobserved):
                continue
            if got is None or isinstance(getattr(got, field), Unobserved):
                yield _not_read(f"{name}.{field}", run.error_of_reading(name, field))
        if got is not None and {"grad", "values"}.issubset(rung.shows):
            yield from _unread_gradient(name, wanted, got, run)
    if "aliases" in rung.shows and isinstance(run.trace.aliases, Unobserved):
        first = next(iter(expected.tensors))
        yield _not_read("shared memory", run.error_of_reading(first, "aliases"))


def _unread_gradient(
    name: str, wanted: TensorState, got: TensorState, run: Run
) -> Iterator[_Failure]:
    if not isinstance(wanted.grad, TensorState) or isinstance(got.grad, Unobserved | None):
        return
    if isinstance(got.grad, Opaque):
        said = f"{name}.grad is a {got.grad.type}, and no tensor that can be read"
        yield _Failure(said, run.gradient_error(name))
    elif isinstance(got.grad.values, Unobserved):
        yield _not_read(f"{name}.grad", run.gradient_error(name))


def _not_read(what: str, error: BaseException | None) -> _Failure:
    said = f"{what} cannot be read"
    return _Failure(f"{said}: {_text_of(error)}" if error is not None else said, error)


def _text_of(error: BaseException) -> str:
    """The exception's type and text; of what is merely absent, what that is."""
    return f"there is no {error.outcome}" if isinstance(error, Absent) else said(error)
