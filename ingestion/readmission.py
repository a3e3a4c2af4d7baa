"""Whether a letter that was read is one that was erased: then it is refused, unless it was asked for by name.

Knows nothing about files or how the erasure list is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ingestion.admission import Admitted
from ingestion.erasure_list import Erased, Known, Trace, read_erasure_list, readmit
from ingestion.raw_letter import Refusal
from ingestion.writing import Transaction

BY: Final[dict[Trace, str]] = {
    "place": "one from the same file, under the same id",
    "words": "one of the same words",
    "address": "one from the same address",
    "key": "one with the same internal key",
}
"""How a refusal says by what a letter was known. It repeats nothing of the letter."""


def refuse_erased(
    tx: Transaction, posting: str, decided: Sequence[Admitted | Refusal], *, wanted: bool
) -> list[Admitted | Refusal]:
    """Turn the letters that would be written, and were erased before, into refusals.

    ``wanted``: they are to come back all the same, and leave the erasure list with this transaction. A letter that
    stands in the posting unchanged is not looked at.
    """
    writes = [one for one in decided if isinstance(one, Admitted) and one.status != "unchanged"]
    if not writes:
        return list(decided)
    erased = read_erasure_list(tx.connection)
    if not erased.listed:
        return list(decided)
    found: list[Admitted | Refusal] = []
    back: set[Erased] = set()
    for one in decided:
        known = None
        if isinstance(one, Admitted) and one.status != "unchanged":
            raw = one.letter
            known = erased.find(Known(posting, raw.letter_id, raw.source, raw.text, raw.email))
        if known is None or isinstance(one, Refusal):
            found.append(one)
            continue
        trace, erased_as = known
        if wanted:
            back.update(erased_as)
            found.append(one)
            continue
        found.append(
            Refusal(
                one.letter.source,
                one.letter.letter_id,
                "a letter that was erased stays out",
                BY[trace],
                "leave it out; if its sender wants to be read again, or it is somebody else's, give --readmit",
            )
        )
    if back:
        readmit(tx.changing(), back)
    return found
