from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from tiny_llms import KINDS

from agents import llm_memory
from agents.llm_memory import (
    fitting,
    folder_size,
    memory_needed,
    readiness,
    row_size,
    weights_bytes,
)
from agents.llms import LLMS, LLMError
from agents.local_llm import load_llm
from agents.precision import Machine, Precision, this_machine

CPU = Machine("cpu", "a CPU", bf16=True)
GPU = Machine("cuda", "a GPU", bf16=True)


def loaded_bytes(model: torch.nn.Module) -> int:
    """The bytes of a loaded model's weights, and in 4 bits of what unpacks them."""
    count = 0
    for weight in model.parameters():
        count += weight.numel() * weight.element_size()
        state = getattr(weight, "quant_state", None)
        if state is not None:
            tensors = [state.absmax, state.code]
            if state.nested:
                tensors += [state.offset, state.state2.absmax, state.state2.code]
            count += sum(tensor.numel() * tensor.element_size() for tensor in tensors)
    return count


@pytest.mark.parametrize("precision", ["bf16", "fp32"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_weights_take_what_was_reckoned(
    kind: str, precision: Precision, tiny_llm_folders: Callable[[str], Path]
) -> None:
    """To the byte, from the files' headers alone."""
    folder = tiny_llm_folders(kind)
    model = load_llm(str(folder), precision=precision).model
    assert weights_bytes(folder_size(folder), precision, this_machine("cpu")) == loaded_bytes(model)


@pytest.mark.parametrize("kind", KINDS)
def test_four_bits_take_what_was_reckoned(kind: str, tiny_llm_folders: Callable[[str], Path]) -> None:
    """To the byte: as bitsandbytes loads them, which is how a GPU keeps them, and as a CPU with bfloat16 rewrites them."""
    folder = tiny_llm_folders(kind)
    llm = load_llm(str(folder), precision="nf4", device="cpu")
    size = folder_size(folder)
    assert weights_bytes(size, "nf4", GPU) == loaded_bytes(llm.model)
    llm.complete("I led", max_new_tokens=1)
    machine = this_machine("cpu")
    assert weights_bytes(size, "nf4", machine) == loaded_bytes(llm.model)


def test_keys_and_values_take_what_was_reckoned(tiny_llm_folders: Callable[[str], Path]) -> None:
    """Two numbers a layer, key-value head, dimension and token."""
    folder = tiny_llm_folders("qwen3")
    llm = load_llm(str(folder), precision="bf16")
    with torch.no_grad():
        cache = llm.model(input_ids=torch.ones(3, 100, dtype=torch.long)).past_key_values
    kept = sum(
        tensor.numel() * tensor.element_size()
        for layer in cache.layers
        for tensor in (layer.keys, layer.values)
    )
    assert memory_needed(folder_size(folder), "bf16", CPU, context=100, rows=3).cache == kept


def test_a_context_is_never_longer_than_the_window(tiny_llm_folders: Callable[[str], Path]) -> None:
    """What the model can't read takes no memory."""
    size = folder_size(tiny_llm_folders("llama"))
    assert memory_needed(size, "bf16", CPU, context=10**6) == memory_needed(
        size, "bf16", CPU, context=size.context
    )


@pytest.mark.parametrize("name", LLMS)
def test_four_bits_are_less_than_half_the_weights(name: str) -> None:
    """Less where the embeddings, which stay at 16 bits, are small."""
    size = row_size(LLMS[name])
    sixteen, four = weights_bytes(size, "bf16", GPU), weights_bytes(size, "nf4", GPU)
    assert sixteen == 2 * LLMS[name].parameters
    assert 0.25 < four / sixteen < 0.55


def test_the_seeds_model_fits_a_16_gb_gpu_in_four_bits() -> None:
    """With eight prompts of the whole working context at once."""
    assert memory_needed(row_size(LLMS["qwen2.5-3b-instruct"]), "nf4", GPU, rows=8).total < 16e9


def test_too_little_memory_is_refused_with_what_would_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is read: what it needs, what there is, and the largest row that fits."""
    size = row_size(LLMS["phi3-mini-4k"])
    monkeypatch.setattr(llm_memory, "memory_free", lambda machine: 3_000_000_000)
    expected = (
        "Phi needs 10.3 GB of memory in bf16, but 3.0 GB are free on a CPU: free some, or use a smaller model such as "
        "qwen3-0.6b"
    )
    with pytest.raises(LLMError, match=re.escape(expected)):
        fitting(size, "Phi", CPU, quantise=False)
    monkeypatch.setattr(llm_memory, "memory_free", lambda machine: 100_000_000)
    with pytest.raises(LLMError, match="or use --pipeline offline, which needs no language model"):
        fitting(size, "Phi", CPU, quantise=False)


def test_four_bits_are_the_way_out_on_a_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where 16 bits don't fit and 4 do; never where a precision was asked for."""
    size = row_size(LLMS["phi3-mini-4k"])
    monkeypatch.setattr(llm_memory, "memory_free", lambda machine: 8_000_000_000)
    assert fitting(size, "Phi", CPU, quantise=True).precision == "nf4"
    with pytest.raises(LLMError, match=r"10\.3 GB of memory in bf16"):
        fitting(size, "Phi", CPU, quantise=True, asked="bf16")


def test_a_model_that_does_not_fit_is_not_loaded(
    tiny_llm_folders: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """load_llm refuses before it reads a weight."""
    monkeypatch.setattr(llm_memory, "memory_free", lambda machine: 1_000_000)
    with pytest.raises(LLMError, match=r"needs 0\.5 GB of memory in \w+, but 0\.0 GB are free"):
        load_llm(str(tiny_llm_folders("qwen2")))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"memory.max": "4000", "memory.current": "1500"}, 2500),
        ({"memory.max": "max", "memory.current": "1500"}, None),
        ({"memory/memory.limit_in_bytes": "900", "memory/memory.usage_in_bytes": "1000"}, 0),
        ({}, None),
    ],
    ids=["version 2", "no limit", "version 1, over it", "none"],
)
def test_a_containers_limit_counts(tmp_path: Path, files: dict[str, str], expected: int | None) -> None:
    """What the kernel would kill for is not free."""
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content + "\n")
    assert llm_memory._group_free(tmp_path) == expected


