"""How the score is made, what the pipeline in use is, what it can't do, and what can run on this machine."""

from __future__ import annotations

import json
from typing import Final

import streamlit as st

from agents.scoring import FORMULA, TIE_MARGIN, VALUE
from ingestion.records import StoreError
from ui.dashboard.choice import chosen_screening
from ui.dashboard.shared import server_named, verdict_of
from ui.dashboard.words import SAYS, SIGNS, plain
from ui.failures import describe
from ui.label_words import INTERVAL_MEANS

LIMITS: Final = (
    "It reads what a letter says, and can't know whether it is true. “Not shown” is about the letter, never the person.",
    "A paraphrase that shares few words with a requirement is found less surely than a plain statement.",
    "A letter in a language that the judge does not read stands as unjudged, with that reason.",
    "Masking hides names and contacts. It can't hide style, schools, places, languages or years.",
    "Scores of two judges can't be compared, nor scores for two jobs.",
    "It recommends. A person decides, and says why.",
)
"""What holds for every pipeline."""


def draw_score() -> None:
    """Draw the formula of the score, with what each label is worth."""
    st.write("A score is arithmetic on what was found, from 1 to 10 with one decimal. No model writes it.")
    st.code(FORMULA, language=None, wrap_lines=True)
    st.dataframe(
        [{"": SIGNS[name], "found": SAYS[name], "value": float(value)} for name, value in VALUE.items()],
        hide_index=True,
        width="content",
        alt="What each finding is worth",
    )
    st.write("A must weighs 2 and a nice-to-have 1, unless you give another weight.")
    st.text(f"Letters at most {float(TIE_MARGIN):g} points below the first are named as a tie.")
    st.text(INTERVAL_MEANS)


def draw_pipeline() -> None:
    """Draw what the chosen screening was judged with, and what no pipeline can do."""
    screening = chosen_screening()
    if screening is None:
        st.info("No screening is chosen, so no pipeline is in use yet.")
    else:
        try:
            verdict = verdict_of(screening)
        except StoreError as error:
            plain(describe(error))
        else:
            used = verdict.pipeline
            embedder = used.get("embedder")
            model = embedder.get("model") if isinstance(embedder, dict) else None
            st.text(
                f"Pipeline: {used.get('name')}\nJudge: {verdict.strategy}\nSearch: {used.get('retrieval')}, {model}"
            )
            with st.expander("Everything that its result depends on"):
                st.code(json.dumps(used, indent=1, ensure_ascii=False), language="json")
    st.subheader("What it can't do")
    plain("\n".join(f"• {line}" for line in LIMITS))


def draw_machine() -> None:
    """Draw which pipelines and language models can run here, and what the others lack; as `winnow doctor` says."""
    plain("\n".join(f"{'✓' if ready else '✕'} {name}: {line}" for name, ready, line in machine_rows()))


@st.cache_data(show_spinner="Looking at this machine", ttl=60)
def machine_rows() -> list[tuple[str, bool, str]]:
    """Return (name, whether it can run here, what is said of it) for each pipeline and language model."""
    from agents.llm_memory import readiness
    from agents.llms import LLMS
    from agents.precision import this_machine
    from agents.registry import PIPELINES, pipeline_missing

    machine = this_machine()
    llms = {name: readiness(name, machine) for name in LLMS}
    try:
        server = server_named()
    except ValueError:
        server = None
    rows: list[tuple[str, bool, str]] = []
    for name, row in PIPELINES.items():
        lacks = pipeline_missing(name, server)
        llm = llms.get(row.llm or "")
        if lacks is None and llm is not None and not llm.ready:
            lacks = llm.line().removeprefix("not here: ")
        rows.append((name, lacks is None, "ready" if lacks is None else f"not here: {lacks}"))
    return rows + [(name, llm.ready, llm.line()) for name, llm in llms.items()]
