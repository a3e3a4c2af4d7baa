"""Reads the requirements that a person wrote, in a file or in a table, and owns what a valid one is.

Knows nothing about job descriptions or letters.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from agents.verdict import Kind, Requirement

MAX_FILE_BYTES = 1_000_000
MAX_FILE_REQUIREMENTS = 50
DEFAULT_WEIGHT: dict[Kind, float] = {"must": 2.0, "nice": 1.0}

_EXAMPLE = '[{"text": "AWS certification", "kind": "must"}]'


class RequirementsError(ValueError):
    """Requirements cannot be had: the message names the rule, the value and the remedy."""


class RequirementEntry(BaseModel):
    """One entry of the file. ``weight`` is above 0 and at most 100; 2 for a must, 1 for a nice unless given."""

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)

    text: Annotated[str, Field(min_length=1, max_length=500)]
    kind: Kind
    weight: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] | None = None
    id: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\s\x00-\x1f\x7f]+$")] | None = None


_ENTRIES = TypeAdapter(list[RequirementEntry])


def load_requirements(path: Path) -> tuple[Requirement, ...]:
    """Read a JSON or YAML list of ``{text, kind: must|nice, weight?, id?}``, in the order of the file.

    Given ids are kept and must be unique; an entry without one is called ``r`` and its place in the
    list (or the next free number, where that id is given to another entry).

    Raises:
        RequirementsError: the file cannot be read, or an entry breaks a rule; the message names the
            file, the rule, the value and what to do.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in _PARSERS:
        raise RequirementsError(
            f"{path}: a requirements file must end in {', '.join(_PARSERS)}, but got {suffix or 'no ending'!r}; "
            f"rename it, or write it as JSON like {_EXAMPLE}"
        )
    data = _PARSERS[suffix](path, _read_text(path))
    if not isinstance(data, list):
        raise RequirementsError(
            f"{path}: a requirements file must hold a list, but got {_kind_of(data)}; write it like {_EXAMPLE}"
        )
    return checked_requirements(str(path), "a requirements file", data)


def checked_requirements(source: str, what: str, data: Sequence[object]) -> tuple[Requirement, ...]:
    """Return the requirements in ``{text, kind, weight?, id?}`` entries, under the rules of a file.

    ``source`` names the place in messages ("table"), ``what`` says what it is ("a table of requirements").

    Raises:
        RequirementsError: an entry breaks a rule, or there are none or too many.
    """
    if not 1 <= len(data) <= MAX_FILE_REQUIREMENTS:
        raise RequirementsError(
            f"{source}: {what} must hold 1 to {MAX_FILE_REQUIREMENTS} requirements, but got {len(data)}; "
            + ("add one like " + _EXAMPLE[1:-1] if not data else "keep those that decide")
        )
    try:
        entries = _ENTRIES.validate_python(list(data))
    except ValidationError as error:
        raise RequirementsError(_explain(source, error)) from None
    _refuse_repeats(source, entries)
    return tuple(
        Requirement(
            id=requirement_id,
            text=" ".join(entry.text.split()),
            kind=entry.kind,
            weight=DEFAULT_WEIGHT[entry.kind] if entry.weight is None else float(entry.weight),
        )
        for requirement_id, entry in zip(_ids(entries), entries, strict=True)
    )


