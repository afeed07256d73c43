"""Somebody's own words, all of them or those on a topic, or that somebody says nothing of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrieval.answer import Answer
from retrieval.asking import CHOICES, Asking
from retrieval.attribution import Match, by_topic, newest_first, own_words, whose_words_fit
from retrieval.dates import Period
from retrieval.names import may_be_a_name
from retrieval.people import Person
from retrieval.speakers import clearly_meant
from retrieval.unquoted import look_for, on_record, written_as_a_name


def somebodys_words(asking: Asking, mention: str) -> Answer | None:
    """Answer with somebody's own words; None where the question only looked as if it asked for them."""
    people = asking.directory.find(mention)
    if not people:
        return _nobody(asking, mention)
    person = clearly_meant(people)
    if asking.question.topic:
        return _on_topic(asking, mention, people, person)
    if not person:
        return asking.ambiguous(mention, people)
    own = own_words(asking.records, person, asking.scope)
    ranked = newest_first(asking.searcher, asking.records, own)
    if within := asking.within([candidate.passage for candidate in ranked]):
        ranked = [candidate for candidate in ranked if candidate.passage in within]
    elif asking.period:
        message = f"{person.name} is quoted in these articles, but in none of {_in(asking.period)}."
        return asking.not_found(message, [(candidate.passage, candidate.score) for candidate in ranked], 0.9)
    spans = {candidate.passage: own.spans(candidate.passage) for candidate in ranked}
    scored = [(candidate.passage, candidate.score) for candidate in ranked]
    return asking.answered(scored, ranked[0].score, spans, speaker=person.name)


def _on_topic(asking: Asking, mention: str, people: Sequence[Person], person: Person | None) -> Answer:
    """Answer with what somebody says on a topic, or say that these articles do not tell."""
    words = {namesake: own_words(asking.records, namesake, asking.scope) for namesake in people[:CHOICES]}
    matches = by_topic(
        asking.searcher,
        asking.records,
        asking.question.topic,
        asking.question.about(person.name if person else mention),
        own=list(words.values()),
        scope=asking.scope,
    )
    meant = whose_words_fit(matches, people, person)
    if not meant:
        return asking.ambiguous(mention, people)
    fitting = [match for match in matches if match.fits and match.person in (meant, None)]
    fitting.sort(key=lambda match: match.person is None)
    if not fitting:
        return _silent(asking, meant, matches)
    within = asking.within([match.passage for match in fitting])
    fitting = [match for match in fitting if match.passage in within] or fitting
    spans = {match.passage: words[meant].spans(match.passage) for match in fitting if match.person}
    scored = [(match.passage, match.probability) for match in fitting]
    by_name = fitting[0].person is not None
    message = None if by_name else f"Whether these are {meant.name}’s words, the articles do not say clearly."
    if asking.period and not within:
        message = f"None of these is from an article of {_in(asking.period)}."
    return asking.answered(
        scored, fitting[0].probability, spans, speaker=meant.name if by_name else None, message=message
    )


def _silent(asking: Asking, person: Person, matches: Sequence[Match]) -> Answer:
    about = re.sub(r"^(?:about|on|of|regarding|concerning) ", "", asking.question.topic)
    return asking.not_found(
        f"{person.name} is quoted in these articles, but not on “{about}”.",
        [(match.passage, match.probability) for match in matches if match.person in (person, None)],
        1 - matches[0].probability if matches else 1.0,
    )


def _nobody(asking: Asking, mention: str) -> Answer | None:
    """Answer that nobody of a name speaks; None where the words are no name, or a fact is asked for."""
    if not asking.searcher.word_weights(mention) or not may_be_a_name(mention, asking.question.text):
        return None
    if not (asking.question.names_a_speaker or written_as_a_name(asking.searcher, asking.records, mention)):
        return None
    found = look_for(asking.searcher, asking.records, mention, asking.scope)
    if found and asking.question.asks_a_fact:
        return None
    ranked = asking.ranked()
    if found and (near := on_record(asking.searcher, asking.records, mention, asking.question.topic, ranked)):
        message = f"Whether these are {mention}’s words, the articles do not say clearly."
        return asking.answered([(c.passage, c.score) for c in near], near[0].score, {}, message=message)
    message = f"“{mention}” is mentioned in these articles, but not quoted."
    if not found:
        similar = " or ".join(person.name for person in asking.directory.similar(mention))
        message = f"Nobody called “{mention}” speaks in these articles."
        message += f" Did you mean {similar}?" if similar else ""
    return asking.not_found(message, [(c.passage, c.score) for c in ranked], 0.9)


def _in(period: Period) -> str:
    """Return how a message names a time: "February 2017", "last week"."""
    return re.sub(r"^(?:in|on|during) ", "", period.words)
