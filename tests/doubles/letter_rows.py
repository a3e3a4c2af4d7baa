"""Letters in memory, for what reads letters without a store."""

from __future__ import annotations

from ingestion.letter import Letter, OffsetMap


def letter(key: int, letter_id: str, text: str, judged_text: str | None = None) -> Letter:
    """Return a letter of a posting "test"; ``judged_text`` is ``text`` unless another masked text is given."""
    return Letter(
        key=key,
        posting="test",
        letter_id=letter_id,
        applicant=None,
        text=text,
        judged_text=text if judged_text is None else judged_text,
        offsets=OffsetMap(),
        language="en",
        source="test",
    )
