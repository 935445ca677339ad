"""Campaigns: an engine's faults of every sort become verdicts, in one order, and can be resumed."""

from __future__ import annotations

import io
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from mmap import ACCESS_READ, mmap
from pathlib import Path

import pytest
from rich.console import Console

from conformance.campaign.campaign import run_campaign
from conformance.campaign.examine import Examiner
from conformance.campaign.gathering import Gathered, Run
from conformance.campaign.journal import JournalError
from conformance.campaign.plan import Piece, Settings, count_pieces, generated_pieces, pieces
from conformance.campaign.result import Result
from conformance.campaign.workers.lock import LockedError, locked
from conformance.campaign.workers.orders import Ended, Event, Order
from conformance.campaign.workers.patience import Patient
from conformance.campaign.workers.pool import CampaignError, Pool, _Worker
from conformance.catalogue import CATALOGUE
from conformance.claims import EVERYTHING
from conformance.cli.progress import ProgressLine
from conformance.engines import resolve_engine
from conformance.engines.isolation import Limits, memory

FAULTY = Settings("faulty_engine", checks=("value",), max_examples=0, hang_after=1.5)


def campaign(settings: Settings, output: Path, **options: object) -> Run:
    jobs, choose = options.pop("jobs", 2), options.pop("choose", first_of_each_op)
    versions = resolve_engine(settings.reference).version, settings.engine
    return run_campaign(settings, versions, jobs=jobs, output=output, choose=choose, **options)  # type: ignore[arg-type]


def first_of_each_op(results: Sequence[Result], agreeing: int = 0) -> list[Result]:
    """What is shortened here: of each op, the first failure."""
    found: dict[str, Result] = {}
    for result in results:
        if result.verdict.outcome == "differ" and result.failure:
            found.setdefault(result.op, result)
    return [*found.values()]


def outcomes(run: Run) -> list[tuple[str, str]]:
    return [(result.id, result.verdict.outcome) for result in run.results]


@pytest.fixture(scope="module", autouse=True)
def importable() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parent)
        yield


@pytest.fixture(scope="module")
def torch_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    settings = Settings("torch", ops=("mul", "max"), max_examples=60)
    return campaign(settings, tmp_path_factory.mktemp("torch"))


def test_torch_agrees_with_itself(torch_run: Run):
    assert len(torch_run.results) > 190
    assert torch_run.agreeing == 60
    assert {result.verdict.outcome for result in torch_run.results} == {"agree"}


def test_generated_programs_are_no_part_of_the_corpus(torch_run: Run):
    assert {result.source for result in torch_run.results} == {"corpus"}
    assert len(torch_run.corpus) == len(torch_run.results)


@pytest.mark.slow
def test_the_results_do_not_depend_on_the_number_of_processes(torch_run: Run, tmp_path: Path):
    alone = campaign(torch_run.settings, tmp_path, jobs=1)
    assert alone.results == torch_run.results
    assert alone.corpus == torch_run.corpus


def test_a_wrong_value_is_shown_by_the_shortest_program(tmp_path: Path):
    run = campaign(replace(FAULTY, ops=("sqrt",)), tmp_path)
    first = run.results[0]
    assert 1 in first.verdict.failing
    assert first.failure is not None
    assert first.failure.mismatch.kind == "value"
    assert first.failure.reduced
    assert len(first.failure.program.steps) == 1
    assert first.failure.program.inputs[0].array.size <= 1
    assert first.failure.script.startswith("import torch\n")
    compile(first.failure.script, "script", "exec")


@pytest.mark.slow
def test_only_what_is_chosen_is_shortened(tmp_path: Path):
    run = campaign(replace(FAULTY, ops=("sqrt",)), tmp_path)
    reduced = [r.failure.reduced for r in run.results if r.failure and "value" in _kinds(r)]
    assert len(reduced) > 5
    assert [number for number, shortened in enumerate(reduced) if shortened] == [0]


@pytest.mark.slow
def test_of_what_hung_too_often_a_difference_is_kept_as_it_was_seen(tmp_path: Path):
    run = campaign(replace(FAULTY, ops=("sqrt",)), tmp_path, choose=lambda results, agreeing: ())
    wrong = next(result for result in run.results if "value" in _kinds(result))
    given_up = Counter({"sqrt": 4})
    with closing(Patient("faulty_engine", Limits(step=5), hung=given_up)) as subject:
        kept = Examiner(resolve_engine(FAULTY.reference), subject).shorten(wrong)
    assert kept.verdict.outcome == "differ"
    assert kept.failure.program == wrong.failure.program
    assert kept.failure.script


