"""LlamaIndex's HuggingFaceEmbedding as a base class, without the library that it would load models with.

Knows nothing about embedding. Importing HuggingFaceEmbedding imports sentence-transformers, and with it transformers,
scikit-learn, peft and bitsandbytes: seven seconds in which a command line has not yet answered. Winnow's encoders need
none of them, so during that one import a stand-in takes the name; it loads the real library when it is called.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

_NAME = "sentence_transformers"


class _DeferredSentenceTransformer:
    """Builds a real SentenceTransformer, so that HuggingFaceEmbedding itself still works in this process."""

    def __new__(cls, *args: object, **kwargs: object) -> object:
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(*args, **kwargs)  # type: ignore[arg-type]


def _import_base() -> type:
    if _NAME in sys.modules:
        from llama_index.embeddings.huggingface.base import HuggingFaceEmbedding as Base

        return Base
    stand_in = ModuleType(_NAME)
    stand_in.SentenceTransformer = _DeferredSentenceTransformer  # type: ignore[attr-defined]
    sys.modules[_NAME] = stand_in
    try:
        from llama_index.embeddings.huggingface.base import HuggingFaceEmbedding as Base
    finally:
        del sys.modules[_NAME]
    return Base


if TYPE_CHECKING:
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
else:
    HuggingFaceEmbedding = _import_base()
