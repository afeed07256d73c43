"""A question within a conversation: what it asks in full words, which reading the articles support, and the next turn."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from index.records import Records
from retrieval.answer import Answer, Span
from retrieval.answering import ANSWERS, answer_question
from retrieval.at_hand import Hand, at_hand, likeliest, probability, weigh
from retrieval.attribution import own_words
from retrieval.dialog import Dialog, Mention, Place, Turn, places
from retrieval.followups import Followup, read_followup
from retrieval.highlighting import highlight
from retrieval.hits import make_hits
from retrieval.last_answer import LastAnswer
from retrieval.names import words
from retrieval.question import read_question
from retrieval.references import Resolved, leans, mention_of, named_in, resolve, whom
from retrieval.search import Scope, Searcher
from retrieval.speakers import Directory, Person
from retrieval.standalone import about, instead, topic_of, with_speaker

LEANING = 2.0
"""The logits that being at hand counts for where a question points to what was said before."""

STANDING = 0.5
"""The same for a question that may stand for itself."""

FURTHER = 3
"""How many passages found everywhere are weighed against those at hand."""

SPEAKS = 0.7
"""The logits that it counts where whoever a pronoun stands for speaks in a passage."""

NOTHING_MORE = "There is nothing more on that in these articles."


@dataclass(frozen=True)
class Conversing:
    """One question of a conversation, put to one generation."""

    searcher: Searcher
    records: Records
    typed: str
    dialog: Dialog
    k: int
    now: date
    scope: Scope | None
    marking: bool = True

    def answer(self) -> Answer:
        """Answer the question as the conversation makes it to be understood."""
        last = self.dialog.last
        if last is None or not self.typed.strip() or read_question(self.typed).asks == "nothing":
            return self._everywhere(self.typed)
        if last.choices and (chosen := self._chosen(last)):
            return self._everywhere(chosen)
        followup = read_followup(self.typed)
        about_last = LastAnswer(self.searcher, self.records, self.typed, last, self.k)
        match followup.move:
            case "more":
                return self._more(last)
            case "origin" | "article" | "before" | "after" | "who said" if answer := about_last.answer(followup.move):
                return answer
            case "when" | "where" if answer := about_last.circumstance(followup.move):
                return answer
            case "who else":
                return self._who_else(last)
            case "also" | "about" | "instead" | "other":
                return self._fragment(followup, last)
            case "how":
                return self._composed(f"{self._bare} {last.in_full}", (f"{self._bare} {last.in_full}",), leaning=True)
        return self._sentence(last)

    @cached_property
    def _bare(self) -> str:
        return " ".join(self.typed.split())

    @cached_property
    def _hand(self) -> Hand:
        return at_hand(self.records, self.dialog, self.scope)

    def _everywhere(self, standalone: str, k: int | None = None) -> Answer:
        answer = answer_question(self.searcher, self.records, standalone, k=k or self.k, now=self.now, scope=self.scope)
        return replace(answer, question=self.typed)

    def _chosen(self, last: Turn) -> str | None:
        """Return the question that was ambiguous with the name that was chosen, if one was."""
        named = set(words(self.typed))
        fitting = [choice for choice in last.choices if named and named & set(words(choice))]
        if len(fitting) != 1 or len(named) > len(words(fitting[0])) + 4:
            return None
        return with_speaker(last.question, fitting[0], last.mention)

    def _more(self, last: Turn) -> Answer:
        """Continue the list of the last answer; then, with what else its speaker says."""
        seen = {place for turn in self.dialog.turns for place in turn.shown}
        for question in dict.fromkeys((last.question, f"What did {last.speaker} say?" if last.speaker else "")):
            if question:
                answer = self._everywhere(question, self.k + len(seen))
                further = [hit for hit in answer.hits if (hit.article, hit.paragraph) not in seen]
                if question != last.question:
                    begun = Counter(turn.shown[0][0] for turn in self.dialog.turns if turn.shown)
                    spoken = Counter(hit.article for hit in answer.hits)
                    further.sort(key=lambda hit: (-begun[hit.article], -spoken[hit.article]))
                if further:
                    return replace(answer, hits=tuple(further[: self.k]), confidence=further[0].score)
        return Answer(self.typed, "not_found", 1.0, last.question, NOTHING_MORE)

    def _who_else(self, last: Turn) -> Answer:
        topic = last.topic or last.question
        answer = self._everywhere(
            f"Who said {topic}?" if last.asks != "who" else last.question, self.k + len(last.shown)
        )
        spoken = {one.name for one in last.people[:1]} | ({last.speaker} if last.speaker else set())
        others = [
            hit
            for hit in answer.hits
            if any(
                q.speaker and q.speaker not in spoken and not self._same(hit.article, q.speaker, spoken)
                for q in hit.quotations
            )
            and (hit.article, hit.paragraph) not in last.shown[:1]
        ]
        if not others:
            return Answer(
                self.typed, "not_found", 0.8, answer.standalone, "Who else said that, these articles do not tell."
            )
        return replace(answer, hits=tuple(others[: self.k]), speaker=self._speaker_of(others[0], spoken))

    def _same(self, article: str, name: str, names: set[str]) -> bool:
        row = self.records.article_ids([article])[article]
        person = self.searcher.directory.person(row, name)
        return person is not None and person.name in names

    def _speaker_of(self, hit, spoken) -> str | None:
        row = self.records.article_ids([hit.article])[hit.article]
        for quotation in hit.quotations:
            if quotation.speaker:
                person = self.searcher.directory.person(row, quotation.speaker)
                name = person.name if person else quotation.speaker
                if name not in spoken:
                    return name
        return None

    def _person(self, mention: str) -> Person | None:
        """Return whom words name: among those who speak in the articles at hand, else anywhere."""
        near = self.searcher.directory.within(self._hand.articles) if self._hand.articles else None
        return whom(self.searcher.directory, near, mention)

    def _fragment(self, followup: Followup, last: Turn) -> Answer:
        if followup.move == "other":
            return self._other(last)
        resolved = resolve(followup.words, self.dialog)
        read = read_question(last.question)
        fragment = resolved.text
        person = self._person(fragment) if followup.move != "about" else None
        readings = []
        if last.asks in {"said", "who"} and person:
            readings.append(with_speaker(last.question, person.name, read.speaker or ""))
        elif last.asks in {"said", "who"} and followup.move == "instead":
            readings.append(with_speaker(last.question, fragment, read.speaker or ""))
        if last.speaker and (not person or _asks_openly(self.typed)) and followup.move != "instead":
            readings.append(about(last.speaker, fragment))
        if not readings:
            readings.append(instead(last.question, fragment, last.people))
        standalone = readings[0] if len(readings) == 1 else self._better(readings)
        swapped = instead(last.in_full, fragment, last.people) if last.context else last.question
        told = last.speaker is not None and standalone == about(last.speaker, fragment)
        return self._composed(standalone, (standalone, f"{swapped} And {fragment}?"), leaning=True, told=told)

    def _better(self, readings: Sequence[str]) -> str:
        """Return which reading of a question the articles answer better."""
        answers = [self._everywhere(reading, 1) for reading in readings]
        return max(zip(readings, answers, strict=True), key=lambda pair: _support(pair[1]))[0]

    def _other(self, last: Turn) -> Answer:
        others = [choice for choice in self._earlier_choices() if choice != last.speaker]
        others = others or [one.name for one in last.people if one.name != last.speaker]
        if len(others) == 1:
            return self._everywhere(with_speaker(last.question, others[0], read_question(last.question).speaker or ""))
        return (
            Answer(self.typed, "ambiguous", 0.5, last.question, "Which other one is meant?", choices=tuple(others[:6]))
            if others
            else self._everywhere(self.typed)
        )

    def _earlier_choices(self) -> tuple[str, ...]:
        return next((turn.choices for turn in self.dialog.latest() if turn.choices), ())

    def _sentence(self, last: Turn) -> Answer:
        """Answer a sentence of its own, its references resolved."""
        resolved = resolve(self._bare, self.dialog)
        if resolved.rivals and read_question(self._bare).asks == "said" and resolved.pronoun:
            speaker = read_question(self._bare).speaker or ""
            if speaker.lower() == resolved.pronoun.lower():
                return self._ask_back(resolved)
        standalone = topic_of(resolved.text, last)
        read = read_question(standalone)
        leaning = leans(self._bare, self.searcher.directory)
        if read.asks == "said" and read.speaker:
            person = self._person(read.speaker)
            if person and (leaning or person.name != read.speaker):
                standalone = with_speaker(standalone, person.name, read.speaker)
        elif read.asks == "who" and not leaning:
            return self._everywhere(standalone)
        told = (
            read.asks == "said"
            and bool(read.topic)
            and standalone != self._bare
            and not leans(read.topic, self.searcher.directory)
        )
        wordings = (standalone,) if told or not leaning else (standalone, f"{last.in_full} {self._bare}")
        named = [person for one in resolved.people if (person := self._person(one.name))]
        without = self._person(last.speaker) if last.speaker and re.search(r"\belse\b", self._bare) else None
        return self._composed(standalone, wordings, leaning=leaning, told=told, named=named, without=without)

    def _ask_back(self, resolved: Resolved) -> Answer:
        return Answer(
            self.typed,
            "ambiguous",
            0.5,
            self._bare,
            f"Who is meant by “{resolved.pronoun}”?",
            choices=tuple(dict.fromkeys(one.name for one in resolved.rivals)),
        )

    def _composed(
        self,
        standalone: str,
        wordings: Sequence[str],
        *,
        leaning: bool,
        told: bool = False,
        named: Sequence[Person] = (),
        without: Person | None = None,
    ) -> Answer:
        """Answer from the passages at hand and from those found everywhere, ranked together.

        Args:
            standalone: the question in full words.
            wordings: what the reranker is asked.
            leaning: whether the question points to what was said before.
            told: whether the question tells its own speaker and topic.
            named: who was meant by a pronoun.
            without: whose words are not wanted.
        """
        whole = self._everywhere(standalone)
        read = read_question(standalone)
        person = self._person(read.speaker) if read.asks == "said" and read.speaker else None
        if not self._hand.passages or (whole.status == "answered" and whole.speaker and (told or not leaning)):
            return whole
        own = own_words(self.records, person, self.scope) if person else None
        quoting = set(own.passages) if own else set()
        among = set(self._hand.passages)
        if without:
            among -= set(own_words(self.records, without, self.scope).passages)
        among = among & quoting or among
        picked = likeliest(self.searcher, self._hand, wordings, among)
        elsewhere = self._ids(places((whole.hits or whole.nearest)[:FURTHER]))
        texts = {passage: row.text for passage, row in self.records.passages([*picked, *elsewhere]).items()}
        logits = weigh(self.searcher, wordings, texts)
        bonus = LEANING if leaning else STANDING
        speaking = {p for one in named for p in own_words(self.records, one, self.scope).passages}
        ranked = {
            passage: logit
            + (self._hand.prior(passage) + bonus if passage in self._hand.passages else 0.0)
            + SPEAKS * (passage in speaking)
            for passage, logit in logits.items()
        }
        best = sorted(ranked, key=lambda passage: (passage not in quoting, -ranked[passage]))
        if not leaning and best[0] not in self._hand.passages:
            return whole
        if whole.status != "answered" and probability(ranked[best[0]] - (bonus if told else 0)) < ANSWERS:
            return replace(whole, question=self.typed)
        scored = [(passage, probability(ranked[passage])) for passage in best]
        spans = self._spans(standalone, best, texts, own.spans if own else None, quoting)
        hits = make_hits(self.records, scored, spans, count=self.k)
        return Answer(
            self.typed,
            "answered",
            scored[0][1],
            standalone,
            speaker=person.name if person and best[0] in quoting else None,
            hits=tuple(hits),
        )

    def _spans(self, standalone, best, texts, spans, quoting) -> Mapping[int, Sequence[Span]]:
        mine = {passage: spans(passage) for passage in best if passage in quoting}
        rest = {passage: texts[passage] for passage in best[: self.k] if passage not in mine}
        return mine | (highlight(self.searcher, standalone, rest) if self.marking else {})

    def _ids(self, wanted: Sequence[Place]) -> list[int]:
        found = []
        for article, paragraph in wanted:
            found += self.records.neighbours(article, paragraph, 0)
        return found

    def turn(self, answer: Answer) -> Turn:
        """Return what is to be remembered of the question and its answer."""
        read = read_question(answer.standalone)
        hits = answer.hits or answer.nearest
        asked = read.speaker if read.asks == "said" else None
        speaker = answer.speaker
        rows = self.records.article_ids({hit.article for hit in hits[:3]})
        near = self.searcher.directory.within(rows.values()) if rows else None
        people: list[Mention] = []
        for name in (asked, speaker):
            if name:
                people.append(self._mention(name, near))
        if asked and not speaker and people:
            speaker = people[0].name
        if near:
            people += [mention_of(person) for person in near.named_in(answer.standalone)]
        people += [self._mention(mention.name, near) for mention in named_in(answer.standalone)]
        unique: dict[frozenset[str], Mention] = {}
        for mention in people:
            key = frozenset(words(mention.name))
            if not any(key <= other or other <= key for other in unique):
                unique[key] = mention
        shown = places(hits)
        last = self.dialog.last
        unresolved = last is not None and answer.standalone == self._bare and leans(self._bare, self.searcher.directory)
        if last and last.question == answer.standalone:
            shown = (*shown, *(place for place in last.shown if place not in shown))
        return Turn(
            question=answer.standalone,
            status=answer.status,
            asks=read.asks,
            speaker=speaker,
            topic=read.topic,
            people=tuple(unique.values()),
            shown=shown,
            choices=answer.choices,
            mention=asked or "",
            context=last.in_full if last and unresolved else "",
        )

    def _mention(self, name: str, near: Directory | None) -> Mention:
        person = whom(self.searcher.directory, near, name)
        if not person:
            return next(iter(named_in(name)), Mention(name))
        known = mention_of(person)
        return replace(known, name=name) if set(words(name)) > set(words(known.name)) else known


def _asks_openly(text: str) -> bool:
    return re.search(r"\b(?:what|how) about\b", text, re.IGNORECASE) is not None


def _support(answer: Answer) -> float:
    return answer.confidence if answer.status == "answered" else -1.0


def converse(
    searcher: Searcher,
    records: Records,
    question: str,
    dialog: Dialog,
    *,
    k: int,
    now: date,
    scope: Scope | None,
    time: float,
) -> tuple[Answer, Dialog]:
    """Answer a question within a conversation; see `Engine.converse`."""
    conversing = Conversing(searcher, records, question, dialog.as_of(time), k, now, scope)
    answer = conversing.answer()
    if not question.strip() or read_question(question).asks == "nothing":
        return answer, replace(conversing.dialog, at=time)
    return answer, conversing.dialog.after(conversing.turn(answer), time)
