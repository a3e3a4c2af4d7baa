from __future__ import annotations

from pathlib import Path

import pytest

from agents.llms import LLMS
from agents.registry import PIPELINES, STRATEGIES, Choice, PipelineError, choose, pipeline_missing
from agents.server_settings import ServerSettings
from ingestion.embedders import EMBEDDERS

SERVER = ServerSettings("http://127.0.0.1:8000/v1")
NOBODY = ServerSettings("http://127.0.0.1:1/v1", retries=0)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, Choice("offline", "evidence", "minilm"), id="nothing"),
        pytest.param(
            {"pipeline": "bge-qwen"},
            Choice("bge-qwen", "labels", "bge-large", "qwen2.5-3b-instruct"),
            id="a seed's pipeline",
        ),
        pytest.param(
            {"pipeline": "bge-qwen", "llm": "qwen2.5-3b", "embedder": "minilm"},
            Choice("bge-qwen", "labels", "minilm", "qwen2.5-3b"),
            id="other rows",
        ),
        pytest.param({"llm": "x"}, Choice("offline", "labels", "minilm", "x"), id="a model judges by labels"),
        pytest.param(
            {"llm": "x", "strategy": "evidence"},
            Choice("offline", "evidence", "minilm", "x"),
            id="a model beside the evidence judge",
        ),
        pytest.param(
            {"pipeline": "e5-phi3", "strategy": "listwise"},
            Choice("e5-phi3", "listwise", "e5-large", "phi3-mini-4k"),
            id="a comparison",
        ),
        pytest.param(
            {"pipeline": "server", "server": SERVER},
            Choice("server", "labels", "minilm", None, SERVER),
            id="a server",
        ),
    ],
)
def test_what_is_given_takes_the_place_of_the_row(given: dict[str, str], expected: Choice) -> None:
    """A pipeline moves embedder and judge together, and each may be named."""
    assert choose(**given) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "full"),
    [
        pytest.param("m", "{0}/m", id="a folder"),
        pytest.param("m+a+1", "{0}/m+{0}/a+1", id="with an adapter whose name holds a plus"),
        pytest.param("a+1", "{0}/a+1", id="an adapter alone"),
        pytest.param("qwen2.5-3b=m", "qwen2.5-3b={0}/m", id="a row and a folder"),
        pytest.param("qwen2.5-3b=m+a+1", "qwen2.5-3b={0}/m+{0}/a+1", id="a row, a folder and an adapter"),
        pytest.param("qwen2.5-3b+a+1", "qwen2.5-3b+{0}/a+1", id="a row and an adapter"),
        pytest.param("nothing", "nothing", id="no folder"),
    ],
)
def test_folders_are_named_in_full(
    given: str, full: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The choice stands in the fingerprint, and judging again may start in another folder."""
    for name in ("m", "a+1"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    assert choose(llm=given).llm == full.format(tmp_path)


def test_an_embedders_folder_is_named_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a language model's is; a row's name stays one, as it does when it is loaded."""
    (tmp_path / "e").mkdir()
    (tmp_path / "minilm").mkdir()
    monkeypatch.chdir(tmp_path)
    assert choose(embedder="minilm").embedder == "minilm"
    assert choose(embedder="bge-large=e").embedder == f"bge-large={tmp_path}/e"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param({"pipeline": "x"}, "--pipeline must be one of offline, .*but got 'x'", id="pipeline"),
        pytest.param({"strategy": "x"}, "--strategy must be one of evidence, .*but got 'x'", id="strategy"),
        pytest.param({"strategy": "labels"}, "needs a language model.*--llm NAME_OR_FOLDER", id="no model"),
        pytest.param({"strategy": "pairwise"}, "needs a language model", id="no model to compare by"),
        pytest.param({"pipeline": "server"}, "needs the server's address.*--server-url", id="no server"),
        pytest.param(
            {"pipeline": "server", "server": SERVER, "llm": "x"}, "--llm x was given too", id="two models"
        ),
        pytest.param(
            {"pipeline": "server", "server": SERVER, "strategy": "listwise"},
            "judges by labels, but got --strategy listwise",
            id="a comparison on a server",
        ),
        pytest.param({"server": SERVER}, "goes with --pipeline server", id="a server elsewhere"),
    ],
)
def test_what_does_not_go_together_is_refused(given: dict[str, str], message: str) -> None:
    """Rule, value and remedy, before anything is loaded."""
    with pytest.raises(PipelineError, match=message):
        choose(**given)  # type: ignore[arg-type]


def test_every_row_names_rows_that_exist() -> None:
    """A pipeline's embedder, model and judge are all ours."""
    for row in PIPELINES.values():
        assert row.embedder in EMBEDDERS
        assert row.llm is None or row.llm in LLMS
        assert row.strategy in STRATEGIES


def test_a_pipeline_says_in_one_line_what_it_lacks() -> None:
    """Nothing is lacking by default; the others name weights or a server."""
    assert pipeline_missing("offline") is None
    lacking = {name: pipeline_missing(name) or "" for name in PIPELINES if name != "offline"}
    assert all(words and "\n" not in words for words in lacking.values())
    assert "--server-url" in lacking["server"]
    assert "http://127.0.0.1:1/v1" in (pipeline_missing("server", NOBODY) or "")
