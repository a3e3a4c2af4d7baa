"""`winnow eval letters`: letters of several writers on one test split, measured and compared.

The one place where writers and measures meet: letters are written by `training` and handed to `evals` as plain data.
"""

from __future__ import annotations

import json as json_format
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.options import (
    EmbedderOption,
    JsonOption,
    LLMOption,
    PipelineOption,
    ServerModelOption,
    ServerUrlOption,
    server_for,
    settings_for,
)
from ui.progress import progress_bar
from ui.terminal import note, one_line, say, say_json

if TYPE_CHECKING:
    from agents.registry import Choice
    from evals.letter_preference import Preference
    from evals.letters import Application, LetterSet
    from training.examples import Example
    from training.splits import Split
    from training.writer import Sampling

EXAMPLE = "Example: winnow eval letters letters.csv --writer template --writer qwen2.5-3b --writer qwen2.5-3b+ADAPTER"
REPORTS = ("letters.md", "letters.json", "letters.html", "letters.jsonl")


def letters(
    data: Annotated[
        str, typer.Argument(metavar="TABLE", help="Letters with their fields: a file, or hf:owner/name.")
    ],
    writer: Annotated[
        list[str] | None,
        typer.Option(
            "--writer",
            help="template, a model, or MODEL+ADAPTER; may be given again. Default: template.",
            show_default=False,
        ),
    ] = None,
    ready: Annotated[
        list[Path] | None,
        typer.Option(
            "--letters",
            help="Letters written before: JSONL of {id, writer, letter, model?}; may be given again.",
            show_default=False,
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            "--base",
            help="The writer that the others are compared with. Default: the first.",
            show_default=False,
        ),
    ] = None,
    test: Annotated[
        str | None,
        typer.Option(
            "--test",
            help="Another table whose rows are the test split; TABLE is then train.",
            show_default=False,
        ),
    ] = None,
    published_split: Annotated[
        bool, typer.Option("--published-split", help="Split by row, as the first system did (it leaks).")
    ] = False,
    split_seed: Annotated[
        int, typer.Option("--split-seed", help="The seed that the split was trained with.")
    ] = 0,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=2, help="Only the first so many test letters.", show_default=False),
    ] = None,
    sample: Annotated[
        bool, typer.Option("--sample", help="Draw words instead of taking the likeliest.")
    ] = False,
    temperature: Annotated[float, typer.Option("--temperature", help="Of a draw; above 0.")] = 0.8,
    seed: Annotated[int, typer.Option("--seed", help="Of draws and of the bootstrap.")] = 0,
    max_tokens: Annotated[int, typer.Option("--max-tokens", help="Longest letter, in tokens.")] = 640,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Folder for the report as Markdown, JSON and HTML, and the letters.",
            show_default=False,
        ),
    ] = None,
    judge: Annotated[
        bool, typer.Option("--judge", help="Also let a judge score all letters: does it prefer a writer?")
    ] = False,
    same_model: Annotated[
        bool, typer.Option("--same-model", help="Let a model judge what it wrote itself.")
    ] = False,
    pipeline: PipelineOption = "offline",
    llm: LLMOption = None,
    embedder: EmbedderOption = None,
    server_url: ServerUrlOption = None,
    server_model: ServerModelOption = None,
    json: JsonOption = False,
) -> None:
    """Measure writers on letters they have not seen: nearness to the reference, inventions, repetition, copies."""
    from training.writer import Sampling, WriterError

    try:
        sampling = Sampling(sample, temperature, seed=seed, max_new_tokens=max_tokens)
    except WriterError as error:
        raise typer.BadParameter(str(error)) from error
    names = writer or ([] if ready else ["template"])
    if len(set(names)) != len(names):
        raise typer.BadParameter(f"each --writer must be given once, but got {', '.join(names)}")
    if out is not None and out.exists() and not out.is_dir():
        raise typer.BadParameter(f"--out must be a folder, but {out} is a file: name a folder")
    choice = _judge_choice(pipeline, llm, embedder, server_url, server_model) if judge else None
    split, notes = _split(data, test, split_seed, by_row=published_split)
    examples = split.test[:limit]
    if limit is not None and limit < len(split.test):
        notes.append(f"The first {limit} of {len(split.test)} test letters.")
    notes += [line for name in names if (line := _other_split(name, split))]
    from evals.letters import LettersError, measure_letters

    applications = [_application(example) for example in examples]
    sets = [one for path in ready or () for one in read_ready(path, applications)]
    if choice is not None:
        _other_model([*(_model_of(name) for name in names), *(one.model for one in sets)], choice, same_model)
    sets = [*(_write(name, examples, sampling) for name in names), *sets]
    if any(name != "template" for name in names):
        drawn = f"drawn at temperature {temperature:g} with seed {seed}" if sample else "the likeliest words"
        notes.append(f"Letters of models: {drawn}, at most {max_tokens} tokens.")
    chosen = base if base is not None else (sets[0].writer if len(sets) > 1 else None)
    try:
        report = measure_letters(
            applications, sets, base=chosen, train=[one.letter for one in split.train], seed=seed, notes=notes
        )
    except LettersError as error:
        raise typer.BadParameter(one_line(str(error))) from error
    preference = None if choice is None else _preference(applications, sets, choice, seed)
    from evals.letters_report import letters_json, markdown

    if out is not None:
        from evals.letters_page import letters_page

        out.mkdir(parents=True, exist_ok=True)
        answer = json_format.dumps(letters_json(report, preference), ensure_ascii=False, indent=1)
        lines = (
            json_format.dumps(row, ensure_ascii=False)
            for one in sets
            for row in _ready_rows(one, applications)
        )
        texts = (
            markdown(report, preference),
            answer + "\n",
            letters_page(report, preference),
            "\n".join(lines) + "\n",
        )
        for name, text in zip(REPORTS, texts, strict=True):
            (out / name).write_text(text, encoding="utf-8")
            note(f"wrote {out / name}")
    if json:
        say_json(letters_json(report, preference))
    else:
        from evals.letters_report import terminal_text

        say(terminal_text(report, preference))