def test_what_is_here_is_told_without_torch() -> None:
    """The doctor answers on a machine without a GPU before torch could be imported."""
    code = (
        "import sys; from agents.llm_memory import readiness; r = readiness('qwen3-0.6b');"
        "assert r.free > 0 and r.needed > 1e9; print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_ready_model_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, with its memory."""
    monkeypatch.setattr(llm_memory, "llm_missing", lambda name: None)
    monkeypatch.setattr(llm_memory, "memory_free", lambda machine: 9_000_000_000)
    found = readiness("smollm2-135m", CPU)
    assert found.ready
    assert found.line() == "ready: 1.0 GB needed in bf16, 9.0 GB free"


def test_weights_that_are_no_safetensors_file_are_refused(tmp_path: Path) -> None:
    """By name, with the remedy."""
    (tmp_path / "config.json").write_text(
        '{"num_hidden_layers": 1, "num_attention_heads": 1, "hidden_size": 1, "vocab_size": 1,'
        ' "max_position_embeddings": 1}'
    )
    (tmp_path / "model.safetensors").write_bytes(b"no")
    with pytest.raises(LLMError, match=r"must be a safetensors file, but: .*; copy the model again"):
        folder_size(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(LLMError, match="must say num_hidden_layers, num_attention_heads"):
        folder_size(tmp_path)


def test_a_size_is_plain_numbers(tiny_llm_folders: Callable[[str], Path]) -> None:
    """Two layers of seven linear maps; the embedding, the norms and the biases are the rest."""
    size = folder_size(tiny_llm_folders("qwen2"))
    assert sum(size.quantised) == 2 * (2 * 64 * 64 + 2 * 32 * 64 + 3 * 64 * 128)
    assert len(size.quantised) == 14
    assert size.rest == 576 * 64 + 5 * 64 + 2 * (64 + 32 + 32)
    assert (size.layers, size.kv_heads, size.head_dim) == (2, 2, 16)
    assert (size.hidden, size.intermediate, size.vocabulary, size.context) == (64, 128, 576, 1024)
