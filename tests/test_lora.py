"""Training for real, on random models of under a million parameters: a Qwen2, and a Granite in 4 bits."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tiny_letters import tiny_examples
from transformers import AutoModelForCausalLM

from agents.llms import resolve_llm
from training.examples import Example
from training.hushed import libraries_hushed
from training.loop import data_set, letter_trainer
from training.lora import Trained, train
from training.loss_rows import LossRows, loss_rows
from training.record import RecordError, read_record
from training.settings import Precision, TrainingSettings
from training.splits import Split, leaks

EXAMPLES = tiny_examples(28)
SPLIT = Split(EXAMPLES[:16], EXAMPLES[16:22], EXAMPLES[22:], "by hand")
SETTINGS = TrainingSettings(
    r=8, epochs=3, batch_size=4, accumulation=2, learning_rate=0.02, dropout=0.05, seed=7
)


@dataclass(frozen=True)
class Run:
    """One finished run and the model it started from."""

    base: Path
    trained: Trained
    settings: TrainingSettings


@pytest.fixture(scope="module")
def qwen(tiny_llm_folders: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A chat model trained in float32."""
    base = tiny_llm_folders("qwen2")
    return Run(
        base, train(resolve_llm(str(base)), SPLIT, SETTINGS, tmp_path_factory.mktemp("q") / "a"), SETTINGS
    )