def _split(data: str, test: str | None, seed: int, *, by_row: bool) -> tuple[Split, list[str]]:
    """Return train and test, and what a reader must know about them."""
    from training.splits import Split, SplitError, leaks, remove_duplicates, split_by_job, split_by_row
    from training.tables import TableError, read_examples

    try:
        examples = read_examples(data).examples
        if test is not None:
            asked = read_examples(test).examples
            split = Split(examples, (), asked, f"as given: {Path(data).name} and {Path(test).name}")
        elif by_row:
            split = split_by_row(examples, seed)
        else:
            split = split_by_job(remove_duplicates(examples), seed)
    except (TableError, SplitError) as error:
        raise typer.BadParameter(one_line(str(error))) from error
    notes = [f"Split: {split.how}; {len(split.train)} letters to train on, {len(split.test)} to test."]
    leak = leaks([*split.train, *split.validation], split.test)
    if leak.jobs or leak.letters:
        notes.append(f"The split leaks: {leak}.")
    return split, notes


def _other_split(name: str, split: Split) -> str | None:
    """Return a warning where an adapter was trained with another split: these letters may be its training letters."""
    from agents.llms import resolve_llm
    from training.record import data_fingerprint, read_record
    from training.writer import TEMPLATE

    adapter = None if name == TEMPLATE else resolve_llm(name).adapter
    record = None if adapter is None else read_record(adapter)
    if record is None:
        return None
    plan = record.get("plan")
    data = plan.get("data") if isinstance(plan, dict) else None
    fingerprints = data.get("fingerprints") if isinstance(data, dict) else None
    if isinstance(fingerprints, dict) and fingerprints.get("test") == data_fingerprint(split.test):
        return None
    return (
        f"{_shown(name)} was trained with another split than this one: it may have learned these very letters. Give the "
        "table, --split-seed or --published-split that it was trained with."
    )


def _application(example: Example) -> Application:
    from evals.letters import Application
    from training.checked import given_by

    return Application(example.source, given_by(example.fields), example.letter, example.fields.as_dict())


def _write(name: str, examples: Sequence[Example], sampling: Sampling) -> LetterSet:
    from evals.letters import LetterSet
    from training.writer import open_writer

    chosen = open_writer(name, say=note)
    written: list[str] = []
    with progress_bar(f"letters of {_shown(name)}") as show:
        for place, example in enumerate(examples):
            show(place, len(examples))
            written.append(chosen.write(example.fields, sampling).letter)
    return LetterSet(_shown(name), tuple(written), chosen.model)


def _shown(name: str) -> str:
    """Return a writer's name without the folders above it: a report may leave this machine.

    >>> _shown("/models/qwen+/runs/first"), _shown("qwen2.5-3b")
    ('qwen+first', 'qwen2.5-3b')
    """
    return "+".join(Path(part).name or part for part in name.split("+"))


