"""Erasing through the whole product: every byte, the certificate, the list, and what the others keep."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, update

from ingestion.erasure import certificate_holds, erase, folded_name, letters_of_applicant
from ingestion.erasure_list import Known, read_erasure_list
from ingestion.ingest import ingest
from ingestion.intake_rows import Intake, write_intake
from ingestion.ledger_rows import append_entry
from ingestion.letter import OffsetMap
from ingestion.letter_embedder import LetterEmbedder
from ingestion.schema import erased_letter, erasure_key, hygiene_finding, passage_vector, sentence_vector
from ingestion.store import LetterDraft, Store, StoreDamaged, StoreError

NAME = "Zöe Quillfeather"
EMAIL = "zoe.quillfeather@example.org"
TEXT = (
    f"Dear team, I am {NAME} and I steered barges through the lower canal for eleven years. "
    "Before that I kept the ledgers of a small brewery, counted hops by hand and trained two apprentices. "
    f"Write to me at {EMAIL} whenever the tide allows it."
)
OTHER = "I cooked in a hospital kitchen for nine years, planned menus for eighty wards and led a team of five cooks."


def shingles(text: str, width: int = 5) -> list[str]:
    """Every run of five words."""
    words = text.split()
    return [" ".join(words[at : at + width]) for at in range(len(words) - width + 1)]


def forms(text: str) -> set[bytes]:
    """A text as it could stand in a file: several encodings, cases and normal forms."""
    cased = {text, text.casefold(), text.upper(), text.lower(), text.title()}
    normal = {unicodedata.normalize(form, one) for one in cased for form in ("NFC", "NFD", "NFKC")}
    escaped = {json.dumps(one)[1:-1].encode() for one in normal}
    return {
        one.encode(code) for one in normal for code in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le")
    } | escaped


def found_in(folder: Path, texts: list[str]) -> list[str]:
    """Those of ``texts`` that stand, in any form, in any file under ``folder``."""
    contents = [file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()]
    contents += [content.lower() for content in contents]
    return [text for text in texts if any(form in content for form in forms(text) for content in contents)]


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """A table with one person to erase and one to keep."""
    file = tmp_path / "letters.jsonl"
    rows = [{"id": "1", "name": NAME, "text": TEXT}, {"id": "2", "name": "Ann Otter", "text": OTHER}]
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return file


@pytest.fixture
def store(tmp_path: Path, letters: Path, embedder: LetterEmbedder) -> Iterator[Store]:
    """A store with both, an address, something hidden, a screening text and a decision."""
    with Store.open(tmp_path / "store", create=True) as opened:
        ingest(opened, embedder, [str(letters)])
        key = key_of(opened, "1")
        with opened.writing() as tx:
            connection = tx.changing()
            write_intake(
                connection, key, Intake("2026-01-02T03:04:05+00:00", "eml", True, EMAIL, "From " + NAME)
            )
            connection.execute(
                insert(hygiene_finding).values(
                    letter_key=key,
                    kind="white",
                    place="page 1",
                    excerpt=f"{NAME} is the best of all",
                    checksum=0,
                )
            )
            append_entry(connection, "advance", json.dumps({"actor": "me", "note": NAME}), letter_key=key)
        yield opened


def key_of(store: Store, letter_id: str) -> int:
    """The internal key of a letter."""
    letter = store.letter("default", letter_id)
    assert letter is not None
    return letter.key


def vectors(store: Store) -> int:
    """How many vectors the store holds."""
    with store.reading() as connection:
        counts = [
            connection.execute(select(func.count()).select_from(t)) for t in (passage_vector, sentence_vector)
        ]
        return sum(count.scalar_one() for count in counts)


def test_no_file_holds_a_name_an_address_or_five_words_of_an_erased_letter(store: Store) -> None:
    """In no encoding, case or normal form; and the vectors that went are that letter's alone."""
    traces = [NAME, EMAIL, *shingles(TEXT)]
    assert found_in(store.folder, traces) == traces
    before = vectors(store)
    done = erase(store, [key_of(store, "1")])
    assert found_in(store.folder, traces) == []
    assert before - vectors(store) == done.removed.vectors > 0
    assert found_in(store.folder, shingles(OTHER)) == shingles(OTHER)


def test_a_certificate_says_what_went_and_nothing_of_whom(store: Store) -> None:
    """Counts, times and hashes; a change of it is seen."""
    done = erase(store, [key_of(store, "1")])
    data = done.as_json()
    text = json.dumps(data, ensure_ascii=False)
    assert [one for one in (NAME, EMAIL, *TEXT.split()[:9]) if len(one) > 4 and one in text] == []
    removed = done.removed
    assert (removed.letters, removed.hidden_texts, removed.ledger_payloads) == (1, 1, 1)
    assert done.write == store.version
    assert certificate_holds(json.loads(json.dumps(data)))
    assert not certificate_holds({**data, "write": done.write + 1})


def test_an_erased_letter_does_not_come_back_with_its_file(
    store: Store, letters: Path, embedder: LetterEmbedder
) -> None:
    """The same file again brings everybody else; --readmit brings the letter, and takes it off the list."""
    erase(store, [key_of(store, "1")])
    again = ingest(store, embedder, [str(letters)])
    assert again.counts == {"stored": 0, "unchanged": 1, "updated": 0, "duplicate": 0, "refused": 1}
    [refused] = again.refused
    assert "same file, under the same id" in refused.detail
    assert "--readmit" in refused.detail
    assert NAME not in str(refused)
    back = ingest(store, embedder, [str(letters)], readmit=True)
    assert (back.counts["stored"], back.counts["refused"]) == (1, 0)
    assert ingest(store, embedder, [str(letters)]).counts["unchanged"] == 2
    with store.reading() as connection:
        assert read_erasure_list(connection).listed == {}


