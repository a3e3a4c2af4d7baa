"""`winnow ingest`: files in, and for each row what became of it.

Reading, masking and storing belong to the ingestion room; this draws its report.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingestion.raw_letter import printable
from ui.options import EmbedderOption, JsonOption, PipelineOption, StoreOption, known_pipeline, settings_for
from ui.progress import progress_bar
from ui.terminal import note, say, say_json

if TYPE_CHECKING:
    from pydantic import JsonValue

    from ingestion.ingest import IngestReport, Outcome, Progress, Status
    from ingestion.intake_report import IntakeReport

EXAMPLE = "Example: winnow ingest letters.csv --posting manager --text-column body --id-column number"

SOME_REFUSED = 3

SHOWN = 20
"""How many duplicates, guesses and hidden texts are named in words; --json names more."""

FORMATS = {"pdf": "PDF", "docx": "DOCX", "eml": "e-mail", "text": "text", "table": "rows of tables"}

STATUS_WORDS: dict[Status, str] = {
    "stored": "stored",
    "duplicate": "stored, and linked to the letter they repeat",
    "updated": "updated",
    "unchanged": "unchanged",
    "refused": "refused",
}


def ingest(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH",
            help="PDF, DOCX, EML, TXT, MD, CSV, JSONL, JSON, Parquet, ZIP, a folder of these, or hf:owner/name[:split].",
        ),
    ],
    store: StoreOption = None,
    posting: Annotated[
        str, typer.Option("--posting", help="The posting that the letters answer.")
    ] = "default",
    pipeline: PipelineOption = "offline",
    embedder: EmbedderOption = None,
    text_column: Annotated[
        str | None, typer.Option("--text-column", help="Column that holds the letter.", show_default=False)
    ] = None,
    id_column: Annotated[
        str | None, typer.Option("--id-column", help="Column that holds the letter's id.", show_default=False)
    ] = None,
    name_column: Annotated[
        str | None,
        typer.Option("--name-column", help="Column that holds the applicant's name.", show_default=False),
    ] = None,
    id_prefix: Annotated[
        str,
        typer.Option("--id-prefix", help="Put before every id, where two files count from the same number."),
    ] = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="Let a letter take the place of another one with the same id.")
    ] = False,
    readmit: Annotated[
        bool,
        typer.Option("--readmit", help="Take letters in that were erased, or that look like erased ones."),
    ] = False,
    no_blind: Annotated[
        bool,
        typer.Option("--no-blind", help="Don't mask names and contacts. Fixed at a posting's first ingest."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Read cover letters into a store."""
    folder = settings_for(store).store
    known_pipeline(pipeline)
    from agents.loading import load_pipeline_embedder
    from ingestion.ingest import ingest as ingest_letters
    from ingestion.readers import Columns
    from ingestion.store import Store

    encoder = load_pipeline_embedder(pipeline, embedder)

    def tell(progress: Progress) -> None:
        for outcome in progress.outcomes:
            if outcome.status == "refused":
                note(f"refused: {outcome}")
        show(progress.read, None)

    with Store.open(Path(folder), create=True) as opened, progress_bar("reading letters") as show:
        report = ingest_letters(
            opened,
            encoder,
            paths,
            posting=posting,
            columns=Columns(text=text_column, id=id_column, name=name_column),
            id_prefix=id_prefix,
            replace=replace,
            blind=not no_blind,
            readmit=readmit,
            on_batch=tell,
        )
    if json:
        say_json(report_json(report))
    else:
        for line in report_lines(report):
            say(line)
    if report.counts["refused"]:
        raise typer.Exit(SOME_REFUSED)


def report_lines(report: IngestReport) -> list[str]:
    """Return the report in words: how many letters became what, and which repeat another one."""
    counts = report.counts
    letters = report.read - counts["refused"]
    masking = "names and contacts masked" if report.blind else "names and contacts not masked"
    lines = [
        f"{_many(letters, 'letter')} read into posting {report.posting} in {report.seconds:.1f} s ({masking})"
    ]
    lines += [f"  {counts[status]:>6}  {words}" for status, words in STATUS_WORDS.items() if counts[status]]
    for outcome in report.duplicates[:SHOWN]:
        lines.append(f"duplicate: {_which(outcome.letter_id, outcome.source)}: {outcome.detail}")
    if counts["duplicate"] > SHOWN:
        lines.append(f"duplicate: and {counts['duplicate'] - SHOWN} more; --json names them")
    return [*lines, *intake_lines(report.intake)]


def intake_lines(intake: IntakeReport) -> list[str]:
    """Return in words what was found beside the letters' texts; nothing of rows and plain texts with nothing to say."""
    lines: list[str] = []
    if set(intake.formats) - {"text", "table"}:
        counted = ", ".join(f"{count:,} {FORMATS[name]}" for name, count in intake.formats.items())
        lines.append(f"formats: {counted}")
    for guess in intake.guesses[:SHOWN]:
        told = [
            f"{what} {value}"
            for what, value in (("name", guess.name), ("e-mail", guess.email), ("subject", guess.subject))
            if value
        ]
        lines.append(f"guessed: {_which(guess.letter_id, guess.source)}: {', '.join(told)}")
    lines += _more("guessed", len(intake.guesses))
    if intake.with_hidden:
        lines.append(
            f"hidden text in {_many(intake.with_hidden, 'letter')}; it is kept out of the letters and lowers no score"
        )
    for one in intake.hidden[:SHOWN]:
        hidden = one.hidden
        where = _which(one.letter_id, one.source)
        lines.append(f'hidden: {where}: {hidden.kind}, {hidden.place}: "{hidden.excerpt}"')
    lines += _more("hidden", len(intake.hidden))
    lines += [f"not taken: {part}" for part in intake.set_aside[:SHOWN]]
    return [printable(line) for line in [*lines, *_more("not taken", len(intake.set_aside))]]


def _which(letter_id: str | None, source: str) -> str:
    """Return what a letter is called in the report: its id, or its file where the two must not stand together."""
    return source if letter_id is None else f"letter {letter_id}"


def _more(what: str, count: int) -> list[str]:
    return [f"{what}: and {count - SHOWN:,} more; --json names them"] if count > SHOWN else []


def report_json(report: IngestReport) -> dict[str, JsonValue]:
    """Return the report as JSON data."""
    return {
        "schema": 1,
        "posting": report.posting,
        "blind": report.blind,
        "read": report.read,
        "counts": dict(report.counts.items()),
        "refused": [_outcome_json(outcome) for outcome in report.refused],
        "duplicates": [_outcome_json(outcome) for outcome in report.duplicates],
        "formats": dict(report.intake.formats.items()),
        "guesses": [
            {
                "source": one.source,
                "letter_id": one.letter_id,
                "name": one.name,
                "email": one.email,
                "subject": one.subject,
            }
            for one in report.intake.guesses
        ],
        "with_hidden": report.intake.with_hidden,
        "hidden": [
            {
                "source": one.source,
                "letter_id": one.letter_id,
                "kind": one.hidden.kind,
                "place": one.hidden.place,
                "excerpt": one.hidden.excerpt,
            }
            for one in report.intake.hidden
        ],
        "set_aside": [{"source": part.source, "why": part.why} for part in report.intake.set_aside],
        "seconds": round(report.seconds, 6),
    }


def _outcome_json(outcome: Outcome) -> JsonValue:
    return {"source": outcome.source, "letter_id": outcome.letter_id, "detail": outcome.detail}


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
