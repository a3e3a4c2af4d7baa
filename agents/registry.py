"""One row a pipeline and one a strategy: which embedder, language model and judge work together here.

Knows names and needs, and puts a person's choices together; loading is in ``agents.loading``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agents.server_settings import ServerSettings


@dataclass(frozen=True, slots=True)
class PipelineRow:
    """One pipeline: a row of EMBEDDERS, a row of LLMS or None, and the judge that reads by default.

    ``server`` says that the language model is asked over HTTP.
    """

    name: str
    embedder: str
    llm: str | None
    strategy: str
    server: bool = False


PIPELINES: dict[str, PipelineRow] = {
    "offline": PipelineRow("offline", "minilm", None, "evidence"),
    # The seed's two pairs. Judging goes through the instruct sibling of its Qwen; `--llm qwen2.5-3b` takes the base.
    "bge-qwen": PipelineRow("bge-qwen", "bge-large", "qwen2.5-3b-instruct", "labels"),
    "e5-phi3": PipelineRow("e5-phi3", "e5-large", "phi3-mini-4k", "labels"),
    "server": PipelineRow("server", "minilm", None, "labels", server=True),
}


@dataclass(frozen=True, slots=True)
class StrategyRow:
    """One judge. ``reads`` is what people are told; ``comparison_only`` ones give no findings and no decision."""

    reads: str
    needs_llm: bool
    comparison_only: bool = False


STRATEGIES: dict[str, StrategyRow] = {
    "evidence": StrategyRow("sentences, terms, years, degrees and credentials; no language model", False),
    "labels": StrategyRow("one letter at a time; a language model's label for each requirement", True),
    "listwise": StrategyRow("all letters in one prompt, as the seed did", True, comparison_only=True),
    "pairwise": StrategyRow("each pair of letters in both orders", True, comparison_only=True),
}
"""The judges, by the name that --strategy takes."""


class PipelineError(ValueError):
    """A pipeline or strategy that does not exist or cannot run here."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a screening runs with: rows as they stand, or what a person gave instead.

    ``embedder`` and ``llm`` are names of rows, folders, or a name and a folder; ``server`` takes the place of ``llm``.
    """

    pipeline: str
    strategy: str
    embedder: str
    llm: str | None = None
    server: ServerSettings | None = None

    @property
    def comparison_only(self) -> bool:
        """Whether the strategy gives no findings, so that no decision can be taken on it."""
        return STRATEGIES[self.strategy].comparison_only


def pipeline_row(name: str) -> PipelineRow:
    """Return the row called ``name``.

    Raises:
        PipelineError: there is none of that name.
    """
    if name not in PIPELINES:
        raise PipelineError(f"--pipeline must be one of {', '.join(PIPELINES)}, but got {name!r}")
    return PIPELINES[name]


def choose(
    pipeline: str = "offline",
    *,
    strategy: str | None = None,
    embedder: str | None = None,
    llm: str | None = None,
    server: ServerSettings | None = None,
) -> Choice:
    """Put the pipeline's row and what a person gave together.

    A language model that is named judges by ``labels`` where no strategy is. A folder that is given is named in full.

    Raises:
        PipelineError: no such pipeline or strategy, or choices that don't go together.
    """
    from ingestion.embedders import EMBEDDERS

    row = pipeline_row(pipeline)
    if strategy is not None and strategy not in STRATEGIES:
        raise PipelineError(f"--strategy must be one of {', '.join(STRATEGIES)}, but got {strategy!r}")
    if row.server:
        if llm is not None:
            raise PipelineError(
                f"--pipeline {pipeline} asks a server, but --llm {llm} was given too; name its model with "
                "--server-model, or use another --pipeline"
            )
        if server is None:
            raise PipelineError(
                f"--pipeline {pipeline} needs the server's address, but got none; give --server-url URL, or set "
                "WINNOW_SERVER_URL"
            )
    elif server is not None:
        raise PipelineError(
            f"a server's address goes with --pipeline server, but --pipeline is {pipeline}; leave one of them out"
        )
    chosen = strategy or ("labels" if llm is not None else row.strategy)
    model = llm if llm is not None else row.llm
    if STRATEGIES[chosen].needs_llm and model is None and server is None:
        raise PipelineError(
            f"--strategy {chosen} needs a language model, but --pipeline {pipeline} has none; give --llm NAME_OR_FOLDER, "
            "or use --pipeline bge-qwen, e5-phi3 or server"
        )
    if server is not None and chosen != "labels":
        raise PipelineError(
            f"--pipeline {pipeline} judges by labels, but got --strategy {chosen}; leave --strategy out, or use a "
            "pipeline whose model runs on this machine"
        )
    if not STRATEGIES[chosen].needs_llm:
        model = llm  # not the judge's, but what prose and chat are written by
    encoder = embedder or row.embedder
    return Choice(
        pipeline, chosen, encoder if encoder in EMBEDDERS else _full(encoder), model and _full(model), server
    )


def _full(given: str) -> str:
    """Return a name as it stands, and folders in full: judging again may start in another folder."""
    if Path(given).is_dir():
        return str(Path(given).absolute())
    name, equals, folder = given.partition("=")
    if equals and Path(folder).is_dir():
        return f"{name}={Path(folder).absolute()}"
    for plus in re.finditer(r"\+", given):  # the plus before an adapter; a folder's own name may hold one too
        adapter = Path(given[plus.end() :])
        if adapter.is_dir():
            return f"{_full(given[: plus.start()])}+{adapter.absolute()}"
    return given


def check_extras(choice: Choice, fallback: str | None, *, prose: bool) -> None:
    """Let a fallback and prose pass only beside a choice that they go with.

    Raises:
        PipelineError: they don't.
    """
    if fallback is not None and fallback != "evidence":
        raise PipelineError(f"--fallback must be evidence, but got {fallback!r}")
    if fallback is not None and choice.strategy != "labels":
        raise PipelineError(
            f"--fallback goes with --strategy labels, but --strategy is {choice.strategy}; leave one of them out"
        )
    if prose and choice.llm is None and choice.server is None:
        raise PipelineError(
            f"--prose needs a language model, but --pipeline {choice.pipeline} has none; give --llm NAME_OR_FOLDER"
        )
    if prose and choice.comparison_only:
        raise PipelineError(
            f"--prose is written from findings, but --strategy {choice.strategy} gives none; leave one of them out"
        )


def pipeline_missing(name: str, server: ServerSettings | None = None) -> str | None:
    """Return what keeps the pipeline from screening on this machine, in one line, or None."""
    row = pipeline_row(name)
    missing = [embedder_missing(row.embedder)]
    if row.llm is not None:
        from agents.llms import llm_missing

        missing.append(llm_missing(row.llm))
    if row.server and server is None:
        missing.append("no server is named: give --server-url URL, or set WINNOW_SERVER_URL")
    elif row.server and server is not None:
        from agents.server_llm import server_missing

        missing.append(server_missing(server))
    return "; and ".join(words for words in missing if words is not None) or None


def embedder_missing(embedder: str) -> str | None:
    """Return what keeps an embedder from loading on this machine, in one line, or None."""
    from ingestion.embedders import embedder_available

    return embedder_available(embedder)
