"""Options that several commands share, so that they read the same everywhere.

Knows what a flag is called and what it takes; what it does is the command's business.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from ui.settings import Settings, SettingsError, read_settings

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
JsonOption: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else there.")
]


def settings_for(store: Path | None) -> Settings:
    """Return this run's settings, or end it as wrong usage."""
    try:
        return read_settings(os.environ, store)
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from error


def known_pipeline(name: str) -> str:
    """Return ``name`` if there is such a pipeline, or end the run as wrong usage."""
    from agents.registry import PipelineError, pipeline_row

    try:
        return pipeline_row(name).name
    except PipelineError as error:
        raise typer.BadParameter(str(error)) from error
