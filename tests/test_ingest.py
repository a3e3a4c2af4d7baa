from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from ingestion import ingest as ingesting
from ingestion.admission import IdsInFile
from ingestion.embedders import load_embedder
from ingestion.ingest import IngestReport, Outcome, Progress, embed_missing, ingest
from ingestion.letter import Letter
from ingestion.letter_embedder import LetterEmbedder
from ingestion.raw_letter import Columns, RawLetter
from ingestion.store import Store, StoreError

ADA = "I have cooked in hotels for nine years and led a kitchen of six people for the last three of them."
BO = "My work is nursing. I hold a licence, worked nights on a ward for children, and taught two students there."
CAI = "For five years I drove a forklift in a cold store. I never had an accident and I am never late either."
SPANISH = (
    "Estimado equipo: durante seis años he coordinado equipos de doce personas en el sector bancario y he reducido los "
    "plazos de entrega en un veinte por ciento. Quedo a su disposición para una entrevista. Atentamente, Lucía"
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with Store.open(tmp_path / "store", create=True) as opened:
        yield opened


Row = dict[str, object]
Take = Callable[..., IngestReport]


@pytest.fixture
def take(store: Store, embedder: LetterEmbedder, tmp_path: Path) -> Take:
    """Write rows to a file and ingest it: ``take([rows], file="a.jsonl", **options of ingest)``."""

    def taken(rows: list[Row], file: str = "a.jsonl", **options: object) -> IngestReport:
        path = tmp_path / "letters" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        return ingest(store, embedder, [str(path)], **options)  # pyright: ignore[reportArgumentType]

    return taken


def row(letter_id: object, text: str, name: str | None = None) -> Row:
    """One row of a file."""
    return {"id": letter_id, "text": text, "name": name}


def made(report: IngestReport) -> dict[str, int]:
    """The counts that are not zero."""
    return {status: count for status, count in report.counts.items() if count}


def found(store: Store, letter_id: str, posting: str = "default") -> Letter:
    """A letter that must be there."""
    letter = store.letter(posting, letter_id)
    assert letter is not None
    return letter


def test_a_letter_is_stored_with_both_texts_language_passages_and_vectors(
    store: Store, take: Take, embedder: LetterEmbedder
) -> None:
    """What the judges need is there after one call, and vectors are those of the masked text."""
    report = take([row(1, f"{ADA} Sincerely, Ada Byrne", "Ada Byrne"), row(2, SPANISH)])
    assert (made(report), report.posting, report.blind, report.read) == ({"stored": 2}, "default", True, 2)
    letter = found(store, "1")
    assert letter.text.endswith("Ada Byrne")
    assert letter.judged_text.endswith("Sincerely, [NAME]")
    assert letter.text[slice(*letter.offsets.to_text(0, len(letter.judged_text)))] == letter.text
    assert (letter.applicant, letter.language, letter.source) == ("Ada Byrne", "en", "letters/a.jsonl row 0")
    assert found(store, "2").language == "es"
    passages = store.passages(letter.key, "passage")
    assert [letter.judged_text[one.start : one.end] for one in passages] == [letter.judged_text]
    for material in store.material("default", embedder.identity.key):
        texts = [material.letter.judged_text[one.start : one.end] for one in material.sentences]
        assert np.array_equal(material.vectors, embedder.embed_passages(texts))
    assert store.unembedded("default", embedder.identity.key) == []


def test_without_blind_the_judged_text_is_the_text(store: Store, take: Take) -> None:
    """And a name still does not decide the language."""
    take([row(1, "Hire me. Ada Byrne", "Ada Byrne")], blind=False)
    assert found(store, "1").judged_text == "Hire me. Ada Byrne"
    assert found(store, "1").offsets.masks == ()


def test_blind_is_fixed_for_a_posting(store: Store, take: Take) -> None:
    """Letters of one posting are judged alike; another posting may differ."""
    take([row(1, ADA)])
    with pytest.raises(StoreError, match="--no-blind"):
        take([row(2, BO)], blind=False)
    assert made(take([row(2, BO)], blind=False, posting="other")) == {"stored": 1}


def test_the_same_file_again_changes_and_embeds_nothing(
    store: Store, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even the store's version."""
    rows = [row(1, ADA, "Ada"), row(2, BO), row(3, ADA)]
    take(rows)
    version = store.version
    with monkeypatch.context() as patched:
        patched.setattr(LetterEmbedder, "_embed_prefixed", lambda *_: pytest.fail("embedded again"))
        assert made(take(rows)) == {"unchanged": 3}
        assert made(take(rows[::-1])) == {"unchanged": 3}
    assert store.version == version


def test_a_changed_letter_takes_its_own_place(store: Store, take: Take, embedder: LetterEmbedder) -> None:
    """Its key stays; its passages, vectors and words are those of the new text alone."""
    take([row(1, ADA), row(2, BO)])
    before = found(store, "1")
    assert made(take([row(1, f"{ADA} I also bake."), row(2, BO)])) == {"updated": 1, "unchanged": 1}
    after = found(store, "1")
    assert (after.key, after.text) == (before.key, f"{ADA} I also bake.")
    assert [after.judged_text[p.start : p.end] for p in store.passages(after.key, "passage")] == [after.text]
    assert store.unembedded("default", embedder.identity.key) == []
    assert [key for key, _ in store.bm25("default", "bake")] == [after.key]


def test_a_corrected_name_masks_anew(store: Store, take: Take) -> None:
    """The text is the same, what models see is not."""
    take([row(1, f"{ADA} Ada Byrne", "Ada Burn")])
    assert made(take([row(1, f"{ADA} Ada Byrne", "Ada Byrne")])) == {"updated": 1}
    assert found(store, "1").judged_text == f"{ADA} [NAME]"


@pytest.mark.parametrize(
    ("file", "text", "name", "rule"),
    [
        ("b.jsonl", BO, None, "one source"),
        ("b.jsonl", ADA, "Ada", "one source"),
        ("a.jsonl", BO, "Ada", "edit of itself"),
        ("a.jsonl", f"{ADA} Bo", "Bo", "edit of itself"),
    ],
    ids=["another file", "another file, same text", "another text", "another name"],
)
def test_an_id_never_passes_to_another_letter_unasked(
    store: Store, take: Take, file: str, text: str, name: str | None, rule: str
) -> None:
    """The refusal names the rule, both sources and both ways out; with --replace it is done."""
    take([row(1, ADA, "Ada")])
    report = take([row(2, CAI), row(1, text, name)], file=file)
    assert made(report) == {"stored": 1, "refused": 1}
    [refused] = report.refused
    assert rule in refused.detail
    assert (refused.source, refused.letter_id) == (f"letters/{file} row 1", "1")
    for part in ("letters/a.jsonl row 0", "--id-prefix", "--replace"):
        assert part in refused.detail
    assert found(store, "1").text == ADA
    assert made(take([row(1, text, name)], file=file, replace=True)) == {"updated": 1}
    assert (found(store, "1").text, found(store, "1").source) == (text, f"letters/{file} row 0")


def test_a_prefix_keeps_two_files_apart(store: Store, take: Take) -> None:
    """Both count from 0."""
    take([{"text": ADA}], file="monday.jsonl")
    assert made(take([{"text": BO}], file="tuesday.jsonl", id_prefix="tue-")) == {"stored": 1}
    assert (found(store, "0").text, found(store, "tue-0").text) == (ADA, BO)
    with pytest.raises(StoreError, match="--id-prefix"):
        take([], id_prefix="a\nb")


def test_an_id_that_stands_twice_in_a_file_is_refused_the_second_time(store: Store, take: Take) -> None:
    """Even with the same text, and with --replace: nobody can tell which of the two is meant."""
    for replace in (False, True):
        report = take([row(1, ADA), row(2, BO), row(1, ADA)], replace=replace)
        [refused] = report.refused
        assert (refused.source, "row 0" in refused.detail) == ("letters/a.jsonl row 2", True)
    assert found(store, "1").text == ADA


def test_files_of_one_call_are_compared_like_files_of_two(
    store: Store, take: Take, embedder: LetterEmbedder, tmp_path: Path
) -> None:
    """Though both come in the same batch."""
    take([row(1, ADA)], posting="unused")
    take([row(1, BO)], file="b.jsonl", posting="unused", replace=True)
    paths = [str(tmp_path / "letters" / name) for name in ("a.jsonl", "b.jsonl", "a.jsonl")]
    report = ingest(store, embedder, paths)
    assert made(report) == {"stored": 1, "refused": 1, "unchanged": 1}
    assert found(store, "1").text == ADA


def test_bad_rows_and_files_cost_themselves_only(
    store: Store, embedder: LetterEmbedder, tmp_path: Path
) -> None:
    """Everything readable is stored, everything else is named."""
    (tmp_path / "pile").mkdir()
    (tmp_path / "pile" / "a.txt").write_text(ADA)
    (tmp_path / "pile" / "b.txt").write_bytes(b"caf\xe9")
    (tmp_path / "pile" / "c.csv").write_text(f"id,text\n1,{BO.replace(',', ';')}\n2,\n")
    (tmp_path / "pile" / "d.pdf").write_bytes(b"%PDF")
    report = ingest(store, embedder, [str(tmp_path / "pile"), str(tmp_path / "missing.csv")])
    assert made(report) == {"stored": 2, "refused": 4}
    assert [one.source for one in report.refused] == [
        "pile/b.txt",
        "pile/c.csv row 1",
        "pile/d.pdf",
        "missing.csv",
    ]
    assert all(one.detail and "; " in one.detail for one in report.refused)


def test_a_call_that_finds_nothing_makes_no_posting(store: Store, take: Take) -> None:
    """A misspelt column must not leave an empty posting behind."""
    assert made(take([row(1, ADA)], columns=Columns(text="body"))) == {"refused": 1}
    assert store.postings() == []


def test_duplicates_are_stored_and_linked(store: Store, take: Take) -> None:
    """Many applicants of one template is a finding, not a reason to drop anyone."""
    near = ADA.replace("six people", "two people") + " "
    report = take(
        [
            row(1, f"{ADA} Ada Byrne", "Ada Byrne"),
            row(2, f"{ADA} Bo Lund", "Bo Lund"),
            row(3, BO),
            row(4, near),
        ]
    )
    assert made(report) == {"stored": 2, "duplicate": 2}
    assert [(one.letter_id, one.detail) for one in report.duplicates] == [
        ("2", "the same text as 1"),
        ("4", f"{store.duplicates('default')[1].similarity:.2f} like 1"),
    ]
    assert [(link.of_letter_id, link.similarity == 1.0) for link in store.duplicates("default")] == [
        ("1", True),
        ("1", False),
    ]


def groups(store: Store) -> set[frozenset[str]]:
    """Which letters are linked, directly or through others."""
    names = {letter.key: letter.letter_id for letter in store.letters("default")}
    group = {key: {key} for key in names}
    for link in store.duplicates("default"):
        joined = group[link.letter_key] | group[link.of_key]
        for key in joined:
            group[key] = joined
    return {frozenset(names[key] for key in keys) for keys in group.values() if len(keys) > 1}


def test_groups_of_duplicates_do_not_depend_on_the_order(
    embedder: LetterEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A is near B and B near C, but A is not near C: one group in any order, in one batch or several."""
    words = [f"word{number}" for number in range(60)]
    texts = {
        "A": words[:44],
        "B": words[6:50],
        "C": words[12:56],
        "D": [f"other{number}" for number in range(44)],
    }
    for number, order in enumerate(itertools.permutations("ABCD")):
        monkeypatch.setattr(ingesting, "BATCH_LETTERS", 1 + number % 4)
        path = tmp_path / "a.jsonl"
        path.write_text("\n".join(json.dumps(row(name, " ".join(texts[name]))) for name in order))
        with Store.open(tmp_path / f"store{number}", create=True) as store:
            ingest(store, embedder, [str(path)])
            assert groups(store) == {frozenset("ABC")}


def test_a_group_survives_the_change_of_its_middle(store: Store, take: Take) -> None:
    """B and C repeat A; when A becomes another letter they still repeat one another."""
    take([row(name, ADA) for name in "ABC"])
    assert made(take([row("A", BO), row("B", ADA), row("C", ADA)], replace=True)) == {
        "updated": 1,
        "unchanged": 2,
    }
    assert groups(store) == {frozenset("BC")}


def test_each_report_comes_after_its_commit(
    store: Store, take: Take, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Another reader of the store sees a batch by the time it is reported, and its outcomes name its letters."""
    monkeypatch.setattr(ingesting, "BATCH_LETTERS", 2)
    seen: list[tuple[int, int, int]] = []

    def look(progress: Progress) -> None:
        with Store.open(tmp_path / "store") as other:
            seen.append((progress.read, other.posting("default").letters, len(progress.outcomes)))

    take([row(number, f"{ADA} {number}") for number in range(5)], on_batch=look)
    assert seen == [(2, 2, 2), (4, 4, 2), (5, 5, 1)]


def test_an_interrupt_between_batches_leaves_what_was_reported(
    store: Store, take: Take, monkeypatch: pytest.MonkeyPatch, embedder: LetterEmbedder
) -> None:
    """And the same command goes on from there."""
    monkeypatch.setattr(ingesting, "BATCH_LETTERS", 2)
    rows = [row(number, f"{ADA} {number}") for number in range(6)]

    def interrupt(progress: Progress) -> None:
        if progress.read == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take(rows, on_batch=interrupt)
    assert store.posting("default").letters == 4
    report = take(rows)
    assert (report.counts["unchanged"], report.read) == (4, 6)
    assert (store.posting("default").letters, store.unembedded("default", embedder.identity.key)) == (6, [])


def test_a_batch_that_fails_leaves_nothing_of_itself(
    store: Store, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Letters, passages and vectors commit together or not at all."""
    monkeypatch.setattr(ingesting, "BATCH_LETTERS", 2)
    embed = LetterEmbedder._embed_prefixed
    calls = itertools.count()

    def fail_at_last(self: LetterEmbedder, prefix: str, texts: list[str]) -> np.ndarray:
        if next(calls) == 2:  # after the known sentences and the first batch
            raise MemoryError
        return embed(self, prefix, texts)

    monkeypatch.setattr(LetterEmbedder, "_embed_prefixed", fail_at_last)
    with pytest.raises(MemoryError):
        take([row(number, f"{ADA} {number}") for number in range(4)])
    assert store.posting("default").letters == 2
    assert all(store.passages(letter.key) for letter in store.letters("default"))


def test_long_letters_make_small_batches(store: Store, take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch is bounded in characters too."""
    monkeypatch.setattr(ingesting, "BATCH_CHARACTERS", 2 * len(ADA))
    sizes: list[int] = []
    take(
        [row(number, ADA) for number in range(5)],
        on_batch=lambda progress: sizes.append(len(progress.outcomes)),
    )
    assert sizes == [2, 2, 1]


def test_a_second_embedder_is_added_for_what_lacks_it(
    store: Store, take: Take, embedder: LetterEmbedder
) -> None:
    """embed_missing embeds what another masking or model left out, and then nothing."""
    take([row(1, ADA), row(2, BO)])
    other = load_embedder("minilm", masking="another version")
    assert store.unembedded("default", other.identity.key) == [
        letter.key for letter in store.letters("default")
    ]
    calls: list[tuple[int, int]] = []
    assert embed_missing(store, other, "default", lambda done, of: calls.append((done, of))) == 2
    assert calls == [(2, 2)]
    version = store.version
    assert (embed_missing(store, other, "default"), store.version) == (0, version)
    ours, theirs = (list(store.material("default", one.identity.key)) for one in (embedder, other))
    assert [np.array_equal(a.vectors, b.vectors) for a, b in zip(ours, theirs, strict=True)] == [True, True]


def test_letters_that_were_masked_by_other_rules_are_not_embedded(
    store: Store, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their vectors would pass for vectors of texts that are masked as now; the message says what to do."""
    take([row(1, f"{ADA} Ask Ada Byrne.", name="Ada Byrne")])
    monkeypatch.setattr(
        "ingestion.blinding.PLACEHOLDERS", dict.fromkeys(("name", "email", "phone"), "[NOBODY]")
    )
    with pytest.raises(
        StoreError, match=r"letter 1 was masked by an earlier one; ingest .*winnow ingest PATH --store NEW"
    ):
        embed_missing(store, load_embedder("minilm", masking="another version"), "default")


def test_an_embedder_that_drifted_is_refused(
    store: Store, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same name with other weights would compare vectors of two spaces."""
    take([row(1, ADA)])
    monkeypatch.setattr(LetterEmbedder, "check_space", lambda _: {"known_01": "0.1"})
    with pytest.raises(StoreError, match="same weights"):
        take([row(1, ADA), row(2, BO)])


def test_outcomes_print_as_one_harmless_line() -> None:
    """Nothing that a file holds reaches the terminal as a command."""
    line = str(Outcome("a\x1b[2J.csv row 1", "x", "refused", "a\nb"))
    assert "\x1b" not in line
    assert len(line.splitlines()) == 1


def test_ids_are_compared_within_a_file_only() -> None:
    """The next file starts afresh."""
    ids = IdsInFile()
    letter = RawLetter("1", ADA, None, "a row 0")
    assert [ids.check(0, letter) is None, ids.check(0, letter) is None, ids.check(1, letter) is None] == [
        True,
        False,
        True,
    ]
    ids.close()
