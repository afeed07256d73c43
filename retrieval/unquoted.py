"""Somebody asked about whom the articles do not quote: are they named at all, and may a passage be theirs after all?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.quotations.cues import CUES, NEGATIONS, REFUSALS
from index.records import Records
from index.sentences import sentences
from retrieval.fusion import Scored
from retrieval.names import name_words, words
from retrieval.search import CANDIDATES, Scope, Searcher

NAMES_AND_TELLS = 0.5
"""The share of the topic's words from which a passage that names somebody is worth showing."""

LIKELY = 0.65
"""The probability from which it is."""

_DENIALS = NEGATIONS | REFUSALS
_BESIDE = 2


def look_for(searcher: Searcher, records: Records, mention: str, scope: Scope | None) -> bool:
    """Tell whether a passage within a scope holds all words of a name."""
    among = scope.passages if scope else None
    found = searcher.generation.lexical.search(mention, CANDIDATES, among=among)
    rows = records.passages([passage for passage, _ in found])
    return any(set(name_words(mention)) <= set(words(row.text)) for row in rows.values())


def written_as_a_name(searcher: Searcher, records: Records, mention: str) -> bool:
    """Tell whether articles write the last word of a mention with a capital at least as often as without.

    Somebody who types no capitals leaves open whether "year", in "what year saw the first ferry", is a person. Of a
    word that no article has, it is true.
    """
    word = name_words(mention)[-1]
    found = searcher.generation.lexical.search(word, CANDIDATES)
    texts = " ".join(row.text for row in records.passages([passage for passage, _ in found]).values())
    written: list[str] = re.findall(rf"\b{re.escape(word)}\b", texts, re.IGNORECASE)
    capitals = [word for word in written if word[0].isupper()]
    return len(capitals) * 2 >= len(written)


def on_record(searcher: Searcher, records: Records, mention: str, topic: str, ranked: Sequence[Scored]) -> list[Scored]:
    """Return which of some passages name somebody and a topic beside a verb of saying: whose words, cannot be told."""
    passages = records.passages([passage for passage, score in ranked if score >= LIKELY])
    texts = {passage: row.text for passage, row in passages.items() if may_report(mention, row.text)}
    shares = searcher.shares(topic, texts)
    return [one for one in ranked if shares.get(one[0], 0.0) >= NAMES_AND_TELLS]


def may_report(mention: str, text: str) -> bool:
    """Tell whether a sentence names somebody right beside a verb of saying that is not denied."""
    wanted = name_words(mention)
    for start, end in sentences(text):
        every = words(text[start:end])
        if set(wanted) <= set(every):
            first, last = sorted((every.index(wanted[0]), every.index(wanted[-1])))
            beside = {*every[max(0, first - _BESIDE) : first], *every[last + 1 :][:_BESIDE]}
            if not beside.isdisjoint(CUES) and beside.isdisjoint(_DENIALS):
                return True
    return False
