"""How a data set of the Hugging Face hub becomes letters, streamed: ``hf:owner/name`` or ``hf:owner/name:split``.

Knows nothing about postings or the store. It is the one reader that needs a network, and only runs when it is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from ingestion.columns import recognise
from ingestion.raw_letter import Columns, RawLetter, Refusal

PREFIX = "hf:"
_ADDRESS = re.compile(r"hf:([\w.-]+/[\w.-]+)(?::([\w.-]+))?")
DEFAULT_SPLIT = "train"
_TIMEOUT = 10.0  # seconds until a hub that does not answer counts as unreachable


def read_hub(address: str, columns: Columns) -> Iterator[RawLetter | Refusal]:
    """Yield the letters of a data set on the hub."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        yield Refusal(
            address, None, "a data set is written hf:owner/name or hf:owner/name:split", address, "correct it"
        )
        return
    repository, split = match[1], match[2] or DEFAULT_SPLIT
    name = f"{PREFIX}{repository}:{split}"
    try:
        import datasets
        import huggingface_hub

        if not huggingface_hub.constants.HF_HUB_OFFLINE:  # else what is in the local cache will do
            # Asked first: `datasets` tries an unreachable hub six times, which takes half a minute.
            huggingface_hub.HfApi().dataset_info(repository, timeout=_TIMEOUT)
        rows = datasets.load_dataset(repository, split=split, streaming=True)
        yield from letters_of(name, rows, columns)
    except (
        Exception
    ) as error:  # the hub's client raises what lies under it: requests, httpx, OSError, ValueError
        yield Refusal(
            name,
            None,
            "the data set must be reachable",
            f"{type(error).__name__} ({_first_line(error)})",
            "check its name and split and the network, or download it and give the file",
        )


def letters_of(
    name: str, rows: Iterable[Mapping[str, object]], columns: Columns
) -> Iterator[RawLetter | Refusal]:
    """Yield the letters of a data set's rows; ``name`` stands in their sources."""
    found = None
    for number, row in enumerate(rows):
        if found is None:
            found = recognise(name, list(row), columns)
            if isinstance(found, Refusal):
                yield found
                return
        yield found.letter(f"{name} row {number}", number, row)
    if found is None:
        yield Refusal(name, None, "a data set must have rows", "none", "check its name and split")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no message"])[0][:200]
