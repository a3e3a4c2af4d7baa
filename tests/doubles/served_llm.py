"""A real OpenAI-compatible server on loopback: `transformers serve` with a tiny model, offline and sealed.

Also teaches a tiny model one answer, so that a real server gives answers that can be read. Knows nothing about Winnow.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 120.0


def teach(
    folder: Path, conversations: Sequence[Sequence[dict[str, str]]], answer: str, steps: int = 60
) -> int:
    """Train the model in ``folder`` to give ``answer`` to each of the conversations; return the steps it took."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    said = tokenizer(f"{answer}{tokenizer.eos_token}", return_tensors="pt").input_ids
    asked = [
        tokenizer.apply_chat_template(list(one), add_generation_prompt=True, return_tensors="pt").input_ids
        for one in conversations
    ]
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
    for step in range(1, steps + 1):
        worst = 1.0
        for prompt in asked:
            logits = model(torch.cat([prompt, said], dim=1)).logits[:, prompt.shape[1] - 1 : -1]
            loss = torch.nn.functional.cross_entropy(logits[0], said[0])
            loss.backward()
            worst = min(worst, float(logits.detach().softmax(-1).gather(-1, said.unsqueeze(-1)).min()))
        optimizer.step()
        optimizer.zero_grad()
        if worst > 0.9:
            # The answer repeats some pieces; a penalty on that would spoil what was learnt.
            model.generation_config.repetition_penalty = 1.0
            model.save_pretrained(folder)
            return step
    raise AssertionError(f"the model has not learnt its answer in {steps} steps")


def put_in_cache(folder: Path, name: str, home: Path) -> None:
    """Copy the model in ``folder`` to where the Hugging Face home ``home`` keeps the hub's ``owner/model``."""
    place = home / "hub" / f"models--{name.replace('/', '--')}"
    revision = "0" * 40
    shutil.copytree(folder, place / "snapshots" / revision)
    (place / "refs").mkdir()
    (place / "refs" / "main").write_text(revision)


@contextmanager
def transformers_serve(home: Path) -> Iterator[str]:
    """Serve the models of the Hugging Face home ``home``, each loaded when it is asked, and yield the server's base URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Path(sys.executable).parent / "transformers"
    assert program.is_file(), "transformers[serving] must be installed"
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(home), "OMP_NUM_THREADS": "2"}
    log = home / "server.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [str(program), "serve", "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"],
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(server, f"http://127.0.0.1:{port}/health", log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")
