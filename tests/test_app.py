from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from agents.loading import load_pipeline_embedder
from agents.screening import open_engine
from ingestion.ingest import ingest
from ingestion.store import Store
from ui.commands.serve import APP

UI = APP.parent
DRAWN = [APP, *sorted((UI / "screens").glob("*.py")), *sorted((UI / "dashboard").glob("*.py"))]

READS_MARKDOWN = {
    "badge", "button", "caption", "chat_message", "checkbox", "download_button", "error", "expander", "file_uploader",
    "form_submit_button", "header", "info", "link_button", "markdown", "metric", "multiselect", "number_input", "page_link",
    "pills", "popover", "progress", "radio", "segmented_control", "selectbox", "slider", "spinner", "status", "subheader",
    "success", "tabs", "text_area", "text_input", "title", "toast", "toggle", "warning", "write",
}  # fmt: skip
"""Streamlit's calls that read their words as Markdown."""

ESCAPES = {
    "label", "many", "candidate_label", "count_label", "counted", "row_title", "score_words", "interval_words", "len", "min", "max", "round", "join",
    "listed",
}  # fmt: skip
"""What may fill a slot in such words: what escapes, and what gives numbers and words of this program."""

COUNTS = {
    "done", "dropped", "hidden_texts", "judged_rank", "ledger_payloads", "ledger_place", "letters", "passages", "rank", "screening_entries",
    "total",
}  # fmt: skip
"""Attributes that hold numbers."""

OWN_WORDS = {("write.py", "one.title")}
"""Words of this program that stand in a table of its own: the fields of the applicant's form."""


def marking_up(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """The calls in a file that draw words which Streamlit reads as Markdown, on ``st`` or on a part of the page."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in READS_MARKDOWN
        ):
            owner = node.func.value
            if isinstance(owner, ast.Name | ast.Subscript):
                yield node.func.attr, node


def is_raw(words: ast.expr) -> bool:
    """Whether an expression hands on an attribute, an item or an unescaped call: what other people may have written."""
    if isinstance(words, ast.JoinedStr):
        return any(
            is_raw(part.value)
            for part in words.values
            if isinstance(part, ast.FormattedValue) and not number(part)
        )
    if isinstance(words, ast.Attribute):
        return words.attr not in COUNTS
    if isinstance(words, ast.Call):
        named = words.func.id if isinstance(words.func, ast.Name) else getattr(words.func, "attr", "")
        return named not in ESCAPES
    if isinstance(words, ast.IfExp):
        return is_raw(words.body) or is_raw(words.orelse)
    if isinstance(words, ast.BoolOp):
        return any(is_raw(value) for value in words.values)
    return False


def number(part: ast.FormattedValue) -> bool:
    """Whether a slot is formatted as a number, so that a text in it would fail."""
    return part.format_spec is not None and any(
        sign in ast.unparse(part.format_spec) for sign in (",", "f}", ".1f", ".2f")
    )


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_marks_up_takes_escaped_words_only(path: Path) -> None:
    """No letter, name, id or job is handed to anything that reads Markdown, unless it was escaped."""
    for name, call in marking_up(path):
        first = [] if name == "progress" else call.args[:1]  # a number, not words
        given = [
            *first,
            *(k.value for k in call.keywords if k.arg in {"label", "body", "text", "help"}),
        ]
        for words in given:
            own = (path.name, ast.unparse(words)) in OWN_WORDS
            assert own or not is_raw(words), f"{path.name}:{call.lineno}: {ast.unparse(call)}"


def test_the_check_sees_what_is_not_escaped() -> None:
    """Each way of handing on raw words is found, so the test above can fail."""
    for raw in (
        "st.error(letter.text)",
        "st.info(f'about {letter.text}')",
        "st.caption(one_line(name))",
        "st.markdown(f'**{row.applicant}**')",
    ):
        (call,) = [node for node in ast.walk(ast.parse(raw)) if isinstance(node, ast.Call)][:1]
        assert is_raw(call.args[0]), raw
    for safe in ("st.error('words')", "st.info(f'{label(letter.text)}')", "st.caption(f'{row.score:.1f}')"):
        call = next(node for node in ast.walk(ast.parse(safe)) if isinstance(node, ast.Call))
        assert not is_raw(call.args[0]), safe


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_html_comes_from_one_place(path: Path) -> None:
    """HTML is drawn from the functions of highlight.py alone, which escape; nothing is marked as safe HTML."""
    source = path.read_text(encoding="utf-8")
    assert "unsafe_allow_html" not in source
    assert "components.v1" not in source
    built = {
        alias.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and node.module == "ui.dashboard.highlight"
        for alias in node.names
    }
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "html":
            (drawn,) = node.args
            assert isinstance(drawn, ast.Call), ast.unparse(node)
            assert isinstance(drawn.func, ast.Name), ast.unparse(node)
            assert drawn.func.id in built, ast.unparse(node)


def test_every_page_asks_who_may_look_first() -> None:
    """A page that draws anything before it asked would show letters to anyone."""
    pages = [path for path in sorted((UI / "screens").glob("*.py")) if path.name != "__init__.py"]
    seen = 0
    for path in pages:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name == "page":
                first = node.body[1]
                assert ast.unparse(first) == "require_access()", path.name
                seen += 1
    assert seen == 7


def test_an_empty_store_says_where_letters_come_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A first visit says how to read letters in."""
    monkeypatch.setenv("WINNOW_STORE", str(tmp_path / "none"))
    drawn = AppTest.from_file(str(APP), default_timeout=120).run()
    assert not drawn.exception
    assert "Letters page" in drawn.info[0].value


def test_a_store_that_is_damaged_is_explained(own_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the store refuses is said in words, and no page draws half of it."""
    from ingestion.records import StoreDamaged

    def damaged(_: Store) -> None:
        raise StoreDamaged("a stored row must match its checksum, but one does not; restore a backup")

    monkeypatch.setattr(Store, "postings", damaged)
    monkeypatch.setenv("WINNOW_STORE", str(own_store))
    drawn = AppTest.from_file(str(APP), default_timeout=120).run()
    assert not drawn.exception
    assert [one.value for one in drawn.error] == ["The store can't be read."]
    assert "restore a backup" in drawn.text[0].value


def test_the_address_keeps_what_is_chosen(
    own_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link to a screening opens its own posting, and the address says both, so that a reload changes nothing."""
    (tmp_path / "cook.txt").write_text("Dear team,\n\nI have been a cook for nine years.\n", encoding="utf-8")
    with Store.open(own_store) as store:
        ingest(store, load_pipeline_embedder("offline"), [str(tmp_path / "cook.txt")], posting="small")
        found = open_engine(store, "offline", "small").query("You need experience as a cook.")
    screening = (found.metadata or {})["screening_id"]
    monkeypatch.setenv("WINNOW_STORE", str(own_store))
    page = AppTest.from_file(str(APP), default_timeout=120)
    page.query_params["screening"] = screening
    page.run()
    assert not page.exception
    assert page.sidebar.selectbox[0].value == "small"
    assert page.query_params == {"posting": "small", "screening": screening}
