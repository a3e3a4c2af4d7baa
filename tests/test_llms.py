from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from huggingface_hub import constants
from tiny_llms import KINDS
from transformers import (
    AutoModelForCausalLM,
    GraniteConfig,
    GraniteMoeHybridConfig,
    LlamaConfig,
    Phi3Config,
    Qwen2Config,
    Qwen3Config,
)

from agents.llms import LLMS, LLMError, folder_revision, llm_missing, resolve_llm

# What each repository's config.json says beside the numbers that the row holds: its class and its query heads.
PUBLISHED = {
    "qwen2.5-3b": (Qwen2Config, 16, {"tie_word_embeddings": True}),
    "qwen2.5-3b-instruct": (Qwen2Config, 16, {"tie_word_embeddings": True}),
    "phi3-mini-4k": (Phi3Config, 32, {}),
    "phi3-mini-128k": (Phi3Config, 32, {}),
    "qwen3-0.6b": (Qwen3Config, 16, {"tie_word_embeddings": True, "head_dim": 128}),
    "qwen3-1.7b": (Qwen3Config, 16, {"tie_word_embeddings": True, "head_dim": 128}),
    "qwen3-4b": (Qwen3Config, 32, {"tie_word_embeddings": True, "head_dim": 128}),
    "granite-1b": (
        GraniteMoeHybridConfig,
        16,
        {
            "tie_word_embeddings": True,
            "shared_intermediate_size": 4096,
            "num_local_experts": 0,
            "num_experts_per_tok": 0,
            "layer_types": ["attention"] * 40,
            "position_embedding_type": "rope",
        },
    ),
    "granite-2b": (GraniteConfig, 32, {"tie_word_embeddings": True}),
    "smollm2-135m": (LlamaConfig, 9, {"tie_word_embeddings": True}),
    "smollm2-360m": (LlamaConfig, 15, {"tie_word_embeddings": True}),
    "smollm2-1.7b": (LlamaConfig, 32, {"tie_word_embeddings": True}),
}


@pytest.mark.parametrize("name", LLMS)
def test_a_rows_numbers_are_those_of_its_architecture(name: str) -> None:
    """Built without weights from the published settings, the model has the row's parameters, heads and LoRA modules."""
    row = LLMS[name]
    config, heads, rest = PUBLISHED[name]
    settings = config(
        hidden_size=row.hidden,
        intermediate_size=row.intermediate,
        num_hidden_layers=row.layers,
        num_attention_heads=heads,
        num_key_value_heads=row.kv_heads,
        vocab_size=row.vocabulary,
        max_position_embeddings=row.context,
        **rest,
    )
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(settings)
    linear = {
        place: module
        for place, module in model.named_modules()
        if isinstance(module, torch.nn.Linear) and place != "lm_head"
    }
    assert sum(weight.numel() for weight in model.parameters()) == row.parameters
    assert sum(module.weight.numel() for module in linear.values()) == row.linear_parameters
    assert settings.hidden_size // heads == row.head_dim or rest.get("head_dim") == row.head_dim
    assert {place.rsplit(".")[-1] for place in linear} == set(row.lora_modules)


def test_every_row_is_pinned_to_a_whole_commit() -> None:
    """A branch's name would be another model tomorrow."""
    assert [name for name, row in LLMS.items() if not re.fullmatch(r"[0-9a-f]{40}", row.revision)] == []


def test_what_is_not_here_is_said_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, with the command that fetches exactly the pinned revision; no socket is opened."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    expected = (
        "Qwen/Qwen2.5-3B is not on this machine: run `hf download Qwen/Qwen2.5-3B --revision "
        "3aab1f1954e9cc14eb9509a215f9e5ca08227a9b` once, or give a folder that has it: qwen2.5-3b=FOLDER"
    )
    assert llm_missing("qwen2.5-3b") == expected
    with pytest.raises(LLMError, match=re.escape(expected)):
        resolve_llm("qwen2.5-3b")


def test_a_model_in_the_hubs_cache_has_its_commit_as_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_llm_folders: Callable[[str], Path]
) -> None:
    """The cache is found as huggingface_hub lays it out."""
    row = LLMS["qwen2.5-3b"]
    snapshot = tmp_path / "models--Qwen--Qwen2.5-3B" / "snapshots" / row.revision
    shutil.copytree(tiny_llm_folders("qwen2-base"), snapshot)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    source = resolve_llm("qwen2.5-3b")
    assert llm_missing("qwen2.5-3b") is None
    assert (source.model, source.revision, source.folder) == (row.model, row.revision, snapshot)
    assert source.row is row


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_is_its_content(kind: str, tmp_path: Path, tiny_llm_folders: Callable[[str], Path]) -> None:
    """Its revision is the hash of its files, wherever they lie; a changed weight is another model."""
    copy = shutil.copytree(tiny_llm_folders(kind), tmp_path / "copy")
    source = resolve_llm(str(copy))
    assert (source.model, source.row, source.adapter) == ("copy", None, None)
    assert source.revision == folder_revision(tiny_llm_folders(kind))
    weights = copy / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    assert folder_revision(copy) != source.revision


