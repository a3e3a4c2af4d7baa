"""`winnow ask`: a question about a screening, answered with letter ids and quotes; or a conversation about it.

Knows nothing about how an answer is found; the chat of the agents room does.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ui.layout import for_this_terminal
from ui.options import JsonOption, StoreOption, settings_for
from ui.terminal import note, on_a_terminal, one_line, say, say_json

if TYPE_CHECKING:
    from pydantic import JsonValue

    from agents.chat.facts import Answer
    from ingestion.store import Store

EXAMPLE = 'Example: winnow ask "Why not 409?" --screening s-0123456789ab'
ScreeningOption = Annotated[
    str | None,
    typer.Option(
        "--screening",
        help="The screening's id, as `screen` printed it. Default: the newest.",
        show_default=False,
    ),
]
_GOODBYES = {"exit", "quit", "bye"}


def ask(
    question: Annotated[
        str | None,
        typer.Argument(
            metavar="QUESTION",
            help="What you want to know. On a terminal, leave it out to ask many.",
            show_default=False,
        ),
    ] = None,
    screening: ScreeningOption = None,
    store: StoreOption = None,
    llm: Annotated[
        str | None,
        typer.Option(
            "--llm",
            help="A language model that looks things up and words the answer: a name or a folder. Default: none.",
            show_default=False,
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Ask about a stored screening: why not this letter, who shows what, what would raise a score."""
    folder = settings_for(store).store
    if question is None and (json or not on_a_terminal(sys.stdin)):
        raise typer.BadParameter("a question must be given unless you sit at a terminal: add QUESTION")
    if question is not None and not question.strip():
        raise typer.BadParameter("a question must not be empty, but got only blanks: ask something")
    from agents.chat.engine import open_chat
    from ingestion.store import Store

    with Store.open(folder) as opened:
        chosen = screening_named(opened, screening)
        model = None
        if llm is not None:
            from agents.local_llm import load_llm

            model = load_llm(llm, say=note)
        chat = open_chat(opened, chosen, model)
        if question is not None:
            answer = chat.ask(question)
            if json:
                say_json(answer_json(chosen, question, answer))
            else:
                say(for_this_terminal(answer.text))
            return
        note("Ask about the screening; an empty line ends.")
        while (asked := _next_question()) is not None:
            say(for_this_terminal(chat.ask(asked).text))
            say()


def screening_named(store: Store, given: str | None) -> str:
    """Return the screening's id: the one given, or the newest, which is said aloud.

    Raises:
        StoreError: the store holds no screening yet.
    """
    if given is not None:
        return given
    from ingestion.store import StoreError

    known = store.screenings()
    if not known:
        raise StoreError(
            "a question needs a screening, but the store holds none yet; run: winnow screen TEXT"
        )
    newest = known[-1]
    note(
        f"screening {one_line(newest.screening_id)} of posting {one_line(newest.posting)}, the newest of {len(known)}"
    )
    return newest.screening_id


def answer_json(screening_id: str, question: str, answer: Answer) -> dict[str, JsonValue]:
    """Return an answer as one JSON object."""
    return {
        "schema": 1,
        "screening_id": screening_id,
        "question": question,
        "kind": answer.kind,
        "answer": answer.text,
        "letters": list(answer.letters),
        "requirements": list(answer.requirements),
        "choices": list(answer.choices),
        "citations": [
            {"letter_id": one.letter_id, "text": one.text, "start": one.start, "end": one.end}
            for one in answer.citations
        ],
        "dropped": answer.dropped,
    }


def _next_question() -> str | None:
    """Return what the person types next, or None when they are done."""
    sys.stderr.write("> ")
    sys.stderr.flush()
    line = sys.stdin.readline().strip()
    return None if not line or line.lower() in _GOODBYES else line