def _read_text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise RequirementsError(
            f"{path}: a requirements file must be a readable file, but got: {error.strerror}; check the path"
        ) from error
    if len(raw) > MAX_FILE_BYTES:
        raise RequirementsError(
            f"{path}: a requirements file must have at most {MAX_FILE_BYTES} bytes, but has {len(raw)}; "
            "check that it is the right file"
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RequirementsError(
            f"{path}: a requirements file must be UTF-8, but byte {error.start} is not; save it as UTF-8"
        ) from error


def _parse_json(path: Path, text: str) -> object:
    def no_repeated_key(pairs: list[tuple[str, object]]) -> dict[str, object]:
        for index, (key, _) in enumerate(pairs):
            if any(key == other for other, _ in pairs[:index]):
                raise RequirementsError(
                    f"{path}: a key may stand once in an entry, but {key!r} stands twice; remove one of them"
                )
        return dict(pairs)

    try:
        return json.loads(text, object_pairs_hook=no_repeated_key)
    except json.JSONDecodeError as error:
        raise RequirementsError(
            f"{path}: line {error.lineno} is not JSON ({error.msg}); correct it, or write YAML and name the file .yaml"
        ) from error
    except RecursionError:
        raise RequirementsError(
            f"{path}: a requirements file must be a flat list, but it is nested too deep; write it like {_EXAMPLE}"
        ) from None


def _parse_yaml(path: Path, text: str) -> object:
    import yaml

    class NoRepeatedKey(yaml.SafeLoader):
        """SafeLoader keeps the last of two equal keys without a word; this one refuses them."""

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
            seen: set[str] = set()
            for key, _ in node.value:
                if key.value in seen:
                    raise RequirementsError(
                        f"{path}: line {key.start_mark.line + 1}: a key may stand once in an entry, but "
                        f"{key.value!r} stands twice; remove one of them"
                    )
                if isinstance(key.value, str):
                    seen.add(key.value)
            return super().construct_mapping(node, deep)

    try:
        return yaml.load(text, Loader=NoRepeatedKey)  # noqa: S506 (a SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1} is" if mark is not None else "it is"
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise RequirementsError(
            f"{path}: {where} not YAML ({problem}); correct it: texts with a colon or a # need quotes"
        ) from error
    except RecursionError:
        raise RequirementsError(
            f"{path}: a requirements file must be a flat list, but it is nested too deep; write it like {_EXAMPLE}"
        ) from None


_PARSERS = {".json": _parse_json, ".yaml": _parse_yaml, ".yml": _parse_yaml}

# Pydantic's error type -> (the rule, the remedy); {field} is the field's name.
_RULES: dict[str, tuple[str, str]] = {
    "missing": ("{field} must be given", "add it: text and kind are needed, weight and id may be left out"),
    "extra_forbidden": (
        "an entry may hold text, kind, weight and id only, not {field}",
        "remove or rename it",
    ),
    "literal_error": ("kind must be must or nice", "use one of the two"),
    "string_type": ("{field} must be a text", "put it in quotes"),
    "string_too_short": ("{field} must not be empty", "write it, or remove the entry"),
    "string_too_long": (
        "{field} is too long (at most 500 characters for a text, 64 for an id)",
        "shorten it",
    ),
    "string_pattern_mismatch": ("{field} must not hold spaces or control characters", "write it like r1"),
    "float_type": ("weight must be a number", "write it without quotes, like 2 or 1.5"),
    "greater_than": ("weight must be above 0", "use a number from 0.1 to 100, or leave it out"),
    "less_than_equal": ("weight must be at most 100", "use a number from 0.1 to 100, or leave it out"),
    "finite_number": ("weight must be a finite number", "use a number from 0.1 to 100, or leave it out"),
}


def _explain(source: str, error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    place = [part for part in first["loc"] if isinstance(part, int | str)]
    entry = f"entry {place[0] + 1}" if place and isinstance(place[0], int) else "the list"
    if len(place) < 2:
        return f"{source}: {entry} must hold text and kind, but got {_kind_of(first['input'])}; write it like {_EXAMPLE}"
    rule, remedy = _RULES.get(first["type"], (first["msg"].lower(), "correct it"))
    rule = rule.format(field=place[1])
    value = "" if first["type"] == "missing" else f", but got {_short(first['input'])}"
    return f"{source}: {entry}: {rule}{value}; {remedy}"


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."


def _kind_of(data: object) -> str:
    if data is None:
        return "nothing"
    return {dict: "a mapping", list: "a list", str: "a text", bool: "a yes/no"}.get(type(data), "a number")


def _refuse_repeats(source: str, entries: list[RequirementEntry]) -> None:
    ids: dict[str, int] = {}
    texts: dict[str, int] = {}
    for number, entry in enumerate(entries, start=1):
        text = " ".join(entry.text.casefold().split())
        if text in texts:
            raise RequirementsError(
                f"{source}: each text may stand once, but entries {texts[text]} and {number} are both "
                f"{_short(entry.text)}; remove one, and raise the weight of the other if it counts more"
            )
        texts[text] = number
        if entry.id is None:
            continue
        if entry.id in ids:
            raise RequirementsError(
                f"{source}: ids must be unique, but entries {ids[entry.id]} and {number} are both {entry.id!r}; "
                "rename one, or leave ids out"
            )
        ids[entry.id] = number


def _ids(entries: list[RequirementEntry]) -> list[str]:
    given = {entry.id for entry in entries if entry.id is not None}
    spare = (
        f"r{number}" for number in range(len(entries) + 1, 2 * len(entries) + 2) if f"r{number}" not in given
    )
    return [
        entry.id or (f"r{place}" if f"r{place}" not in given else next(spare))
        for place, entry in enumerate(entries, start=1)
    ]
