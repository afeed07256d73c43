"""From the words that name a source to a Speaker under one name for the whole article."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from spacy.tokens import Doc, Span, Token

from index.quotations.cast import Cast, Mention, Person, apposed_name
from index.quotations.gender import by_role
from index.quotations.names import TITLES, fold
from index.quotations.phrases import noun_phrase
from index.quotations.pronouns import PRONOUNS, Focus
from index.quotations.reports import Report
from index.quotations.types import Speaker

_DEFINITE = frozenset({"the", "this", "that", "his", "her", "their", "its"})


@dataclass(slots=True)
class Sources:
    """Resolves the sources of one article's reports, in the order of the text."""

    cast: Cast
    _focus: Focus = field(default_factory=Focus)
    _groups: dict[str, Speaker] = field(default_factory=dict)
    _order: list[Person | Speaker] = field(default_factory=list)

    def read(self, doc: Doc, paragraph: int, reports: list[Report]) -> None:
        """Resolve the sources of a paragraph's reports."""
        waiting = sorted(reports, key=lambda one: one.verb)
        for sentence in doc.sents:
            spoke = None
            while waiting and waiting[0].verb < sentence.end:
                report = waiting.pop(0)
                found = self._resolve(report)
                spoke = found if isinstance(found, Person) else spoke
            subject = self._subject(sentence, paragraph) or spoke
            if subject is not None:
                self._focus.on(paragraph, sentence.start, subject)

    def speakers(self) -> tuple[Speaker, ...]:
        """Return everybody resolved so far, in the order of their first words."""
        return tuple(_speaker(one) if isinstance(one, Person) else one for one in self._order)

    def _resolve(self, report: Report) -> Person | Speaker | None:
        if report.source is None:
            self._go_on(report)
            return None
        found = self._who(report.source, report)
        if found is not None:
            self._speaks(found, report)
        return found

    def _go_on(self, report: Report) -> None:
        """Words without a cue: those of whom the paragraph was about since the last report, else of its speaker."""
        before = report.before
        since = (before.paragraph, before.verb) if before is not None else (-1, -1)
        found = self._focus.latest(report.paragraph, since)
        if found is not None:
            self._speaks(found, report)
        elif before is not None:
            report.speaker = before.speaker

    def _speaks(self, found: Person | Speaker, report: Report) -> None:
        report.speaker = found.name
        if found not in self._order:
            self._order.append(found)

    def _subject(self, sentence: Span, paragraph: int) -> Person | Speaker | None:
        for one in sentence.root.children:
            if one.dep_ in {"nsubj", "nsubjpass"}:
                found = self._named(one, paragraph)
                if found is None and one.lower_ in PRONOUNS:
                    return self._focus.resolve(one, paragraph, self.cast)
                if found is None and one.tag_ == "NNS":
                    return self._group(noun_phrase(one), "group")
                return found
        return None

    def _who(self, source: Token | str, report: Report) -> Person | Speaker | None:
        if isinstance(source, str):
            return self.cast.called(source)
        if source.lower_ in PRONOUNS:
            return self._focus.resolve(source, report.paragraph, self.cast)
        return self._named(source, report.paragraph, report.verb) or self._group(
            noun_phrase(source), "organisation" if source.pos_ == "PROPN" else "group")

    def _named(self, source: Token, paragraph: int, verb: int = -1) -> Person | None:
        mention = self.cast.at(paragraph, source.i) or apposed_name(source, self.cast, paragraph)
        if mention is None and fold(source.text) in TITLES:
            inside = (self.cast.at(paragraph, at) for at in range(source.i, source.right_edge.i + 1))
            mention = next((one for one in inside if one is not None), None)
        if mention is None and verb > source.i:
            mention = self._beside(source, paragraph, verb)
        if mention is not None:
            return mention.person
        if source.pos_ == "NOUN" and source.left_edge.lower_ in _DEFINITE:
            return self.cast.in_role(noun_phrase(source), (paragraph, source.i))
        return None

    def _beside(self, source: Token, paragraph: int, verb: int) -> Mention | None:
        """A name between the subject that the parser found and the verb, with no comma between: one long title."""
        doc = source.doc
        at = verb - 1
        while at > source.i and doc[at].pos_ in {"ADV", "AUX"}:
            at -= 1
        if any(doc[i].is_punct and doc[i].text != "-" for i in range(source.i, at)):
            return None
        mention = self.cast.at(paragraph, at)
        return mention if mention is not None and doc[at].dep_ not in {"pobj", "dobj"} else None

    def _group(self, phrase: str, kind: Literal["organisation", "group"]) -> Speaker | None:
        phrase = phrase.strip(" ,.;:“”\"'‘’()[]—–-")
        if kind == "organisation" and phrase.lower().startswith("the "):
            phrase = phrase[4:]
        if not any(char.isalpha() for char in phrase):
            return None
        return self._groups.setdefault(phrase.casefold(), Speaker(phrase, kind, by_role(phrase)))


def _speaker(person: Person) -> Speaker:
    forms = tuple(" ".join(form) for form in person.forms if form != person.words)
    return Speaker(person.name, "person", person.gender, tuple(person.roles), forms)
