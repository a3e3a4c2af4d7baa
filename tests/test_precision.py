from __future__ import annotations

from pathlib import Path

import pytest

from agents import precision
from agents.llms import LLMError
from agents.precision import Machine, choose_precision, this_machine

GPU = Machine("cuda", "an H100", bf16=True)
OLD_GPU = Machine("cuda", "a T4", bf16=False)
CPU = Machine("cpu", "a CPU with avx512_bf16", bf16=True)
OLD_CPU = Machine("cpu", "a CPU without bfloat16 instructions", bf16=False)
FITS = {"nf4": True, "bf16": True, "fp16": True, "fp32": True}


@pytest.mark.parametrize(
    ("machine", "quantise", "expected"),
    [
        (GPU, True, "nf4"),
        (GPU, False, "bf16"),
        (OLD_GPU, True, "nf4"),
        (OLD_GPU, False, "fp16"),
        (CPU, True, "bf16"),
        (CPU, False, "bf16"),
        (OLD_CPU, True, "fp32"),
        (OLD_CPU, False, "fp32"),
    ],
)
def test_the_machine_decides(machine: Machine, quantise: bool, expected: str) -> None:
    """Four bits only on a GPU and for models that ask for it; never float16 on a CPU."""
    assert choose_precision(machine, quantise=quantise, fits=FITS).precision == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("machine", [CPU, OLD_CPU, GPU], ids=["cpu", "old cpu", "gpu"])
def test_four_bits_are_taken_where_nothing_else_fits(machine: Machine) -> None:
    """The reason says so."""
    usual = choose_precision(machine, quantise=False).precision
    choice = choose_precision(machine, quantise=False, fits={**FITS, usual: False})  # type: ignore[arg-type]
    assert choice.precision == "nf4"
    assert choice.reason == f"there is no memory for {usual} on {machine.name}"


@pytest.mark.parametrize("asked", ["nf4", "bf16", "fp32"])
def test_what_is_asked_for_is_used(asked: str) -> None:
    """Whatever suits the machine better."""
    choice = choose_precision(CPU, quantise=False, asked=asked)
    assert (choice.precision, choice.reason) == (asked, "asked for, on a CPU with avx512_bf16")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("fp16", r"fp16 must run on a GPU: .*; use bf16 or fp32"),
        ("int8", r"must be one of nf4, bf16, fp16, fp32, but got 'int8'"),
    ],
)
def test_what_cannot_be_is_refused(asked: str, expected: str) -> None:
    """The rule, the value, the remedy."""
    with pytest.raises(LLMError, match=expected):
        choose_precision(CPU, quantise=False, asked=asked)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("fpu avx512_bf16 sse", Machine("cpu", "a CPU with avx512_bf16", bf16=True)),
        ("fpu amx_bf16", Machine("cpu", "a CPU with amx_bf16", bf16=True)),
        ("fpu avx512f avx512_bf16x", Machine("cpu", "a CPU without bfloat16 instructions", bf16=False)),
    ],
)
def test_a_cpu_is_known_by_its_flags(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: str, expected: Machine
) -> None:
    """Whole names count."""
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor : 0\nflags\t\t: {flags}\n")
    monkeypatch.setattr(precision, "_CPU_FLAGS", cpuinfo)
    assert this_machine("cpu") == expected


def test_a_gpu_that_is_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No driver, no GPU; torch is not even asked."""
    monkeypatch.setattr(precision, "_GPUS", tmp_path / "none")
    assert this_machine().device == "cpu"
    with pytest.raises(LLMError, match="cuda finds no NVIDIA GPU: use the CPU"):
        this_machine("cuda")
    with pytest.raises(LLMError, match="must be cpu or cuda, but got 'tpu'"):
        this_machine("tpu")
