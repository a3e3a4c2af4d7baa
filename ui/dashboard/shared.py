"""What is loaded once and shared by every browser session: the store, the engines, and the verdicts read from them.

Heavy libraries are imported where they are needed first, so that a page is drawn before they are.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from agents.verdict import Verdict
from ingestion.records import PostingRow, ScreeningSummary, StoreError
from ingestion.store import Store
from ui.failures import describe
from ui.settings import read_settings

if TYPE_CHECKING:
    from agents.screening import ScreeningEngine
    from agents.server_settings import ServerSettings
    from ingestion.letter_embedder import LetterEmbedder

_LOADING = threading.Lock()


def store_folder() -> Path:
    """Return the folder of the store that this dashboard works on."""
    return read_settings(os.environ).store.absolute()


@st.cache_resource(show_spinner=False)
def _opened(folder: Path) -> Store:
    return Store.open(folder, create=True)


def open_store() -> Store:
    """Return the dashboard's store, open for all sessions; made now if there is none. Draws why, and stops, where it can't."""
    folder = store_folder()
    try:
        return _opened(folder)
    except (StoreError, OSError) as error:
        st.error("The store can't be opened.")
        st.text(describe(error))
        st.stop()
        raise


def postings() -> list[PostingRow]:
    """Return the postings of the store, in the order they were made."""
    return open_store().postings()


def screenings(posting: str) -> list[ScreeningSummary]:
    """Return the screenings of a posting, the newest first."""
    return open_store().screenings(posting)[::-1]


def engine_for(posting: str, pipeline: str = "offline", strategy: str | None = None) -> ScreeningEngine:
    """Return the engine of one posting; model and index are loaded by whoever asks first.

    Use ``engine.asking(...)`` for a screening: the engine itself is shared.

    Raises:
        StoreError, PipelineError, LLMError, ServerError: as ``open_engine``.
    """
    with _LOADING:  # two sessions that ask at once must not load a model twice
        return _engine(store_folder(), posting, pipeline, strategy)


def server_named() -> ServerSettings | None:
    """Return the server that the environment names for the ``server`` pipeline. Raises ServerError for a bad URL."""
    from agents.server_settings import ServerSettings

    settings = read_settings(os.environ)
    if settings.server_url is None:
        return None
    return ServerSettings(settings.server_url, settings.server_model, settings.server_key)


@st.cache_resource(show_spinner=False, max_entries=8)
def _engine(folder: Path, posting: str, pipeline: str, strategy: str | None) -> ScreeningEngine:
    from agents.screening import open_engine

    return open_engine(
        _opened(folder),
        pipeline,
        posting,
        strategy=strategy,
        server=server_named() if pipeline == "server" else None,
    )


def embedder_for(pipeline: str) -> LetterEmbedder:
    """Return a pipeline's encoder, loaded once a process.

    Raises:
        PipelineError: it cannot run here.
    """
    from agents.loading import load_pipeline_embedder

    with _LOADING:
        return load_pipeline_embedder(pipeline)


def verdict_of(screening_id: str) -> Verdict:
    """Return a stored screening's verdict, read again whenever a letter of it was erased: nothing else changes it.

    Raises:
        StoreError: there is no such screening (any more), or it is damaged.
    """
    return _verdict(store_folder(), screening_id, letters_of(screening_id))


def letters_of(screening_id: str) -> int:
    """Return how many letters a screening holds now, 0 where there is no such screening (any more)."""
    found = (one.letters for one in open_store().screenings() if one.screening_id == screening_id)
    return next(found, 0)


@st.cache_resource(show_spinner=False, max_entries=16)
def _verdict(folder: Path, screening_id: str, letters: int) -> Verdict:
    from agents.stored_screening import stored_verdict

    del letters
    return stored_verdict(_opened(folder), screening_id)
