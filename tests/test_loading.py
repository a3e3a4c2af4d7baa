from __future__ import annotations

import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import ClassVar

import pytest

from agents import loading


class Model:
    """Stands in for a loaded language model; counts those that live."""

    alive: ClassVar[weakref.WeakSet[Model]] = weakref.WeakSet()

    def __init__(self, name: str) -> None:
        self.name = name
        self.circle = self  # as real models do, it waits for the collector
        Model.alive.add(self)


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, int]]]:
    """What was loaded in order, and how many models lived at that moment; no model is kept before and after."""
    found: list[tuple[str, int]] = []

    def load(name: str) -> Model:
        sleep(0.01)  # lets another thread in
        found.append((name, len(Model.alive)))
        return Model(name)

    monkeypatch.setattr("agents.local_llm.load_llm", load)
    monkeypatch.setattr(loading, "_KEPT", {})
    yield found
    Model.alive.clear()


def test_the_model_before_goes_before_another_is_loaded(loads: list[tuple[str, int]]) -> None:
    """Two seldom fit, so the second must not have to fit beside the first."""
    loading.load_local_llm("one")
    loading.load_local_llm("one")
    loading.load_local_llm("two")
    assert loads == [("one", 0), ("two", 0)]


def test_threads_that_want_the_same_model_share_one(loads: list[tuple[str, int]]) -> None:
    """None loads a second copy while the first is being read."""
    with ThreadPoolExecutor(4) as threads:
        models = set(threads.map(loading.load_local_llm, ["one"] * 4))
    assert (len(models), loads) == (1, [("one", 0)])
