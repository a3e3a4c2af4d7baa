from __future__ import annotations

import json
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.llms import LLM
from tiny_llms import KINDS

from agents.llms import LLMError, folder_revision
from agents.local_llm import LocalLLM, load_llm
from agents.precision import this_machine
from agents.weights import quiet_peft

Loader = Callable[..., LocalLLM]
SYSTEM, USER, ASSISTANT = MessageRole.SYSTEM, MessageRole.USER, MessageRole.ASSISTANT
TALK = [
    ChatMessage(role=SYSTEM, content="You read letters."),
    ChatMessage(role=USER, content="Who leads?"),
    ChatMessage(role=ASSISTANT, content="Letter 171."),
    ChatMessage(role=USER, content="Why?"),
]
PROMPTS = [
    "I led",
    "Dear hiring manager, I hold an AWS certification and I managed two finance projects.",
    "Requirement: five years",
]


def adapter_for(folder: Path, modules: list[str], to: Path) -> Path:
    """Save a LoRA adapter whose numbers are large enough to change every answer."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    base = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
    settings = LoraConfig(r=4, lora_alpha=8, target_modules=modules, task_type="CAUSAL_LM")
    with quiet_peft():
        model = get_peft_model(base, settings)
    torch.manual_seed(3)
    for name, weight in model.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(weight, std=0.5)
    model.save_pretrained(str(to))
    return to


@pytest.mark.parametrize("precision", ["fp32", "bf16", "nf4"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_adapter_changes_the_answers_of_its_base(
    tiny_llm: Loader, tiny_llm_folders: Callable[[str], Path], tmp_path: Path, kind: str, precision: str
) -> None:
    """On every family and in 4 bits too, unmerged, and named in the fingerprint."""
    folder = tiny_llm_folders(kind)
    modules = {"phi3": ["qkv_proj", "down_proj"], "granite4": ["q_proj", "output_linear"]}
    adapter = adapter_for(folder, modules.get(kind, ["q_proj", "down_proj"]), tmp_path / "adapter")
    tuned = load_llm(f"{folder}+{adapter}", precision=precision, device="cpu")
    assert tuned.metadata.context_window == 1024
    assert tuned.fingerprint()["adapter"] == folder_revision(adapter)
    assert tuned.fingerprint()["revision"] == tiny_llm(kind, precision).fingerprint()["revision"]
    assert " with the adapter adapter in " in tuned.describe()
    assert any(name.endswith("lora_A.default.weight") for name, _ in tuned.model.named_parameters())
    ids = tiny_llm(kind).token_ids(tiny_llm(kind).chat_prompt(TALK))
    with torch.no_grad():
        plain = tiny_llm(kind, precision).model(input_ids=torch.tensor([ids])).logits[0, -1]
        changed = tuned.model(input_ids=torch.tensor([ids])).logits[0, -1]
    assert (plain - changed).abs().max() > 0.1
    assert tuned.generate_ids(ids, max_new_tokens=4) == tuned.generate_ids(ids, max_new_tokens=4)


def test_an_adapter_that_does_not_fit_is_refused(
    tiny_llm_folders: Callable[[str], Path], tmp_path: Path
) -> None:
    """Another family's modules are not there."""
    adapter = adapter_for(tiny_llm_folders("phi3"), ["qkv_proj"], tmp_path / "adapter")
    with pytest.raises(LLMError, match=r"the adapter .* must fit .*, but does not"):
        load_llm(f"{tiny_llm_folders('qwen2')}+{adapter}", device="cpu")


def test_a_model_says_what_it_is(tiny_llm_folders: Callable[[str], Path]) -> None:
    """Aloud before it is loaded, in one sentence afterwards, and in its fingerprint."""
    said: list[str] = []
    folder = tiny_llm_folders("qwen2")
    model = load_llm(str(folder), precision="nf4", device="cpu", say=said.append)
    assert said == [f"Loading {folder.name} in nf4: {model._choice.reason}."]
    assert model.describe() == f"{folder.name} in nf4: {model._choice.reason}."
    found = model.fingerprint()
    assert found["revision"] == folder_revision(folder)
    assert (found["precision"], found["device"], found["adapter"]) == ("nf4", "cpu", None)
    assert list(found["libraries"]) == ["bitsandbytes"]  # type: ignore[arg-type]
    assert len(str(found["template"])) == 16


def test_it_is_a_llamaindex_llm(tiny_llm: Loader) -> None:
    """Chat, complete and predict answer alike; nobody's global settings are touched."""
    from llama_index.core.prompts import PromptTemplate

    model: LLM = tiny_llm("qwen2")
    assert model.class_name() == "winnow_local_llm"
    talk = [ChatMessage(role=USER, content=PROMPTS[0])]
    chatted = model.chat(talk, max_new_tokens=5)
    assert chatted.message.role == ASSISTANT
    assert chatted.message.content == model.complete(PROMPTS[0], max_new_tokens=5).text
    streamed = list(model.stream_chat(talk, max_new_tokens=5))
    assert streamed[-1].message.content == chatted.message.content
    whole = model.predict(PromptTemplate("{text}"), text=PROMPTS[0])
    assert whole.startswith(str(chatted.message.content))


