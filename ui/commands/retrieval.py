"""`winnow eval retrieval`: dense, BM25 and hybrid search against sets with known answers.

Measures nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.options import JsonOption, known_pipeline
from ui.terminal import note, say_json

if TYPE_CHECKING:
    from agents.retrieval import RetrievalMode
    from evals.retrieval import SetReport
    from evals.retrieval_sets import Part, Query, RetrievalSet
    from ingestion.letter_embedder import LetterEmbedder

EXAMPLE = "Example: winnow eval retrieval samples, or: winnow eval retrieval SET --compare dense hybrid --query-id 7"

SAMPLES = "samples"
"""The word that stands for the bundled letters and jobs."""

DONE, FAILED, REFUSED = 0, 1, 3
"""Exit status: all done, nothing could run, some documents were refused."""


def retrieval(
    sets: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="SET...",
            help="Folders: BEIR's corpus.jsonl, queries.jsonl and qrels.tsv; ads with their resumes; or letters.csv, where "
            "job titles are searched. Or the word samples.",
            show_default=False,
        ),
    ] = None,
    mode: Annotated[
        list[str] | None,
        typer.Option(
            "--mode", help="dense, bm25 or hybrid; may be repeated. Default: all.", show_default=False
        ),
    ] = None,
    part: Annotated[
        str | None,
        typer.Option(
            "--part",
            help="tune or test: one half of the queries. Default: all.",
            show_default=False,
        ),
    ] = None,
    pipeline: Annotated[
        str | None,
        typer.Option(
            "--pipeline",
            help="Only this pipeline's embedder. Default: every embedder that can load.",
            show_default=False,
        ),
    ] = None,
    embedder: Annotated[
        list[str] | None,
        typer.Option(
            "--embedder",
            help="An embedder's name or folder (bge-large=FOLDER); may be repeated.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Save every query's scores in this folder.", show_default=False),
    ] = None,
    runs: Annotated[
        tuple[Path, Path] | None,
        typer.Option("--runs", help="Compare two folders that --out saved.", show_default=False),
    ] = None,
    compare: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--compare",
            metavar="A B",
            help="Lay two searches beside each other, each MODE, EMBEDDER or EMBEDDER:MODE.",
            show_default=False,
        ),
    ] = None,
    query_id: Annotated[
        str | None,
        typer.Option(
            "--query-id", help="With --compare: which query. Default: the first.", show_default=False
        ),
    ] = None,
    top_k: Annotated[int, typer.Option("--top-k", min=1, help="With --compare: show so many.")] = 10,
    json: JsonOption = False,
) -> None:
    """Measure recall, MRR and nDCG of dense, BM25 and hybrid search, or lay two searches beside each other."""
    if runs is not None:
        if sets or compare:
            raise typer.BadParameter(
                "--runs compares two saved runs, but got a SET or --compare too; leave it out"
            )
        _compare_runs(runs, json=json)
        return
    if not sets:
        raise typer.BadParameter(f"SET must be a folder, or the word {SAMPLES}, but got none")
    found = [_read(one, part) for one in sets]
    if len({one.name for one in found}) < len(found):
        raise typer.BadParameter("each SET must have a name of its own, but two folders are called alike")
    if compare is not None:
        if len(found) != 1:
            raise typer.BadParameter(f"--compare takes one SET, but got {len(found)}")
        _lay_beside(found[0], compare, query_id, pipeline, embedder or [], top_k=top_k, json=json)
        return
    if query_id is not None:
        raise typer.BadParameter("--query-id goes with --compare; add it, or leave --query-id out")
    raise typer.Exit(_measure(found, mode or [], pipeline, embedder or [], out, json=json))


def _measure(
    found: Sequence[RetrievalSet],
    words: Sequence[str],
    pipeline: str | None,
    named: Sequence[str],
    out: Path | None,
    *,
    json: bool,
) -> int:
    from agents.retrieval import RETRIEVAL_MODES
    from evals.retrieval import measure_set
    from evals.retrieval_report import print_sets, sets_json
    from evals.retrieval_runs import RunError, save_run

    for word in words:
        if word not in RETRIEVAL_MODES:
            raise typer.BadParameter(f"--mode must be one of {', '.join(RETRIEVAL_MODES)}, but got {word!r}")
    modes: list[RetrievalMode] = [mode for mode in RETRIEVAL_MODES if not words or mode in words]
    embedders, skipped = _embedders(pipeline, named)
    reports: list[SetReport] = []
    for one in found:
        reports.append(measure_set(one, embedders, modes, say=note))
        if out is not None:  # after each set, so that a long run that is ended keeps what it has
            try:
                save_run(out, [system for report in reports for system in report.systems])
            except RunError as error:
                raise typer.BadParameter(str(error)) from error
    if json:
        say_json(sets_json(reports, skipped))
    else:
        print_sets(reports)
    return REFUSED if any(report.refused for report in reports) else DONE


def _embedders(
    pipeline: str | None, named: Sequence[str]
) -> tuple[dict[str, LetterEmbedder], list[tuple[str, str]]]:
    """Load the embedders that were named, or all that can load, telling which cannot."""
    from agents.loading import load_pipeline_embedder
    from agents.registry import PipelineError, embedder_missing, pipeline_row
    from ingestion.embedders import EMBEDDERS

    skipped: list[tuple[str, str]] = []
    names = list(dict.fromkeys(named))
    if not names and pipeline is not None:
        names = [pipeline_row(known_pipeline(pipeline)).embedder]
    if not names:
        for name in EMBEDDERS:
            missing = embedder_missing(name)
            if missing is None:
                names.append(name)
            else:
                note(f"{name}: skipped, since {missing}")
                skipped.append((name, missing))
    if not names:
        raise typer.Exit(FAILED)
    try:
        return {name: load_pipeline_embedder(pipeline or "offline", name) for name in names}, skipped
    except PipelineError as error:
        note(str(error))
        raise typer.Exit(FAILED) from error


def _lay_beside(
    found: RetrievalSet,
    words: tuple[str, str],
    query_id: str | None,
    pipeline: str | None,
    named: Sequence[str],
    *,
    top_k: int,
    json: bool,
) -> None:
    from agents.loading import load_pipeline_embedder
    from agents.registry import PipelineError, pipeline_row
    from evals.retrieval_compare import SideError, lay_beside, read_side
    from evals.retrieval_report import beside_json, print_beside

    if len(named) > 1:
        raise typer.BadParameter("--compare names the embedders itself: write EMBEDDER:MODE after it")
    row = pipeline_row(known_pipeline(pipeline or "offline"))
    default = named[0] if named else row.embedder
    load: Callable[[str | None], LetterEmbedder] = lambda name: load_pipeline_embedder(  # noqa: E731
        row.name, name or default
    )
    try:
        sides = (read_side(words[0]), read_side(words[1]))
        beside = lay_beside(
            found, _query(found, query_id), sides, load, default=default, top_k=top_k, say=note
        )
    except SideError as error:
        raise typer.BadParameter(str(error)) from error
    except PipelineError as error:
        note(str(error))
        raise typer.Exit(FAILED) from error
    if json:
        say_json(beside_json(beside))
    else:
        print_beside(beside)


def _compare_runs(folders: tuple[Path, Path], *, json: bool) -> None:
    from evals.retrieval import compare_runs
    from evals.retrieval_report import print_runs, runs_json
    from evals.retrieval_runs import RunError, load_run

    try:
        found = compare_runs(load_run(folders[0]), load_run(folders[1]))
    except RunError as error:
        raise typer.BadParameter(str(error)) from error
    if not found:
        raise typer.BadParameter(
            f"--runs needs a set and a system that stand in both, but {folders[0]} and {folders[1]} share none"
        )
    if json:
        say_json(runs_json(found))
    else:
        print_runs(found)


def _read(path: Path, part: str | None) -> RetrievalSet:
    from evals.gold import GoldError
    from evals.retrieval_sets import PARTS, RetrievalSetError, load_set

    chosen: Part | None = next((one for one in PARTS if one == part), None)
    if part is not None and chosen is None:
        raise typer.BadParameter(f"--part must be one of {', '.join(PARTS)}, but got {part!r}")
    try:
        return load_set(path).of_part(chosen)
    except (RetrievalSetError, GoldError) as error:
        raise typer.BadParameter(str(error)) from error


def _query(found: RetrievalSet, query_id: str | None) -> Query:
    if query_id is None:
        return found.queries[0]
    for query in found.queries:
        if query.query_id == query_id:
            return query
    raise typer.BadParameter(
        f"--query-id must be one of {found.name}'s, such as {found.queries[0].query_id!r}, but got {query_id!r}"
    )
