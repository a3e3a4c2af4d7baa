"""`winnow erase`: removes one person's letters, every byte of them, after asking.

Knows nothing about where the bytes are; the store does.
"""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.confirming import confirm, write_new
from ui.options import JsonOption, PostingOption, StoreOption, settings_for
from ui.terminal import note, one_line, say, say_json

if TYPE_CHECKING:
    from pydantic import JsonValue

    from ingestion.erasure import Certificate
    from ingestion.letter import Letter
    from ingestion.store import Store

EXAMPLE = "Example: winnow erase 147 --posting manager --yes --certificate erased.json"


def erase(
    letter_id: Annotated[
        str | None,
        typer.Argument(
            metavar="[LETTER_ID]", help="The letter's id, as the ranking shows it.", show_default=False
        ),
    ] = None,
    applicant: Annotated[
        str | None,
        typer.Option(
            "--applicant", help="All letters under this name, instead of an id.", show_default=False
        ),
    ] = None,
    store: StoreOption = None,
    posting: PostingOption = None,
    certificate: Annotated[
        Path | None,
        typer.Option(
            "--certificate", help="A new file for what was removed: numbers, no words.", show_default=False
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    json: JsonOption = False,
) -> None:
    """Remove a letter with its passages, vectors, findings and chat. This can't be undone."""
    if (letter_id is None) == (applicant is None):
        raise typer.BadParameter("name either a letter's id or --applicant")
    folder = settings_for(store).store
    if certificate is not None and (certificate.exists() or not certificate.parent.is_dir()):
        wrong = "is there already" if certificate.exists() else "is in no folder that exists"
        raise typer.BadParameter(f"--certificate must name a new file, but {certificate} {wrong}")
    from ingestion.erasure import erase as erase_letters
    from ingestion.store import Store

    with Store.open(folder) as opened:
        found = _found(opened, letter_id, applicant, posting)
        if not yes:
            for letter in found:
                note(_line(letter))
            what = "this letter" if len(found) == 1 else f"these {len(found)} letters"
            confirm(f"Erase {what} for good?", command="erase", nothing="nothing erased")
        done = erase_letters(opened, [letter.key for letter in found])
    if certificate is not None:
        write_new(certificate, json_text.dumps(done.as_json(), indent=1) + "\n")
    if json:
        say_json(_as_json(found, done))
        return
    for letter in found:
        say(f"erased letter {one_line(letter.letter_id)} of posting {one_line(letter.posting)}")
    for line in certificate_lines(done):
        say(line)


def _found(opened: Store, letter_id: str | None, applicant: str | None, posting: str | None) -> list[Letter]:
    from ingestion.erasure import letters_of_applicant, letters_of_id
    from ingestion.store import StoreError

    names = [row.name for row in opened.postings()] if posting is None else [opened.posting(posting).name]
    where = f"posting {names[0]!r}" if len(names) == 1 else f"any of {len(names)} postings"
    if applicant is not None:
        found = letters_of_applicant(opened, applicant, posting)
        if not found:
            raise StoreError(
                f"a letter to erase must be in the store, but {where} has no applicant of the name {applicant!r}; "
                "names stand in `winnow screen`'s ranking, or erase by the letter's id"
            )
        return found
    assert letter_id is not None
    found = letters_of_id(opened, letter_id, posting)
    if not found:
        raise StoreError(
            f"a letter to erase must be in the store, but {where} has no letter {letter_id!r}; "
            "ids stand in `winnow screen`'s ranking"
        )
    if len(found) > 1:
        listed = ", ".join(letter.posting for letter in found)
        raise StoreError(
            f"letter {letter_id!r} stands in {len(found)} postings ({listed}): name one with --posting, "
            "since the same id may be another person's there; --applicant erases in all of them"
        )
    return found


def _line(letter: Letter) -> str:
    name = f", {one_line(letter.applicant)}" if letter.applicant else ""
    return f"  letter {one_line(letter.letter_id)} of posting {one_line(letter.posting)}{name}"


def certificate_lines(done: Certificate) -> list[str]:
    """Return a certificate in words."""
    from ingestion.erasure import NOT_COVERED

    removed = done.removed
    return [
        f"removed: {removed.letters} letters, {removed.passages} spans, {removed.vectors} vectors, "
        f"{removed.duplicate_links} duplicate links, findings in {removed.screening_entries} screenings, "
        f"{removed.screening_texts} texts of those screenings (chat turns and the like), {removed.hidden_texts} hidden "
        f"texts, {removed.ledger_payloads} payloads of the ledger",
        f"certificate: {done.erased}, store version {done.store_version}, write {done.write}, ledger entry "
        f"{done.ledger_place}, SHA-256 {done.as_json()['sha256']}",
        *(f"not covered: {one}" for one in NOT_COVERED),
    ]


def _as_json(found: list[Letter], done: Certificate) -> dict[str, JsonValue]:
    """Return what is printed for other programs; ``letter_id`` and ``posting`` are those of the first letter."""
    removed = done.as_json()["removed"]
    assert isinstance(removed, dict)
    return {
        "schema": 1,
        "letter_id": found[0].letter_id,
        "posting": found[0].posting,
        "letters": [{"letter_id": one.letter_id, "posting": one.posting} for one in found],
        "erased": {name: count for name, count in removed.items() if name != "letters"},
        "certificate": done.as_json(),
    }
