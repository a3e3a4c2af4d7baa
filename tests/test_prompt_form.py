from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core.base.llms.types import ChatMessage, MessageRole
from tiny_llms import KINDS

from agents.harmless import HarmlessText
from agents.local_llm import LocalLLM, load_llm
from agents.prompt_form import TEMPLATE_DATE, PromptForm

Loader = Callable[..., LocalLLM]
SYSTEM, USER, ASSISTANT = MessageRole.SYSTEM, MessageRole.USER, MessageRole.ASSISTANT
TALK = [
    ChatMessage(role=SYSTEM, content="You read letters."),
    ChatMessage(role=USER, content="Who leads?"),
    ChatMessage(role=ASSISTANT, content="Letter 171."),
    ChatMessage(role=USER, content="Why?"),
]


EXPECTED_TALK = {
    "qwen2": "<|im_start|>system\nYou read letters.<|im_end|>\n<|im_start|>user\nWho leads?<|im_end|>\n"
    "<|im_start|>assistant\nLetter 171.<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n",
    "qwen3": "<|im_start|>system\nYou read letters.<|im_end|>\n<|im_start|>user\nWho leads?<|im_end|>\n"
    "<|im_start|>assistant\nLetter 171.<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n"
    "<think>\n\n</think>\n\n",
    "phi3": "<|system|>\nYou read letters.<|end|>\n<|user|>\nWho leads?<|end|>\n<|assistant|>\nLetter 171.<|end|>\n"
    "<|user|>\nWhy?<|end|>\n<|assistant|>\n",
    "llama": "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nYou read letters.<|eot_id|>"
    "<|start_header_id|>user<|end_header_id|>\n\nWho leads?<|eot_id|><|start_header_id|>assistant<|end_header_id|>"
    "\n\nLetter 171.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nWhy?<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\n",
    "granite": "<|start_of_role|>system<|end_of_role|>You read letters.<|end_of_text|>\n"
    "<|start_of_role|>user<|end_of_role|>Who leads?<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>"
    "Letter 171.<|end_of_text|>\n<|start_of_role|>user<|end_of_role|>Why?<|end_of_text|>\n"
    "<|start_of_role|>assistant<|end_of_role|>",
}
EXPECTED_TALK["granite4"] = EXPECTED_TALK["granite"]
# How Gemma's and Phi-3's first published templates treat a system message: one refuses it, the other leaves it out.
SYSTEMLESS = {
    "refused": "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    "{% for message in messages %}{{ message['role'] + ': ' + message['content'] + '\n' }}{% endfor %}",
    "left out": "{% for message in messages %}{% if message['role'] != 'system' %}"
    "{{ message['role'] + ': ' + message['content'] + '\n' }}{% endif %}{% endfor %}",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_chat_model_is_asked_in_its_own_form(tiny_llm: Loader, kind: str) -> None:
    """Its template, with Qwen 3's thinking switched off."""
    assert tiny_llm(kind).chat_prompt(TALK) == EXPECTED_TALK[kind]
    assert tiny_llm(kind).metadata.is_chat_model


@pytest.mark.parametrize("template", SYSTEMLESS.values(), ids=SYSTEMLESS)
def test_instructions_reach_a_model_whose_template_has_no_system_message(
    tiny_llm_folders: Callable[[str], Path], template: str
) -> None:
    """They stand before the first user's words, or alone where no user speaks first."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_llm_folders("qwen2"))
    tokenizer.chat_template = template
    form = PromptForm(tokenizer)
    assert form.chat(TALK) == "user: You read letters.\n\nWho leads?\nassistant: Letter 171.\nuser: Why?\n"
    assert form.chat(TALK[:1]) == "user: You read letters.\n"
    assert form.chat(TALK[1:2]) == "user: Who leads?\n"


@pytest.mark.parametrize("kind", KINDS)
def test_a_base_model_gets_plain_text(tiny_llm: Loader, kind: str) -> None:
    """Just the texts, with an empty line between them."""
    base = tiny_llm(f"{kind}-base")
    assert base.chat_prompt(TALK) == "You read letters.\n\nWho leads?\n\nLetter 171.\n\nWhy?"
    assert not base.metadata.is_chat_model


@pytest.mark.parametrize("kind", KINDS)
def test_a_chat_prompt_has_the_templates_own_tokens(tiny_llm: Loader, kind: str) -> None:
    """As transformers itself makes them: no second first token, and none where the template writes none."""
    model = tiny_llm(kind)
    expected = model.tokenizer.apply_chat_template(
        [{"role": message.role.value, "content": message.content} for message in TALK],
        add_generation_prompt=True,
        enable_thinking=False,
        return_dict=False,
    )
    assert model.token_ids(model.chat_prompt(TALK)) == expected


@pytest.mark.parametrize(
    ("kind", "first"),
    [("qwen2-base", None), ("phi3-base", "<s>"), ("llama-base", "<|begin_of_text|>"), ("granite-base", None)],
)
def test_a_plain_prompt_begins_with_the_first_token_once(
    tiny_llm: Loader, kind: str, first: str | None
) -> None:
    """Where the model has one; a text that already spells it gets no second one."""
    model = tiny_llm(kind)
    plain = model.token_ids("I led")
    if first is None:
        assert plain == model.tokenizer.encode("I led", add_special_tokens=False)
        return
    number = model.tokenizer.convert_tokens_to_ids(first)
    assert plain == model.tokenizer.encode("I led")
    assert plain.count(number) == 1
    assert model.token_ids(f"{first}I led").count(number) == 1


def test_todays_date_is_in_no_prompt(tiny_llm: Loader) -> None:
    """Granite's template asks for it; the same letter must give the same prompt tomorrow."""
    prompt = tiny_llm("granite").chat_prompt([ChatMessage(role=USER, content="Hello")])
    assert f"Today's Date: {TEMPLATE_DATE}.\n" in prompt
    assert time.strftime("%B %d, %Y") not in prompt
    assert tiny_llm("granite").fingerprint()["template_date"] == TEMPLATE_DATE


def test_a_base_row_stays_a_base_model_whatever_its_tokenizer_brings(
    tiny_llm_folders: Callable[[str], Path],
) -> None:
    """Qwen2.5-3B's tokenizer holds a chat template that the model was never trained on."""
    base = load_llm(f"qwen2.5-3b={tiny_llm_folders('qwen2')}", precision="fp32", device="cpu")
    assert not base.metadata.is_chat_model
    assert base.chat_prompt(TALK[:2]) == "You read letters.\n\nWho leads?"


@pytest.mark.parametrize("kind", KINDS)
def test_no_letter_can_spell_a_token_of_the_models_own(tiny_llm: Loader, kind: str) -> None:
    """Each added token, special or not, alone, between words, twice, nested in itself and in another."""
    model = tiny_llm(kind)
    added = model.tokenizer.added_tokens_decoder
    assert len(added) > 5
    for token in (token.content for token in added.values()):
        half = len(token) // 2
        spelled = [
            token,
            f"I led{token}a team",
            f"\n{token}\nsystem\n",
            token * 2,
            f"{token[:half]}{token}{token[half:]}",
            f"{token[0]} {token}",
            f" {token} ",
        ]
        for text in spelled:
            safe = model.harmless(text)
            ids = model.tokenizer.encode(f"a {safe} b", add_special_tokens=False)
            assert set(ids) & set(added) == set(), (token, text, safe)
            assert safe.replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("kind", KINDS)
def test_other_text_comes_back_as_it_is(tiny_llm: Loader, kind: str) -> None:
    """Signs that only look like tokens are left alone."""
    text = "I led a team of <9> | nurses;  C++ < Rust > Go. 👩‍🍳 naïve \tend <|nothing|>\n"
    assert tiny_llm(kind).harmless(text) == text


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_mixture_of_pieces_spells_a_token(tiny_llm: Loader, kind: str, data: st.DataObject) -> None:
    """Tokens, halves of tokens and signs in any order, as they come out of letters that were written for it."""
    model = tiny_llm(kind)
    added = {number: token.content for number, token in model.tokenizer.added_tokens_decoder.items()}
    contents = sorted(added.values())
    halves = [piece for token in contents for piece in (token[:2], token[2:], token[:-1], token[-1:])]
    pieces = st.sampled_from([*contents, *halves, " ", "\n", "a", "<", "|", ">", "\u0338", "＜"])
    text = "".join(data.draw(st.lists(pieces, max_size=12)))
    ids = model.tokenizer.encode(f"a {model.harmless(text)} b", add_special_tokens=False)
    assert set(ids) & set(added) - {model.tokenizer.unk_token_id} == set()


def test_a_token_that_appears_only_when_the_tokenizer_rewrites_the_text_is_broken_too() -> None:
    """A tokenizer that turns full-width signs into ASCII before it looks for its tokens."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    from transformers import AddedToken, PreTrainedTokenizerFast

    alphabet = [*pre_tokenizers.ByteLevel.alphabet()]
    backend = Tokenizer(models.BPE(vocab={sign: place for place, sign in enumerate(alphabet)}, merges=[]))
    backend.normalizer = normalizers.NFKC()
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend)
    tokenizer.add_tokens([AddedToken("<|end|>", normalized=True)])
    end = tokenizer.convert_tokens_to_ids("<|end|>")
    text = "I led ＜｜end｜＞ a team"
    assert end in tokenizer.encode(text)
    safe = HarmlessText(tokenizer)(text)
    assert end not in tokenizer.encode(safe)
    assert safe.replace(" ", "") == text.replace(" ", "")
