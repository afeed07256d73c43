"""Somebody's own words, all of them or those on a topic, or that somebody says nothing of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrieval.answer import Answer
from retrieval.attribution import Match, by_topic, newest_first, own_words, whose_words_fit
from retrieval.dates import Period
from retrieval.inquiry import CHOICES, Inquiry
from retrieval.names import may_be_a_name
from retrieval.people import Person, clearly_meant
from retrieval.unquoted import look_for, on_record, written_as_a_name


def somebodys_words(inquiry: Inquiry, mention: str) -> Answer | None:
    """Answer with somebody's own words; None where the question only looked as if it asked for them."""
    people = inquiry.directory.find(mention)
    if not people:
        return _nobody(inquiry, mention)
    person = clearly_meant(people)
    if inquiry.question.topic:
        return _on_topic(inquiry, mention, people, person)
    if not person:
        return inquiry.ambiguous(mention, people)
    own = own_words(inquiry.records, person, inquiry.scope)
    ranked = newest_first(inquiry.searcher, inquiry.records, own)
    if within := inquiry.within([passage for passage, _ in ranked]):
        ranked = [one for one in ranked if one[0] in within]
    elif inquiry.period:
        message = f"{person.name} is quoted in these articles, but in none of {_in(inquiry.period)}."
        return inquiry.not_found(message, ranked, 0.9)
    spans = {passage: own.spans(passage) for passage, _ in ranked}
    return inquiry.answered(ranked, ranked[0][1], spans, speaker=person.name)


def _on_topic(inquiry: Inquiry, mention: str, people: Sequence[Person], person: Person | None) -> Answer:
    """Answer with what somebody says on a topic, or say that these articles do not tell."""
    words = {namesake: own_words(inquiry.records, namesake, inquiry.scope) for namesake in people[:CHOICES]}
    matches = by_topic(
        inquiry.searcher,
        inquiry.records,
        inquiry.question.topic,
        inquiry.question.about(person.name if person else mention),
        own=list(words.values()),
        scope=inquiry.scope,
    )
    meant = whose_words_fit(matches, people, person)
    if not meant:
        return inquiry.ambiguous(mention, people)
    fitting = [match for match in matches if match.fits and match.person in (meant, None)]
    fitting.sort(key=lambda match: match.person is None)
    if not fitting:
        return _silent(inquiry, meant, matches)
    within = inquiry.within([match.passage for match in fitting])
    fitting = [match for match in fitting if match.passage in within] or fitting
    spans = {match.passage: words[meant].spans(match.passage) for match in fitting if match.person}
    scored = [(match.passage, match.probability) for match in fitting]
    by_name = fitting[0].person is not None
    message = None if by_name else f"Whether these are {meant.name}’s words, the articles do not say clearly."
    if inquiry.period and not within:
        message = f"None of these is from an article of {_in(inquiry.period)}."
    return inquiry.answered(
        scored, fitting[0].probability, spans, speaker=meant.name if by_name else None, message=message
    )


def _silent(inquiry: Inquiry, person: Person, matches: Sequence[Match]) -> Answer:
    about = re.sub(r"^(?:about|on|of|regarding|concerning) ", "", inquiry.question.topic)
    return inquiry.not_found(
        f"{person.name} is quoted in these articles, but not on “{about}”.",
        [(match.passage, match.probability) for match in matches if match.person in (person, None)],
        1 - matches[0].probability if matches else 1.0,
    )


def _nobody(inquiry: Inquiry, mention: str) -> Answer | None:
    """Answer that nobody of a name speaks; None where the words are no name, or a fact is asked for."""
    if not inquiry.searcher.word_weights(mention) or not may_be_a_name(mention, inquiry.question.text):
        return None
    if not (inquiry.question.names_a_speaker or written_as_a_name(inquiry.searcher, inquiry.records, mention)):
        return None
    found = look_for(inquiry.searcher, inquiry.records, mention, inquiry.scope)
    if found and inquiry.question.asks_a_fact:
        return None
    ranked = inquiry.ranked()
    if found and (near := on_record(inquiry.searcher, inquiry.records, mention, inquiry.question.topic, ranked)):
        message = f"Whether these are {mention}’s words, the articles do not say clearly."
        return inquiry.answered(near, near[0][1], {}, message=message)
    message = f"“{mention}” is mentioned in these articles, but not quoted."
    if not found:
        similar = " or ".join(person.name for person in inquiry.directory.similar(mention))
        message = f"Nobody called “{mention}” speaks in these articles."
        message += f" Did you mean {similar}?" if similar else ""
    return inquiry.not_found(message, ranked, 0.9)


def _in(period: Period) -> str:
    """Return how a message names a time: "February 2017", "last week"."""
    return re.sub(r"^(?:in|on|during) ", "", period.words)
