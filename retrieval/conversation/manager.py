"""A question within a conversation: the reading that the articles support best, and what is remembered of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from retrieval.answering.router import MAX_QUESTION
from retrieval.conversation.about_last_answer import LastAnswer
from retrieval.conversation.coreference import (
    in_full,
    is_context_dependent,
    is_pronoun,
    mention_of,
    named_in,
    resolve_references,
    whom,
)
from retrieval.conversation.intents import Followup, about, appended, instead, read_followup, topic_of, with_speaker
from retrieval.conversation.merge import Interpretation, compose
from retrieval.conversation.state import Dialog, NamedSpeaker, Turn, places
from retrieval.conversation.turn import TurnContext
from retrieval.core.answer import Answer, Hit, Reason, Remark, remark
from retrieval.core.names import words
from retrieval.core.tracing import staged
from retrieval.query.parser import read_question
from retrieval.query.speakers import Directory

FIRST = 3
"""In how many of the passages shown a name without more is looked up first."""


def turn_of(asked: TurnContext, answer: Answer) -> Turn:
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
    unresolved = last is not None and asked.is_context_dependent(answer.standalone)
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


def _people(asked: TurnContext, answer: Answer, spoken: str | None) -> tuple[NamedSpeaker, ...]:
    """Return who was named: whose words were asked for, whose words answer, and who else the question names."""
    rows = asked.records.article_ids({hit.article for hit in (answer.hits or answer.nearest)[:FIRST]})
    near = asked.directory.within(rows.values()) if rows else None
    first = [_known(asked, near, NamedSpeaker(name)) for name in (spoken, answer.speaker) if name]
    known = [mention_of(person) for person in near.named_in(answer.standalone)] if near else []
    others = [_known(asked, near, mention) for mention in named_in(answer.standalone)]
    told = {one.name: one.gender for one in resolve_references(asked.bare, asked.dialog).people}
    people = _once([*first, *known, *others])
    # Who was called "he" is one from then on, whatever the articles leave open.
    return tuple(replace(one, gender=one.gender or told.get(one.name)) for one in people)


def _known(asked: TurnContext, near: Directory | None, mention: NamedSpeaker) -> NamedSpeaker:
    """Return a mention with what is known of whoever bears the name."""
    person = whom(asked.directory, near, mention.name)
    if not person:
        return in_full(mention, asked.dialog)
    known = mention_of(person)
    return replace(known, name=mention.name) if set(words(mention.name)) > set(words(known.name)) else known


def _once(mentions: Iterable[NamedSpeaker]) -> Iterable[NamedSpeaker]:
    """Yield each of several people once: who was named "Olmo" after "Otto Olmo" is the same."""
    seen: list[frozenset[str]] = []
    for mention in mentions:
        named = frozenset(words(mention.name))
        if named and not any(named <= other or other <= named for other in seen):
            seen.append(named)
            yield mention


_QUOTED = "\N{HORIZONTAL ELLIPSIS}\N{HORIZONTAL ELLIPSIS}"
_OPEN = re.compile(r"\b(?:what|how) about\b", re.IGNORECASE)
_ELSE = re.compile(r"\belse\b", re.IGNORECASE)


@staged("conversation")
def converse(asked: TurnContext, time: float) -> tuple[Answer, Dialog]:
    """Answer a question within its conversation, and return the conversation with it.

    Args:
        asked: the question.
        time: when it is asked, in seconds since 1970.
    """
    too_long = len(asked.typed) > MAX_QUESTION  # and too slow to be read as a question
    if too_long or not re.search(r"\w", asked.typed) or read_question(asked.typed).asks == "nothing":
        return asked.everywhere(asked.typed), replace(asked.dialog, at=time)
    last = asked.dialog.last
    answer = _FollowupHandler(asked, last).answer() if last else asked.everywhere(asked.typed)
    return answer, asked.dialog.after(turn_of(asked, answer), time)


@dataclass(frozen=True)
class _FollowupHandler:
    """A question after another one."""

    asked: TurnContext
    last: Turn

    def answer(self) -> Answer:
        if chosen := self._chosen():
            return self.asked.everywhere(chosen)
        followup = read_followup(self.asked.typed)
        if followup.intent == "question":
            return self._sentence(followup.words)
        if followup.intent in {"also", "about", "instead"}:
            return self._fragment(followup)
        steps = {
            "more": self._more,
            "who else": self._who_else,
            "other": self._other,
            "how": self._how,
        }
        if step := steps.get(followup.intent):
            return step()
        return LastAnswer(self.asked, self.last).answer(followup.intent) or self._sentence(self.asked.bare)

    def _chosen(self) -> str | None:
        """Return the question that was ambiguous with the name that was chosen, if one was."""
        named = set(words(self.asked.typed))
        # A name in full is the one meant, also where another shares a part of it.
        fitting = [choice for choice in self.last.choices if named == set(words(choice))]
        fitting = fitting or [choice for choice in self.last.choices if named & set(words(choice))]
        if len(fitting) != 1 or len(named - set(words(fitting[0]))) > 4:
            return None
        return with_speaker(self.last.question, fitting[0], self.last.mention)

    def _more(self) -> Answer:
        """Continue the list of the last answer; then, with what else its speaker says."""
        seen = {place for turn in self.asked.dialog.turns for place in turn.shown}
        everything = f"What did {self.last.speaker} say?" if self.last.speaker else ""
        for question in dict.fromkeys(filter(None, (self.last.question, everything))):
            answer = self.asked.everywhere(question, self.asked.k + len(seen))
            further = [hit for hit in answer.hits if (hit.article, hit.paragraph) not in seen]
            if question != self.last.question:
                further = self._nearest_first(further)
            if further:
                return replace(answer, hits=tuple(further[: self.asked.k]), confidence=further[0].score)
        return self.asked.not_found(self.last.question, remark(Reason.NOTHING_MORE))

    def _nearest_first(self, hits: Sequence[Hit]) -> list[Hit]:
        """Return hits in order: of articles the conversation was about, then of those that hold most of them."""
        begun = Counter(turn.shown[0][0] for turn in self.asked.dialog.turns if turn.shown)
        many = Counter(hit.article for hit in hits)
        return sorted(hits, key=lambda hit: (-begun[hit.article], -many[hit.article]))

    def _who_else(self) -> Answer:
        """Answer who else said what the last answer tells."""
        question, count = self.last.question, self.asked.k + len(self.last.shown)
        if self.last.asks == "anything":
            answer = compose(replace(self.asked, k=count), Interpretation(question, (question,)))
        else:
            question = question if self.last.asks == "who" else f"Who said something {self.last.topic}?"
            answer = self.asked.everywhere(question, count)
        others = [(hit, name) for hit in answer.hits if (name := self._somebody_else(hit))]
        if not others:
            return self.asked.not_found(question, remark(Reason.NOBODY_ELSE))
        hits = tuple(hit for hit, _ in others[: self.asked.k])
        return replace(answer, hits=hits, speaker=others[0][1], confidence=hits[0].score)

    def _somebody_else(self, hit: Hit) -> str | None:
        """Return who speaks in a hit, other than whoever the last answer quotes."""
        if (hit.article, hit.paragraph) in self.last.shown[:1]:
            return None
        row = self.asked.records.article_ids([hit.article])[hit.article]
        for quotation in hit.quotations:
            if quotation.speaker:
                person = self.asked.directory.person(row, quotation.speaker)
                name = person.name if person else quotation.speaker
                if name != self.last.speaker:
                    return name
        return None

    def _other(self) -> Answer:
        """Answer for the other one of those who were to choose from, or who were named."""
        offered = next((turn.choices for turn in self.asked.dialog.latest() if turn.choices), ())
        named = offered or tuple(one.name for one in self.last.people)
        others = tuple(name for name in named if name != self.last.speaker)
        if len(others) == 1:
            spoken = read_question(self.last.question).speaker or ""
            return self.asked.everywhere(with_speaker(self.last.question, others[0], spoken))
        if not others:
            return self._sentence(self.asked.bare)
        return self._ask_back(remark(Reason.WHICH_OTHER), others)

    def _fragment(self, followup: Followup) -> Answer:
        """Answer the last question with another speaker, topic or name in it."""
        last, fragment = self.last, resolve_references(followup.words, self.asked.dialog).text
        if is_pronoun(fragment):
            return self._sentence(self.asked.bare)
        readings = self._swapped(followup.intent, fragment)
        standalone = readings[0] if len(readings) == 1 else self._better(readings)
        matter = instead(last.in_full, fragment, last.people) if last.context else last.question
        told = last.speaker is not None and standalone == about(last.speaker, fragment)
        wordings = (standalone, f"{matter} And {fragment}?")
        if standalone == appended(last.question, fragment):
            wordings = (f"What about {fragment}?", standalone)
        return compose(self.asked, Interpretation(standalone, wordings, told=told))

    def _swapped(self, intent: str, fragment: str) -> list[str]:
        """Return what the last question may become with a fragment in it."""
        last = self.last
        spoken = read_question(last.question).speaker or ""
        of_words = last.asks in {"said", "who"}
        person = self.asked.person(fragment) if intent != "about" else None
        readings = []
        if of_words and (person or intent == "instead"):
            readings.append(with_speaker(last.question, person.name if person else fragment, spoken))
        if last.speaker and intent != "instead" and (not person or _OPEN.search(self.asked.typed)):
            readings.append(about(last.speaker, fragment))
        return readings or [instead(last.question, fragment, last.people)]

    def _better(self, readings: Sequence[str]) -> str:
        """Return which reading of a question the articles answer better."""
        answers = [(self.asked.everywhere(reading, 1), reading) for reading in readings]
        return max(answers, key=lambda pair: pair[0].confidence if pair[0].status == "answered" else -1.0)[1]

    def _how(self) -> Answer:
        """Answer "why?" and other question words alone: they ask of the same matter, and of the same speaker."""
        in_full = f"{self.asked.bare} {self.last.in_full}"
        speaker = self.asked.person(self.last.speaker)
        standalone = in_full
        if speaker and self.last.topic and re.search(r"\bwhy\b", in_full, re.IGNORECASE):
            standalone = f"Why did {speaker.name} say that {self.last.topic}?"
        return compose(self.asked, Interpretation(standalone, (in_full,), named=[speaker] if speaker else []))

    def _sentence(self, text: str) -> Answer:
        """Answer a sentence of its own, its references resolved."""
        asked, last = self.asked, self.last
        typed = read_question(text)
        # Words in quotation marks are what somebody is to have said: "she" there is nobody of this conversation.
        quoted = typed.quoted or ""
        resolved = resolve_references(typed.text.replace(quoted, _QUOTED) if quoted else typed.text, asked.dialog)
        resolved = replace(resolved, text=resolved.text.replace(_QUOTED, quoted))
        if resolved.rivals and (typed.speaker or "").lower() == resolved.pronoun.lower():
            names = tuple(dict.fromkeys(one.name for one in resolved.rivals))
            return self._ask_back(remark(Reason.WHO_IS_MEANT, mention=resolved.pronoun), names)
        standalone = topic_of(resolved.text, last)
        read, leaning, told = read_question(standalone), asked.is_context_dependent(asked.bare), False
        if read.asks == "who" and not leaning:
            return asked.everywhere(standalone)
        if read.asks == "said" and (person := asked.person(read.speaker)):
            told = bool(read.topic) and not is_context_dependent(read.topic)
            leaning = leaning or (bool(read.topic) and asked.is_thin(read.topic, 1))
            standalone = with_speaker(standalone, person.name, read.speaker or "")
        reading = Interpretation(
            standalone,
            (standalone,) if told or not leaning else (standalone, f"{last.in_full} {asked.bare}"),
            leaning=leaning,
            surely=asked.is_context_dependent(asked.bare, surely=True),
            told=told,
            named=[person for one in resolved.people if (person := asked.person(one.name))],
            without=asked.person(last.speaker) if _ELSE.search(asked.bare) else None,
        )
        return compose(asked, reading)

    def _ask_back(self, note: Remark, names: tuple[str, ...]) -> Answer:
        return Answer(self.asked.typed, "ambiguous", 0.5, self.asked.bare, note, choices=names)
