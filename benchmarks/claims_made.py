"""Claims made from annotated quotations by documented transformations, for `benchmarks.verdicts`."""

from __future__ import annotations

import json
import random
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WANTED = {
    "exact": 40,
    "typographic": 40,
    "word left out": 40,
    "negation flipped": 40,
    "number changed": 30,
    "other speaker": 40,
    "paraphrase": 40,
    "invented": 30,
}
"""How many claims of each class: 300. Where fewer quotations hold a number, more are taken for the next class."""

MARKS = "“”\"'‘’`«»"
SIMPLE = re.compile(rf"[“\"]?[A-Z0-9][^{re.escape('“”«»')}\"]+[.,!?][”\"]?")
AUXILIARY = re.compile(r"\b(is|are|was|were|will|would|can|could|should|must|have|has|had|do|does|did)\b")
NEGATION = re.compile(r"\b(?:not|never) |n[’']t\b")
NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b|\b(?:two|three|four|five|six|seven|eight|nine|ten|twenty|thirty|fifty)\b")
WORDS = "two three four five six seven eight nine ten twenty thirty fifty".split()
REPORTS = re.compile(
    r"(?:sa(?:id|ys)|told|tells|added|adds|noted|notes|explained|argued|argues|claimed|claims|insisted|warned|stated|"
    r"contended|asserted|acknowledged|suggested|wrote|stressed)\b"
)
BACK = {
    "he": "I", "she": "I", "his": "my", "her": "my", "him": "me", "himself": "myself", "herself": "myself",
    "would": "will", "was": "am", "had": "have", "their": "our", "they": "we", "them": "us",
}  # fmt: skip
INVENTED = (
    "I have looked at {topic} for a long time, and my mind is made up: we start again in the spring",
    "Nobody handed me {topic} on a plate, and I am not about to give it away over lunch",
    "When it comes to {topic}, the people in this room already know more than the experts do",
    "My grandfather would have laughed at {topic}, and then he would have rolled up his sleeves",
    "Give me a month and a quiet office, and I will have {topic} sorted before the leaves turn",
    "There is a chapter about {topic} in my next book, and a few old friends will not enjoy it",
    "We printed forty copies of the memo on {topic} and I signed every last one of them myself",
    "If {topic} were a horse, I would have sold it at the fair and walked home whistling",
    "The fuss over {topic} will be forgotten by Easter, and we will all wonder what we shouted about",
    "I lay awake over {topic} last night, and by breakfast I knew exactly whom to telephone",
)
TURNED = re.compile(r"\b(?:not|no|never|nor|none|nobody|nothing|neither|without|hardly|if|unless|refus|den[iy]|fail)|"
                    r"n[’']t\b|cannot", re.IGNORECASE)  # fmt: skip


@dataclass(frozen=True)
class Claimed:
    """A claim: how it was made, the verdict that is right, the words, and who is to have said them."""

    made: str
    expected: str
    words: str
    by: str


@dataclass(frozen=True)
class Said:
    """An annotated quotation: its words without outer marks, its speaker, its paragraph, and who else speaks there."""

    words: str
    speaker: str
    paragraph: str
    others: tuple[str, ...]


@dataclass(frozen=True)
class Gold:
    """What people annotated in one half of some articles."""

    direct: list[Said]
    reported: list[Said]
    topics: dict[str, list[str]]

    @classmethod
    def read(cls, folder: Path, half: int) -> Gold:
        texts = {one["id"]: one["paragraphs"] for one in _lines(folder / "articles.jsonl")}
        rows = [row for row in _lines(folder / "attributions.jsonl") if _half(row["article"]) == half]
        rows = [row for row in rows if row["speech_cue"] and row["speaker_how"] == "name" and row["paragraph"] >= 0]
        speakers: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            speakers[row["article"]].append(row["speaker"])
        said: dict[str, list[Said]] = defaultdict(list)
        seen: set[str] = set()
        for row in rows:
            others = sorted(set(speakers[row["article"]]) - {row["speaker"]})
            words = _words(row)
            # What several outlets print is one quotation.
            if words and words not in seen:
                seen.add(words)
                paragraph = texts[row["article"]][row["paragraph"]]
                said[row["quote_kind"]].append(Said(words, row["speaker"], paragraph, tuple(others)))
        topics: dict[str, list[str]] = defaultdict(list)
        for question in _lines(folder / "questions.jsonl"):
            if question["kind"] == "who-said-about":
                topics[question["speaker"]].append(question["topic"])
        return cls(said["direct"], said["indirect"], topics)


def make_claims(gold: Gold, chance: random.Random) -> Iterator[Claimed]:
    """Yield the claims of each class, as many as are wanted; each quotation serves once."""
    direct, reported = list(gold.direct), list(gold.reported)
    chance.shuffle(direct)
    chance.shuffle(reported)
    wanted = 0
    for made in ("number changed", "negation flipped", "other speaker", "word left out", "typographic", "exact"):
        wanted += WANTED[made]
        for said in list(direct):
            claim = MAKERS[made](said, chance)
            if claim and wanted:
                wanted -= 1
                direct.remove(said)
                yield claim
    yield from [claim for said in reported if (claim := _reported(said, chance))][: WANTED["paraphrase"]]
    yield from _invented(gold, chance)


def _exact(said: Said, _: random.Random) -> Claimed | None:
    """The words as they stand."""
    return Claimed("exact", "exact", f"“{said.words}”", said.speaker)


