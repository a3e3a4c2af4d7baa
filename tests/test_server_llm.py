import asyncio
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from llama_index.core.llms import ChatMessage
from scripted_server import Asked, ScriptedServer, Sent, completion, events, models, scripted_server

from agents.server_llm import ServerLLM, open_server, server_missing
from agents.server_settings import ServerError, ServerSettings, Trouble, checked_url

Open = Callable[..., ScriptedServer]

HELLO = [ChatMessage(role="user", content="Hello")]


@pytest.fixture
def serve() -> Iterator[Open]:
    """Start scripted servers that end with the test."""
    with ExitStack() as stack:
        yield lambda *script: stack.enter_context(scripted_server(script))


def opened(
    server: ScriptedServer, *, key: str | None = None, timeout: float = 20.0, retries: int = 2
) -> ServerLLM:
    """The model of a scripted server; its pauses between attempts are noted in ``pauses`` and not waited for."""
    llm = open_server(ServerSettings(server.url, "tiny", key, timeout, retries))
    llm._sleep = pauses.append
    pauses.clear()
    return llm


pauses: list[float] = []


# --- settings -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1", id="as given"),
        pytest.param("https://models.example.org/", "https://models.example.org", id="slash at the end"),
        pytest.param("http://[::1]:11434/v1", "http://[::1]:11434/v1", id="IPv6"),
    ],
)
def test_the_url_is_taken_as_given(url: str, expected: str) -> None:
    """Only a slash at its end goes."""
    assert checked_url(url) == expected


@pytest.mark.parametrize(
    ("url", "message"),
    [
        pytest.param("127.0.0.1:8000/v1", "must start with http:// or https://", id="no scheme"),
        pytest.param("ftp://host/v1", "must start with http:// or https://", id="another scheme"),
        pytest.param("http:///v1", "must name a host", id="no host"),
        pytest.param("http://host:99999/v1", "must be an address", id="impossible port"),
        pytest.param("http://ho st/v1", "must name a host", id="blank"),
        pytest.param("http://me:secret@host/v1", "must hold no name or password", id="password"),
        pytest.param("http://host/v1?key=1", "must end with its path", id="query"),
        pytest.param("", "must start with http:// or https://", id="empty"),
    ],
)
def test_an_address_that_is_none_is_refused(url: str, message: str) -> None:
    """The rule and the remedy are named, and a password in a URL is never repeated."""
    with pytest.raises(ServerError, match=message) as told:
        ServerSettings(url)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param({"model": " "}, "model must have a name", id="model"),
        pytest.param({"key": "a\nX-Other: b"}, "printable ASCII without blanks", id="key"),
        pytest.param({"timeout_s": 0}, "above 0 and at most 3600 seconds, but got 0", id="timeout"),
        pytest.param({"retries": 11}, "between 0 and 10, but got 11", id="retries"),
    ],
)
def test_a_setting_that_can_not_be_is_refused(given: dict[str, object], message: str) -> None:
    """Before anything is sent."""
    with pytest.raises(ServerError, match=message):
        ServerSettings("http://127.0.0.1:1/v1", **given)  # pyright: ignore[reportArgumentType]


# --- what is sent, and where ----------------------------------------------------------------------------------


def test_it_says_to_which_address_letters_go(serve: Open) -> None:
    """The address is in the description and in the fingerprint, the key in neither and in no repr."""
    server = serve(completion("hi"))
    llm = opened(server, key="sk-mine")
    assert llm.describe() == f"text of letters is sent to {server.url}"
    told = llm.fingerprint()
    assert (told["server"], told["model"], told["temperature"]) == (server.url, "tiny", 0.0)
    assert "sk-mine" not in f"{told} {llm!r} {llm.to_dict()} {ServerSettings(server.url, key='sk-mine')!r}"


ENVIRONMENT = {
    "OPENAI_ADMIN_KEY": "sk-fake-admin",
    "OPENAI_ORG_ID": "org-fake",
    "OPENAI_PROJECT_ID": "proj-fake",
    "OPENAI_CUSTOM_HEADERS": "X-Fake: fake-header",
    "OPENAI_API_BASE": "http://127.0.0.1:9/fake",
    "OPENAI_BASE_URL": "http://127.0.0.1:9/fake",
    "OPENAI_API_VERSION": "fake",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
}