def test_what_was_given_up_before_a_run_was_resumed_still_is():
    before, after = Ended(given_up=("exp",), idle_deaths=1), Ended(given_up=("abs",), agreeing=3)
    both = after.after(before)
    assert (both.given_up, both.idle_deaths, both.agreeing) == (("abs", "exp"), 1, 3)
    assert after.after(None) == after


def _kinds(result: Result) -> set[str]:
    return {mismatch.kind for mismatch in result.verdict.mismatches}


@pytest.mark.slow
def test_an_op_that_the_engine_lacks_is_unsupported(tmp_path: Path):
    run = campaign(replace(FAULTY, ops=("cat",)), tmp_path)
    assert {result.verdict.outcome for result in run.results} == {"unsupported"}
    assert run.results[0].verdict.mismatches[0].detail == "cat"


def test_a_case_that_kills_its_process_is_a_crash_and_the_rest_is_run(tmp_path: Path):
    run = campaign(replace(FAULTY, ops=("exp", "abs")), tmp_path)
    crashed = [result for result in run.results if result.op == "exp"]
    assert _kinds(crashed[0]) == {"crash"}
    assert crashed[0].id == "opinfo/exp/float32/value/0"
    assert "SIGSEGV" in crashed[0].verdict.mismatches[0].actual
    shown = [result.failure for result in crashed if result.failure and result.failure.reduced]
    assert [failure.mismatch.kind for failure in shown] == ["crash"]
    assert "torch.exp(x0)" in shown[0].script
    assert len({result.id for result in crashed}) == len(crashed) > 10
    assert {r.verdict.outcome for r in run.results if r.op == "abs"} == {"agree"}


def test_an_engine_that_exits_is_a_crash_too(tmp_path: Path):
    run = campaign(replace(FAULTY, ops=("expm1",)), tmp_path)
    assert run.results[0].verdict.mismatches[0].actual == "the process exited with code 3"


@pytest.mark.slow
def test_what_hangs_again_and_again_is_asked_no_more_and_each_case_is_a_hang(tmp_path: Path):
    run = campaign(replace(FAULTY, ops=("sin",), hang_after=0.5), tmp_path, jobs=1)
    assert len(run.results) > 6
    assert {frozenset(_kinds(result)) for result in run.results} == {frozenset({"hang"})}
    waited = [r for r in run.results if "no answer" in r.verdict.mismatches[0].actual]
    assert len(waited) == 2  # Each is asked twice, and then no more.
    assert run.given_up == ("sin",)
    assert not run.whole


def test_an_engine_that_is_not_always_wrong_is_flaky(tmp_path: Path):
    run = campaign(replace(FAULTY, ops=("square",)), tmp_path)
    found = {result.verdict.outcome for result in run.results}
    assert "flaky" in found
    assert found <= {"agree", "flaky"}


@pytest.mark.slow
def test_a_process_that_ends_between_two_cases_costs_none(tmp_path: Path):
    run = campaign(replace(FAULTY, ops=("tanh",)), tmp_path, jobs=1)
    assert run.idle_deaths > 0
    assert {result.verdict.outcome for result in run.results} == {"agree"}


def test_the_reference_is_out_of_the_subject_s_reach(tmp_path: Path):
    run = campaign(replace(FAULTY, ops=("sigmoid",)), tmp_path)
    wrong = [result for result in run.results if result.verdict.outcome == "differ"]
    assert len(wrong) > len(run.results) / 2  # The others have no elements, or only zeros.


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_nothing(tmp_path: Path, torch_run: Run):
    killed: list[int] = []

    def kill(piece: Piece | None, event: Event) -> None:
        children = multiprocessing.active_children()
        if len(killed) < 3 and children and isinstance(event, Result):
            killed.append(children[0].pid or 0)
            os.kill(killed[-1], signal.SIGKILL)

    run = campaign(torch_run.settings, tmp_path, watch=kill)
    assert len(killed) == 3
    assert run.results == torch_run.results
    assert run.agreeing == torch_run.agreeing


