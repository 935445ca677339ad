"""`python -m kill_table`: asks a sample of mutants, goes on where it was interrupted, and writes
the table."""

from __future__ import annotations

import gc
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kill_table.mutation.mutants import Mutant, is_another_program, mutants_of, sources
from kill_table.mutation.sample import drawn
from kill_table.running.prepare import fingerprint, imported_lines, prepared
from kill_table.running.questions import ENGINE
from kill_table.running.reach import Chooser
from kill_table.running.record import Journal, Record
from kill_table.running.run import Runner
from kill_table.table.marks import FILE, check_marks, read_marks
from kill_table.table.writing import PAGE, write

ROOT = Path(__file__).parents[1]


@click.command()
@click.option("--seed", default=0, show_default=True, help="Of the sample, and of the programs.")
@click.option("--sample", default=1000, show_default=True, help="How many mutants are asked.")
@click.option("--programs", default=20000, show_default=True, help="How many are generated.")
@click.option("--shorten", default=5, show_default=True, help="Shorten one program in so many.")
@click.option("--corpus/--no-corpus", default=True, help="Whether the frozen corpus is asked, too.")
@click.option("--only", multiple=True, help="Ask the mutant of that id, in place of a sample.")
@click.option("--output", default="build/kill-table", show_default=True, type=Path)
@click.option("--publish", is_flag=True, help="Write the table into the package, too.")
def main(
    seed: int,
    sample: int,
    programs: int,
    shorten: int,
    corpus: bool,
    only: tuple[str, ...],
    output: Path,
    publish: bool,
) -> None:
    """Ask a sample of mutants of the engine which programs show them. Ctrl-C loses nothing: the
    same command goes on from the journal in the output folder."""
    import torch

    torch.set_num_threads(1)
    console = Console()
    files = sources(ROOT / ENGINE)
    mutants = [mutant for source in files.values() for mutant in mutants_of(source)]
    marks = read_marks(FILE.read_text(encoding="utf-8"))
    check_marks(marks, {mutant.id for mutant in mutants})
    console.print("drawing the programs, and looking which lines each runs")
    asked = prepared(ROOT, output, programs, seed, corpus)
    key = f"# {fingerprint(ROOT)} seed {seed}, {programs} programs, corpus {corpus}"
    journal = Journal(output / "journal.jsonl", key)
    chooser = Chooser(asked.reach, files.values(), imported_lines(ROOT))
    about = [mutant for mutant in mutants if chooser.is_asked_about(mutant)]
    if only:
        order = iter([mutant for mutant in mutants if mutant.id in only])
    else:
        order = drawn(about, sample, seed)
    gc.collect()
    gc.freeze()  # so that children do not copy what they only look at
    runner = Runner(asked, files, chooser, shorten)
    rows = _asked(console, rows_of(runner, journal, order, sample), len(only) or sample)
    said = {
        "date": date.today().isoformat(),
        "commit": _commit(),
        "seed": str(seed),
        "programs": str(programs),
        "cases of the corpus": str(len(asked.questions) - asked.programs),
        "mutants of the engine": str(len(mutants)),
        "of these in functions that no program calls": str(len(mutants) - len(about)),
    }
    for folder in [output, Path(__file__).parent] if publish else [output]:
        write(folder, rows, marks, said)
        console.print(f"{folder / PAGE}")


def _asked(console: Console, rows: Iterator[Record], count: int) -> list[Record]:
    """The rows, with a bar while they come; after Ctrl-C those that came."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    found = list[Record]()
    progress = Progress(*columns, TimeRemainingColumn(), console=console)
    with progress, suppress(KeyboardInterrupt):
        bar = progress.add_task("mutants", total=count)
        for row in rows:
            found.append(row)
            killed = sum(each.killed for each in found)
            progress.update(bar, advance=1, description=f"{killed} of {len(found)} killed")
    return found


def rows_of(
    runner: Runner, journal: Journal, order: Iterable[Mutant], count: int
) -> Iterator[Record]:
    """So many mutants that can be imported, those that the journal has without asking again."""
    for mutant in order:
        row = journal.rows.get(mutant.id)
        if row is None:
            if not is_another_program(runner.sources[mutant.file], mutant):
                continue
            row = runner.record(mutant)
            journal.add(row)
        if row.viable:
            yield row
            count -= 1
            if not count:
                return


def _commit() -> str:
    """The commit that was checked out; marked if what decides the answers was changed since."""

    def git(*words: str) -> str:
        command = ["git", "-C", str(ROOT), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    changed = git("status", "--porcelain", "--", ENGINE, "conformance")
    return git("rev-parse", "--short", "HEAD") + ("-dirty" if changed else "")


if __name__ == "__main__":
    main()
