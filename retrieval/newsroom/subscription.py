"""What somebody wants to hear of: "Carlos Gimenez", "detainers", "Gimenez on detainers".

They are read as questions are: a name, a last name or an office means whoever is quoted under it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from index.quotations.lexicon.names import first_names_agree
from index.store.records import Records
from retrieval.attribution.whose_words import written_as_a_name
from retrieval.core.names import may_be_a_name, name_words, names_a_role, words
from retrieval.query.parser import read_question
from retrieval.query.speakers import Directory, Person, clearly_meant
from retrieval.search.searcher import Searcher

CHOICES: Final = 6

_TOPIC: Final = re.compile(
    r"(?:about|on|regarding|the topic(?: of)?|news (?:about|on|of))\s+(?P<topic>\S.*)", re.IGNORECASE
)
_LINK: Final = re.compile(r"^(?:about|on|of|regarding|concerning)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Subscription:
    """What somebody wants to hear of.

    Attributes:
        speaker: canonical name of whose words; None for what anybody says or writes.
        topic: what it is about; empty for all that the speaker says.
    """

    speaker: str | None
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What words mean that somebody wants to hear of.

    Attributes:
        wanted: what they mean; None where several people may be meant, or nobody of the name is quoted.
        name: the words that name a speaker, as typed; empty where they name none.
        topic: what the words are about, if they name a speaker and a topic.
        choices: canonical names of those who may be meant instead, those quoted most first.
        known: how many quotations of that speaker there are.
    """

    wanted: Subscription | None
    name: str = ""
    topic: str = ""
    choices: tuple[str, ...] = ()
    known: int = 0


def read_subscription(searcher: Searcher, records: Records, text: str) -> Meaning:
    """Return whom or what words mean.

    A name that nobody bears is one where it is typed with capitals, and a topic otherwise; "about" before it makes
    anything a topic.

    Args:
        searcher: of the generation.
        records: of the generation.
        text: the words, as typed.
    """
    tidy = " ".join(text.split()).rstrip("?!. ")
    if plain := _TOPIC.fullmatch(tidy):
        return Meaning(Subscription(None, plain["topic"]))
    read = read_question(tidy)
    topic = _LINK.sub("", read.topic) if read.asks == "said" else ""
    mention = read.speaker if read.asks == "said" and read.speaker else tidy
    people = searcher.directory.find(mention)
    if _are_called(people, mention) and _is_name(searcher, records, mention, people):
        if person := clearly_meant(people):
            return Meaning(Subscription(person.name, topic), mention, topic, known=person.quotations)
        return Meaning(None, mention, topic, tuple(one.name for one in people[:CHOICES]))
    if mention != mention.lower() and may_be_a_name(mention, mention):
        similar = people or searcher.directory.similar(mention)
        return Meaning(None, mention, topic, tuple(one.name for one in similar[:CHOICES]))
    return Meaning(Subscription(None, tidy))


def people_named(directory: Directory, name: str) -> list[Person]:
    """Return who bears a canonical name now, which an earlier generation may have told.

    Unlike what people type it is neither an office nor misspelt: whoever is not quoted any more is nobody else.
    """
    wanted = name_words(name)
    return directory.named(name) or [one for one in directory.with_words(wanted[-1:]) if _bears(one, wanted)]


def _bears(person: Person, wanted: Sequence[str]) -> bool:
    if tuple(wanted) in person.names:
        return True
    if person.kind != "person" or wanted[-1] not in person.last:
        return False
    return len(wanted) == 1 or any(first_names_agree(wanted[0], first) for first in person.first)


def _are_called(people: Sequence[Person], mention: str) -> bool:
    """Tell whether people were found by what they are called, rather than by what looks like it."""
    every = set(name_words(mention))
    called = any(every <= person.words for person in people)
    nicknamed = any(_bears(person, name_words(mention)) for person in people)
    return bool(people) and (called or nicknamed or names_a_role(mention))


def _is_name(searcher: Searcher, records: Records, mention: str, people: Sequence[Person]) -> bool:
    """Tell whether words that people are called by are meant as a name: "rice" is not Condoleezza Rice."""
    if mention != mention.lower() or names_a_role(mention):
        return True
    whole = len(words(mention)) > 1 and any(tuple(name_words(mention)) in person.names for person in people)
    return whole or written_as_a_name(searcher, records, mention)