@pytest.mark.slow
def test_a_worker_that_has_grown_is_replaced_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    started = list[_Worker]()
    monkeypatch.setattr(memory, "MOST_GROWTH", -1)  # So each has, as soon as it is looked at.
    start = Pool._start
    monkeypatch.setattr(Pool, "_start", lambda self: started.append(start(self)) or started[-1])
    settings = Settings("torch", ops=("exp",), checks=("value", "programs"), max_examples=300)
    run = campaign(settings, tmp_path, jobs=1)
    assert len(started) == 3  # for the corpus, and for twice as many programs as a piece has
    assert {outcome for _, outcome in outcomes(run)} == {"agree"}
    assert run.agreeing == 300


@pytest.mark.slow
def test_what_a_replaced_worker_gave_up_its_successor_does_not_wait_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(memory, "MOST_GROWTH", -1)
    checks = ("value", "programs")
    settings = replace(FAULTY, ops=("sin",), checks=checks, max_examples=20, hang_after=0.5)
    run = campaign(settings, tmp_path, jobs=1)
    programs = [result for result in run.results if result.source == "generated"]
    said = {m.actual for result in programs for m in result.verdict.mismatches}
    assert "not asked: sin hung 4 times" in said
    assert not [text for text in said if "no answer" in text]
    assert run.given_up == ("sin",)


def test_what_a_process_reads_from_files_is_no_memory_of_its_own(tmp_path: Path):
    path, size = tmp_path / "library", 32 << 20
    path.write_bytes(bytes(size))
    before = memory.memory_of(os.getpid()), memory.own_memory_of(os.getpid())
    with path.open("rb") as file, mmap(file.fileno(), size, access=ACCESS_READ) as mapped:
        assert not sum(mapped[at] for at in range(0, size, 4096))
        after = memory.memory_of(os.getpid()), memory.own_memory_of(os.getpid())
    assert after[0] - before[0] > size / 2
    assert after[1] - before[1] < size / 2


def test_a_process_is_warm_after_so_many_cases_of_each_kind():
    growth, much = memory.Growth(cases=100), memory.MOST_GROWTH
    assert not growth.is_too_much(1, much, done=1)
    assert not growth.is_too_much(1, 3 * much, done=100)  # It still imports what it needs.
    assert not growth.is_too_much(1, 4 * much, done=101)
    assert growth.is_too_much(1, 4 * much + 1, done=500)
    assert not growth.is_too_much(1, 6 * much, done=1)  # of another kind
    assert growth.is_too_much(1, 7 * much + 1, done=200)
    assert not growth.is_too_much(2, 9 * much, done=300)  # another process, first looked at late
    assert growth.is_too_much(2, 10 * much + 1, done=600)


def test_the_harness_failing_is_no_verdict(tmp_path: Path):
    settings = replace(FAULTY, ops=("abs",), reference="no_such_reference")
    with pytest.raises(CampaignError, match="no_such_reference"):
        run_campaign(
            settings, ("1", "1"), jobs=1, output=tmp_path, choose=lambda results, agreeing: ()
        )


def test_two_runs_do_not_share_a_folder(tmp_path: Path):
    with locked(tmp_path), pytest.raises(LockedError, match=f"process {os.getpid()}"):
        campaign(FAULTY, tmp_path)


