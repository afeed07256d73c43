"""A question within a conversation: what it asks in full words, and the reading that the articles support best."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from retrieval.answer import Answer, Hit
from retrieval.answering import MAX_QUESTION
from retrieval.asked import Asked
from retrieval.composing import Reading, compose
from retrieval.dialog import Dialog, Turn
from retrieval.followups import Followup, read_followup
from retrieval.last_answer import LastAnswer
from retrieval.names import words
from retrieval.question import read_question
from retrieval.references import is_pronoun, leans, resolve
from retrieval.remembering import turn_of
from retrieval.standalone import about, appended, instead, topic_of, with_speaker
from retrieval.timings import staged

NOTHING_MORE = "There is nothing more on that in these articles."
NOBODY_ELSE = "Who else said that, these articles do not tell."

_QUOTED = "\N{HORIZONTAL ELLIPSIS}\N{HORIZONTAL ELLIPSIS}"
_OPEN = re.compile(r"\b(?:what|how) about\b", re.IGNORECASE)
_ELSE = re.compile(r"\belse\b", re.IGNORECASE)


@staged("conversation")
def converse(asked: Asked, time: float) -> tuple[Answer, Dialog]:
    """Answer a question within its conversation, and return the conversation with it.

    Args:
        asked: the question.
        time: when it is asked, in seconds since 1970.
    """
    too_long = len(asked.typed) > MAX_QUESTION  # and too slow to be read as a question
    if too_long or not re.search(r"\w", asked.typed) or read_question(asked.typed).asks == "nothing":
        return asked.everywhere(asked.typed), replace(asked.dialog, at=time)
    last = asked.dialog.last
    answer = _Follow(asked, last).answer() if last else asked.everywhere(asked.typed)
    return answer, asked.dialog.after(turn_of(asked, answer), time)


@dataclass(frozen=True)
class _Follow:
    """A question after another one."""

    asked: Asked
    last: Turn

    def answer(self) -> Answer:
        if chosen := self._chosen():
            return self.asked.everywhere(chosen)
        followup = read_followup(self.asked.typed)
        if followup.move == "question":
            return self._sentence(followup.words)
        if followup.move in {"also", "about", "instead"}:
            return self._fragment(followup)
        steps = {
            "more": self._more,
            "who else": self._who_else,
            "other": self._other,
            "how": self._how,
        }
        if step := steps.get(followup.move):
            return step()
        return LastAnswer(self.asked, self.last).answer(followup.move) or self._sentence(self.asked.bare)

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
        return self.asked.not_found(self.last.question, NOTHING_MORE)

    def _nearest_first(self, hits: Sequence[Hit]) -> list[Hit]:
        """Return hits in order: of articles the conversation was about, then of those that hold most of them."""
        begun = Counter(turn.shown[0][0] for turn in self.asked.dialog.turns if turn.shown)
        many = Counter(hit.article for hit in hits)
        return sorted(hits, key=lambda hit: (-begun[hit.article], -many[hit.article]))

    def _who_else(self) -> Answer:
        """Answer who else said what the last answer tells."""
        question, count = self.last.question, self.asked.k + len(self.last.shown)
        if self.last.asks == "anything":
            answer = compose(replace(self.asked, k=count), Reading(question, (question,)))
        else:
            question = question if self.last.asks == "who" else f"Who said something {self.last.topic}?"
            answer = self.asked.everywhere(question, count)
        others = [(hit, name) for hit in answer.hits if (name := self._somebody_else(hit))]
        if not others:
            return self.asked.not_found(question, NOBODY_ELSE)
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
        return self._ask_back("Which other one is meant?", others)

    def _fragment(self, followup: Followup) -> Answer:
        """Answer the last question with another speaker, topic or name in it."""
        last, fragment = self.last, resolve(followup.words, self.asked.dialog).text
        if is_pronoun(fragment):
            return self._sentence(self.asked.bare)
        readings = self._swapped(followup.move, fragment)
        standalone = readings[0] if len(readings) == 1 else self._better(readings)
        matter = instead(last.in_full, fragment, last.people) if last.context else last.question
        told = last.speaker is not None and standalone == about(last.speaker, fragment)
        wordings = (standalone, f"{matter} And {fragment}?")
        if standalone == appended(last.question, fragment):
            wordings = (f"What about {fragment}?", standalone)
        return compose(self.asked, Reading(standalone, wordings, told=told))

    def _swapped(self, move: str, fragment: str) -> list[str]:
        """Return what the last question may become with a fragment in it."""
        last = self.last
        spoken = read_question(last.question).speaker or ""
        of_words = last.asks in {"said", "who"}
        person = self.asked.person(fragment) if move != "about" else None
        readings = []
        if of_words and (person or move == "instead"):
            readings.append(with_speaker(last.question, person.name if person else fragment, spoken))
        if last.speaker and move != "instead" and (not person or _OPEN.search(self.asked.typed)):
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
        return compose(self.asked, Reading(standalone, (in_full,), named=[speaker] if speaker else []))

    def _sentence(self, text: str) -> Answer:
        """Answer a sentence of its own, its references resolved."""
        asked, last = self.asked, self.last
        typed = read_question(text)
        # Words in quotation marks are what somebody is to have said: "she" there is nobody of this conversation.
        quoted = typed.quoted or ""
        resolved = resolve(typed.text.replace(quoted, _QUOTED) if quoted else typed.text, asked.dialog)
        resolved = replace(resolved, text=resolved.text.replace(_QUOTED, quoted))
        if resolved.rivals and (typed.speaker or "").lower() == resolved.pronoun.lower():
            names = tuple(dict.fromkeys(one.name for one in resolved.rivals))
            return self._ask_back(f"Who is meant by “{resolved.pronoun}”?", names)
        standalone = topic_of(resolved.text, last)
        read, leaning, told = read_question(standalone), asked.leans(asked.bare), False
        if read.asks == "who" and not leaning:
            return asked.everywhere(standalone)
        if read.asks == "said" and (person := asked.person(read.speaker)):
            told = bool(read.topic) and not leans(read.topic)
            leaning = leaning or (bool(read.topic) and asked.is_thin(read.topic, 1))
            standalone = with_speaker(standalone, person.name, read.speaker or "")
        reading = Reading(
            standalone,
            (standalone,) if told or not leaning else (standalone, f"{last.in_full} {asked.bare}"),
            leaning=leaning,
            surely=asked.leans(asked.bare, surely=True),
            told=told,
            named=[person for one in resolved.people if (person := asked.person(one.name))],
            without=asked.person(last.speaker) if _ELSE.search(asked.bare) else None,
        )
        return compose(asked, reading)

    def _ask_back(self, message: str, names: tuple[str, ...]) -> Answer:
        return Answer(self.asked.typed, "ambiguous", 0.5, self.asked.bare, message, choices=names)
