"""How much memory a language model needs, against what the machine has: known before a byte of it is downloaded.

Knows sizes only; reads the headers of weight files, never the weights, and imports torch only where there is a GPU.
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass, replace
from pathlib import Path

from agents.llms import LLMS, LLMError, LLMRow, LLMSource, llm_missing, read_json, weight_files
from agents.precision import PRECISIONS, Machine, Precision, PrecisionChoice, choose_precision, this_machine

CONTEXT = 4096
"""Tokens of prompt and answer that memory is reckoned for: a long letter, the job and the question."""
# A process with torch, transformers and bitsandbytes loaded and nothing read yet, in bytes: measured with psutil, 440 MB,
# 2026-11-24, Linux, torch 2.13; rounded up for the thread pools that start with the first matrix product.
_PROCESS = 500_000_000
# The CUDA context and kernels, in bytes: assumed from what others report, not measured.
_CUDA = 700_000_000
_BLOCK = 64  # numbers that share a scale in bitsandbytes' NF4, and
_SCALES = 256  # scales that share a scale of their own
_ITEM: dict[Precision, int] = {"nf4": 2, "bf16": 2, "fp16": 2, "fp32": 4}
"""Bytes a number, of what is not quantised."""
_HEADER_AT_MOST = 100_000_000


@dataclass(frozen=True, slots=True)
class ModelSize:
    """What decides a model's memory. ``quantised`` holds the numbers in each linear map, ``rest`` all other numbers."""

    quantised: tuple[int, ...]
    rest: int
    layers: int
    kv_heads: int
    head_dim: int
    hidden: int
    intermediate: int
    vocabulary: int
    context: int


@dataclass(frozen=True, slots=True)
class MemoryNeed:
    """Bytes that a model takes: its weights, the keys and values of one context, and what a step takes in passing."""

    weights: int
    cache: int
    working: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.weights + self.cache + self.working


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a language model can run here. ``needed`` and ``free`` are bytes; ``missing`` is one line, or None."""

    name: str
    model: str
    missing: str | None
    precision: Precision
    needed: int
    free: int | None

    @property
    def ready(self) -> bool:
        """Whether its weights are here and fit."""
        return self.missing is None and self.fits

    @property
    def fits(self) -> bool:
        """Whether there is memory for it; where the machine doesn't say how much it has, yes."""
        return self.free is None or self.needed <= self.free

    def line(self) -> str:
        """Return it in one line."""
        there = f"{_gigabytes(self.free)} free" if self.free is not None else "free memory unknown"
        room = f"{_gigabytes(self.needed)} needed in {self.precision}, {there}"
        if self.ready:
            return f"ready: {room}"
        return f"not here: {self.missing or 'too little memory'}; {room}"


def weights_bytes(size: ModelSize, precision: Precision, machine: Machine) -> int:
    """Return the bytes of the loaded weights, without the small buffers that a model keeps beside them.

    4 bits shrink the linear maps; the rest stays at 16. A scale is shared by 64 numbers: on a GPU it takes one byte and
    256 scales share one of their own; on a CPU that computes in bfloat16, bitsandbytes writes them out as 2 bytes each.
    """
    item = _ITEM[precision]
    if precision != "nf4":
        return item * (sum(size.quantised) + size.rest)
    packed = machine.device == "cpu" and machine.bf16
    return item * size.rest + sum(_nf4_bytes(numbers, packed=packed) for numbers in size.quantised)


def _nf4_bytes(numbers: int, *, packed: bool) -> int:
    blocks = math.ceil(numbers / _BLOCK)
    codes = 16 * 4
    if packed:
        return math.ceil(numbers / 2) + 2 * blocks + codes
    # the scales' own: one float for 256 of them, a table of 256 floats, and an offset
    return math.ceil(numbers / 2) + blocks + 4 * math.ceil(blocks / _SCALES) + codes + 256 * 4 + 4


def memory_needed(
    size: ModelSize, precision: Precision, machine: Machine, *, context: int = CONTEXT, rows: int = 1
) -> MemoryNeed:
    """Return what a model takes for ``rows`` prompts of ``context`` tokens at once, or of its window if that is shorter."""
    tokens = rows * min(context, size.context)
    item = _ITEM[precision]
    # Measured on a 12-layer Qwen2 at 1,024 and 4,096 tokens: 60 and 241 MB; this gives 59 and 235.
    # (2026-11-24, 2 cores, bf16: peak RSS of one forward pass less the keys and values.)
    step = tokens * (8 * size.hidden + 5 * size.intermediate) * item
    logits = 2 * rows * size.vocabulary * 4
    unpacked = 2 * size.hidden * size.intermediate * item if precision == "nf4" else 0  # one map at a time
    return MemoryNeed(
        weights=weights_bytes(size, precision, machine),
        cache=2 * size.layers * size.kv_heads * size.head_dim * tokens * item,
        working=step + logits + unpacked + (_CUDA if machine.device == "cuda" else _PROCESS),
    )


def row_size(row: LLMRow) -> ModelSize:
    """Return the size of a row's model, which need not be here: its linear maps as one."""
    return ModelSize(
        quantised=(row.linear_parameters,),
        rest=row.parameters - row.linear_parameters,
        layers=row.layers,
        kv_heads=row.kv_heads,
        head_dim=row.head_dim,
        hidden=row.hidden,
        intermediate=row.intermediate,
        vocabulary=row.vocabulary,
        context=row.context,
    )