def read_ready(path: Path, applications: Sequence[Application]) -> list[LetterSet]:
    """Return the sets of letters that a file holds, each in the order of the applications."""
    from evals.letters import LetterSet

    if not path.is_file():
        raise typer.BadParameter(f"--letters must be a file, but there is none at {path}: correct the path")
    found: dict[str, dict[str, str]] = {}
    models: dict[str, str | None] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json_format.loads(line)
        except ValueError as error:
            raise typer.BadParameter(
                f"{path} line {number} must be a JSON object, but is not ({error})"
            ) from error
        wanted = isinstance(row, dict) and all(
            isinstance(row.get(key), str) for key in ("id", "writer", "letter")
        )
        if not wanted or row.keys() - {"id", "writer", "letter", "model"}:
            raise typer.BadParameter(
                f"{path} line {number} must be {{id, writer, letter, model?}}, all text, but got {one_line(line)[:80]}"
            )
        found.setdefault(row["writer"], {})[row["id"]] = row["letter"]
        models[row["writer"]] = row.get("model")
    sets: list[LetterSet] = []
    for name, by_id in found.items():
        missing = [one.id for one in applications if one.id not in by_id]
        if missing:
            raise typer.BadParameter(
                f"{one_line(name)} must have a letter for each of {len(applications)} applications, but {len(missing)} are "
                f"missing in {path}, the first is {one_line(missing[0])!r}"
            )
        sets.append(LetterSet(name, tuple(by_id[one.id] for one in applications), models[name]))
    return sets


def _ready_rows(letters: LetterSet, applications: Sequence[Application]) -> list[dict[str, str]]:
    model = {} if letters.model is None else {"model": letters.model}
    return [
        {"id": one.id, "writer": letters.writer, "letter": letter, **model}
        for one, letter in zip(applications, letters.letters, strict=True)
    ]


def _judge_choice(
    pipeline: str, llm: str | None, embedder: str | None, server_url: str | None, server_model: str | None
) -> Choice:
    from agents.registry import PipelineError, choose

    try:
        return choose(
            pipeline,
            llm=llm,
            embedder=embedder,
            server=server_for(pipeline, server_url, server_model, settings_for(None)),
        )
    except PipelineError as error:
        raise typer.BadParameter(str(error)) from error


def _model_of(name: str) -> str | None:
    from agents.llms import resolve_llm
    from training.writer import TEMPLATE

    return None if name == TEMPLATE else resolve_llm(name).model


def _other_model(models: Sequence[str | None], choice: Choice, same_model: bool) -> None:
    """Refuse a judge that would score what its own model wrote, unless that is asked for."""
    from agents.registry import STRATEGIES

    if same_model or not STRATEGIES[choice.strategy].needs_llm:
        return
    if choice.server is not None:
        judging = choice.server.model
        if judging is None:
            note(
                "Which model the server runs is not said: if it is a writer's own, its scores are its own praise."
            )
            return
    else:
        assert choice.llm is not None
        judging = _model_of(choice.llm)
    plain = {Path(model).name.casefold() for model in models if model is not None}
    if judging is not None and Path(judging).name.casefold() in plain:
        raise typer.BadParameter(
            f"a judge must not be the model that wrote the letters, but both are {judging}: judge with --pipeline offline "
            "or another --llm, or say --same-model"
        )


def _preference(
    applications: Sequence[Application], sets: Sequence[LetterSet], choice: Choice, seed: int
) -> Preference:
    from agents.loading import load_pipeline_embedder
    from agents.screening import ScreeningEngine, open_engine
    from evals.letter_preference import measure_preference
    from ingestion.store import Store

    def engine(store: Store, posting: str) -> ScreeningEngine:
        return open_engine(
            store,
            choice.pipeline,
            posting=posting,
            strategy=choice.strategy,
            embedder=choice.embedder,
            llm=choice.llm if choice.server is None else None,
            server=choice.server,
        )

    encoder = load_pipeline_embedder(choice.pipeline, choice.embedder)
    who = (
        f"{choice.strategy}, {choice.llm}"
        if choice.llm and choice.strategy != "evidence"
        else choice.strategy
    )
    with progress_bar("judging letters") as show:
        return measure_preference(
            applications, sets, encoder, engine, f"{who} ({choice.pipeline})", seed=seed, on_progress=show
        )
