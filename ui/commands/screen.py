"""`winnow screen`: a job description in, the verdict out, as a report, JSON or a spreadsheet.

Knows nothing about how letters are judged.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.answers import verdict_in
from ui.layout import for_this_terminal, requirement_lines
from ui.options import (
    EmbedderOption,
    JsonOption,
    LLMOption,
    PipelineOption,
    PostingOption,
    ServerModelOption,
    ServerUrlOption,
    StoreOption,
    server_for,
    settings_for,
)
from ui.progress import progress_bar
from ui.terminal import note, say, say_json

if TYPE_CHECKING:
    from agents.verdict import Verdict
    from ingestion.store import Store
    from ui.exports import ExportKind

EXAMPLE = 'Example: winnow screen "We need a project manager with AWS certification" --posting manager'


class Fallback(StrEnum):
    """The judge that judges everybody again where a language model fails on somebody."""

    evidence = "evidence"


class Retrieval(StrEnum):
    """What orders the letters before they are judged."""

    hybrid = "hybrid"
    dense = "dense"
    bm25 = "bm25"


def screen(
    text: Annotated[
        str | None, typer.Argument(metavar="TEXT", help="The job description.", show_default=False)
    ] = None,
    job_file: Annotated[
        Path | None,
        typer.Option(
            "--job-file",
            help="A file that holds the job description; - reads stdin.",
            show_default=False,
        ),
    ] = None,
    store: StoreOption = None,
    posting: PostingOption = None,
    requirements: Annotated[
        Path | None,
        typer.Option(
            "--requirements",
            help="JSON or YAML list of {text, kind, weight?, id?} to judge by instead.",
            show_default=False,
        ),
    ] = None,
    pipeline: PipelineOption = "offline",
    strategy: Annotated[
        str | None,
        typer.Option(
            "--strategy",
            help="The judge: evidence, labels, or (for comparison only) listwise, pairwise. Default: the pipeline's own.",
            show_default=False,
        ),
    ] = None,
    llm: LLMOption = None,
    embedder: EmbedderOption = None,
    server_url: ServerUrlOption = None,
    server_model: ServerModelOption = None,
    fallback: Annotated[
        Fallback | None,
        typer.Option(
            "--fallback",
            help="Judge the whole pool by this judge where the language model fails on any letter.",
            show_default=False,
        ),
    ] = None,
    prose: Annotated[
        bool,
        typer.Option(
            "--prose",
            help="Let the language model put the findings into sentences, each checked against them.",
        ),
    ] = False,
    retrieval: Annotated[
        Retrieval, typer.Option("--retrieval", help="What orders the letters before they are judged.")
    ] = Retrieval.hybrid,
    top_k: Annotated[
        int | None,
        typer.Option(
            "--top-k",
            help="Judge at most so many letters. Default: all; 50 by a language model, 10 pairwise.",
            show_default=False,
        ),
    ] = None,
    json: JsonOption = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Also write the ranking to this file.", show_default=False)
    ] = None,
    xlsx: Annotated[
        Path | None, typer.Option("--xlsx", help="Also write a workbook to this file.", show_default=False)
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", help="Also write a page to print to this file.", show_default=False),
    ] = None,
) -> None:
    """Judge the letters of a posting by a job description and name the winner."""
    settings = settings_for(store)
    if top_k is not None and top_k < 1:
        raise typer.BadParameter(f"--top-k must be at least 1, but got {top_k}")
    job = job_text(text, job_file)
    if requirements is not None:
        must_be_a_file("--requirements", requirements)
    exports: dict[ExportKind, Path | None] = {"csv": csv, "xlsx": xlsx, "html": html}
    for target in exports.values():
        if target is not None and not target.absolute().parent.is_dir():
            raise typer.BadParameter(f"the folder of {target} must exist, but it does not: make it first")
    from agents.registry import PipelineError, check_extras, choose

    server = server_for(pipeline, server_url, server_model, settings)
    try:
        choice = choose(pipeline, strategy=strategy, embedder=embedder, llm=llm, server=server)
        check_extras(choice, None if fallback is None else fallback.value, prose=prose)
    except PipelineError as error:
        raise typer.BadParameter(str(error)) from error
    from agents.report import render_report, verdict_json
    from agents.screening import open_engine

    with (
        open_engine(
            settings.store,
            pipeline=pipeline,
            posting=posting,
            requirements=requirements,
            strategy=strategy,
            top_k=top_k,
            retrieval=retrieval.value,
            llm=llm,
            embedder=embedder,
            server=server,
            fallback=None if fallback is None else fallback.value,
            prose=prose,
        ) as engine,
        progress_bar("judging letters") as show,
    ):
        reader = engine.describe()
        if reader is not None:
            note(f"language model: {reader}")
        engine.on_progress = show
        verdict = verdict_in(engine.query(job))
        written = _export(engine.store, verdict, exports)
    for path in written:
        note(f"wrote {path}")
    if json:
        say_json(verdict_json(verdict))
    else:
        say(for_this_terminal(render_report(verdict)))
        say()
        say(for_this_terminal("\n".join(requirement_lines(verdict.posting.requirements))))
        say(f"\nscreening {verdict.screening_id}, {verdict.seconds.total:.2f} s")


def _export(store: Store, verdict: Verdict, exports: Mapping[ExportKind, Path | None]) -> list[Path]:
    """Write the files that were asked for, record each in the ledger, and return them."""
    written: list[Path] = []
    for kind, path in exports.items():
        if path is None:
            continue
        from agents.ledger import note_export, system_actor
        from ui.exports import write_export

        write_export(verdict, path, kind)
        note_export(
            store,
            verdict.screening_id,
            kind=f"{kind}, with names",
            letters=verdict.pool,
            actor=system_actor(),
        )
        written.append(path)
    return written


def _not_a_path(text: str) -> None:
    """Refuse a job description that is the name of a file here: judging by the words of a path names nobody."""
    with contextlib.suppress(OSError, ValueError):  # too long for a path, or with a NUL: a text then
        if Path(text.strip()).is_file():
            raise typer.BadParameter(
                f"TEXT must be the job description itself, but {text.strip()!r} is a file: give it with --job-file"
            )


def job_text(text: str | None, job_file: Path | None) -> str:
    """Return the job description from the one place it was given in."""
    if (text is None) == (job_file is None):
        given = "neither" if text is None else "both"
        raise typer.BadParameter(f"give the job description as TEXT or with --job-file, but got {given}")
    if text is not None:
        _not_a_path(text)
        job = text
    elif job_file == Path("-"):
        job = sys.stdin.read()
    else:
        assert job_file is not None
        try:
            job = must_be_a_file("--job-file", job_file).read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise typer.BadParameter(
                f"--job-file must be UTF-8 text, but byte {error.start} of {job_file} is not: save it as UTF-8"
            ) from error
    if not job.strip():
        raise typer.BadParameter("the job description must not be empty: give at least one sentence")
    return job


def must_be_a_file(flag: str, path: Path) -> Path:
    """Return ``path`` if it is a file, or end the run as wrong usage."""
    if not path.is_file():
        raise typer.BadParameter(f"{flag} must be a file, but there is none at {path}: correct the path")
    return path