def test_a_copy_in_a_folder_keeps_its_row(tiny_llm_folders: Callable[[str], Path]) -> None:
    """A name and a folder: the row's rules, the folder's content."""
    folder = tiny_llm_folders("qwen2")
    source = resolve_llm(f"qwen2.5-3b={folder}")
    assert (source.model, source.row) == ("Qwen/Qwen2.5-3B", LLMS["qwen2.5-3b"])
    assert source.revision == folder_revision(folder)


def adapter_in(folder: Path, base: str | None) -> Path:
    """A folder that looks like an adapter saved by PEFT; nothing in it is read here but the settings."""
    folder.mkdir()
    (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": base}))
    (folder / "adapter_model.safetensors").write_bytes(b"")
    return folder


def test_an_adapter_goes_on_any_of_them(tmp_path: Path, tiny_llm_folders: Callable[[str], Path]) -> None:
    """Behind a plus; a folder's own name may hold one too."""
    folder = shutil.copytree(tiny_llm_folders("qwen2"), tmp_path / "a+b")
    adapter = adapter_in(tmp_path / "c+d", None)
    for base in (str(folder), f"qwen2.5-3b-instruct={folder}"):
        source = resolve_llm(f"{base}+{adapter}")
        assert (source.folder, source.adapter) == (folder, adapter)
        assert source.name == f"{base}+{adapter}"


def test_an_adapter_alone_brings_its_base(tmp_path: Path, tiny_llm_folders: Callable[[str], Path]) -> None:
    """Its settings name a folder that is here, or a row's model."""
    folder = tiny_llm_folders("llama")
    source = resolve_llm(str(adapter_in(tmp_path / "one", str(folder))))
    assert (source.folder, source.adapter) == (folder, tmp_path / "one")
    other = adapter_in(tmp_path / "two", "HuggingFaceTB/SmolLM2-135M-Instruct")
    assert "hf download HuggingFaceTB/SmolLM2-135M-Instruct" in str(llm_missing(str(other)))


@pytest.mark.parametrize(
    ("base", "expected"),
    [(None, "trained on an unnamed model"), ("someone/else", "trained on someone/else")],
    ids=["none", "unknown"],
)
def test_an_adapter_of_an_unknown_base_is_refused(tmp_path: Path, base: str | None, expected: str) -> None:
    """The message shows how to name the base."""
    adapter = adapter_in(tmp_path / "one", base)
    with pytest.raises(LLMError, match=rf"{expected}.*name the base yourself \(BASE\+"):
        resolve_llm(str(adapter))


@pytest.mark.parametrize(
    ("removed", "expected"),
    [
        ("model.safetensors", "lacks model.safetensors"),
        ("config.json", "lacks config.json"),
        ("tokenizer.json", "lacks tokenizer.json"),
    ],
)
def test_half_a_model_is_refused(
    tmp_path: Path, tiny_llm_folders: Callable[[str], Path], removed: str, expected: str
) -> None:
    """What is absent is named; weights in a format that can run code don't count."""
    folder = shutil.copytree(tiny_llm_folders("qwen2"), tmp_path / "model")
    (folder / removed).rename(folder / "pytorch_model.bin")
    assert expected in str(llm_missing(str(folder)))


def test_every_piece_of_split_weights_must_be_here(
    tmp_path: Path, tiny_llm_folders: Callable[[str], Path]
) -> None:
    """The index names them."""
    folder = shutil.copytree(tiny_llm_folders("qwen2"), tmp_path / "model")
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    pieces = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": pieces}))
    assert "lacks model-00002-of-00002.safetensors" in str(llm_missing(str(folder)))


def test_a_name_that_is_nothing_lists_what_there_is() -> None:
    """The rule, the value, the remedy, in one line."""
    missing = str(llm_missing("gpt-9"))
    assert missing.startswith("a language model must be one of qwen2.5-3b, ")
    assert missing.endswith("but got 'gpt-9'")
    assert "\n" not in missing
