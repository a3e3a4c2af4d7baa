"""`winnow doctor`: which pipelines can run on this machine, and what the others lack.

Asks the rooms; loads no model.
"""

from __future__ import annotations

from ui.options import JsonOption
from ui.terminal import say, say_json

EXAMPLE = "Example: winnow doctor --json"


def doctor(json: JsonOption = False) -> None:
    """Say for each pipeline whether it can run here, and what is missing."""
    from agents.registry import PIPELINES, pipeline_missing

    missing = {name: pipeline_missing(name) for name in PIPELINES}
    if json:
        say_json(
            {
                "schema": 1,
                "pipelines": [
                    {"name": name, "ready": lacks is None, "missing": lacks}
                    for name, lacks in missing.items()
                ],
            }
        )
        return
    width = max(len(name) for name in missing)
    for name, lacks in missing.items():
        say(f"{name:<{width}}  {'ready' if lacks is None else f'not here: {lacks}'}")