class Interrupting:
    """Presses Ctrl-C after so many results."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, piece: Piece | None, event: Event) -> None:
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt


def test_an_interrupted_campaign_reports_what_was_done_and_goes_on(torch_run: Run, tmp_path: Path):
    stopped = campaign(torch_run.settings, tmp_path, watch=Interrupting(50))
    assert stopped.interrupted
    assert len(stopped.results) == 50
    done: list[Result] = []
    again = campaign(
        torch_run.settings,
        tmp_path,
        resume=True,
        watch=lambda piece, event: done.append(event) if isinstance(event, Result) else None,
    )
    assert not again.interrupted
    assert again.results == torch_run.results
    assert len(done) == len(torch_run.results) - 50


def test_failures_survive_the_journal(tmp_path: Path):
    settings = replace(FAULTY, ops=("sqrt", "neg"), checks=("value", "errors"))
    first = campaign(settings, tmp_path)
    again = campaign(settings, tmp_path, resume=True)
    assert again.results == first.results


def test_a_journal_of_another_engine_is_refused(tmp_path: Path):
    campaign(Settings("torch", ops=("abs",), checks=("value",)), tmp_path)
    with pytest.raises(JournalError, match=r"it holds engine torch .* this run is engine faulty"):
        campaign(replace(FAULTY, ops=("abs",)), tmp_path, resume=True)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-30],
        pytest.param(lambda text: text + "null\n" + text[30:90], marks=pytest.mark.slow),
        pytest.param(
            lambda text: text + '{"piece": "opinfo/abs"}\n[]\n"x"\n', marks=pytest.mark.slow
        ),
        lambda text: text.replace('"hash"', '"hush"', 3),
    ],
    ids=["torn", "null", "keys", "renamed"],
)
def test_a_spoilt_line_of_the_journal_is_dropped_and_said_to_be(tmp_path: Path, spoil):
    settings = Settings("torch", ops=("abs",), checks=("value",))
    first = campaign(settings, tmp_path)
    journal = tmp_path / "verdicts.jsonl"
    journal.write_text(spoil(journal.read_text()))
    again = campaign(settings, tmp_path, resume=True)
    assert again.results == first.results
    assert any("line" in note for note in again.notes)
    # What was dropped once is no trouble the next time.
    assert campaign(settings, tmp_path, resume=True).results == first.results


def test_skipped_cases_are_not_run(tmp_path: Path):
    settings = Settings("torch", ops=("abs",), checks=("value",), skips=("opinfo/*/float32/*",))
    run = campaign(settings, tmp_path)
    assert run.results
    assert not [result for result in run.results if "float32" in result.id]
    assert not run.whole


def test_the_tutorial_is_run_and_its_drift_is_told(tmp_path: Path):
    run = campaign(Settings("torch", checks=("tutorial",)), tmp_path)
    assert [cell.id for cell in run.drift] == ["tutorial/218", "tutorial/221", "tutorial/222"]
    assert "400" in run.drift[1].recorded
    assert "Mismatch in shape: grad_output[0]" in run.drift[1].today


def test_another_seed_gives_other_programs():
    def seeds(seed: int) -> set[int]:
        plan = pieces(Settings("torch", checks=("programs",), max_examples=5000, seed=seed))
        return {piece.seed for piece in plan}

    assert len(seeds(0)) == 20
    assert not seeds(0) & seeds(1)


@pytest.mark.parametrize("count", [0, 100, 20_000, 100_000])
def test_a_share_of_the_programs_is_of_each_op_alone(count: int):
    settings = Settings("torch", max_examples=count)
    generated = [*generated_pieces(settings)]
    alone = [piece for piece in generated if piece.op]
    assert sum(piece.count for piece in generated) == count
    assert len({piece.name for piece in generated}) == len(generated)
    assert count_pieces(settings) == len([*pieces(settings)])
    assert sum(piece.count for piece in alone) <= count / 4
    assert bool(alone) == (count > 10_000)


def test_results_come_in_the_order_of_the_plan_whichever_piece_is_done_first(torch_run: Run):
    settings = Settings("torch", ops=("exp", "mul"), max_examples=2500)
    planned = [*pieces(settings)]
    assert {piece.op for piece in planned if piece.source == "generated"} == {"exp", "mul", ""}
    sources = [piece.source for piece in planned if piece.op == "mul"]
    assert sources == ["opinfo", "neighbours", "generated", "generated"]
    gathered, some = Gathered(settings), torch_run.results[0]
    for piece in reversed(planned):
        gathered.add(piece, replace(some, id=piece.name))
    assert [part.results[0].id for part in gathered.parts()] == [piece.name for piece in planned]


def test_programs_call_only_what_the_engine_has_a_name_for():
    assert Settings("toy", has=("exp", "sum")).drawn[:2] == ("exp", "sum")
    assert "prod" not in Settings("toy", has=("exp", "sum")).drawn
    assert Settings("toy", ops=("exp", "prod"), has=("exp", "sum")).drawn == ("exp",)
    assert Settings("toy", ops=("prod",), has=("exp", "sum")).drawn == ("prod",)
    assert Settings("toy", has=tuple(CATALOGUE)).drawn == ()
    assert Settings("toy", ops=("exp", "prod"), has=("exp",)).left_out == ("prod",)
    assert Settings("toy").left_out == Settings("toy", has=tuple(CATALOGUE)).left_out == ()


def test_no_program_is_drawn_where_no_op_that_is_asked_about_is_claimed():
    claims = replace(EVERYTHING, ops=frozenset({"sum"}))
    settings = Settings("toy", ops=("exp",), claims=claims, max_examples=20_000)
    assert not [*generated_pieces(settings)]
    assert count_pieces(settings) == len([*pieces(settings)])


@pytest.mark.slow
def test_resuming_asks_other_settings_their_own_questions(tmp_path: Path):
    first = Settings("torch", ops=("abs",), checks=("value", "programs"), max_examples=5)
    campaign(first, tmp_path)
    for settings in (
        replace(first, ops=("neg",)),
        replace(first, checks=("programs",)),
        replace(first, max_examples=6),
        replace(first, skips=("opinfo/*/float32/*",)),
    ):
        resumed = campaign(settings, tmp_path, resume=True)
        (other := tmp_path / "afresh").mkdir(exist_ok=True)
        afresh = campaign(settings, other)
        assert resumed.results == afresh.results


def test_a_resumed_run_draws_for_the_ops_that_the_engine_had_at_its_start(tmp_path: Path):
    checks = ("programs",)
    settings = Settings("torch", ops=("exp", "mul"), checks=checks, max_examples=5, has=("exp",))
    first, seen = campaign(settings, tmp_path), list[Event]()
    for has in ((), ("exp", "mul")):  # as where looking for them crashed, or did at first
        again = campaign(
            replace(settings, has=has),
            tmp_path,
            resume=True,
            watch=lambda piece, event: seen.append(event),
        )
        assert again.settings == settings
        assert (again.agreeing, again.statistics) == (first.agreeing, first.statistics)
    assert not seen


def test_a_journal_that_does_not_tell_what_the_engine_had_is_gone_on_from(tmp_path: Path):
    settings = Settings("torch", ops=("abs",), checks=("value",), has=("abs",))
    first = campaign(settings, tmp_path)
    journal = tmp_path / "verdicts.jsonl"
    journal.write_text(journal.read_text().replace(', "has": ["abs"]', "", 1))
    again = campaign(settings, tmp_path, resume=True)
    assert again.results == first.results
    assert again.settings == settings


@pytest.mark.slow
def test_generated_programs_that_differ_are_there_again_when_resumed(tmp_path: Path):
    settings = replace(FAULTY, ops=("sqrt",), checks=("programs",), max_examples=30)
    first = campaign(settings, tmp_path)
    assert first.results
    again = campaign(settings, tmp_path, resume=True)
    assert again.results == first.results
    assert (again.agreeing, again.statistics) == (first.agreeing, first.statistics)


@pytest.mark.slow
def test_a_process_that_closes_its_files_and_lives_on_is_a_hang(tmp_path: Path):
    others = ("opinfo/tan/*/value/[1-9]*", "opinfo/tan/[!f]*", "opinfo/tan/float[16]*")
    run = campaign(replace(FAULTY, ops=("tan",), skips=others, hang_after=1), tmp_path)
    assert [result.id for result in run.results] == ["opinfo/tan/float32/value/0"]
    assert _kinds(run.results[0]) == {"hang"}


def test_a_process_that_died_before_its_first_order_is_found_by_its_pipe(tmp_path: Path):
    ours, theirs = multiprocessing.Pipe()
    theirs.close()
    worker = _Worker(multiprocessing.Process(), ours, tmp_path / "record")
    worker.assign(Order(Piece("opinfo", "opinfo/abs", op="abs")))
    with pytest.raises((EOFError, ConnectionResetError)):
        ours.recv()


def test_where_there_is_no_terminal_a_line_now_and_then_tells_what_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("conformance.cli.progress.EVERY", 0.0)
    settings = Settings("torch", ops=("abs",), checks=("errors", "programs"), max_examples=2)
    with ProgressLine(settings, Console(file=io.StringIO())) as watch:
        campaign(settings, tmp_path, watch=watch)
    text = watch._console.file.getvalue()  # type: ignore[attr-defined]
    assert text.splitlines()[0] == "torch against torch: loading torch's samples"
    assert text.splitlines()[1].startswith(("0 of 2 pieces done, 1 programs", "1 of 2 pieces done"))
    assert text.splitlines()[-1] == "2 of 2 pieces done, 2 programs, 0 differ"
