from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from hostile_files import LETTER, pdf, word

from ingestion import child_process
from ingestion.child_process import ChildProcess
from ingestion.document import Document, DocumentRefused, Hidden
from ingestion.parsed import MAX_HIDDEN, BadReply, Parsed, from_wire, to_wire
from ingestion.sandbox import Sandbox, parse

STUB = """
import os, signal, sys, time
sys.path.insert(0, {room!r})
from ingestion.confinement import confine, allow_cpu
from ingestion import sandbox_child
from ingestion.document import Document

def answers(kind, data):
    what = data.decode()
    if what == "die": os.kill(os.getpid(), signal.SIGSEGV)
    if what == "hang": time.sleep(1000)
    if what == "spin":
        allow_cpu(1)
        while True: pass
    if what == "grow": held = bytearray(3 << 30)
    if what == "write": open({folder!r} + "/written", "wb", buffering=0).write(b"x")
    yield sandbox_child.Parsed(None, Document(what))

sandbox_child.answers = answers
main = sandbox_child.main
"""


@pytest.fixture
def misbehaving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A reading process that does what it is told: die, hang, spin, grow, write."""
    room = str(Path(__file__).resolve().parent.parent)
    (tmp_path / "misbehaving.py").write_text(STUB.format(room=room, folder=str(tmp_path)))
    start = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from misbehaving import main; main()"
    monkeypatch.setattr(child_process, "_START", start)
    return Sandbox(wall_seconds=20)


def one(sandbox: Sandbox, what: str, kind: str = "pdf") -> Parsed:
    """The one finding of a file."""
    [parsed] = sandbox.read(kind, what.encode())
    return parsed


@pytest.mark.parametrize(("kind", "data"), [("pdf", pdf()), ("docx", word())], ids=["pdf", "docx"])
def test_a_document_is_read_in_the_process(kind: str, data: bytes) -> None:
    """What the parser says comes back as it was."""
    document = parse(kind, data)
    assert document.format == kind
    assert "I have cooked for over seven years." in document.text
    assert document.text.split() == LETTER.split()


def test_a_document_that_cannot_be_read_raises_its_refusal() -> None:
    """Rule, value and remedy cross the pipe."""
    with pytest.raises(DocumentRefused, match="whole"):
        parse("pdf", b"%PDF-1.7 and nothing")


@pytest.mark.parametrize(
    ("what", "says"),
    [
        pytest.param("die", "ended its reader (status -11)", id="dies"),
        pytest.param("spin", "of computing", id="computes without end"),
        pytest.param("grow", "1 GB of memory", id="grows"),
    ],
)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="these limits are Linux's")
def test_a_parser_that_misbehaves_costs_one_refusal(misbehaving: Sandbox, what: str, says: str) -> None:
    """And the next document is read."""
    with misbehaving:
        refused = one(misbehaving, what).refused
        assert refused is not None
        assert says in " ".join(refused)
        assert one(misbehaving, "I cook.").document == Document("I cook.")


def test_a_parser_that_hangs_is_ended(misbehaving: Sandbox) -> None:
    """By the clock on the wall, computing or not."""
    misbehaving._wall_seconds = 2
    started = time.monotonic()
    with misbehaving:
        refused = one(misbehaving, "hang").refused
        assert refused is not None
        assert refused[:2] == ("a document must be readable within 2 s", "this one takes longer")
        assert time.monotonic() - started < 15


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="this limit is POSIX's")
def test_the_process_writes_no_file(misbehaving: Sandbox, tmp_path: Path) -> None:
    """What a parser was made to write would stand there after it."""
    with misbehaving:
        assert one(misbehaving, "write").refused is not None
    assert (tmp_path / "written").read_bytes() == b""


def test_the_process_is_used_again_and_ended_at_the_close() -> None:
    """Starting one takes half a second, a document a few hundredths."""
    with Sandbox() as sandbox:
        sandbox.confinement()
        assert sandbox._child is not None
        first = sandbox._child.pid
        for _ in range(3):
            assert one(sandbox, word().decode("latin-1"), "docx").refused is not None
        assert sandbox._child is not None
        assert sandbox._child.pid == first
    assert not psutil.pid_exists(first)


def test_a_reader_that_is_left_early_starts_anew() -> None:
    """What was left of one file is never taken for the next one's."""
    with Sandbox() as sandbox:
        reading = sandbox.read("docx", word("First."))
        assert next(reading).document is not None
        reading.close()
        [parsed] = sandbox.read("docx", word("Second."))
        assert parsed.document is not None
        assert parsed.document.text == "Second."