@pytest.mark.parametrize(
    ("key", "sent"), [(None, None), ("sk-mine", "Bearer sk-mine")], ids=["no key", "a key"]
)
def test_nothing_from_the_environment_is_sent(
    serve: Open, monkeypatch: pytest.MonkeyPatch, key: str | None, sent: str | None
) -> None:
    """Keys, addresses, proxies and headers that stand there change nothing: the request holds what was given."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    server = serve(models("tiny"), completion("hi"))
    llm = open_server(ServerSettings(server.url, None, key))
    assert llm.ask(HELLO).text == "hi"
    assert asyncio.run(llm.achat(HELLO)).message.content == "hi"
    assert [(one.method, one.path) for one in server.asked] == [
        ("GET", "/v1/models"),
        ("POST", "/v1/chat/completions"),
        ("POST", "/v1/chat/completions"),
    ]
    for one in server.asked:
        assert one.headers.get("Authorization") == sent
        assert set(one.headers) <= {
            "Host", "Accept", "Accept-Encoding", "Connection", "User-Agent", "Content-Length", "Content-Type", "Authorization",
        }  # fmt: skip
        everything = json.dumps([one.path, one.headers, one.body])
        assert "fake" not in everything
        assert os.environ["OPENAI_API_KEY"] not in everything


def test_a_request_is_greedy_and_bounded_unless_told_otherwise(serve: Open) -> None:
    """Options of one call reach the server, under the name that local models give them too."""
    server = serve(completion("hi"))
    llm = opened(server)
    llm.complete("Hello")
    llm.complete("Hello", max_new_tokens=7, temperature=0.5, top_p=0.9, stop=["x"], cancel=None)
    assert [one.body for one in server.asked] == [
        {"messages": [{"role": "user", "content": "Hello"}], "model": "tiny", "temperature": 0.0, "max_tokens": 512, "stream": False},
        {
            "messages": [{"role": "user", "content": "Hello"}],
            "model": "tiny",
            "temperature": 0.5,
            "max_tokens": 7,
            "top_p": 0.9,
            "stop": ["x"],
            "stream": False,
        },
    ]  # fmt: skip


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(serve: Open, status: int) -> None:
    """The letter goes to the address that was given and to no other."""
    other = serve(completion("mine now"))
    server = serve(Sent(status, headers={"Location": f"{other.url}/chat/completions"}))
    with pytest.raises(ServerError, match=rf"points to another address \(HTTP {status}\)"):
        opened(server).ask(HELLO)
    assert (len(server.asked), other.asked) == (1, [])


# --- which model ----------------------------------------------------------------------------------------------


def test_the_only_model_listed_is_taken(serve: Open) -> None:
    """Nobody has to name the one model that a server has."""
    assert open_server(ServerSettings(serve(models("qwen")).url)).model == "qwen"


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        pytest.param(("a", "b"), r"lists 2 models \(a, b\); name it with --server-model", id="several"),
        pytest.param((), "lists no model; name it with --server-model", id="none"),
    ],
)
def test_a_model_must_be_named_where_the_server_has_not_exactly_one(
    serve: Open, listed: tuple[str, ...], message: str
) -> None:
    """The error names those there are."""
    with pytest.raises(ServerError, match=message):
        open_server(ServerSettings(serve(models(*listed)).url))


def test_what_is_missing_is_told_in_one_line(serve: Open) -> None:
    """A server that is there with the model is fine; another model, or no server, is named."""
    server = serve(models("a", "b:latest"))
    assert server_missing(ServerSettings(server.url, "a")) is None
    assert server_missing(ServerSettings(server.url, "b")) is None
    assert server_missing(ServerSettings(server.url, "c")) == (
        f"the server at {server.url} does not list the model c; it lists a, b:latest"
    )
    server.stop()
    assert server_missing(ServerSettings(server.url, "a")) == (
        f"the server at {server.url} could not be reached, or broke the connection off"
    )


# --- faults ---------------------------------------------------------------------------------------------------

GOOD = completion("hi")


@pytest.mark.parametrize(
    ("faults", "waited"),
    [
        pytest.param([Sent(429, headers={"Retry-After": "7"})], [7.0], id="429 with Retry-After"),
        pytest.param([Sent(429, headers={"Retry-After": "9000"})], [30.0], id="Retry-After beyond the bound"),
        pytest.param([Sent(429)], [0.5], id="429 without"),
        pytest.param([Sent(503, headers={"Retry-After": "rubbish"})], [0.5], id="Retry-After that is none"),
        pytest.param([Sent(500), Sent(502)], [0.5, 1.0], id="500 and 502"),
        pytest.param([Sent(body=GOOD.body[:40], promised=400)], [0.5], id="body cut short"),
        pytest.param([Sent(body=GOOD.body[:40])], [0.5], id="half a JSON"),
        pytest.param([Sent(body=b"<html>rubbish</html>", content_type="text/html")], [0.5], id="HTML"),
        pytest.param([Sent(body=b'{"error": "oops"}')], [0.5], id="an error with status 200"),
        pytest.param([Sent(body=b'{"choices": []}')], [0.5], id="no choice"),
    ],
)
def test_a_passing_fault_is_waited_out(serve: Open, faults: list[Sent], waited: list[float]) -> None:
    """The request is repeated after a pause, as long as the server asks within a bound."""
    llm = opened(serve(*faults, GOOD))
    assert llm.ask(HELLO).text == "hi"
    assert pauses == waited


def test_a_date_to_come_back_at_is_honoured(serve: Open) -> None:
    """Retry-After may be a date; one that has passed means at once."""
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    past = format_datetime(datetime.now(UTC) - timedelta(seconds=20), usegmt=True)
    llm = opened(
        serve(Sent(429, headers={"Retry-After": at}), Sent(429, headers={"Retry-After": past}), GOOD)
    )
    assert llm.ask(HELLO).text == "hi"
    assert 15 < pauses[0] <= 20
    assert pauses[1] == 0


@pytest.mark.parametrize(
    ("sent", "trouble", "tries", "message"),
    [
        pytest.param(Sent(500), "failed", 3, r"failed \(HTTP 500\)", id="500"),
        pytest.param(Sent(503), "down", 3, r"is not ready \(HTTP 503\)", id="503"),
        pytest.param(Sent(429), "busy", 3, r"has too much to do \(HTTP 429\)", id="429"),
        pytest.param(Sent(401), "refused", 1, r"refused the key \(HTTP 401\)", id="401"),
        pytest.param(Sent(404), "refused", 1, "or does not know the model tiny", id="404"),
        pytest.param(Sent(422), "rejected", 1, r"does not take the request \(HTTP 422\)", id="422"),
        pytest.param(
            Sent(400, body=b'{"error": {"message": "maximum context length is 2048 tokens"}}'),
            "too long", 1, "reads less text at once", id="too long",
        ),
        pytest.param(Sent(body=b"rubbish"), "failed", 3, "sent something that is no answer", id="rubbish"),
        pytest.param(Sent(body=GOOD.body, headers={"Content-Encoding": "gzip"}), "failed", 3, "sent something that is no answer", id="compressed"),
        pytest.param(Sent(body=b" " * 4_000_001), "failed", 3, "sent something that is no answer", id="endless"),
    ],
)  # fmt: skip
def test_a_lasting_fault_is_told_after_a_bounded_number_of_tries(
    serve: Open, sent: Sent, trouble: Trouble, tries: int, message: str
) -> None:
    """What can't get better is not repeated, and the message names the address and what to do."""
    server = serve(sent)
    with pytest.raises(ServerError, match=message) as told:
        opened(server).ask(HELLO)
    assert (told.value.trouble, len(server.asked)) == (trouble, tries)
    assert server.url in str(told.value)


