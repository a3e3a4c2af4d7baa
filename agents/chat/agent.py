"""Answers a question with a language model: it looks things up by the tools, and what it says is checked in code.

Knows nothing about what the tools find. Whatever the model does, an answer comes: its own sentences where each is
supported, what was looked up beside them, and the router's answer where nothing was.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from agents.chat.checking import check_answer
from agents.chat.desk import Desk, question_for_model
from agents.chat.facts import Answer, Line
from agents.chat.phrasing import plain
from agents.chat.question import Last
from agents.chat.router import answer_question
from agents.chat.subject import Subject
from agents.chat.turns import Turn
from agents.rationale import one_line
from agents.wording import Wording, read_wording

if TYPE_CHECKING:
    from llama_index.core.agent.workflow import FunctionAgent, ReActAgent
    from llama_index.core.base.llms.types import ChatMessage
    from llama_index.core.llms.llm import LLM

MOST_STEPS = 6
"""Times that the model may speak for one question; then what was looked up so far is the answer."""
REMEMBERED = 3
"""Turns that the model is told of: the questions, and which letters they were about."""
MOST_IDS = 30
_MEMORY_WORDS = 100_000


def system_wording() -> Wording:
    """Return the wording of the system prompt."""
    return read_wording("chat-system", ["requirements", "order"])


def system_prompt(subject: Subject) -> str:
    """Return what the model is told before the first question."""
    order = list(subject.ranked)[:MOST_IDS]
    rest = len(subject.ranked) - len(order)
    return system_wording().fill(
        requirements="\n".join(
            f"{one.id} ({one.kind}): {one_line(one.text)}" for one in subject.requirements
        ),
        order=", ".join(order) + (f" and {rest} more" if rest else ""),
    )


async def answer_with_model(
    subject: Subject, llm: LLM, question: str, turns: Sequence[Turn], last: Last
) -> tuple[Answer, str]:
    """Return the checked answer, and the digest of the wording it was made with.

    A name that fits several letters, or an id that fits none, is settled without the model.
    """
    routed = answer_question(subject, question, last)
    if routed.choices or routed.kind == "stranger":
        return routed, ""
    desk = Desk(subject, _harmless(llm), llm.metadata.context_window)
    said, trouble = "", ""
    try:
        said = await _run(subject, llm, desk, question, turns)
    except Exception as error:
        trouble = _trouble(error)
    checked = check_answer(subject, said, [one for line in desk.lines for one in line.citations])
    lines: list[Line] = list(checked.lines)
    if checked.dropped:
        what = "1 sentence" if checked.dropped == 1 else f"{checked.dropped} sentences"
        were = "was" if checked.dropped == 1 else "were"
        lines.append(plain(f"({what} of the model {were} left out: no look-up supports it as it was said.)"))
    if trouble:
        lines.append(plain(trouble))
    if desk.lines:
        lines += [line for line in desk.lines if line not in lines]
        letters, requirements, kind = tuple(desk.letters), routed.requirements, routed.kind
    else:
        lines += routed.lines
        letters, requirements, kind = routed.letters, routed.requirements, routed.kind
    answer = Answer(kind, tuple(lines), letters, requirements, checked.dropped)
    return answer, system_wording().digest


def _trouble(error: Exception) -> str:
    """Return what a person is told when the model gave no answer. A library's own message may hold a prompt."""
    if "Max iterations" in str(error):
        return f"(The model was stopped after {MOST_STEPS} steps without an answer.)"
    ours = type(error).__module__.split(".")[0] in ("agents", "ingestion")
    reason = one_line(str(error)) if ours else type(error).__name__
    return f"(The model gave no answer: {reason}.)"


def _harmless(llm: LLM) -> Callable[[str], str]:
    """Return what keeps letters from spelling a special token of this model, where the model can tell."""
    own = getattr(llm, "harmless", None)
    return (lambda text: str(own(text))) if callable(own) else str


async def _run(subject: Subject, llm: LLM, desk: Desk, question: str, turns: Sequence[Turn]) -> str:
    """Let the model look up and answer; return its raw answer. Raises what the model or LlamaIndex raises."""
    from llama_index.core.memory import ChatMemoryBuffer

    memory = ChatMemoryBuffer.from_defaults(token_limit=_MEMORY_WORDS, tokenizer_fn=str.split)
    with warnings.catch_warnings():
        # LlamaIndex's agents use what pydantic and LlamaIndex itself have deprecated; that is their affair.
        warnings.simplefilter("ignore", DeprecationWarning)
        handler = _agent(subject, llm, desk).run(
            user_msg=desk.safe(question_for_model(subject, question)),
            chat_history=_history(subject, desk, turns),
            memory=memory,
            max_iterations=MOST_STEPS,
        )
        return str((await handler).response.content or "")


def _agent(subject: Subject, llm: LLM, desk: Desk) -> ReActAgent | FunctionAgent:
    from llama_index.core.agent.workflow import FunctionAgent, ReActAgent

    kind = FunctionAgent if llm.metadata.is_function_calling_model else ReActAgent
    options: dict[str, Any] = {"streaming": False, "timeout": None}
    return kind(tools=list(desk.tools()), llm=llm, system_prompt=desk.safe(system_prompt(subject)), **options)


def _history(subject: Subject, desk: Desk, turns: Sequence[Turn]) -> list[ChatMessage]:
    """Return the last turns without a word of any letter: the questions, and whom they were about."""
    from llama_index.core.base.llms.types import ChatMessage, MessageRole

    messages: list[ChatMessage] = []
    for turn in turns[-REMEMBERED:]:
        if turn.kind == "declined":
            continue
        about = ", ".join(f"letter {one}" for one in turn.letters if one in subject.ids)
        asked = desk.safe(question_for_model(subject, turn.question))
        messages += [
            ChatMessage(role=MessageRole.USER, content=asked),
            ChatMessage(role=MessageRole.ASSISTANT, content=f"(answered; about {about or 'the screening'})"),
        ]
    return messages
