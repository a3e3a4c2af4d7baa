import subprocess
import sys

import pytest

HEAVY = ["sentence_transformers", "transformers.modeling_utils", "sklearn", "peft", "bitsandbytes", "scipy"]


def run(code: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_loading_the_encoder_imports_no_library_that_it_does_not_need() -> None:
    """They take seven seconds and 400 MB, in every command that only asks one question."""
    code = f"""
import sys
from ingestion.embedders import load_embedder
load_embedder(masking="1")
print([name for name in {HEAVY} if name in sys.modules])"""
    assert run(code) == "[]"


@pytest.mark.parametrize("first", ["ingestion.light_huggingface", "llama_index.embeddings.huggingface"])
def test_the_base_class_is_llama_indexs_whoever_imports_it_first(first: str) -> None:
    """There is one HuggingFaceEmbedding in a process, and the real sentence-transformers can follow it."""
    code = f"""
import importlib
importlib.import_module("{first}")
from ingestion.light_huggingface import HuggingFaceEmbedding as ours
from llama_index.embeddings.huggingface import HuggingFaceEmbedding as theirs
import sentence_transformers
print(ours is theirs, bool(sentence_transformers.__file__))"""
    assert run(code) == "True True"
