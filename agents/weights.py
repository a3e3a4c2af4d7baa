"""Reads a language model's weights into memory: checked for room first, in the precision chosen, without the network.

Knows nothing about prompts or generation.
"""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from agents.llm_memory import fitting, source_size
from agents.llms import LLMError, LLMSource, resolve_llm
from agents.precision import Machine, Precision, PrecisionChoice, this_machine

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerBase


def load_model(
    name_or_path: str,
    *,
    precision: str | None = None,
    device: str | None = None,
    say: Callable[[str], None] | None = None,
) -> tuple[LLMSource, PrecisionChoice, torch.nn.Module, PreTrainedTokenizerBase]:
    """Return where a model comes from, how it is held, the model in evaluation mode, and its tokenizer.

    Raises:
        LLMError: the model is not here, can't be held in ``precision``, or needs more memory than there is.
    """
    source = resolve_llm(name_or_path)
    machine = this_machine(device)
    quantise = source.row is not None and source.row.quantise
    choice = fitting(source_size(source), source.model, machine, quantise=quantise, asked=precision)
    if say is not None:
        say(f"Loading {source.model} in {choice.precision}: {choice.reason}.")
    with _quiet():
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(
            source.folder, local_files_only=True, trust_remote_code=False, padding_side="left"
        )
        model = _weights(source, machine, choice.precision)
    if source.adapter is not None:
        model = _adapted(model, source)
    return source, choice, model.eval(), tokenizer


def _weights(source: LLMSource, machine: Machine, precision: Precision) -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    dtypes = {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32}
    compute = torch.float16 if machine.device == "cuda" and not machine.bf16 else torch.bfloat16
    quantised = {"quantization_config": _nf4(compute)} if precision == "nf4" else {}
    try:
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            source.folder,
            dtype=dtypes.get(precision, compute),
            device_map={"": machine.device},
            attn_implementation="sdpa",
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
            **quantised,
        )
    except (OSError, ValueError, KeyError, RuntimeError) as unreadable:
        raise LLMError(
            f"{source.folder} must be a causal language model that transformers can load without running code from the "
            f"folder, but: {str(unreadable).splitlines()[0]}"
        ) from unreadable
    model, found = loaded
    # transformers fills what is absent with random numbers and goes on; such a model would judge by dice.
    absent = sorted({*found["missing_keys"], *(name for name, *_ in found["mismatched_keys"])})
    if absent:
        raise LLMError(
            f"{source.folder} must hold every weight of its model, but lacks {absent[0]} and {len(absent) - 1} more, or "
            "has them in another shape: copy the model again"
        )
    if precision == "nf4" and machine.device == "cpu" and machine.bf16:
        _check_packing(model, source)
    return model


def _check_packing(model: Any, source: LLMSource) -> None:
    """On a CPU with bfloat16, bitsandbytes packs 32 rows and 64 columns at a time, and fails at the first word if it can't."""
    for name, module in model.named_modules():
        if type(module).__name__ == "Linear4bit" and (module.out_features % 32 or module.in_features % 64):
            raise LLMError(
                f"nf4 on this CPU must have maps of a multiple of 32 by a multiple of 64, but {name} of {source.model} is "
                f"{module.out_features} by {module.in_features}: use bf16"
            )


def _nf4(compute: torch.dtype) -> Any:
    """4-bit NormalFloat with the scales quantised too, https://arxiv.org/abs/2305.14314."""
    from transformers import BitsAndBytesConfig

    import_bitsandbytes()
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=compute,
    )


def import_bitsandbytes() -> None:
    """Import bitsandbytes with the door to the hub shut.

    On a CPU with avx512_bf16, bitsandbytes 0.50 fetches code from the hub while it is imported, where the ``kernels``
    package is installed, and logs a warning where it is not. Its own compiled code does the same work.
    """
    if "bitsandbytes" in sys.modules:
        return
    log = logging.getLogger("bitsandbytes.backends.cpu.ops")
    level = log.level
    kernels = sys.modules.get("kernels")
    sys.modules["kernels"] = None  # type: ignore[assignment]
    log.setLevel(logging.ERROR)
    try:
        import bitsandbytes  # noqa: F401
    finally:
        log.setLevel(level)
        if kernels is None:
            del sys.modules["kernels"]
        else:
            sys.modules["kernels"] = kernels


def _adapted(model: Any, source: LLMSource) -> Any:
    """Put the adapter on the model, unmerged: merging would round the weights once more."""
    import_bitsandbytes()  # PEFT imports it
    from peft import PeftModel

    try:
        with quiet_peft():
            # PEFT, too, goes on with random numbers for what is absent, and only warns.
            warnings.filterwarnings("error", "Found missing adapter keys", UserWarning)
            return PeftModel.from_pretrained(
                model, str(source.adapter), is_trainable=False, local_files_only=True
            )
    except (OSError, ValueError, KeyError, RuntimeError, UserWarning) as unfit:
        raise LLMError(
            f"the adapter {source.adapter} must fit {source.model}, but does not: {str(unfit).splitlines()[0]}"
        ) from unfit


@contextmanager
def quiet_peft() -> Generator[None]:
    """Let PEFT 0.21 ask for ``is_gradient_checkpointing``, which transformers 5.23 warns of; every other warning stands."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
        yield


@contextmanager
def _quiet() -> Generator[None]:
    """Keep transformers from drawing bars on the terminal while it loads."""
    from transformers.utils import logging as transformers_logging

    drawn = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        if drawn:
            transformers_logging.enable_progress_bar()
