"""From the words that name a source to a Speaker under one name for the whole article."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from spacy.tokens import Doc, Span, Token

from index.quotations.lexicon.names import GENDERS, TITLES, by_first_name, by_role, compared_form, is_first_name
from index.quotations.people.entities import Entity, EntityClusters, Mention, apposed_name
from index.quotations.people.pronouns import PRONOUNS, Focus, is_one
from index.quotations.speech.clauses import FINITE, MESSAGES, child, noun_phrase
from index.quotations.speech.quote_marks import MaskedParagraph
from index.quotations.speech.reports import SpeechReport
from index.quotations.speech.types import Speaker

_ASIDE = frozenset({"relcl", "acl", "advcl", "pcomp"})
_LONGEST = 20
_LONGEST_NAME = 4
# The parser's small model calls many a person an organisation, a building or a product.
_MAY_BE_PERSON = frozenset({"", "PERSON", "ORG", "FAC", "PRODUCT"})
_NOMINAL = frozenset({"NOUN", "PROPN", "ADJ"})
_DEFINITE = frozenset({"the", "this", "that", "his", "her", "their", "its"})


@dataclass(slots=True)
class Sources:
    """Resolves the sources of one article's reports, in the order of the text."""

    cast: EntityClusters
    _focus: Focus = field(default_factory=Focus)
    _groups: dict[str, Speaker] = field(default_factory=dict)
    _frame: MaskedParagraph | None = None
    _order: list[Entity | Speaker] = field(default_factory=list)

    def read(self, doc: Doc, frame: MaskedParagraph, paragraph: int, reports: list[SpeechReport]) -> None:
        """Resolve the sources of a paragraph's reports."""
        self._frame = frame
        waiting = sorted(reports, key=lambda one: one.verb)
        for sentence in doc.sents:
            spoke = None
            while waiting and waiting[0].verb < sentence.end:
                report = waiting.pop(0)
                found = self._resolve(report)
                if is_one(found) and doc[report.verb].dep_ not in _ASIDE:
                    spoke = found
            subject = spoke or self._subject(sentence, paragraph)
            if subject is not None:
                self._focus.on(paragraph, sentence.start, subject)
            elif _names_somebody(sentence):
                self._focus.unclear(paragraph, sentence.start)

    def speakers(self) -> tuple[Speaker, ...]:
        """Return everybody resolved so far, in the order of their first words."""
        return tuple(_speaker(one) if isinstance(one, Entity) else one for one in self._order)

    def _resolve(self, report: SpeechReport) -> Entity | Speaker | None:
        if report.source is None:
            if not report.unclear:
                self._go_on(report)
            return None
        found = self._who(report.source, report) or self._led_in(report)
        if found is not None:
            self._speaks(found, report)
        return found

    def _led_in(self, report: SpeechReport) -> Entity | None:
        """Whoever wrote what a colon leads in, by a first name that fits: "Ana wrote a note: “…,” she said"."""
        pronoun, writer = report.source, report.before.source if report.before is not None else None
        if not isinstance(pronoun, Token) or not isinstance(writer, Token):
            return None
        named = is_first_name(writer.text) and by_first_name(writer.text) == GENDERS.get(pronoun.lower_)
        return self.cast.called(writer.text) if named else None

    def _go_on(self, report: SpeechReport) -> None:
        """Words without a cue: those of whom the paragraph was about since the last report, else of its speaker."""
        before = report.before
        since = (before.paragraph, before.verb) if before is not None else (-1, -1)
        found = self._focus.latest(report.paragraph, since)
        if found is not None:
            self._speaks(found, report)
        elif before is not None:
            report.speaker = before.speaker

    def _speaks(self, found: Entity | Speaker, report: SpeechReport) -> None:
        report.speaker = found.name
        if found not in self._order:
            self._order.append(found)

    def _subject(self, sentence: Span, paragraph: int) -> Entity | Speaker | None:
        one = child(sentence.root, "nsubj", "nsubjpass")
        if one is None:
            return self._fronted(sentence, paragraph)
        found = self._named(one, paragraph)
        if found is None and one.lower_ in PRONOUNS:
            return self._focus.resolve(one, paragraph, self.cast)
        if found is None and one.tag_ == "NNS":
            return self._phrase(one)
        return found

    def _fronted(self, sentence: Span, paragraph: int) -> Entity | None:
        """Whoever a sentence begins with, where the parser found no subject: "And Lee, for all he won, seems …"."""
        start = sentence.start
        while start < sentence.root.i and sentence.doc[start].pos_ in {"CCONJ", "ADV", "SPACE"}:
            start += 1
        mention = self.cast.at(paragraph, start)
        return mention.person if mention is not None and start < sentence.root.i else None

    def _who(self, source: Token | str, report: SpeechReport) -> Entity | Speaker | None:
        if isinstance(source, str):
            return self.cast.called(source)
        if source.lower_ in PRONOUNS:
            return self._focus.resolve(source, report.paragraph, self.cast)
        return self._named(source, report.paragraph, report.verb) or self._phrase(source)

    def _phrase(self, source: Token) -> Speaker | None:
        span = noun_phrase(source)
        if len(span) > _LONGEST or any(one.tag_ in FINITE for one in span) or self._frame is None:
            return None
        text = self._frame.source[self._frame.start(span.start_char) : self._frame.end(span.end_char)]
        return self._group(text, "organisation" if source.tag_ == "NNP" else "group")

    def _named(self, source: Token, paragraph: int, verb: int = -1) -> Entity | None:
        mention = (
            self._last_apposed(source, paragraph, verb)
            or self.cast.at(paragraph, source.i)
            or apposed_name(source, self.cast, paragraph)
        )
        if mention is None and compared_form(source.text) in TITLES:
            mention = self._titled(source, paragraph)
        if mention is None and verb > source.i:
            mention = self._beside(source, paragraph, verb)
        if mention is not None:
            return mention.person
        if source.lower_ in MESSAGES:
            return self._possessor(source, paragraph)
        if source.tag_ == "NN" and source.left_edge.lower_ in _DEFINITE:
            return self.cast.in_role(noun_phrase(source).text, (paragraph, source.i))
        return None

    def _titled(self, source: Token, paragraph: int) -> Mention | None:
        """The name right behind a title ("spokesman Lee"); "a spokesman for Lee" and "…, who met Lee," name another."""
        for at in range(source.i + 1, source.right_edge.i + 1):
            token = source.doc[at]
            mention = self.cast.at(paragraph, at)
            if mention is not None:
                return mention
            if token.pos_ not in _NOMINAL and not (token.text == "of" and source.text[0].isupper()):
                return None
        return None

    def _possessor(self, source: Token, paragraph: int) -> Entity | None:
        """What "her letter" or "Reyes's statement" says, its writer says."""
        owner = child(source, "poss")
        if owner is None:
            return None
        mention = self.cast.at(paragraph, owner.i)
        if mention is not None:
            return mention.person
        found = self._focus.resolve(owner, paragraph, self.cast) if owner.lower_ in GENDERS else None
        return found if isinstance(found, Entity) else None

    def _last_apposed(self, source: Token, paragraph: int, verb: int) -> Mention | None:
        """In "from Lee to, now, Cruz, Reyes said" no comma closes an apposition: the last name is the subject."""
        doc = source.doc
        mention = self.cast.at(paragraph, verb - 1) if verb > source.i + 1 else None
        if mention is None or doc[mention.first - 1].text != "," or doc[verb - 1].dep_ not in {"appos", "conj"}:
            return None
        return mention if doc[verb - 1].head.i >= source.left_edge.i else None

    def _beside(self, source: Token, paragraph: int, verb: int) -> Mention | None:
        """A name between the subject that the parser found and the verb, with no comma between: one long title."""
        doc = source.doc
        at = verb - 1
        while at > source.i and doc[at].pos_ in {"ADV", "AUX"}:
            at -= 1
        if doc[at].text == ")":  # Ana Reyes (D-Dunmore) said
            at = next((i - 1 for i in range(at, source.i, -1) if doc[i].text == "("), at)
        between = doc[source.i + 1 : at + 1]
        if any(one.is_punct and one.text != "-" for one in between):
            return None
        # "A spokesman for Ana Reyes said" names two people; "Secretary of State Ana Reyes said" one.
        if any(one.pos_ == "ADP" for one in between) and not (
            compared_form(source.text) in TITLES and source.text[0].isupper()
        ):
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


def _names_somebody(sentence: Span) -> bool:
    """Whether a bare name that may be a person's is the subject of a sentence."""
    for one in sentence.root.children:
        if one.dep_ == "nsubj" and one.pos_ == "PROPN" and one.ent_type_ in _MAY_BE_PERSON:
            short = len(noun_phrase(one)) <= _LONGEST_NAME
            return bool(short and one.left_edge.pos_ != "DET" and not one.text.isupper())
    return False


def _speaker(person: Entity) -> Speaker:
    forms = tuple(" ".join(form) for form in person.forms if form != person.words)
    return Speaker(person.name, "person", person.gender, tuple(person.roles), forms)
