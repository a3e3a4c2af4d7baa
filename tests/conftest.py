"""What every test stands on: no socket beyond loopback, a fake key, and stores shared by a whole run.

Knows nothing about any one room.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import loopback_only
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from agents.local_llm import LocalLLM
    from ingestion.embedders import LetterEmbedder
    from ingestion.store import Store

ROOT = Path(__file__).resolve().parent.parent
SEALED = Path(__file__).resolve().parent / "sealed"

# From here on neither the tests nor the processes they start can reach another machine.
loopback_only.seal()
os.environ["PYTHONPATH"] = os.pathsep.join([str(SEALED), *filter(None, [os.environ.get("PYTHONPATH")])])
# A key that stands in the environment must change nothing.
os.environ["OPENAI_API_KEY"] = "sk-fake-key-of-the-test-suite"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
# As the command line does: threads that wait sleep, so that a busy machine does not make the suite crawl.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
for name in ("WINNOW_STORE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
    os.environ.pop(name, None)


@pytest.fixture(autouse=True)
def nothing_leaves_the_machine() -> Iterator[None]:
    """Fail a test whose code tried to reach another machine, even if a library swallowed the refusal."""
    loopback_only.ATTEMPTS.clear()
    yield
    attempts = list(loopback_only.ATTEMPTS)
    loopback_only.ATTEMPTS.clear()
    assert attempts == []


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of bundled letters and jobs."""
    return ROOT / "ingestion" / "samples"


@pytest.fixture(scope="session")
def embedder() -> LetterEmbedder:
    """The default encoder, loaded once for the whole run."""
    from ingestion.blinding import MASKING_VERSION
    from ingestion.embedders import load_embedder

    return load_embedder("minilm", masking=MASKING_VERSION)


@pytest.fixture(scope="session")
def sample_store(
    tmp_path_factory: pytest.TempPathFactory, embedder: LetterEmbedder, samples: Path
) -> Iterator[Store]:
    """A store with the bundled letters in its posting ``default``. Shared: a test must not write into it."""
    from ingestion.ingest import ingest
    from ingestion.store import Store

    with Store.open(tmp_path_factory.mktemp("samples") / "store", create=True) as store:
        ingest(store, embedder, [str(samples / "letters")])
        yield store


@pytest.fixture(scope="session")
def demo_output(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What `winnow demo` prints, run once in a fresh process and an empty folder."""
    command = [str(Path(sys.executable).parent / "winnow"), "demo"]
    done = subprocess.run(
        command, cwd=tmp_path_factory.mktemp("demo"), capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.fixture
def own_store(sample_store: Store, tmp_path: Path) -> Path:
    """The folder of a test's own copy of the store with the bundled letters; it may be written to."""
    return shutil.copytree(sample_store.folder, tmp_path / "own-store")


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A headless Chromium; where the machine has none, its tests skip.

    One a test: for as long as Playwright is there, this thread has a running event loop, which other tests must not meet.
    """
    from dashboard_browser import chromium
    from playwright.sync_api import sync_playwright

    path = chromium()
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def tiny_llm_folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """From a kind ("qwen2"; "qwen2-base" for one without a chat template) to a random model's folder, built once.

    Shared: a test must not write into a folder.
    """
    from tiny_llms import build_tiny

    built: dict[str, Path] = {}

    def folder_of(name: str) -> Path:
        kind = name.removesuffix("-base")
        if name not in built:
            built[name] = build_tiny(kind, tmp_path_factory.mktemp(f"tiny-{name}"), chat=name == kind)
        return built[name]

    return folder_of


@pytest.fixture(scope="session")
def tiny_llm(tiny_llm_folders: Callable[[str], Path]) -> Callable[..., LocalLLM]:
    """From a kind and a precision ("fp32" unless given) to a loaded random model on the CPU, loaded once.

    Shared: a test must not change it.
    """
    from agents.local_llm import load_llm

    loaded: dict[tuple[str, str], LocalLLM] = {}

    def load(kind: str, precision: str = "fp32") -> LocalLLM:
        if (kind, precision) not in loaded:
            loaded[kind, precision] = load_llm(str(tiny_llm_folders(kind)), precision=precision, device="cpu")
        return loaded[kind, precision]

    return load