def test_loading_opens_no_socket_and_imports_no_store(tiny_llm_folders: Callable[[str], Path]) -> None:
    """In a fresh process where every connection is refused; training will load models the same way."""
    code = (
        "import loopback_only, sys; from agents.local_llm import load_llm;"
        f"m = load_llm({str(tiny_llm_folders('qwen2'))!r}, precision='nf4', device='cpu');"
        "m.complete('I led', max_new_tokens=2);"
        "print(loopback_only.ATTEMPTS, sorted({'faiss', 'ingestion.store', 'kernels'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] []\n"
    assert done.stderr == ""


def test_loading_warns_of_nothing(
    tiny_llm_folders: Callable[[str], Path], capfd: pytest.CaptureFixture[str]
) -> None:
    """And draws no bar on the terminal."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_llm(str(tiny_llm_folders("phi3")), device="cpu").complete("I led", max_new_tokens=2)
    assert capfd.readouterr() == ("", "")


def changed_copy(folder: Path, to: Path, change: Callable[[dict[str, torch.Tensor]], None]) -> Path:
    """A copy of a model or adapter with other weights."""
    from safetensors.torch import load_file, save_file

    shutil.copytree(folder, to)
    path = next(to.glob("*model.safetensors"))
    weights = load_file(path)
    change(weights)
    save_file(weights, path, metadata={"format": "pt"})
    return to


@pytest.mark.parametrize("precision", ["fp32", "nf4"])
def test_a_model_that_lacks_a_weight_is_refused(
    tiny_llm_folders: Callable[[str], Path], tmp_path: Path, precision: str
) -> None:
    """Transformers would put random numbers in its place and only log it."""

    def without(weights: dict[str, torch.Tensor]) -> None:
        del weights["model.layers.1.mlp.up_proj.weight"]

    folder = changed_copy(tiny_llm_folders("qwen2"), tmp_path / "model", without)
    expected = (
        r"must hold every weight of its model, but lacks model\.layers\.1\.mlp\.up_proj\.weight and 0 more"
    )
    with pytest.raises(LLMError, match=expected):
        load_llm(str(folder), precision=precision, device="cpu")


def test_an_adapter_that_lacks_a_weight_is_refused(
    tiny_llm_folders: Callable[[str], Path], tmp_path: Path
) -> None:
    """PEFT would do the same."""

    def without(weights: dict[str, torch.Tensor]) -> None:
        del weights[next(name for name in weights if "layers.1" in name)]

    whole = adapter_for(tiny_llm_folders("qwen2"), ["q_proj"], tmp_path / "whole")
    adapter = changed_copy(whole, tmp_path / "adapter", without)
    with pytest.raises(LLMError, match="but does not: Found missing adapter keys"):
        load_llm(f"{tiny_llm_folders('qwen2')}+{adapter}", device="cpu")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            {"model_type": "own", "auto_map": {"AutoConfig": "own.Config"}},
            "without running code from the folder",
        ),
        (
            {"quantization_config": {"quant_method": "awq"}},
            "they are quantised already: use the original model",
        ),
    ],
    ids=["own code", "quantised"],
)
def test_code_and_foreign_weights_are_refused(
    tiny_llm_folders: Callable[[str], Path], tmp_path: Path, settings: dict[str, object], expected: str
) -> None:
    """Nothing in a model's folder is ever run."""
    folder = shutil.copytree(tiny_llm_folders("qwen2"), tmp_path / "model")
    (folder / "own.py").write_text("raise SystemExit('ran')")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **settings}))
    with pytest.raises(LLMError, match=expected):
        load_llm(str(folder), device="cpu")


@pytest.mark.skipif(not this_machine("cpu").bf16, reason="only a CPU with bfloat16 packs")
def test_four_bits_that_cannot_be_packed_are_refused(
    tmp_path: Path, tiny_llm_folders: Callable[[str], Path]
) -> None:
    """When it is loaded, not at the first letter."""
    from transformers import AutoModelForCausalLM, AutoTokenizer, Qwen2Config

    folder = tmp_path / "odd"
    AutoTokenizer.from_pretrained(tiny_llm_folders("qwen2")).save_pretrained(folder)
    config = Qwen2Config.from_pretrained(tiny_llm_folders("qwen2"), intermediate_size=96)
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    with pytest.raises(LLMError, match=r"but model\.layers\.0\.mlp\.down_proj of odd is 64 by 96: use bf16"):
        load_llm(str(folder), precision="nf4", device="cpu")
