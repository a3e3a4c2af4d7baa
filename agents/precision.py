"""In how many bits a language model is held here, and why: chosen by what the machine has, and said aloud.

Knows nothing about any one model beyond its size, and imports no model library for a machine without a GPU.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from agents.llms import LLMError

Precision = Literal["nf4", "bf16", "fp16", "fp32"]
PRECISIONS: tuple[Precision, ...] = ("nf4", "bf16", "fp16", "fp32")
_CPU_FLAGS = Path("/proc/cpuinfo")
_GPUS = Path("/proc/driver/nvidia/gpus")
# bfloat16 in the processor's own instructions; without them it is converted number by number, slower than float32.
_BF16_FLAGS = ("avx512_bf16", "amx_bf16")


@dataclass(frozen=True, slots=True)
class Machine:
    """What a model would run on. ``device`` is "cuda" or "cpu"; ``bf16`` whether that computes in bfloat16 itself."""

    device: str
    name: str
    bf16: bool


@dataclass(frozen=True, slots=True)
class PrecisionChoice:
    """The precision and the reason for it, which reads on from "in bf16: "."""

    precision: Precision
    reason: str


def this_machine(device: str | None = None) -> Machine:
    """Return what models run on here, or ``device`` of it.

    Raises:
        LLMError: there is no such device here.
    """
    if device not in {None, "cpu", "cuda"}:
        raise LLMError(f"the device must be cpu or cuda, but got {device!r}")
    gpu = None if device == "cpu" else _gpu()
    if gpu is not None:
        return gpu
    if device == "cuda":
        raise LLMError("the device must be one that is here, but cuda finds no NVIDIA GPU: use the CPU")
    flag = next((flag for flag in _BF16_FLAGS if flag in _cpu_flags()), None)
    return Machine(
        "cpu", f"a CPU with {flag}" if flag else "a CPU without bfloat16 instructions", flag is not None
    )


def choose_precision(
    machine: Machine, *, quantise: bool, asked: str | None = None, fits: dict[Precision, bool] | None = None
) -> PrecisionChoice:
    """Return how to hold a model: ``asked``, else what suits the machine, and 4 bits where nothing else fits.

    ``quantise`` is whether the model's row wants 4 bits on a GPU; ``fits`` says what there is memory for.

    Raises:
        LLMError: ``asked`` is no precision, or cannot be used on this machine.
    """
    if asked is not None:
        return _asked(machine, asked)
    if machine.device == "cuda" and quantise:
        return PrecisionChoice("nf4", f"4 bits suit a model of this size on {machine.name}")
    if machine.bf16:
        usual = PrecisionChoice("bf16", f"{machine.name} computes in it")
    elif machine.device == "cuda":
        usual = PrecisionChoice("fp16", f"{machine.name} has no bfloat16")
    else:
        usual = PrecisionChoice("fp32", f"it runs on {machine.name}")
    if fits is not None and not fits[usual.precision] and fits["nf4"]:
        return PrecisionChoice("nf4", f"there is no memory for {usual.precision} on {machine.name}")
    return usual


def _asked(machine: Machine, asked: str) -> PrecisionChoice:
    if asked not in PRECISIONS:
        raise LLMError(f"the precision must be one of {', '.join(PRECISIONS)}, but got {asked!r}")
    if asked == "fp16" and machine.device == "cpu":
        raise LLMError(
            "fp16 must run on a GPU: a CPU computes in it several hundred times more slowly; use bf16 or fp32"
        )
    precision: Precision = next(known for known in PRECISIONS if known == asked)
    return PrecisionChoice(precision, f"asked for, on {machine.name}")


def _gpu() -> Machine | None:
    """The GPU, where the driver shows one and torch can use it. Torch is imported only where there is a driver."""
    if not _GPUS.is_dir():
        return None
    import torch

    if not torch.cuda.is_available():
        return None
    return Machine(
        "cuda", torch.cuda.get_device_name(), torch.cuda.is_bf16_supported(including_emulation=False)
    )


def _cpu_flags() -> frozenset[str]:
    try:
        lines = _CPU_FLAGS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return frozenset()
    return frozenset(next((line for line in lines if line.startswith("flags")), "").split())
