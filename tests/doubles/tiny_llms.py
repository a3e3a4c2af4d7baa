"""Builds language models of under a million random parameters that take every step of the real ones.

Real configuration classes, real chat templates, real tokenizer classes with a BPE trained here; only the weights say
nothing. Knows nothing about Winnow.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase
    from transformers.configuration_utils import PreTrainedConfig

KINDS = ("qwen2", "phi3", "llama", "granite", "qwen3", "granite4")
WINDOW = 1024
"""Tokens that every tiny model can read."""

CORPUS = [
    "I led a team of nine nurses and planned their shifts for three years.",
    "You are a careful reader. Answer with one of the options: met, partial, not shown, contradicted.",
    "Dear hiring manager, I hold an AWS certification and I managed two finance projects.",
    "Requirement: at least five years of experience in professional kitchens.",
    "The letter: 1. My ServSafe Manager certificate is valid until 2028. 2. I train junior cooks.",
    "WINNER ID: 171\nMATCH SCORE: 9\nDECISION RATIONALE: the letter shows leadership.\nuser\nassistant\nsystem\n",
]
# The published control tokens of each family, in their published order; "*" marks one that is added but not special.
_CONTROLS: dict[str, list[str]] = {
    # https://huggingface.co/Qwen/Qwen2.5-3B-Instruct/blob/main/tokenizer_config.json
    "qwen2": [
        *("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>"),
        *(
            "<|box_start|>",
            "<|box_end|>",
            "<|quad_start|>",
            "<|quad_end|>",
            "<|vision_start|>",
            "<|vision_end|>",
        ),
        *("<|vision_pad|>", "<|image_pad|>", "<|video_pad|>", "*<tool_call>", "*</tool_call>"),
        *(
            "*<|fim_prefix|>",
            "*<|fim_middle|>",
            "*<|fim_suffix|>",
            "*<|fim_pad|>",
            "*<|repo_name|>",
            "*<|file_sep|>",
        ),
    ],
    # https://huggingface.co/microsoft/Phi-3-mini-4k-instruct/blob/main/tokenizer_config.json; each eats the space after it
    "phi3": [
        *("<|endoftext|>", "<|assistant|>", "<|placeholder1|>", "<|placeholder2|>", "<|placeholder3|>"),
        *("<|placeholder4|>", "<|system|>", "<|end|>", "<|placeholder5|>", "<|placeholder6|>", "<|user|>"),
    ],
    # https://huggingface.co/meta-llama/Meta-Llama-3-8B-Instruct/blob/main/tokenizer_config.json
    "llama": [
        *("<|begin_of_text|>", "<|end_of_text|>", "<|reserved_special_token_0|>", "<|start_header_id|>"),
        *("<|end_header_id|>", "<|eot_id|>"),
    ],
    # https://huggingface.co/ibm-granite/granite-3.3-2b-instruct/blob/main/tokenizer_config.json
    "granite": [
        *(
            "<|end_of_text|>",
            "<fim_prefix>",
            "<fim_middle>",
            "<fim_suffix>",
            "<fim_pad>",
            "<filename>",
            "<reponame>",
        ),
        *("<|start_of_role|>", "<|end_of_role|>", "<|tool_call|>", "<|start_of_cite|>", "<|end_of_cite|>"),
    ],
}
_CONTROLS["granite4"] = _CONTROLS["granite"]
_CONTROLS["qwen3"] = [
    *_CONTROLS["qwen2"],
    *("*<tool_response>", "*</tool_response>", "*<think>", "*</think>"),
]
# The published template without its branches for tools and documents:
# https://huggingface.co/ibm-granite/granite-3.3-2b-instruct/blob/main/tokenizer_config.json. It asks for today's date.
_GRANITE_TEMPLATE = """\
{%- if messages[0]['role'] == 'system' %}
{%- set system_message = messages[0]['content'] %}{%- set loop_messages = messages[1:] %}
{%- else %}
{%- set system_message = "Knowledge Cutoff Date: April 2024.\\nToday's Date: " + strftime_now('%B %d, %Y') + \
".\\nYou are Granite, developed by IBM. You are a helpful AI assistant." %}{%- set loop_messages = messages %}
{%- endif %}
{{- '<|start_of_role|>system<|end_of_role|>' + system_message + '<|end_of_text|>\\n' }}
{%- for message in loop_messages %}
{{- '<|start_of_role|>' + message['role'] + '<|end_of_role|>' + message['content'] + '<|end_of_text|>\\n' }}
{%- if loop.last and add_generation_prompt %}{{- '<|start_of_role|>assistant<|end_of_role|>' }}{%- endif %}
{%- endfor %}"""
# The others as TRL ships them: verbatim copies of the published ones.
_TRL_TEMPLATES = {"qwen2": "qwen2_5", "qwen3": "qwen3", "phi3": "phi3", "llama": "llama3"}


def build_tiny(kind: str, folder: Path, *, chat: bool = True, seed: int = 0) -> Path:
    """Write a model of random weights and its tokenizer into ``folder``, as ``save_pretrained`` does; return it.

    ``chat=False`` leaves the template out, which is what makes a base model.
    """
    import torch
    from transformers import AutoModelForCausalLM, GenerationConfig

    tokenizer = _tokenizer(kind)
    if chat:
        tokenizer.chat_template = template_of(kind)
    tokenizer.save_pretrained(folder)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = AutoModelForCausalLM.from_config(_config(kind, tokenizer)).to(torch.bfloat16)
    # The published ones sample by default, which a judge must not.
    model.generation_config = GenerationConfig(
        do_sample=True,
        temperature=0.7,
        top_p=0.8,
        top_k=20,
        repetition_penalty=1.05,
        eos_token_id=_end_ids(kind, tokenizer, chat=chat),
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
    )
    model.save_pretrained(folder)
    return folder


def template_of(kind: str) -> str:
    """Return the published chat template of the family."""
    if kind in {
        "granite",
        "granite4",
    }:  # Granite 4's own is longer; what it writes around a message is the same
        return _GRANITE_TEMPLATE
    spec = find_spec("trl")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    folder = Path(spec.submodule_search_locations[0]) / "chat_templates"
    return (folder / f"{_TRL_TEMPLATES[kind]}.jinja").read_text(encoding="utf-8")


def _end_ids(kind: str, tokenizer: PreTrainedTokenizerBase, *, chat: bool) -> list[int]:
    ends = {
        "qwen2": ["<|im_end|>", "<|endoftext|>"] if chat else ["<|endoftext|>"],
        "qwen3": ["<|im_end|>", "<|endoftext|>"] if chat else ["<|endoftext|>"],
        "phi3": ["<|endoftext|>", "<|assistant|>", "<|end|>"],
        "llama": ["<|end_of_text|>", "<|eot_id|>"],
        "granite": ["<|end_of_text|>"],
        "granite4": ["<|end_of_text|>"],
    }[kind]
    return [int(tokenizer.convert_tokens_to_ids(end)) for end in ends]  # type: ignore[arg-type]


def _config(kind: str, tokenizer: PreTrainedTokenizerBase) -> PreTrainedConfig:
    """The family's configuration class at 64 x 2: grouped queries, and everything else that the family is known for."""
    from transformers import (
        GraniteConfig,
        GraniteMoeHybridConfig,
        LlamaConfig,
        Phi3Config,
        Qwen2Config,
        Qwen3Config,
    )

    shape: dict[str, Any] = {
        "vocab_size": (len(tokenizer) + 63) // 64 * 64,  # more rows than tokens, as published
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": WINDOW,
        "initializer_range": 0.2,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    if kind == "qwen2":
        return Qwen2Config(**shape, tie_word_embeddings=True)
    if kind == "qwen3":
        return Qwen3Config(**shape, head_dim=32, tie_word_embeddings=True)
    if kind == "phi3":
        return Phi3Config(**shape, original_max_position_embeddings=WINDOW, sliding_window=2047)
    if kind == "granite":
        scales: dict[str, Any] = {
            "embedding_multiplier": 12.0,
            "residual_multiplier": 0.22,
            "logits_scaling": 8.0,
        }
        return GraniteConfig(**shape, tie_word_embeddings=True, attention_multiplier=0.0625, **scales)
    if kind == "granite4":  # dense: attention in every layer, no expert
        layers: dict[str, Any] = {"layer_types": ["attention"] * 2, "shared_intermediate_size": 128}
        none: dict[str, Any] = {"num_local_experts": 0, "num_experts_per_tok": 0}
        return GraniteMoeHybridConfig(
            **shape, **layers, **none, tie_word_embeddings=True, position_embedding_type="rope"
        )
    return LlamaConfig(**shape, tie_word_embeddings=False)


def _tokenizer(kind: str) -> PreTrainedTokenizerBase:
    from transformers import AddedToken, LlamaTokenizer, PreTrainedTokenizerFast, Qwen2Tokenizer

    controls = [
        AddedToken(
            name.lstrip("*"),
            special=not name.startswith("*"),
            normalized=False,
            rstrip=kind == "phi3" and name != "<|endoftext|>",
        )
        for name in _CONTROLS[kind]
    ]
    if kind == "phi3":
        tokenizer = LlamaTokenizer(*_pieces(), add_bos_token=True, legacy=False, padding_side="left")
        tokenizer.add_tokens(controls)
        tokenizer.eos_token = tokenizer.pad_token = "<|endoftext|>"
        return tokenizer
    backend = _byte_level()
    if kind in {"qwen2", "qwen3"}:
        import json

        model = json.loads(backend.to_str())["model"]
        merges: list[Any] = [tuple(pair) for pair in model["merges"]]
        tokenizer = Qwen2Tokenizer(vocab=model["vocab"], merges=merges, eos_token="<|im_end|>")
        tokenizer.add_tokens(controls)
        return tokenizer
    backend.add_tokens([str(control) for control in controls])
    first, end = ("<|begin_of_text|>", "<|eot_id|>") if kind == "llama" else ("<|end_of_text|>",) * 2
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, bos_token=first, eos_token=end, pad_token=end
    )
    tokenizer.add_tokens(controls)
    if kind == "llama":
        _begin_with(tokenizer, first)
    return tokenizer


def _begin_with(tokenizer: PreTrainedTokenizerBase, first: str) -> None:
    """Let the tokenizer itself put the first token before a text, as Llama 3's does: the template does so too."""
    from tokenizers.processors import TemplateProcessing

    number = int(tokenizer.convert_tokens_to_ids(first))  # type: ignore[arg-type]
    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(  # type: ignore[attr-defined]
        single=f"{first} $A", pair=f"{first} $A {first}:1 $B:1", special_tokens=[(first, number)]
    )


def _byte_level():  # noqa: ANN202 - tokenizers ships no types
    """A BPE over bytes, trained on the corpus: every text can be written in it."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=512, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def _pieces() -> tuple[dict[str, int], list[Any]]:
    """SentencePiece's kind of vocabulary: three control tokens, 256 bytes to fall back on, then the pieces."""
    import json

    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first", split=True)
    trained.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=256, show_progress=False))
    model = json.loads(trained.to_str())["model"]
    names = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *model["vocab"]]
    return {name: place for place, name in enumerate(names)}, [tuple(pair) for pair in model["merges"]]
