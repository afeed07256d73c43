"""What is remembered of a question and its answer: whom it named, what it was about, what it showed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from retrieval.answer import Answer
from retrieval.asked import Asked
from retrieval.dialog import Mention, Turn, places
from retrieval.names import words
from retrieval.question import read_question
from retrieval.references import in_full, is_pronoun, mention_of, named_in, resolve, whom
from retrieval.speakers import Directory

FIRST = 3
"""In how many of the passages shown a name without more is looked up first."""


def turn_of(asked: Asked, answer: Answer) -> Turn:
    """Return what is to be remembered of a question and its answer."""
    last = asked.dialog.last
    shown = places(answer.hits or answer.nearest)
    if last and last.question == answer.standalone:
        # A question about the last answer, or for more of it, leaves the matter as it was.
        earlier = tuple(place for place in last.shown if place not in shown)
        return replace(last, status=answer.status, shown=(*shown, *earlier), choices=answer.choices)
    read = read_question(answer.standalone)
    spoken = read.speaker if read.asks == "said" and read.speaker and not is_pronoun(read.speaker) else None
    people = _people(asked, answer, spoken)
    unresolved = last is not None and asked.leans(answer.standalone)
    return Turn(
        question=answer.standalone,
        status=answer.status,
        asks=read.asks,
        speaker=answer.speaker or (people[0].name if spoken and people else None),
        topic=read.topic,
        people=people,
        shown=shown,
        choices=answer.choices,
        mention=spoken or "",
        context=last.in_full if last and unresolved else "",
    )


def _people(asked: Asked, answer: Answer, spoken: str | None) -> tuple[Mention, ...]:
    """Return who was named: whose words were asked for, whose words answer, and who else the question names."""
    rows = asked.records.article_ids({hit.article for hit in (answer.hits or answer.nearest)[:FIRST]})
    near = asked.directory.within(rows.values()) if rows else None
    first = [_known(asked, near, Mention(name)) for name in (spoken, answer.speaker) if name]
    known = [mention_of(person) for person in near.named_in(answer.standalone)] if near else []
    others = [_known(asked, near, mention) for mention in named_in(answer.standalone)]
    told = {one.name: one.gender for one in resolve(asked.bare, asked.dialog).people}
    people = _once([*first, *known, *others])
    # Who was called "he" is one from then on, whatever the articles leave open.
    return tuple(replace(one, gender=one.gender or told.get(one.name)) for one in people)


def _known(asked: Asked, near: Directory | None, mention: Mention) -> Mention:
    """Return a mention with what is known of whoever bears the name."""
    person = whom(asked.directory, near, mention.name)
    if not person:
        return in_full(mention, asked.dialog)
    known = mention_of(person)
    return replace(known, name=mention.name) if set(words(mention.name)) > set(words(known.name)) else known


def _once(mentions: Iterable[Mention]) -> Iterable[Mention]:
    """Yield each of several people once: who was named "Olmo" after "Otto Olmo" is the same."""
    seen: list[frozenset[str]] = []
    for mention in mentions:
        named = frozenset(words(mention.name))
        if named and not any(named <= other or other <= named for other in seen):
            seen.append(named)
            yield mention
