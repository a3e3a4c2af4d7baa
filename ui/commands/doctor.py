"""`winnow doctor`: which pipelines and language models can run here, and how documents are read.

Asks the rooms what is missing; loads no model and downloads nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.options import JsonOption, server_for, settings_for
from ui.terminal import say, say_json

if TYPE_CHECKING:
    from ingestion.confinement import Confinement

EXAMPLE = "Example: winnow doctor --json"

NO_READER = "the process that reads PDF, DOCX and e-mail does not start"


def doctor(json: JsonOption = False) -> None:
    """Say for each pipeline and each language model whether it can run here, and how documents are read."""
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
    documents = reading_of_documents()
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
                "documents": {
                    "ready": documents is not None,
                    "missing": None if documents is not None else NO_READER,
                    "network_cut": documents is not None and documents.network,
                    "memory_limited": documents is not None and documents.memory,
                    "cpu_limited": documents is not None and documents.cpu,
                },
            }
        )
        return
    lines = {name: "ready" if lacks is None else f"not here: {lacks}" for name, lacks in missing.items()}
    lines["documents"] = documents_line(documents)
    lines |= {llm.name: llm.line() for llm in llms}
    width = max(len(name) for name in lines)
    for name, line in lines.items():
        say(f"{name:<{width}}  {line}")


def reading_of_documents() -> Confinement | None:
    """Start the process that reads documents, and return what it has given up; None where it does not start."""
    from ingestion.document import DocumentRefused
    from ingestion.sandbox import Sandbox

    with Sandbox() as sandbox:
        try:
            return sandbox.confinement()
        except DocumentRefused:
            return None


def documents_line(confinement: Confinement | None) -> str:
    """Return in one line how PDF, DOCX and messages are read here."""
    if confinement is None:
        return f"not here: {NO_READER}"
    network = "without network" if confinement.network else "with network (this system can't cut it off)"
    memory = "1 GB of memory" if confinement.memory else "no limit of memory (this system has none)"
    cpu = "20 s of computing for each document" if confinement.cpu else "60 s for each document"
    return (
        f"ready: PDF, DOCX and e-mail are read in a process of their own, {network}, with {memory} and {cpu}"
    )
