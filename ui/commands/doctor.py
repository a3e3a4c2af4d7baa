"""`winnow doctor`: which pipelines and language models can run on this machine, and what the others lack.

Asks the rooms; loads no model and downloads nothing.
"""

from __future__ import annotations

from ui.options import JsonOption, server_for, settings_for
from ui.terminal import say, say_json

EXAMPLE = "Example: winnow doctor --json"


def doctor(json: JsonOption = False) -> None:
    """Say for each pipeline and each language model whether it can run here, and what is missing."""
    from agents.llm_memory import readiness
    from agents.llms import LLMS
    from agents.precision import this_machine
    from agents.registry import PIPELINES, pipeline_missing

    settings = settings_for(None)
    server = server_for("server", None, None, settings)
    machine = this_machine()
    llms = [readiness(name, machine) for name in LLMS]
    unfit = {llm.name: llm.line() for llm in llms if not llm.ready}
    missing = {
        name: pipeline_missing(name, server)
        or unfit.get(row.llm or "", "").removeprefix("not here: ")
        or None
        for name, row in PIPELINES.items()
    }
    if json:
        say_json(
            {
                "schema": 1,
                "pipelines": [
                    {"name": name, "ready": lacks is None, "missing": lacks}
                    for name, lacks in missing.items()
                ],
                "llms": [
                    {
                        "name": llm.name,
                        "model": llm.model,
                        "ready": llm.ready,
                        "missing": llm.missing,
                        "precision": llm.precision,
                        "memory_needed": llm.needed,
                        "memory_free": llm.free,
                    }
                    for llm in llms
                ],
            }
        )
        return
    lines = {name: "ready" if lacks is None else f"not here: {lacks}" for name, lacks in missing.items()}
    lines |= {llm.name: llm.line() for llm in llms}
    width = max(len(name) for name in lines)
    for name, line in lines.items():
        say(f"{name:<{width}}  {line}")
