"""Loads what a choice names, once a process: the encoder, the language model, and the judge that stands on them.

What can't run here is refused before anything starts, with what is missing and what to do.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from agents.comparison import Comparer
from agents.judging import Judge
from agents.registry import STRATEGIES, Choice, PipelineError, embedder_missing, pipeline_row

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from agents.local_llm import LocalLLM
    from agents.server_llm import ServerLLM
    from agents.server_settings import ServerSettings
    from ingestion.letter_embedder import LetterEmbedder


@lru_cache(maxsize=2)
def load_pipeline_embedder(pipeline: str, embedder: str | None = None) -> LetterEmbedder:
    """Load the pipeline's embedder, or the one named instead.

    Raises:
        PipelineError: it cannot run here.
    """
    from ingestion.blinding import MASKING_VERSION
    from ingestion.embedders import load_embedder

    name = embedder or pipeline_row(pipeline).embedder
    missing = embedder_missing(name)
    if missing is not None:
        raise PipelineError(
            f"pipeline {pipeline} cannot run here: {missing}; --pipeline offline needs nothing"
        )
    return load_embedder(name, masking=MASKING_VERSION)


@lru_cache(maxsize=1)
def load_server(settings: ServerSettings) -> ServerLLM:
    """Connect to a server once a process.

    Raises:
        ServerError: it does not answer, or has several models and none is named.
    """
    from agents.server_llm import open_server

    return open_server(settings)


def load_local_llm(name_or_path: str) -> LocalLLM:
    """Load a local language model; one is kept, since two seldom fit, and it goes before another is loaded.

    Raises:
        LLMError: its weights are not here, or don't fit.
    """
    from agents.local_llm import load_llm

    with _LOADING:
        if name_or_path not in _KEPT:
            if _KEPT:
                _KEPT.clear()
                _give_back_memory()
            _KEPT[name_or_path] = load_llm(name_or_path)
        return _KEPT[name_or_path]


_KEPT: dict[str, LocalLLM] = {}
_LOADING = threading.Lock()


def _give_back_memory() -> None:
    """Let go of what nobody uses any more, so that it counts as free when the next model is measured."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def load_judge(choice: Choice, embedder: LetterEmbedder) -> Judge | Comparer:
    """Return the judge of ``choice``, with its model loaded.

    Raises:
        PipelineError: the evidence judge is asked to read another encoder's vectors.
        LLMError: the language model cannot run here.
    """
    if not STRATEGIES[choice.strategy].needs_llm:
        from agents.judges.evidence import EvidenceJudge

        return EvidenceJudge(embedder)
    if choice.server is not None:
        from agents.judges.server_labels import ServerLabelsJudge

        return ServerLabelsJudge(load_server(choice.server))
    assert choice.llm is not None
    return _LLM_JUDGES[choice.strategy](load_local_llm(choice.llm))


def pipeline_llm(choice: Choice) -> LLM | None:
    """Return the language model that ``choice`` names, on this machine or a server, or None."""
    if choice.server is not None:
        return load_server(choice.server)
    return None if choice.llm is None else load_local_llm(choice.llm)


def _labels(llm: LocalLLM) -> Judge:
    from agents.judges.labels import LabelsJudge

    return LabelsJudge(llm)


def _listwise(llm: LocalLLM) -> Comparer:
    from agents.judges.listwise import ListwiseComparer

    return ListwiseComparer(llm)


def _pairwise(llm: LocalLLM) -> Comparer:
    from agents.judges.pairwise import PairwiseComparer

    return PairwiseComparer(llm)


_LLM_JUDGES: dict[str, Callable[[LocalLLM], Judge | Comparer]] = {
    "labels": _labels,
    "listwise": _listwise,
    "pairwise": _pairwise,
}
