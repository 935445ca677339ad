"""The corpus that is kept is the corpus that is built; what is kept may be lost at any time."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.catalogue import CATALOGUE
from conformance.corpus.opinfo import Corpus, corpus_of, stored
from conformance.corpus.opinfo.stored import KEPT, OURS, PREFIX, VARIABLE, stored_corpus

INFOS = CATALOGUE["exp"].opinfo


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ops that are built, as they are."""
    names: list[str] = []

    def build(op: str, infos: tuple[tuple[str, str], ...]) -> Corpus:
        names.append(op)
        return corpus_of(op, infos)

    monkeypatch.setattr(stored, "corpus_of", build)
    return names


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    return tmp_path


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.pickle"))


def test_it_is_built_once(folder: Path, built: list[str]):
    first, second = stored_corpus("exp", INFOS), stored_corpus("exp", INFOS)
    assert built == ["exp"]
    assert first == second == corpus_of("exp", INFOS)
    assert [case.program.hash for case in first.cases] == [c.program.hash for c in second.cases]


@pytest.mark.parametrize("spoilt", [b"", b"nonsense", b"\x80\x05K\x01."])
def test_what_is_spoilt_is_built_again(folder: Path, built: list[str], spoilt: bytes):
    stored_corpus("exp", INFOS)
    (file,) = files(folder)
    file.write_bytes(spoilt)
    assert stored_corpus("exp", INFOS) == corpus_of("exp", INFOS)
    assert built == ["exp", "exp"]
    assert file.read_bytes() != spoilt


def test_other_entries_of_the_database_are_another_corpus(folder: Path):
    stored_corpus("exp", INFOS)
    stored_corpus("exp", (("exp2", ""),))
    assert len(files(folder)) == 2


def test_another_version_of_the_harness_has_another_folder(
    folder: Path, built: list[str], monkeypatch: pytest.MonkeyPatch
):
    stored_corpus("exp", INFOS)
    monkeypatch.setattr(stored, "_version", lambda: "f" * 16)
    stored_corpus("exp", INFOS)
    assert built == ["exp", "exp"]


def test_old_versions_are_removed_and_nothing_else(folder: Path, monkeypatch: pytest.MonkeyPatch):
    foreign = [folder / "corpus-english", folder / OURS / "corpus-english", folder / OURS / "mine"]
    for each in foreign:
        each.mkdir(parents=True)
    (folder / OURS / f"{PREFIX}{0:016x}.tar").write_text("")
    for number in range(KEPT + 2):
        monkeypatch.setattr(stored, "_version", lambda number=number: f"{number:016x}")
        stored_corpus("exp", INFOS)
    assert all(each.is_dir() for each in foreign)
    kept = sorted((folder / OURS).glob(f"{PREFIX}{'[0-9a-f]' * 16}"))
    assert len(kept) == KEPT
    assert kept[-1].name == f"{PREFIX}{KEPT + 1:016x}"


def test_sources_that_change_while_they_are_read_cost_nothing_else(
    folder: Path, built: list[str], monkeypatch: pytest.MonkeyPatch
):
    def gone() -> str:
        raise FileNotFoundError

    monkeypatch.setattr(stored, "_version", gone)
    assert stored_corpus("exp", INFOS) == corpus_of("exp", INFOS)
    assert files(folder) == []


def test_nothing_is_kept_where_nothing_is_to_be(
    tmp_path: Path, built: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(VARIABLE, "")
    stored_corpus("exp", INFOS), stored_corpus("exp", INFOS)
    assert built == ["exp", "exp"]


def test_a_folder_that_cannot_be_made_costs_nothing_else(
    tmp_path: Path, built: list[str], monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file"))
    assert stored_corpus("exp", INFOS) == corpus_of("exp", INFOS)