@pytest.mark.parametrize(
    "sent",
    [pytest.param(Sent(body=GOOD.body, late=30), id="hangs"), pytest.param(Sent(body=GOOD.body, trickle=0.05), id="trickles")],
)  # fmt: skip
def test_an_answer_that_takes_too_long_is_given_up(serve: Open, sent: Sent) -> None:
    """The timeout is for the whole answer: a byte now and then doesn't keep a screening waiting."""
    server = serve(sent)
    with pytest.raises(ServerError, match=r"did not answer within 0.3 s") as told:
        opened(server, timeout=0.3, retries=5).ask(HELLO)
    assert (told.value.trouble, len(server.asked)) == ("down", 2)


def test_a_server_that_is_gone_is_named(serve: Open) -> None:
    """A refused connection is repeated, then told."""
    server = serve(GOOD)
    llm = opened(server)
    server.stop()
    with pytest.raises(ServerError, match="could not be reached") as told:
        llm.ask(HELLO)
    assert (told.value.trouble, pauses) == ("down", [0.5, 1.0])


def test_an_answer_stopped_at_its_length_is_not_whole(serve: Open) -> None:
    """Whoever reads an answer can tell a half one from a whole one."""
    llm = opened(serve(completion("hel", finish="length"), completion("hello", logprobs=[("hello", -0.5)])))
    assert [llm.ask(HELLO).whole, llm.ask(HELLO).tokens] == [False, (("hello", -0.5),)]


