"""Options that several commands share, so that they read the same everywhere.

Knows what a flag is called and what it takes; what it does is the command's business.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from ui.settings import Settings, SettingsError, read_settings

if TYPE_CHECKING:
    from agents.server_settings import ServerSettings

StoreOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--store", help="The store's folder. Default: WINNOW_STORE, else .winnow", show_default=False
    ),
]
PostingOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--posting", help="Which posting; may be left out where the store holds one.", show_default=False
    ),
]
PipelineOption: TypeAlias = Annotated[
    str, typer.Option("--pipeline", help="Which embedder and judge; `winnow doctor` lists them.")
]
EmbedderOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--embedder",
        help="An embedder's name or folder (bge-large=FOLDER) instead of the pipeline's.",
        show_default=False,
    ),
]
LLMOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--llm",
        help="A language model's name or folder, with +ADAPTER for a LoRA adapter; `winnow doctor` lists the names.",
        show_default=False,
    ),
]
ServerUrlOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--server-url",
        help="The OpenAI-compatible server of --pipeline server. Default: WINNOW_SERVER_URL",
        show_default=False,
    ),
]
ServerModelOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--server-model", help="The model's name on that server.", show_default=False),
]
JsonOption: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else there.")
]


def settings_for(store: Path | None) -> Settings:
    """Return this run's settings, or end it as wrong usage."""
    try:
        return read_settings(os.environ, store)
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from error


def server_for(
    pipeline: str, url: str | None, model: str | None, settings: Settings
) -> ServerSettings | None:
    """Return where the server pipeline sends letters, None for the others, or end the run as wrong usage."""
    from agents.registry import PIPELINES
    from agents.server_settings import ServerError, ServerSettings

    row = PIPELINES.get(pipeline)
    address = url or (settings.server_url if row is not None and row.server else None)
    if address is None:
        return None
    try:
        return ServerSettings(address, model or settings.server_model, settings.server_key)
    except ServerError as error:
        raise typer.BadParameter(str(error)) from error


def known_pipeline(name: str) -> str:
    """Return ``name`` if there is such a pipeline, or end the run as wrong usage."""
    from agents.registry import PipelineError, pipeline_row

    try:
        return pipeline_row(name).name
    except PipelineError as error:
        raise typer.BadParameter(str(error)) from error
