"""The model that an adapter is trained on: found, loaded in its format, and given its adapters.

Knows nothing about letters. Finding is the business of `agents.llms`: nothing is downloaded here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agents.llms import LLMError, LLMSource, llm_missing, resolve_llm
from training.presets import PRESETS
from training.settings import Precision, TrainingSettings
from training.targets import Matched, count_parameters, match_targets

if TYPE_CHECKING:
    from peft import LoraConfig, PeftModel
    from transformers import PreTrainedModel, PreTrainedTokenizerBase
    from transformers.configuration_utils import PreTrainedConfig


@dataclass(frozen=True, slots=True)
class Adapted:
    """A model with fresh adapters, its tokenizer, and which modules matched."""

    model: PeftModel
    tokenizer: PreTrainedTokenizerBase
    matched: Matched


def on_gpu() -> bool:
    """Say whether torch can use a GPU here."""
    import torch

    return torch.cuda.is_available()


def find_base(name_or_path: str) -> LLMSource:
    """Return where the model to train on lies.

    Raises:
        LLMError: it is not on this machine, or it has an adapter already.
    """
    source = resolve_llm(name_or_path)
    if source.adapter is not None:
        raise LLMError(
            f"a writer is trained on a model without an adapter, but {name_or_path} has one: "
            "merge it first with `winnow train merge ADAPTER OUT` and give OUT"
        )
    return source


def configuration_of(name_or_path: str) -> PreTrainedConfig:
    """Return a model's configuration: its own where it is here, a preset's otherwise.

    Raises:
        LLMError: it is not here and no preset knows its shape.
    """
    preset = PRESETS.get(name_or_path)
    if preset is not None and llm_missing(name_or_path) is not None:
        return preset.configuration()
    from transformers import AutoConfig

    return AutoConfig.from_pretrained(find_base(name_or_path).folder, local_files_only=True)


def load_tokenizer(source: LLMSource) -> PreTrainedTokenizerBase:
    """Return the model's tokenizer, with a token to pad with."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(source.folder, local_files_only=True)
    if source.row is not None and not source.row.chat:
        tokenizer.chat_template = None  # a base model, whatever its tokenizer brings; so it is when it writes
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    tokenizer.padding_side = "right"
    return tokenizer


def load_model(source: LLMSource, precision: Precision) -> PreTrainedModel:
    """Load the weights in the format of the run; on this process's GPU where there is one.

    Raises:
        LLMError: the weights can't be read.
    """
    import torch
    from accelerate import PartialState
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    dtype = torch.float32 if precision == "fp32" else torch.bfloat16
    quantised = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )
    placed: dict[str, object] = {"device_map": {"": PartialState().device}} if precision == "nf4" else {}
    try:
        model = AutoModelForCausalLM.from_pretrained(
            source.folder,
            dtype=dtype,
            attn_implementation="sdpa",
            local_files_only=True,
            quantization_config=quantised if precision == "nf4" else None,
            **placed,
        )
    except (OSError, ValueError) as error:
        raise LLMError(f"{source.name} can't be loaded as {precision}: {error}") from error
    model.config.use_cache = False
    return model


def lora_config(settings: TrainingSettings) -> LoraConfig:
    """Return the adapters' configuration for PEFT."""
    from peft import LoraConfig

    return LoraConfig(
        task_type="CAUSAL_LM",
        r=settings.r,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=list(settings.targets),
        bias="none",
    )


def give_adapters(model: PreTrainedModel, settings: TrainingSettings) -> tuple[PeftModel, Matched]:
    """Put fresh adapters, drawn from the seed, on the model's targets.

    Raises:
        TargetError: a target matches no module.
    """
    from peft import PeftModel, get_peft_model
    from transformers import set_seed

    modules = match_targets(model, settings.targets)
    set_seed(settings.seed)
    adapted = get_peft_model(model, lora_config(settings))
    assert isinstance(adapted, PeftModel)
    return adapted, Matched(modules, *count_parameters(adapted))


def load_adapted(source: LLMSource, settings: TrainingSettings) -> Adapted:
    """Load a model and put fresh adapters on it.

    Raises:
        LLMError: the weights can't be read.
        TargetError: a target matches no module.
    """
    tokenizer = load_tokenizer(source)
    model, matched = give_adapters(load_model(source, settings.precision), settings)
    base = model.peft_config["default"]
    base.base_model_name_or_path = base_name(source)
    base.revision = source.revision if source.row is not None else None
    return Adapted(model, tokenizer, matched)


def base_name(source: LLMSource) -> str:
    """Return what the adapter says it was trained on: the hub's id, or the folder."""
    return source.model if source.row is not None else str(source.folder.resolve())


def adapter_base(adapter: Path) -> str:
    """Return what an adapter's folder says it was trained on.

    Raises:
        LLMError: the folder holds no adapter.
    """
    path = adapter / "adapter_config.json"
    if not path.is_file():
        raise LLMError(
            f"an adapter's folder must hold adapter_config.json, but {adapter} does not: check its name"
        )
    return str(json.loads(path.read_text(encoding="utf-8")).get("base_model_name_or_path") or "")