def _typographic(said: Said, chance: random.Random) -> Claimed | None:
    """One of: straight marks and dashes for curly and long ones; the first letter's case; a middle of four words or
    more, that denies nothing, as an ellipsis; a pronoun as the speaker's name in brackets.
    """
    words, kind = said.words, chance.choice(("marks", "case", "ellipsis", "bracket"))
    if kind == "marks":
        words = words.translate(str.maketrans("’‘“”—–", "''\"\"--")).replace("…", "...")
    elif kind == "case":
        words = words[0].swapcase() + words[1:]
    elif kind == "ellipsis":
        parts = words.split()
        if len(parts) < 12:
            return None
        start = chance.randrange(3, len(parts) - 7)
        stop = chance.randrange(start + 4, len(parts) - 3)
        if TURNED.search(" ".join(parts[start - 1 : stop + 1])):
            return None
        words = " ".join([*parts[:start], chance.choice(("…", "...", "[…]", ". . .")), *parts[stop:]])
    else:
        pronoun = re.search(r"\b(?:he|she|they|it|him|them)\b", words)
        if not pronoun:
            return None
        words = f"{words[: pronoun.start()]}[the official]{words[pronoun.end() :]}"
    return Claimed("typographic", "exact", f'"{words}"', said.speaker)


def _left_out(said: Said, chance: random.Random) -> Claimed | None:
    """Any word left out but the first and the last."""
    parts = said.words.split()
    at = chance.randrange(1, len(parts) - 1)
    if not re.search(r"\w", parts[at]) or parts[at] in (parts[at - 1], parts[at + 1]):
        return None
    return Claimed("word left out", "altered", " ".join(parts[:at] + parts[at + 1 :]), said.speaker)


def _flipped(said: Said, _: random.Random) -> Claimed | None:
    """The first "not", "never" or "n't" taken out; where there is none, "not" put behind the first auxiliary."""
    words = NEGATION.sub("", said.words, count=1)
    if words == said.words:
        words = AUXILIARY.sub(r"\1 not", said.words, count=1)
    words = re.sub(r"\bca\b", "can", re.sub(r"\bwo\b", "will", words))
    return None if words == said.words else Claimed("negation flipped", "altered", words, said.speaker)


def _number(said: Said, chance: random.Random) -> Claimed | None:
    """The first number made another: a digit, or the word."""
    found = NUMBER.search(said.words)
    if not found:
        return None
    old = found.group()
    if old in WORDS:
        new = chance.choice([word for word in WORDS if word != old])
    else:
        at = chance.choice([at for at, char in enumerate(old) if char.isdigit()])
        new = old[:at] + chance.choice([d for d in "123456789" if d != old[at]]) + old[at + 1 :]
    return Claimed("number changed", "altered", said.words.replace(old, new, 1), said.speaker)


def _other(said: Said, chance: random.Random) -> Claimed | None:
    """The words as somebody else's who speaks in the article: words about that one, where the paragraph names them."""
    if not said.others:
        return None
    by = chance.choice(said.others)
    last, own = by.split()[-1], said.speaker.split()[-1]
    if last == own or len(by.split()) < 2:
        return None
    expected = "about, not by" if re.search(rf"\b{re.escape(last)}\b", said.paragraph) else "other speaker"
    return Claimed("other speaker", expected, said.words, by)


def _reported(said: Said, chance: random.Random) -> Claimed | None:
    """Reported speech as a quotation: half of it as it stands, half turned back into direct speech."""
    words = re.sub(r"^that ", "", said.words)
    if chance.random() < 0.5:
        return Claimed("paraphrase", "paraphrase", words, said.speaker)
    turned = re.sub(r"\b[a-z]+\b", lambda word: BACK.get(word.group(), word.group()), words)
    return Claimed("paraphrase", "paraphrase", turned, said.speaker) if turned != words else None


def _invented(gold: Gold, chance: random.Random) -> Iterator[Claimed]:
    """Fluent sentences that nobody says, each on a topic that its speaker does speak on."""
    speakers = sorted(name for name in {said.speaker for said in gold.direct} if gold.topics.get(name))
    for number in range(WANTED["invented"]):
        by = chance.choice(speakers)
        topic = chance.choice(gold.topics[by])
        yield Claimed("invented", "not found", INVENTED[number % len(INVENTED)].format(topic=topic), by)


MAKERS = {
    "exact": _exact,
    "typographic": _typographic,
    "word left out": _left_out,
    "negation flipped": _flipped,
    "number changed": _number,
    "other speaker": _other,
}


def _words(row: dict[str, Any]) -> str | None:
    """Return the words of an annotation: one sentence or more between marks; of reported speech, a whole clause."""
    words = " ".join(row["content_text"].split())
    if len(row["content_spans"]) != 1 or not 8 <= len(words.split()) <= 60:
        return None
    if row["quote_kind"] == "direct":
        return words.strip(MARKS + " ,") if SIMPLE.fullmatch(words) else None
    clause = REPORTS.search(row["cue_text"]) and re.match(r"(?:that )?(?:[A-Z]|the|he|she|they|it|a|an|there)\b", words)
    return words.rstrip(" ,.") if clause and not re.search(rf"[{MARKS}]\s|\s[{MARKS}]", words) else None


def _half(article: str) -> int:
    return zlib.crc32(article.encode()) % 2


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open() as stream:
        yield from map(json.loads, stream)
