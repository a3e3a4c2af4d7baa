"""The part of the Letters page that takes files in: which files, into which posting, and how they are read.

What becomes of them is drawn by ``upload_report``.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from ingestion.browsing import keys_of_ids
from ingestion.raw_letter import Columns
from ingestion.readers import READABLE_SUFFIXES
from ingestion.records import PostingRow
from ingestion.standing import ids_by_file
from ui.dashboard.choice import choose_posting, chosen_posting
from ui.dashboard.shared import embedder_for, open_store, postings
from ui.dashboard.upload_report import draw_report
from ui.dashboard.uploads import FOLDER, Upload, UploadPlan, harmless_names, read_in
from ui.dashboard.work import follow, job_at, start
from ui.terminal import one_line

JOB = "upload_job"
LARGEST_MB = 10
"""As ``server.maxUploadSize`` in .streamlit/config.toml says; a larger file is read by ``winnow ingest``."""

_ROUND = "upload_round"
_NEW = "a new posting"
_STANDING = "a posting that stands"
_NAMED = 5
"""How many files that stand already are named."""


FILE_NAMES = (
    "A file's name is not shown until the letter's name is revealed: the letter gets an id like t0a1b2c3d instead. "
    "Plain names such as letter-003.txt, and the ids in a table, are shown as they are."
)
"""Said where a posting is blind: what becomes of names that stand outside the letter."""


@dataclass(frozen=True, slots=True)
class _Target:
    name: str
    blind: bool
    row: PostingRow | None


def draw_upload() -> None:
    """Draw the form, or the upload that is under way, and what became of the last one."""
    job = job_at(JOB)
    if job is not None and job.state == "running":
        follow(JOB)
        return
    if job is not None:
        draw_report(job)
    this_round = st.session_state.setdefault(_ROUND, 0)
    files = st.file_uploader(
        "Files of cover letters, as many as you like",
        type=[suffix.lstrip(".") for suffix in READABLE_SUFFIXES],
        accept_multiple_files=True,
        max_upload_size=LARGEST_MB,
        key=f"upload_files_{this_round}",
        help="One letter a file, a table with one letter a row, or a ZIP archive of such files.",
    )
    target = _draw_target()
    plan = _draw_reading(target)
    _warn_of_standing([file.name for file in files], target)
    if st.button(
        "Read the letters in",
        type="primary",
        icon=":material/input:",
        disabled=not files or plan is None,
        key="upload_start",
    ):
        assert plan is not None
        uploads = [Upload(file.name, file.getvalue()) for file in files]
        store = open_store()
        start(
            JOB,
            "Reading letters in",
            lambda job: read_in(store, lambda: embedder_for("offline"), uploads, plan, job),
        )
        st.session_state[_ROUND] = (
            this_round + 1
        )  # an empty box: the files are with the job now, and go with it
        choose_posting(plan.posting)
        st.rerun()


def _draw_target() -> _Target | None:
    rows = postings()
    chosen = chosen_posting()
    where = st.radio(
        "Where to",
        [_STANDING, _NEW] if rows else [_NEW],
        horizontal=True,
        format_func=lambda one: f"Into {one}",
        key="upload_where",
    )
    if where == _STANDING and chosen is not None:
        names = [row.name for row in rows]
        name = st.selectbox(
            "Posting to add to",
            names,
            index=names.index(chosen.name),
            format_func=one_line,
            key="upload_posting",
        )
        row = next(row for row in rows if row.name == name)
        st.caption(
            "Blind: names and contacts are masked before anything reads these letters."
            if row.blind
            else "Not blind: names and contacts stay in these letters. That was fixed when the posting was made."
        )
        if row.blind:
            st.caption(FILE_NAMES)
        return _Target(row.name, row.blind, row)
    name = st.text_input(
        "Name of the new posting", key="upload_new", max_chars=200, placeholder="night-nurse-2026"
    ).strip()
    blind = st.checkbox(
        "Blind screening",
        value=True,
        key="upload_blind",
        help="Names, contacts and words of gender are masked before a letter is searched or judged. People can still be "
        "revealed one by one, which is recorded. It can't be changed later.",
    )
    if blind:
        st.caption(FILE_NAMES)
    if any(row.name == name for row in rows):
        st.warning("There is a posting of that name already: choose it above, or take another name.")
        return None
    return _Target(name, blind, None) if name else None


def _draw_reading(target: _Target | None) -> UploadPlan | None:
    with st.expander("More about the files", icon=":material/tune:"):
        st.caption(
            "Columns of a table. Leave them empty where they have usual names (Cover Letter, text, id, name)."
        )
        text, number, name = (
            st.text_input(words, key=f"upload_column_{key}", max_chars=200).strip() or None
            for words, key in (
                ("Column with the letter", "text"),
                ("Column with the id", "id"),
                ("Column with the applicant's name", "name"),
            )
        )
        prefix = st.text_input(
            "Put before every id",
            key="upload_prefix",
            max_chars=100,
            help="Where two files count from the same number, or are called alike, this keeps their letters apart.",
        ).strip()
        replace = st.checkbox(
            "Replace letters that have the same id",
            key="upload_replace",
            help="Otherwise a letter under the id of another one is refused.",
        )
        readmit = st.checkbox(
            "Take in letters that were erased before",
            key="upload_readmit",
            help="Otherwise they are refused, so that an erased person does not come back by mistake.",
        )
    if target is None:
        return None
    return UploadPlan(target.name, target.blind, Columns(text, number, name), prefix, replace, readmit)


def _warn_of_standing(names: list[str], target: _Target | None) -> None:
    """Say which of the files have a letter in the posting already: it is another person's, or it will be changed."""
    if target is None or target.row is None or not names:
        return
    prefix = str(st.session_state.get("upload_prefix", "")).strip()
    wanted = [prefix + name for name in harmless_names(names)]
    with open_store().reading() as connection:
        standing = list(keys_of_ids(connection, target.row.posting_id, wanted))
        if target.blind:
            read = ids_by_file(
                connection, target.name, [f"{FOLDER}/{name}" for name in harmless_names(names)]
            )
            standing += [one for one in wanted if one in read and one not in standing]
    if standing:
        named = ", ".join(one_line(one) for one in standing[:_NAMED])
        more = f" and {len(standing) - _NAMED} more" if len(standing) > _NAMED else ""
        st.warning(
            "Some of these names stand in the posting already. The same letter stays as it is; a new version of it takes "
            "its place; another person's letter needs “Put before every id”, under “More about the files”."
        )
        st.text(named + more)
