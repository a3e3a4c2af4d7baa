"""A verdict whose every field that other people fill holds one text, to see what becomes of it."""

from __future__ import annotations

from agents.verdict import (
    Assessment,
    Finding,
    Notice,
    Posting,
    Quote,
    Ranked,
    Requirement,
    Unjudged,
    Verdict,
    Winner,
)


def verdict_with(text: str) -> Verdict:
    """A verdict in which ``text`` stands in every field that a letter, a file or a job description fills."""
    requirement = Requirement("r1", text, "must", 2.0)
    finding = Finding("r1", "met", 0.9, Quote(text, 0, len(text)))
    ranked = Ranked(1, Assessment(1, text, text, -0.25, (finding,)), 10.0, None)
    return Verdict(
        screening_id="s-1",
        strategy="evidence",
        posting=Posting(text, text, (requirement,)),
        winner=Winner(text, text, 10.0, text, (text,)),
        declined_because=None,
        ranking=(ranked,),
        unjudged=(Unjudged(2, text, text, text, None),),
        pool=2,
        warnings=(Notice("shared_text", text, text),),
        pipeline={},
    )
