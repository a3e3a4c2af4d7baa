"""A verdict as a file: a spreadsheet, CSV or XLSX, in which no cell can act, or a page to print.

Letters and job descriptions are other people's words: a cell that a spreadsheet would run as a formula is
made plain text. Decides nothing about the verdict.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TypeAlias

from agents.rationale import one_line_reason
from agents.report import count_labels
from agents.verdict import Finding, Label, Ranked, Requirement, Unjudged, Verdict

ExportKind = Literal["csv", "xlsx", "html"]
Cell: TypeAlias = str | int | float | None

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""First characters that spreadsheets take for a formula, the full-width forms that some also read included.

Source: OWASP, "CSV Injection", https://owasp.org/www-community/attacks/CSV_Injection
"""

XLSX_CELL_LIMIT = 32_767
"""Characters in one cell. Source: "Excel specifications and limits", Microsoft."""

LABEL_COLUMNS: tuple[tuple[str, Label], ...] = (
    ("met", "met"),
    ("partial", "partial"),
    ("not shown", "not_shown"),
    ("contradicted", "contradicted"),
)


def harmless(text: str) -> str:
    """Return ``text`` so that no spreadsheet runs it: an apostrophe before a formula's first character.

    Blanks before that character don't hide it, since some programs trim them.

    >>> harmless("=1+1"), harmless("plain")
    ("'=1+1", 'plain')
    """
    if text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS):
        return "'" + text
    return text


def ranking_rows(verdict: Verdict) -> Iterator[list[Cell]]:
    """Yield the head row, one row a judged letter in ranking order, then the letters not judged."""
    requirements = verdict.posting.requirements
    head: list[Cell] = ["rank", "letter id", "applicant", "score", *(name for name, _ in LABEL_COLUMNS)]
    head += ["similarity", "reason"]
    for requirement in requirements:
        head += [f"{requirement.id}: {requirement.text}", f"{requirement.id}: quote"]
    yield head
    for ranked in verdict.ranking:
        yield _ranked_row(ranked, requirements)
    for unjudged in verdict.unjudged:
        yield _unjudged_row(unjudged, len(head))


def _ranked_row(ranked: Ranked, requirements: tuple[Requirement, ...]) -> list[Cell]:
    assessment = ranked.assessment
    row: list[Cell] = [ranked.rank, assessment.letter_id, assessment.applicant, ranked.score]
    row += [count_labels(assessment.findings, label) for _, label in LABEL_COLUMNS]
    row += [_rounded(assessment.similarity), one_line_reason(ranked, requirements)]
    found: dict[str, Finding] = {finding.requirement_id: finding for finding in assessment.findings}
    for requirement in requirements:
        finding = found.get(requirement.id)
        if finding is None:  # a comparison-only strategy gives none
            row += [None, None]
            continue
        row += [finding.label.replace("_", " "), finding.quote.text if finding.quote else None]
    return row


def _unjudged_row(unjudged: Unjudged, width: int) -> list[Cell]:
    row: list[Cell] = [None, unjudged.letter_id, unjudged.applicant, None, None, None, None, None]
    row += [_rounded(unjudged.similarity), f"not judged: {unjudged.reason}"]
    return row + [None] * (width - len(row))


def summary_rows(verdict: Verdict) -> Iterator[list[Cell]]:
    """Yield what stands beside the ranking: the winner and why, the job, its requirements, the notices."""
    winner = verdict.winner
    yield ["screening", verdict.screening_id]
    yield ["posting", verdict.posting.name]
    yield [
        "strategy",
        f"{verdict.strategy} (comparison only)" if verdict.comparison_only else verdict.strategy,
    ]
    if winner is not None:
        yield ["winner", winner.letter_id]
        yield ["score", winner.score]
        yield ["rationale", winner.rationale]
        yield ["tied with", ", ".join(winner.tied_with) or None]
        if verdict.prose is not None:
            for sentence in verdict.prose.sentences:
                yield ["in a language model's words", sentence]
    else:
        yield ["winner", None]
        yield ["declined because", verdict.declined_because]
    yield ["judged", len(verdict.ranking)]
    yield ["pool", verdict.pool]
    yield ["job description", verdict.posting.job_description]
    for requirement in verdict.posting.requirements:
        yield [f"requirement {requirement.id} ({requirement.kind})", requirement.text]
    for notice in verdict.warnings:
        yield [
            f"notice {notice.code}",
            f"{notice.letter_id}: {notice.text}" if notice.letter_id else notice.text,
        ]


def csv_bytes(verdict: Verdict) -> bytes:
    """Return the ranking as UTF-8 CSV. Every cell is quoted, so that no locale's separator splits one."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    for row in ranking_rows(verdict):
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return stream.getvalue().encode("utf-8", "backslashreplace")


def xlsx_bytes(verdict: Verdict) -> bytes:
    """Return a workbook: the sheet "ranking", and the sheet "screening" with the winner and the job."""
    import xlsxwriter

    stream = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, {**options, "in_memory": True}) as book:
        for name, rows in (("ranking", ranking_rows(verdict)), ("screening", summary_rows(verdict))):
            sheet = book.add_worksheet(name)
            for line, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(line, column, _xlsx_text(cell))
                    elif cell is not None:
                        sheet.write_number(line, column, cell)
    return stream.getvalue()


def export_bytes(verdict: Verdict, kind: ExportKind) -> bytes:
    """Return the verdict as a file of this kind."""
    if kind == "html":
        from ui.html_report import html_report

        return html_report(verdict).encode("utf-8", "backslashreplace")
    return csv_bytes(verdict) if kind == "csv" else xlsx_bytes(verdict)


def write_export(verdict: Verdict, path: Path, kind: ExportKind) -> None:
    """Write the verdict as a file of this kind; a reader never meets half of it."""
    data = export_bytes(verdict, kind)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_csv(verdict: Verdict, path: Path) -> None:
    """Write the ranking as CSV."""
    write_export(verdict, path, "csv")


def write_xlsx(verdict: Verdict, path: Path) -> None:
    """Write the ranking and the screening as a workbook."""
    write_export(verdict, path, "xlsx")


def _xlsx_text(cell: str) -> str:
    text = harmless(cell).encode("utf-8", "backslashreplace").decode("utf-8")
    if len(text) <= XLSX_CELL_LIMIT:
        return text
    mark = f" ... [cut: a cell holds {XLSX_CELL_LIMIT} characters, this text has {len(text)}]"
    return text[: XLSX_CELL_LIMIT - len(mark)] + mark


def _rounded(similarity: float | None) -> float | None:
    return None if similarity is None else round(similarity, 6)