@pytest.fixture(scope="module")
def granite(tiny_llm_folders: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A base model trained in 4 bits."""
    base, settings = tiny_llm_folders("granite-base"), replace(SETTINGS, precision="nf4", epochs=2)
    return Run(
        base, train(resolve_llm(str(base)), SPLIT, settings, tmp_path_factory.mktemp("g") / "a"), settings
    )


@pytest.fixture(params=["qwen", "granite"])
def run(request: pytest.FixtureRequest) -> Run:
    """Either run."""
    return request.getfixturevalue(request.param)


def logits_of(model: torch.nn.Module) -> torch.Tensor:
    """Return what a model says to a fixed text, float32 (1, 9, vocabulary)."""
    with torch.no_grad():
        return model(torch.arange(20, 29)[None]).logits.float()


def with_adapter(run: Run, precision: Precision | None = None) -> torch.nn.Module:
    """Load base and adapter as any user of PEFT would, in the format of the run unless another is given."""
    from peft import PeftModel

    from training.base_model import load_model

    with libraries_hushed():
        base = load_model(resolve_llm(str(run.base)), precision or run.settings.precision)
        return PeftModel.from_pretrained(base, str(run.trained.folder)).eval()


def test_the_loss_falls(run: Run) -> None:
    """Training and evaluation losses are lower at the end than at the start."""
    losses = [loss for _, loss in run.trained.steps]
    evaluations = [epoch.evaluation for epoch in run.trained.epochs]
    assert losses[-1] < losses[0]
    assert evaluations[-1] < evaluations[0]


def test_only_the_adapter_is_kept_as_safetensors(run: Run) -> None:
    """The folder holds adapter weights and nothing of the base, with settings, record, curve and card."""
    assert sorted(path.name for path in run.trained.folder.iterdir()) == [
        *("README.md", "adapter_config.json", "adapter_model.safetensors", "loss.png", "training.json"),
    ]
    weights = load_file(run.trained.folder / "adapter_model.safetensors")
    assert {name.split(".")[-2] for name in weights} == {"lora_A", "lora_B"}
    assert any(weight.abs().max() > 0 for name, weight in weights.items() if "lora_B" in name)


def test_only_adapter_weights_change(tiny_llm_folders: Callable[[str], Path], tmp_path: Path) -> None:
    """Not a bit of the base's weights changes while its adapters learn."""
    from training.base_model import load_adapted

    with libraries_hushed():
        adapted = load_adapted(resolve_llm(str(tiny_llm_folders("qwen2"))), SETTINGS)
        rows = loss_rows(SPLIT.train, adapted.tokenizer, 1024)
        before = {name: weight.clone() for name, weight in adapted.model.state_dict().items()}
        few = replace(SETTINGS, epochs=1)
        letter_trainer(adapted, rows, LossRows((), ()), few, tmp_path, keep=False).train()
    changed = {name for name, weight in adapted.model.state_dict().items() if not weight.equal(before[name])}
    assert changed == {name for name in before if ".lora_" in name}


def test_a_saved_adapter_says_the_same_again(run: Run) -> None:
    """Loaded twice from its folder, it gives the same logits, and others than the base's."""
    first, again = with_adapter(run), with_adapter(run)
    assert torch.equal(logits_of(first), logits_of(again))
    with first.disable_adapter():  # type: ignore[operator]
        assert not torch.allclose(logits_of(first), logits_of(again), atol=1e-3)


def test_the_kept_adapter_has_the_loss_that_was_measured(qwen: Run, tmp_path: Path) -> None:
    """What lies in the folder is the best epoch's adapter: it has that epoch's evaluation loss again."""
    from training.base_model import Adapted, load_tokenizer
    from training.targets import Matched

    source = resolve_llm(str(qwen.base))
    with libraries_hushed():
        adapted = Adapted(with_adapter(qwen), load_tokenizer(source), Matched({}, 0, 1))  # type: ignore[arg-type]
        rows = loss_rows(SPLIT.validation, adapted.tokenizer, 1024)
        trainer = letter_trainer(adapted, rows, rows, qwen.settings, tmp_path, keep=False)
        found = trainer.evaluate(data_set(rows))["eval_loss"]
    best = min(qwen.trained.epochs, key=lambda epoch: epoch.evaluation)
    assert best.step == qwen.trained.best_step
    assert found == pytest.approx(best.evaluation, abs=1e-5)


@pytest.mark.parametrize(
    ("name", "precision", "tolerance"), [("qwen", "fp32", 1e-4), ("granite", "bf16", 0.05)]
)
def test_a_merged_model_says_the_same(
    name: str, precision: Precision, tolerance: float, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Merged, it gives the adapter's logits but for rounding; a 4-bit run's adapter is merged into the full weights."""
    from training.merge import merge

    run: Run = request.getfixturevalue(name)
    merged = merge(str(run.trained.folder), tmp_path / "merged")
    model = AutoModelForCausalLM.from_pretrained(merged.folder, dtype=torch.float32).eval()
    expected = logits_of(with_adapter(run, precision))
    gap = (logits_of(model) - expected).abs().max() / expected.std()
    assert merged.precision == precision
    assert gap < tolerance
    assert (tmp_path / "merged" / "tokenizer.json").is_file()


def test_an_adapter_of_a_published_model_names_it_without_asking_the_hub(
    tiny_llm_folders: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trained on a copy of a published model, the adapter names the model and its revision, and no socket is opened."""
    monkeypatch.delenv("CI", raising=False)  # where TRL holds its tongue
    source = resolve_llm(f"qwen2.5-3b={tiny_llm_folders('qwen2')}")
    train(source, SPLIT, replace(SETTINGS, epochs=1), tmp_path / "a")
    config = json.loads((tmp_path / "a" / "adapter_config.json").read_text(encoding="utf-8"))
    assert (config["base_model_name_or_path"], config["revision"]) == ("Qwen/Qwen2.5-3B", source.revision)


class Killed(Exception):
    """Stands for a kill: it ends the run where nothing can clean up after it."""


def test_a_killed_run_goes_on_to_the_same_losses(qwen: Run, tmp_path: Path) -> None:
    """Stopped in its second epoch and resumed, it has the losses of the run that was never stopped, step by step."""

    def kill(done: int, _total: int | None) -> None:
        if done == 3:
            raise Killed

    source, out = resolve_llm(str(qwen.base)), tmp_path / "a"
    with pytest.raises(Killed):
        train(source, SPLIT, SETTINGS, out, progress=kill)
    record = read_record(out)
    assert record is not None
    assert record["finished"] is False
    resumed = train(source, SPLIT, SETTINGS, out, resume=True)
    assert resumed.steps == qwen.trained.steps
    assert [e.evaluation for e in resumed.epochs] == [e.evaluation for e in qwen.trained.epochs]
    assert resumed.test_loss == qwen.trained.test_loss
    assert (out / "adapter_model.safetensors").read_bytes() == (
        qwen.trained.folder / "adapter_model.safetensors"
    ).read_bytes()


_KILLED = """
import os, signal, sys
from pathlib import Path
from test_lora import SETTINGS, SPLIT
from agents.llms import resolve_llm
from training.lora import train

def kill(done, total):
    if done == 3:
        os.kill(os.getpid(), signal.SIGKILL)

train(resolve_llm(sys.argv[1]), SPLIT, SETTINGS, Path(sys.argv[2]), progress=kill)
"""


@pytest.mark.slow
def test_a_process_that_is_killed_goes_on_to_the_same_losses(qwen: Run, tmp_path: Path) -> None:
    """After a real SIGKILL in its second epoch, a resumed run ends in the same bytes."""
    here = Path(__file__).resolve().parent
    paths = [str(here.parent), str(here), str(here / "doubles"), os.environ["PYTHONPATH"]]
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, str(qwen.base), str(tmp_path / "a")],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    resumed = train(resolve_llm(str(qwen.base)), SPLIT, SETTINGS, tmp_path / "a", resume=True)
    assert resumed.steps == qwen.trained.steps
    assert (tmp_path / "a" / "adapter_model.safetensors").read_bytes() == (
        qwen.trained.folder / "adapter_model.safetensors"
    ).read_bytes()


def test_early_stopping_ends_a_run_that_gets_worse(
    tiny_llm_folders: Callable[[str], Path], tmp_path: Path
) -> None:
    """An evaluation loss that rises ends the run after its patience, and the best epoch's adapter stays."""
    strange = tuple(Example(e.fields, "zq " * 30) for e in SPLIT.validation)
    split = Split(SPLIT.train, strange, (), "by hand")
    source = resolve_llm(str(tiny_llm_folders("qwen2")))
    trained = train(source, split, replace(SETTINGS, epochs=9), tmp_path / "a")
    losses = [epoch.evaluation for epoch in trained.epochs]
    assert len(losses) < 9
    assert losses[-1] > min(losses)
    assert trained.best_step == trained.epochs[losses.index(min(losses))].step


def test_the_record_says_how_the_adapter_was_made(qwen: Run) -> None:
    """Settings, data fingerprints, counts, versions and losses stand in the folder."""
    record = json.loads((qwen.trained.folder / "training.json").read_text(encoding="utf-8"))
    assert record["finished"] is True
    assert record["plan"]["settings"] == SETTINGS.as_dict()
    assert record["plan"]["data"]["letters"] == {"train": 16, "validation": 6, "test": 6}
    assert record["plan"]["data"]["fingerprints"]["train"].startswith("sha256:")
    assert record["metrics"]["test_loss"] == round(qwen.trained.test_loss or 0, 6)
    assert set(record["libraries"]) >= {"torch", "transformers", "peft", "trl"}


def test_a_finished_folder_is_not_trained_over(qwen: Run) -> None:
    """A second run into the same folder is refused before anything is loaded."""
    with pytest.raises(RecordError, match="holds a finished adapter: name another"):
        train(resolve_llm(str(qwen.base)), SPLIT, SETTINGS, qwen.trained.folder, resume=True)


def test_a_leaky_split_is_measured_twice(qwen: Run, tmp_path: Path) -> None:
    """With a leak report the test loss stands beside the one on the letters that do not leak."""
    leaky = Split(EXAMPLES[:8], EXAMPLES[8:12], EXAMPLES[6:16], "by hand")
    report = leaks((*leaky.train, *leaky.validation), leaky.test)
    settings = replace(SETTINGS, epochs=1)
    trained = train(resolve_llm(str(qwen.base)), leaky, settings, tmp_path / "a", leak=report)
    assert len(report.clean) == 4
    assert trained.test_loss is not None
    assert trained.clean_test_loss is not None
    assert trained.test_loss != trained.clean_test_loss
