"""Which pipeline and judge read the letters of a new screening: what can run here, and what is missing for the rest.

Names and needs come from ``agents.registry``; nothing is loaded here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from agents.registry import PIPELINES, STRATEGIES, PipelineError, choose, pipeline_missing, pipeline_row
from ui.dashboard.shared import server_named
from ui.dashboard.words import label, plain
from ui.failures import describe

if TYPE_CHECKING:
    from agents.server_settings import ServerSettings

PIPELINE_WORDS = {
    "offline": "On this machine, without a language model",
    "bge-qwen": "On this machine: BGE and Qwen",
    "e5-phi3": "On this machine: E5 and Phi-3",
    "server": "A server of yours: the letters are sent to it",
}
"""What each pipeline is called here; one without a word keeps its name."""

STRATEGY_WORDS = {
    "evidence": "Evidence: looks for sentences, terms, years, degrees and certificates",
    "labels": "Labels: a language model labels each requirement, one letter at a time",
    "listwise": "All letters in one prompt (comparison only: no findings, no decision)",
    "pairwise": "Each pair of letters (comparison only: no findings, no decision)",
}
"""What each judge is called here."""

LOOKED_FOR_S = 60
"""Seconds for which the answer to what is missing stands."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The pipeline and the judge of a new screening; ``missing`` says why it can't run here."""

    pipeline: str
    strategy: str
    missing: str | None


def draw_pipeline() -> Chosen:
    """Draw the choice and return it."""
    try:
        server = server_named()
    except ValueError as error:
        server = None
        st.warning("The server that the environment names can't be used.")
        plain(describe(error))
    names = list(PIPELINES)
    missing = {name: _missing(name, server) for name in names}
    name = st.radio(
        "Pipeline",
        names,
        key="pipeline",
        format_func=_pipeline_words,
        captions=[
            "can run here"
            if missing[one] is None
            else f"can't run here: {label(missing[one] or '', at_most=400)}"
            for one in names
        ],
    )
    usable = strategies_of(name, server)
    usual = pipeline_row(name).strategy
    strategy = usual
    if len(usable) > 1 and missing[name] is None:
        strategy = st.selectbox(
            "Judge",
            usable,
            index=usable.index(usual),
            key=f"strategy-{name}",
            format_func=_strategy_words,
        )
    if STRATEGIES[strategy].comparison_only:
        st.warning(
            "This judge is for comparison only: it gives no findings, and no decision can be taken on it."
        )
    if server is not None and pipeline_row(name).server:
        st.warning(f"The text of the letters will be sent to {label(server.url, at_most=300)}")
    return Chosen(name, strategy, missing[name])


def _pipeline_words(name: str) -> str:
    return PIPELINE_WORDS.get(name, name)


def _strategy_words(name: str) -> str:
    return STRATEGY_WORDS.get(name, name)


def strategies_of(pipeline: str, server: ServerSettings | None) -> list[str]:
    """Return the judges that go with a pipeline."""
    given = server if pipeline_row(pipeline).server else None
    found: list[str] = []
    for strategy in STRATEGIES:
        try:
            choose(pipeline, strategy=strategy, server=given)
        except PipelineError:
            continue
        found.append(strategy)
    return found or [pipeline_row(pipeline).strategy]


@st.cache_data(show_spinner=False, ttl=LOOKED_FOR_S)
def _missing(name: str, _server: ServerSettings | None) -> str | None:
    """Return what is missing. The server's key never becomes a part of the cache's, which is why it is not hashed."""
    try:
        return pipeline_missing(name, _server)
    except (ValueError, OSError) as error:
        return describe(error)
