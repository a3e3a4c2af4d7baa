"""`winnow write`: the fields of one application in, a cover letter out, and what the letter states beyond them.

Knows nothing about how letters are written or checked.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.options import JsonOption
from ui.terminal import note, one_line, say_json, visible

if TYPE_CHECKING:
    from pydantic import JsonValue

    from training.checked import Checked
    from training.examples import WritingFields
    from training.writer import Sampling, Writer

EXAMPLE = 'Example: winnow write --job-title "Data Engineer" --company Northwind --skills "Python, SQL" --applicant "Jo Roe"'

FLAGS = {
    "job_title": "--job-title",
    "preferred_qualifications": "--preferred-qualifications",
    "company": "--company",
    "applicant": "--applicant",
    "past_experience": "--past-experience",
    "current_experience": "--current-experience",
    "qualifications": "--qualifications",
    "skills": "--skills",
}
"""Field -> its flag; a flag overrides the same field of ``--fields``."""


def _field(flag: str, text: str) -> typer.models.OptionInfo:
    return typer.Option(flag, help=text, show_default=False, rich_help_panel="Fields of the application")


def write(
    fields: Annotated[
        Path | None,
        typer.Option("--fields", help="JSON file of the fields; - reads stdin.", show_default=False),
    ] = None,
    job_title: Annotated[str | None, _field("--job-title", "The job applied for.")] = None,
    preferred_qualifications: Annotated[
        str | None, _field("--preferred-qualifications", "What the employer wishes for.")
    ] = None,
    company: Annotated[str | None, _field("--company", "Who hires.")] = None,
    applicant: Annotated[str | None, _field("--applicant", "Who applies.")] = None,
    past_experience: Annotated[str | None, _field("--past-experience", "Earlier jobs.")] = None,
    current_experience: Annotated[str | None, _field("--current-experience", "The job held now.")] = None,
    qualifications: Annotated[str | None, _field("--qualifications", "Degrees and certificates.")] = None,
    skills: Annotated[str | None, _field("--skills", "Skills, parted by commas.")] = None,
    writer: Annotated[
        str, typer.Option("--writer", help="template (no model), a model's name, or a model's folder.")
    ] = "template",
    adapter: Annotated[
        Path | None,
        typer.Option(
            "--adapter",
            help="LoRA adapter; without --writer on the model it was trained on.",
            show_default=False,
        ),
    ] = None,
    sample: Annotated[
        bool, typer.Option("--sample", help="Draw words instead of taking the likeliest.")
    ] = False,
    temperature: Annotated[float, typer.Option("--temperature", help="Of a draw; above 0.")] = 0.8,
    top_p: Annotated[float, typer.Option("--top-p", help="Share of the likeliest words drawn from.")] = 0.95,
    seed: Annotated[int, typer.Option("--seed", help="The same seed draws the same letter.")] = 0,
    max_tokens: Annotated[int, typer.Option("--max-tokens", help="Longest letter, in tokens.")] = 640,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Write again, then take sentences out, until nothing made up is left."),
    ] = False,
    tries: Annotated[int, typer.Option("--tries", help="Letters that --strict asks for at most.")] = 4,
    json: JsonOption = False,
) -> None:
    """Write a cover letter, and list what it states that the fields do not hold."""
    given = {
        "job_title": job_title,
        "preferred_qualifications": preferred_qualifications,
        "company": company,
        "applicant": applicant,
        "past_experience": past_experience,
        "current_experience": current_experience,
        "qualifications": qualifications,
        "skills": skills,
    }
    told = _fields(fields, {name: value for name, value in given.items() if value is not None})
    from training.checked import write_checked
    from training.writer import Sampling, WriterError, open_writer

    try:
        sampling = Sampling(sample, temperature, top_p, seed, max_tokens)
        if tries < 1:
            raise WriterError(f"--tries must be at least 1, but got {tries}")
    except WriterError as error:
        raise typer.BadParameter(str(error)) from error
    if adapter is not None and not adapter.is_dir():
        raise typer.BadParameter(
            f"--adapter must be a folder that `winnow train` made, but there is none at {adapter}"
        )
    chosen = open_writer(writer, adapter, say=note)
    checked = write_checked(
        chosen, told, sampling, strict=strict, tries=tries, say=None if json else _stream, note=note
    )
    if json:
        say_json(_as_json(checked, chosen, sampling, told))
        return
    sys.stdout.write("\n")
    sys.stdout.flush()
    for line in report_lines(checked):
        note(line)


def _fields(file: Path | None, given: dict[str, str]) -> WritingFields:
    """Return the fields from the file and the flags, or end the run as wrong usage."""
    from training.examples import FieldsError, parse_fields, read_fields

    try:
        if file is None:
            if not given:
                raise FieldsError("give the fields with --fields FILE or with flags, at least --job-title")
            return parse_fields(given)
        if file == Path("-"):
            import json as json_format

            return replace(parse_fields(json_format.loads(sys.stdin.read())), **given)
        if not file.is_file():
            raise FieldsError(f"--fields must be a file, but there is none at {file}: correct the path")
        return replace(read_fields(file), **given)
    except (FieldsError, UnicodeDecodeError) as error:
        raise typer.BadParameter(one_line(str(error))) from error
    except ValueError as error:
        raise typer.BadParameter(
            f"the fields must be one JSON object, but reading them failed: {error}"
        ) from error


def _stream(piece: str) -> None:
    """Print a piece of the letter at once."""
    sys.stdout.write(visible(piece))
    sys.stdout.flush()


def report_lines(checked: Checked) -> list[str]:
    """Return what a person should look at before the letter is sent."""
    lines = [""]
    hard = [one for one in checked.found if one.hard]
    soft = [one for one in checked.found if not one.hard]
    if checked.cut_off:
        lines.append("The letter reached its longest length and was cut off: --max-tokens allows more.")
    if not hard:
        lines.append("Nothing is stated that the fields do not hold.")
    else:
        lines.append("Not in the fields (take it out, or add it if it is true):")
        seen: dict[str, str] = {}
        for one in hard:
            wished = "  (the employer asks for it)" if one.asked else ""
            seen.setdefault(one.key, f"  {one.kind:<12} {one_line(one.text)}{wished}")
        lines += seen.values()
    if soft:
        names = dict.fromkeys(one_line(one.text).lower() for one in soft)
        lines.append(f"Manners that it claims without the fields: {', '.join(names)}")
    return lines


def _as_json(
    checked: Checked, writer: Writer, sampling: Sampling, fields: WritingFields
) -> dict[str, JsonValue]:
    from agents.fabrication import check_fingerprint

    return {
        "schema": 1,
        "letter": checked.letter,
        "made_up": [
            {
                "kind": one.kind,
                "text": one.text,
                "start": one.start,
                "end": one.end,
                "asked_for": one.asked,
            }
            for one in checked.found
        ],
        "removed": list(checked.removed),
        "tries": checked.tries,
        "cut_off": checked.cut_off,
        "seed": checked.seed,
        "fields": dict(fields.as_dict()),
        "sampling": {
            "sample": sampling.sample,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_new_tokens": sampling.max_new_tokens,
        },
        "writer": writer.fingerprint(),
        "check": check_fingerprint(),
    }
