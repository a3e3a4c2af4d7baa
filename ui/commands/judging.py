"""`winnow eval judging`: a judge against labelled data, or several pipelines beside each other.

Measures nothing itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ui.options import (
    EmbedderOption,
    JsonOption,
    LLMOption,
    PipelineOption,
    ServerModelOption,
    ServerUrlOption,
    server_for,
    settings_for,
)
from ui.terminal import note, one_line

EXAMPLE = "Example: winnow eval judging samples, or: winnow eval judging --compare bge-qwen e5-phi3 offline"

SAMPLES = "samples"
"""The word that stands for the bundled letters and jobs."""

TOP_K = 10
"""What ``--compare`` shows and a comparison-only strategy reads, unless a person says otherwise."""


def judging(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE",
            help="Labelled jobs, or the word samples for the bundled ones (the default of --compare).",
            show_default=False,
        ),
    ] = None,
    compare: Annotated[
        list[str] | None,
        typer.Option(
            "--compare",
            metavar="P [P ...]",
            help="Pipelines to lay beside each other, each as PIPELINE or PIPELINE:STRATEGY.",
            show_default=False,
        ),
    ] = None,
    pipeline: PipelineOption = "offline",
    strategy: Annotated[
        str | None,
        typer.Option("--strategy", help="The judge. Default: the pipeline's own.", show_default=False),
    ] = None,
    llm: LLMOption = None,
    embedder: EmbedderOption = None,
    server_url: ServerUrlOption = None,
    server_model: ServerModelOption = None,
    top_k: Annotated[
        int | None,
        typer.Option(
            "--top-k",
            help="Judge at most so many letters. With --compare: show so many retrieved ones (10), which are all that "
            "a comparison-only strategy reads.",
            show_default=False,
        ),
    ] = None,
    leave_one_job_out: Annotated[
        bool,
        typer.Option(
            "--leave-one-job-out",
            help="Also measure the default judge on each job with its thresholds fitted on the other jobs alone.",
        ),
    ] = False,
    errors: Annotated[
        bool,
        typer.Option(
            "--errors",
            help="Also count the judge's wrong labels by kind and by cause, and list them one by one.",
        ),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Compare winners, orders and labels with those of labelled jobs, beside simple baselines or other pipelines."""
    if top_k is not None and top_k < 1:
        raise typer.BadParameter(f"--top-k must be at least 1, but got {top_k}")
    names, files = _sorted_out(words or [], compare)
    settings = settings_for(None)
    from agents.registry import PipelineError
    from evals.answers import Contestant

    if not compare:
        labelled = _labelled(files, default=None)
        by = Contestant(
            pipeline,
            strategy,
            llm=llm,
            embedder=embedder,
            server=server_for(pipeline, server_url, server_model, settings),
            top_k=top_k,
        )
        try:
            by.choice()
        except PipelineError as error:
            raise typer.BadParameter(str(error)) from error
        from evals.judging import main
        from evals.leave_one_out import NothingToFit

        try:
            listed = _list_error if errors else None
            raise typer.Exit(
                main(labelled, by, leave_one_job_out=leave_one_job_out, errors=listed, json=json, say=note)
            )
        except NothingToFit as error:
            raise typer.BadParameter(str(error)) from error
    if leave_one_job_out or errors:
        raise typer.BadParameter(
            f"{'--leave-one-job-out' if leave_one_job_out else '--errors'} measures one judge on its own; leave --compare out"
        )
    if strategy is not None or pipeline != "offline":
        raise typer.BadParameter(
            "--compare names the pipelines itself, but got --pipeline or --strategy too: write PIPELINE:STRATEGY after "
            "--compare"
        )
    labelled = _labelled(files, default=SAMPLES)
    from evals.comparing import contestants
    from evals.comparing import main as compare_all

    try:
        found = contestants(
            names,
            llm=llm,
            embedder=embedder,
            server=server_for(
                "server" if "server" in names else "offline", server_url, server_model, settings
            ),
        )
    except PipelineError as error:
        raise typer.BadParameter(str(error)) from error
    raise typer.Exit(compare_all(labelled, found, top_k=top_k or TOP_K, json=json, say=note))


def _list_error(line: str) -> None:
    typer.echo(one_line(line))


def _sorted_out(words: Sequence[str], compare: list[str] | None) -> tuple[list[str], list[str]]:
    """Return the pipelines and the files: after --compare, a word that names a pipeline is one."""
    if not compare:
        return [], list(words)
    from agents.registry import PIPELINES

    named = [word.partition(":")[0] in PIPELINES for word in words]
    names = [word for word, is_one in zip(words, named, strict=True) if is_one]
    return [*compare, *names], [word for word, is_one in zip(words, named, strict=True) if not is_one]


def _labelled(files: Sequence[str], *, default: str | None) -> Path:
    found = list(files) or ([] if default is None else [default])
    if len(found) != 1:
        raise typer.BadParameter(
            f"FILE must be one file of labelled jobs, or the word {SAMPLES}, but got {' and '.join(found) or 'none'}"
        )
    path = Path(found[0])
    if found[0] != SAMPLES and not path.is_file():
        raise typer.BadParameter(
            f"FILE must be a file of labelled jobs, or the word {SAMPLES}, but {path} does not exist or is no file"
        )
    return path
