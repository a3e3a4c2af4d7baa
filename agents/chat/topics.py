"""What a question is about: its content words, and the requirements that they name.

Knows nothing about letters or what is asked of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from agents.judges.words import read_words, stem
from agents.verdict import Requirement

# Words that carry no topic: grammar, and what people call letters, findings and asking.
_EMPTY = frozenset(
    stem(word)
    for word in """a about above across after again against all almost along already also although always am among an and
    another any anybody anyone anything are aren't around as at away be because been before being below best better
    between both but by can can't cannot could couldn't did didn't do does doesn't doing don't done down during each
    either else enough even ever every everybody everyone everything exactly far few find first for from further get
    gets getting give gives given go goes going good got great had hadn't has hasn't have haven't having he her here
    hers herself hi hello him himself his how however i i'd i'll i'm i've if in instead into is isn't it it's its itself
    just kind know knows known last least less let lets like likes list look looks lot lots made make makes many may
    maybe me mean means meant mention mentioned mentioning mentions might mine more most much must my near need needed
    needs neither never next no nobody none nor not nothing now of off often ok okay on once one ones only onto or other
    others our out over own per perhaps please put quite rather read really right said same say saying says see seem
    seems shall she should shouldn't show showed showing shown shows since so some somebody someone something sort still
    such sure take takes tell tells than thank thanks that that's the their them themselves then there there's these
    they they're thing things this those though through to together too two toward under until up upon us use used
    using very via want wants was wasn't way we well were weren't what what's whatever when where whether which while
    who who's whoever whole whom whose why will with within without won't would wouldn't yes yet you your
    applicant applicants application applications candidate candidates letter letters cover people person persons pool
    posting screening requirement requirements finding findings quote quotes quoted sentence sentences passage evidence
    proof score scores scored ranking rank ranked place winner runner judged judge meet meets met partial partly
    partially plainly contradicted contradict contradicts lack lacks lacking miss missing compare compared comparison
    versus vs difference differ explain explained experience experienced experiences skill skills skilled knowledge
    knowing ability able background year years work worked works working hold holds held number id point points
    question ask asked concerning regarding respect terms term side claim claims write writes wrote wrote written speak
    word words top high higher highest low lower lowest strong stronger strongest weak weaker weakest qualification
    qualifications qualified evidence show-ing someone's anyone's come comes came describe describes""".split()
)
# Said of a requirement so often that alone they don't tell which one is meant.
_COMMON = frozenset(
    stem(word) for word in "certificate certification certified training trained time".split()
)
_SHORT = {
    "cert": "certificate",
    "certs": "certificate",
    "k8s": "kubernetes",
    "mgmt": "management",
    "exp": "experience",
}


def content_stems(text: str) -> tuple[str, ...]:
    """Return the stems of the words that say what a text is about, each once.

    >>> content_stems("Who has experience with ordering stock?")
    ('order', 'stock')
    """
    found = [
        stem(_SHORT[word.text]) if word.text in _SHORT else word.stem
        for word in read_words(text)
        if word.stem not in _EMPTY and word.text not in _EMPTY
    ]
    return tuple(dict.fromkeys(one for one in found if one not in _EMPTY))


def named_requirements(text: str, requirements: Sequence[Requirement]) -> tuple[Requirement, ...]:
    """Return the requirements that a text names: by id ("r2"), or by all of its content words.

    Where one holds all of the words, it alone is meant; where several do, all of them are. Where none holds them all,
    none is: the words are then looked for in the letters.
    """
    words = {word.text for word in read_words(text)}
    by_id = tuple(one for one in requirements if one.id.lower() in words and not one.id.isdigit())
    if by_id:
        return by_id
    asked = set(content_stems(text)) - {stem(one.id.lower()) for one in requirements}
    if not asked or (asked <= _COMMON and _several(asked, requirements)):
        return ()
    return tuple(one for one in requirements if asked <= set(content_stems(one.text)))


def nearest_requirements(text: str, requirements: Sequence[Requirement]) -> tuple[Requirement, ...]:
    """Return the requirements that a text names, or else those that share most of its telling words."""
    named = named_requirements(text, requirements)
    if named:
        return named
    asked = set(content_stems(text)) - _COMMON
    shared = [len(asked & set(content_stems(one.text))) for one in requirements]
    most = max(shared, default=0)
    if most == 0 or 2 * most < len(asked):
        return ()
    return tuple(one for one, count in zip(requirements, shared, strict=True) if count == most)


def _several(asked: set[str], requirements: Sequence[Requirement]) -> bool:
    return sum(bool(asked & set(content_stems(one.text))) for one in requirements) > 1
