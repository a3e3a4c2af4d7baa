"""How fast a language model judges: the labels strategy beside a naive generation, and beside one listwise prompt.

The weights are random, since speed does not depend on what they say; shapes, tokenizer, template, caches and masks are
real. Says nothing about quality. Run it with `python -m evals.bench.llm`, on a GPU with `--shape qwen2.5-3b`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.bench.screen import BUNDLED_LETTERS

if TYPE_CHECKING:
    from agents.local_llm import LocalLLM
    from agents.verdict import Requirement
    from ingestion.records import LetterMaterial

SHAPES: dict[str, dict[str, int]] = {
    # About 100 million parameters in Qwen2's architecture.
    "small": {
        "vocab_size": 32_000,
        "hidden_size": 640,
        "intermediate_size": 2560,
        "num_hidden_layers": 15,
        "num_attention_heads": 10,
        "num_key_value_heads": 2,
    },
    # https://huggingface.co/Qwen/Qwen2.5-3B/blob/main/config.json
    "qwen2.5-3b": {
        "vocab_size": 151_936,
        "hidden_size": 2048,
        "intermediate_size": 11_008,
        "num_hidden_layers": 36,
        "num_attention_heads": 16,
        "num_key_value_heads": 2,
    },
}
JOB = (
    "We need a project manager with AWS certification, strong leadership and experience in finance projects."
)
ASKED = (
    "at least five years of project management",
    "AWS certification",
    "strong leadership",
    "experience in projects related to finance",
    "a bachelor's degree in computer science",
)
NAIVE_TOKENS = 128
"""New tokens of each naive answer: a label, a reason and a quote as a model writes them."""
LISTWISE_TOKENS = 200
CHAT_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@dataclass(frozen=True, slots=True)
class Speed:
    """One way of judging: seconds for all letters, and how many tokens it read and wrote."""

    way: str
    seconds: float
    read: int
    written: int


def letters_of(path: Path, count: int) -> list[LetterMaterial]:
    """Return the first ``count`` letters as a judge is handed them, without vectors."""
    import numpy as np

    from ingestion.letter import Letter, OffsetMap, Passage
    from ingestion.readers import RawLetter, read_letters
    from ingestion.records import LetterMaterial
    from ingestion.sentences import split_sentences

    found: list[LetterMaterial] = []
    for row in read_letters([str(path)]):
        if not isinstance(row, RawLetter) or not row.text.strip():
            continue
        key = len(found) + 1
        letter = Letter(key, "bench", str(key), None, row.text, row.text, OffsetMap(), "en", "bench")
        spans = enumerate(split_sentences(row.text))
        sentences = tuple(Passage(n, key, "sentence", start, end) for n, (start, end) in spans)
        found.append(LetterMaterial(letter, sentences, np.zeros((len(sentences), 1), np.float32)))
        if len(found) == count:
            break
    return found


def build(shape: str, texts: Sequence[str], folder: Path) -> Path:
    """Save a random Qwen2 of ``shape`` in bf16, with a tokenizer trained on ``texts``, and return its folder."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    marks = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    bpe.train_from_iterator(
        texts, trainers.BpeTrainer(vocab_size=8000, special_tokens=marks, initial_alphabet=alphabet)
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bpe, eos_token=marks[2], pad_token=marks[0], chat_template=CHAT_TEMPLATE
    )
    tokenizer.save_pretrained(folder)
    config = Qwen2Config(
        **SHAPES[shape],  # pyright: ignore[reportArgumentType]
        max_position_embeddings=32_768,
        tie_word_embeddings=True,
        use_sliding_window=False,
    )
    torch.manual_seed(0)
    default = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        Qwen2ForCausalLM(config).save_pretrained(folder)
    finally:
        torch.set_default_dtype(default)
    return folder


def by_labels(llm: LocalLLM, letters: Sequence[LetterMaterial], asked: Sequence[Requirement]) -> Speed:
    """Judge by the labels strategy, its preparation included."""
    from agents.judges.labels import LabelsJudge

    model, tokens = llm.model, [0]
    forward = model.forward

    def counting(*args: Any, **inputs: Any) -> Any:
        tokens[0] += inputs["input_ids"].numel()
        return forward(*args, **inputs)

    model.forward = counting
    try:
        started = time.perf_counter()
        read = LabelsJudge(llm).reader(asked)
        for letter in letters:
            read(letter)
        seconds = time.perf_counter() - started
    finally:
        model.forward = forward
    return Speed("labels, quotes included", seconds, tokens[0], 0)