def test_asynchronous_calls_have_the_same_retries_and_errors(
    serve: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chat in the background fails in the same words."""
    monkeypatch.setattr("agents.server_llm.WAIT_FIRST", 0.01)
    server = serve(Sent(500), GOOD, Sent(401))
    llm = opened(server)
    assert asyncio.run(llm.acomplete("Hello")).text == "hi"
    with pytest.raises(ServerError, match="refused the key"):
        asyncio.run(llm.achat(HELLO))
    assert len(server.asked) == 3


def test_a_stream_that_breaks_off_is_an_error(serve: Open) -> None:
    """What came is given on, and the end of it is not taken for the end of the answer."""
    llm = opened(serve(events("he", "llo"), events("he", finish=None)))
    assert [piece.delta for piece in llm.stream_chat(HELLO)] == ["he", "llo", ""]
    broken = llm.stream_chat(HELLO)
    assert next(broken).delta == "he"
    with pytest.raises(ServerError, match="was cut short"):
        next(broken)


def test_a_stream_that_takes_too_long_is_given_up(serve: Open) -> None:
    """The timeout is for the whole answer here too, and the error says so."""
    whole = events("he", "llo")
    llm = opened(serve(Sent(body=whole.body, content_type=whole.content_type, trickle=0.01)), timeout=0.5)
    with pytest.raises(ServerError, match=r"did not answer within 0.5 s"):
        list(llm.stream_chat(HELLO))


def test_an_asynchronous_stream_ends_as_the_other_one_does(serve: Open) -> None:
    """Whole or broken off, with the same words."""

    async def streamed(llm: ServerLLM) -> list[str | None]:
        return [piece.delta async for piece in await llm.astream_chat(HELLO)]

    llm = opened(serve(events("he", "llo"), events("he", finish=None)))
    assert asyncio.run(streamed(llm)) == ["he", "llo", ""]
    with pytest.raises(ServerError, match="was cut short"):
        asyncio.run(streamed(llm))


def test_a_request_to_any_other_address_is_stopped_on_the_wire(serve: Open) -> None:
    """Even a library that wanted to go elsewhere could not."""
    other = serve(GOOD)
    llm = opened(serve(GOOD), retries=0)
    llm._get_client().base_url = other.url
    with pytest.raises(ServerError, match="could not be reached"):
        llm.ask(HELLO)
    assert other.asked == []


def test_asked_keeps_the_prompt(serve: Open) -> None:
    """The double notes the contents of the messages, which the judges' tests rely on."""
    server = serve(GOOD)
    opened(server).chat([ChatMessage(role="system", content="S"), *HELLO])
    assert isinstance(server.asked[0], Asked)
    assert server.asked[0].prompt == "S\nHello"