BASE = Known("default", "9", "elsewhere/other.csv row 9", "Quite another text.", None)


@pytest.mark.parametrize(
    ("known", "trace"),
    [
        (replace(BASE, text=TEXT), "words"),
        (replace(BASE, text=TEXT.upper().replace(" ", "\n\n")), "words"),
        (replace(BASE, posting="elsewhere", text=TEXT), "words"),
        (replace(BASE, email=" Zoe.QuillFeather@EXAMPLE.org"), "address"),
        (replace(BASE, text=TEXT.replace("eleven", "twelve")), None),
        (replace(BASE, letter_id="1"), None),
        (BASE, None),
    ],
    ids=["other file", "other layout", "other posting", "address", "an edited text", "same id", "stranger"],
)
def test_what_the_list_knows_a_person_by(store: Store, known: Known, trace: str | None) -> None:
    """The words anywhere, the address anywhere, the place in its own posting; nobody else."""
    erase(store, [key_of(store, "1")])
    with store.reading() as connection:
        found = read_erasure_list(connection).find(known)
    assert (None if found is None else found[0]) == trace


def test_a_row_that_moved_and_was_edited_is_the_same_place(
    store: Store, letters: Path, embedder: LetterEmbedder
) -> None:
    """The file grew at its top and the letter changed: its id in that file still says whose it is."""
    erase(store, [key_of(store, "1")])
    rows = [json.loads(line) for line in letters.read_text(encoding="utf-8").splitlines()]
    rows[0]["text"] = TEXT.replace("eleven", "twelve")
    rows.insert(0, {"id": "0", "name": "New Person", "text": OTHER.replace("nine", "ten")})
    letters.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    [refused] = ingest(store, embedder, [str(letters)]).refused
    assert refused.letter_id == "1"


def test_a_shared_mailbox_shuts_nobody_out(store: Store) -> None:
    """An address that another letter came from too is not listed; the last one's is."""
    with store.writing() as tx:
        write_intake(
            tx.changing(), key_of(store, "2"), Intake("2026-01-02T03:04:05+00:00", "eml", True, EMAIL.upper())
        )
    erase(store, [key_of(store, "1")])
    with store.reading() as connection:
        assert read_erasure_list(connection).find(replace(BASE, email=EMAIL)) is None
    erase(store, [key_of(store, "2")])
    with store.reading() as connection:
        assert read_erasure_list(connection).find(replace(BASE, email=EMAIL)) is not None


def test_whose_time_was_up_may_apply_again(store: Store) -> None:
    """Retention lists the letter, not the address of its sender."""
    erase(store, [key_of(store, "1")], lapsed=True)
    with store.reading() as connection:
        erased = read_erasure_list(connection)
    assert erased.find(replace(BASE, email=EMAIL)) is None
    assert erased.find(replace(BASE, text=TEXT)) is not None


def test_a_short_text_is_not_known_by_its_words(store: Store) -> None:
    """Nobody is shut out because somebody else wrote the same ten words."""
    short = "I am a cook and I want to work for you."
    with store.writing() as tx:
        draft = LetterDraft("default", "77", None, short, short, OffsetMap(), "en", "short.txt")
        tx.erase_letter(tx.put_letter(draft).key)
    with store.reading() as connection:
        assert read_erasure_list(connection).find(replace(BASE, text=short)) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda c: c.execute(update(erased_letter).values(letter_key=7).where(erased_letter.c.erased_id == 1)),
        lambda c: c.execute(
            update(erased_letter).values(source_hash="0").where(erased_letter.c.erased_id == 2)
        ),
        lambda c: c.execute(update(erasure_key).values(key="ab:00000000")),
        lambda c: c.execute(update(erasure_key).values(key=func.replace(erasure_key.c.key, ":", "0:"))),
        lambda c: c.execute(erasure_key.delete()),
    ],
    ids=["key", "hash", "another key", "longer key", "no key"],
)
def test_a_damaged_list_lets_nobody_back_in(store: Store, damage: Callable[..., object]) -> None:
    """A list that can't be trusted is refused, not read as if fewer had been erased."""
    erase(store, [key_of(store, "1")])
    with store.writing() as tx:
        damage(tx.connection)
    with store.reading() as connection, pytest.raises(StoreDamaged, match="restore a backup"):
        read_erasure_list(connection)


def test_a_name_is_found_in_any_writing(store: Store) -> None:
    """Case, accents and "last, first" make no difference; a part of a name is not the name."""
    key = key_of(store, "1")
    for name in ("zoe quillfeather", "QUILLFEATHER, Zöe", "Zöe  Quillfeather."):
        assert [one.key for one in letters_of_applicant(store, name)] == [key]
    assert letters_of_applicant(store, "Quillfeather") == []
    with pytest.raises(StoreError, match="hold a letter"):
        letters_of_applicant(store, " - ")
    assert folded_name("") == ""


def test_nobody_is_erased_when_one_letter_is_unknown(store: Store) -> None:
    """A wrong key among right ones leaves all of them."""
    with pytest.raises(StoreError, match="none with key 999"):
        erase(store, [key_of(store, "1"), 999])
    assert store.letter("default", "1") is not None
    with pytest.raises(StoreError, match="needs a letter"):
        erase(store, [])
