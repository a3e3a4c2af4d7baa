from __future__ import annotations

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