def test_it_works_beside_threads() -> None:
    """A dashboard's sessions read at the same time, each with a process of its own."""
    texts: dict[int, str] = {}

    def read(number: int) -> None:
        texts[number] = parse("docx", word(f"Letter {number}.")).text

    threads = [threading.Thread(target=read, args=[number]) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == {number: f"Letter {number}." for number in range(3)}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="namespaces are Linux's")
def test_the_process_has_no_network_where_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even this machine's own ports can be reached from it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = (
            "import os, socket, json, sys; sys.path.insert(0, sys.argv[1]);"
            "from ingestion.confinement import confine; cut = confine().network\n"
            "try: socket.create_connection(('127.0.0.1', {port}), 2); reached = True\n"
            "except OSError: reached = False\n"
            "frame = json.dumps([cut, reached]).encode(); os.write(1, len(frame).to_bytes(4, 'big') + frame)"
        )
        monkeypatch.setattr(child_process, "_START", code.replace("{port}", str(port)))
        child = ChildProcess("none")
        cut, reached = json.loads(child.frame())
        child.end()
    assert reached is not cut


def test_a_frame_without_end_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was taken over can't fill this one's memory."""
    monkeypatch.setattr(child_process, "_START", "import os; os.write(1, b'\\xff' * 8)")
    child = ChildProcess("none")
    with pytest.raises(BadReply, match="1,000,000 bytes"):
        child.frame()
    child.end()


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"[]",
        b'{"part": null}',
        b'{"part": null, "document": null, "refused": null, "set_aside": null}',
        b'{"part": null, "document": null, "refused": ["a", "b"], "set_aside": null}',
        b'{"part": 1, "document": null, "refused": null, "set_aside": "x"}',
        b'{"part": null, "document": {"text": 1}, "refused": null, "set_aside": null}',
        b"[" * 100_000,
    ],
)
def test_a_reply_of_another_form_is_refused(reply: bytes) -> None:
    """The process handles hostile files: what it says is checked like a file."""
    with pytest.raises(BadReply):
        from_wire(reply)


def test_findings_cross_the_pipe() -> None:
    """A document, a refusal and a part that was set aside come back as they were, hidden places up to a hundred."""
    hidden = tuple(Hidden("tiny", f"page {number}", "x") for number in range(150))
    document = Document("José \U0001f373", hidden, "Ada", "ada@example.org", "Cook", "pdf")
    sent = from_wire(to_wire(Parsed("cover.pdf", document))).document
    assert sent == Document("José \U0001f373", hidden[:MAX_HIDDEN], "Ada", "ada@example.org", "Cook", "pdf")
    for parsed in (Parsed(None, refused=("a", "b", "c")), Parsed("cv.pdf", set_aside="a CV")):
        assert from_wire(to_wire(parsed)) == parsed


def test_a_crowd_of_documents_takes_little_time_each() -> None:
    """Forty DOCX files go through one process: far less than a second each."""
    data = word()
    with Sandbox() as sandbox:
        sandbox.confinement()
        list(sandbox.read("docx", data))
        started = time.process_time(), time.monotonic()
        for _ in range(40):
            assert one_of(sandbox, data).text.split() == LETTER.split()
        assert time.monotonic() - started[1] < 20


def one_of(sandbox: Sandbox, data: bytes) -> Document:
    """The document of a DOCX file."""
    [parsed] = sandbox.read("docx", data)
    assert parsed.document is not None
    return parsed.document


def test_an_interrupted_program_leaves_no_process_behind() -> None:
    """The process ends when its input does."""
    child = ChildProcess("ingestion.sandbox_child")
    child.frame()
    assert child._process.stdin is not None
    child._process.stdin.close()
    assert child._process.wait(20) in {0, -signal.SIGPIPE}
    child.end()
    assert os.getpid() != child.pid