def naively(llm: LocalLLM, letters: Sequence[LetterMaterial], asked: Sequence[Requirement]) -> Speed:
    """Generate an answer for each letter and requirement, each from the beginning."""
    from agents.judges.label_prompt import LabelPrompt

    prompt = LabelPrompt(llm)
    read = 0
    started = time.perf_counter()
    for letter in letters:
        text = letter.letter.judged_text
        spans = enumerate(letter.sentences, start=1)
        lines = [prompt.line(number, text[span.start : span.end]) for number, span in spans]
        for requirement in asked:
            ids = prompt.ids(prompt.text(lines, requirement.text))
            read += len(ids)
            _generate(llm, ids, NAIVE_TOKENS)
    count = len(letters) * len(asked)
    return Speed(
        f"naive: {count} answers of {NAIVE_TOKENS} tokens",
        time.perf_counter() - started,
        read,
        count * NAIVE_TOKENS,
    )


def listwise(llm: LocalLLM, letters: Sequence[LetterMaterial], asked: Sequence[Requirement]) -> Speed:
    """Generate one answer over all letters."""
    from agents.judges.listwise import ListwiseComparer

    text = ListwiseComparer(llm).prompt(JOB, asked, [one.letter for one in letters])
    ids = tuple(llm.token_ids(text))
    started = time.perf_counter()
    _generate(llm, ids, LISTWISE_TOKENS)
    return Speed(
        f"listwise: one answer of {LISTWISE_TOKENS} tokens",
        time.perf_counter() - started,
        len(ids),
        LISTWISE_TOKENS,
    )


def _generate(llm: LocalLLM, ids: Sequence[int], count: int) -> None:
    import torch

    given = torch.tensor([ids], device=llm.model.device)
    llm.model.generate(
        input_ids=given,
        attention_mask=torch.ones_like(given),
        max_new_tokens=count,
        min_new_tokens=count,
        do_sample=False,
    )


def rates(llm: LocalLLM, ids: Sequence[int]) -> tuple[float, float]:
    """Return tokens a second of reading ``ids`` at once, and of writing one after the other."""
    started = time.perf_counter()
    _generate(llm, ids, 1)
    first = time.perf_counter() - started
    started = time.perf_counter()
    _generate(llm, ids, 1 + 64)
    return len(ids) / first, 64 / (time.perf_counter() - started - first)


def peak_bytes() -> int:
    """Return the peak of the GPU's memory, or of the process where there is no GPU."""
    import resource

    import torch

    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measure(shape: str, precision: str | None, path: Path, count: int, *, naive: bool) -> Iterator[str]:
    """Yield the lines of the report."""
    from agents.local_llm import load_llm
    from agents.verdict import Requirement

    asked = [Requirement(f"r{n}", text, "must", 2.0) for n, text in enumerate(ASKED, start=1)]
    letters = letters_of(path, count)
    with tempfile.TemporaryDirectory(prefix="winnow-bench-") as folder:
        build(shape, [one.letter.text for one in letters_of(path, 500)], Path(folder))
        llm = load_llm(folder, precision=precision)
    parameters = sum(p.numel() for p in llm.model.parameters())
    yield f"{shape}: {parameters / 1e6:.0f} million stored weights, {llm.describe()}"
    yield f"{len(letters)} letters, {len(asked)} requirements"
    by_labels(llm, letters[:1], asked)  # the first pass loads kernels
    fast = by_labels(llm, letters, asked)
    yield _line(fast, fast)
    yield _line(listwise(llm, letters[:10], asked), fast)
    if naive:
        yield _line(naively(llm, letters, asked), fast)
    again = by_labels(llm, letters, asked)
    yield f"{_line(again, fast)} (once more, behind the others)"
    yield f"labels: {len(letters) / fast.seconds:.2f} letters a second"
    ids = llm.token_ids(" ".join(one.letter.text for one in letters))[:1024]
    reading, writing = rates(llm, ids)
    yield f"prefill {reading:,.0f} tokens a second ({len(ids)} at once), decode {writing:.1f} tokens a second"
    yield f"peak memory {peak_bytes() / 2**30:.2f} GiB"


def _line(way: Speed, fast: Speed) -> str:
    return (
        f"{way.way}: {way.seconds:.1f} s, read {way.read:,} tokens, wrote {way.written:,}; "
        f"{way.seconds / fast.seconds:.1f} times the labels strategy's time"
    )


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description="Compare ways of judging by a language model.")
    parser.add_argument("path", nargs="?", type=Path, default=BUNDLED_LETTERS, help="letters")
    parser.add_argument("--shape", choices=list(SHAPES), default="small")
    parser.add_argument("--precision", choices=["nf4", "bf16", "fp16", "fp32"], default=None)
    parser.add_argument("--letters", type=int, default=10, help="how many letters")
    parser.add_argument("--no-naive", action="store_true", help="leave the slow way out")
    given = parser.parse_args()
    for line in measure(given.shape, given.precision, given.path, given.letters, naive=not given.no_naive):
        print(line, flush=True)


if __name__ == "__main__":
    main()