def folder_size(folder: Path) -> ModelSize:
    """Return the size of the model in ``folder``, from its settings and the headers of its weight files.

    Raises:
        LLMError: a file can't be read, or the settings lack a number.
    """
    config = read_json(folder / "config.json")
    wanted = (
        "num_hidden_layers",
        "num_attention_heads",
        "hidden_size",
        "vocab_size",
        "max_position_embeddings",
    )
    absent = [name for name in wanted if not isinstance(config.get(name), int)]
    if absent:
        raise LLMError(
            f"{folder / 'config.json'} must say {', '.join(absent)}, but does not: copy the model again"
        )
    shapes = {name: shape for path in weight_files(folder) for name, shape in _shapes(path).items()}
    quantised = {name for name, shape in shapes.items() if _is_linear(name, shape)}
    heads = config["num_attention_heads"]
    return ModelSize(
        quantised=tuple(math.prod(shapes[name]) for name in sorted(quantised)),
        rest=sum(math.prod(shape) for name, shape in shapes.items() if name not in quantised),
        layers=config["num_hidden_layers"],
        kv_heads=config.get("num_key_value_heads") or heads,
        head_dim=config.get("head_dim") or config["hidden_size"] // heads,
        hidden=config["hidden_size"],
        intermediate=config.get("intermediate_size") or 4 * config["hidden_size"],
        vocabulary=config["vocab_size"],
        context=config["max_position_embeddings"],
    )


def _is_linear(name: str, shape: tuple[int, ...]) -> bool:
    """Whether bitsandbytes would quantise the weight: the maps inside the layers, not the embedding or output."""
    return len(shape) == 2 and name.endswith("weight") and ".layers." in f".{name}"


def _shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """The shape of each tensor in a safetensors file: https://github.com/huggingface/safetensors#format."""
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(min(length, _HEADER_AT_MOST)))
    except (OSError, ValueError, struct.error) as unreadable:
        raise LLMError(
            f"{path} must be a safetensors file, but: {unreadable}; copy the model again"
        ) from None
    return {name: tuple(entry["shape"]) for name, entry in header.items() if name != "__metadata__"}


def memory_free(machine: Machine) -> int | None:
    """Return the bytes that a new model may take, or None where the system doesn't say."""
    if machine.device == "cuda":
        import torch

        return torch.cuda.mem_get_info()[0]
    free = [
        found
        for found in (_available(Path("/proc/meminfo")), _group_free(Path("/sys/fs/cgroup")))
        if found is not None
    ]
    return min(free, default=None)


def _available(meminfo: Path) -> int | None:
    try:
        lines = meminfo.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)


def _group_free(root: Path) -> int | None:
    """What a container may still take; None where it has no limit. Version 2 of control groups, then version 1."""
    for limit, usage in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        try:
            most, used = (
                (root / limit).read_text(encoding="utf-8"),
                (root / usage).read_text(encoding="utf-8"),
            )
            return max(int(most) - int(used), 0)
        except (OSError, ValueError):  # absent, or "max"
            continue
    return None


def fitting(
    size: ModelSize, name: str, machine: Machine, *, quantise: bool, asked: str | None = None
) -> PrecisionChoice:
    """Return the precision in which a model is held here.

    Raises:
        LLMError: ``asked`` can't be used here, or there is too little memory; the message names what would fit.
    """
    free = memory_free(machine)
    needs = _needs(size, machine)
    fits: dict[Precision, bool] = {p: free is None or needs[p] <= free for p in PRECISIONS}
    choice = choose_precision(machine, quantise=quantise, asked=asked, fits=fits)
    if fits[choice.precision]:
        return choice
    assert free is not None
    raise LLMError(
        f"{name} needs {_gigabytes(needs[choice.precision])} of memory in {choice.precision}, but {_gigabytes(free)} are "
        f"free on {machine.name}: free some, or use {_what_fits(machine, free)}"
    )


def _what_fits(machine: Machine, free: int) -> str:
    """The largest row for which there is memory, as a remedy."""
    fit = [
        (row.parameters, name)
        for name, row in LLMS.items()
        if memory_needed(row_size(row), _usual(row, machine), machine).total <= free
    ]
    return (
        f"a smaller model such as {max(fit)[1]}"
        if fit
        else "--pipeline offline, which needs no language model"
    )


def _usual(row: LLMRow, machine: Machine) -> Precision:
    return choose_precision(machine, quantise=row.quantise).precision


def readiness(name: str, machine: Machine | None = None) -> Readiness:
    """Return whether a row's model can run here, and what it would need. Nothing is loaded or downloaded."""
    row, machine = LLMS[name], machine or this_machine()
    free = memory_free(machine)
    needs = _needs(row_size(row), machine)
    fits: dict[Precision, bool] = {p: free is None or needs[p] <= free for p in PRECISIONS}
    precision = choose_precision(machine, quantise=row.quantise, fits=fits).precision
    return Readiness(name, row.model, llm_missing(name), precision, needs[precision], free)


def _needs(size: ModelSize, machine: Machine) -> dict[Precision, int]:
    return {precision: memory_needed(size, precision, machine).total for precision in PRECISIONS}


def source_size(source: LLMSource) -> ModelSize:
    """Return the size of a model that is here; an adapter's few numbers count as unquantised."""
    size = folder_size(source.folder)
    if source.adapter is None:
        return size
    extra = sum(math.prod(shape) for shape in _shapes(source.adapter / "adapter_model.safetensors").values())
    # PEFT keeps an adapter in 32 bits: two 16-bit numbers for each of its own.
    return replace(size, rest=size.rest + 2 * extra)


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
