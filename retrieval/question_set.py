"""Question sets: what is asked, read from a JSON Lines file together with what is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from index.errors import OnrecordError, UsageError
from retrieval.batch import Record, read_batch
from retrieval.dialog import Place
from retrieval.engine import Engine

LISTS = "who-said-all"
"""The kind whose gold is a whole list."""
QUOTES = "who-said-quote"
"""The kind that asks for a speaker, so that the answer is a name."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what is right.

    Attributes:
        line: number of its line in the file, from 1.
        record: the line, with what is asked: question, history and scope.
        kind: what sort of question it is; figures are told by kind.
        answerable: whether the articles answer it.
        gold: the passages that answer; to a question of the kind `LISTS`, all of them.
        also: passages that are neither right nor wrong.
        speaker: whose words answer, or None; where the kind is `QUOTES`, the name that is asked for.
        highlight: the words of a gold passage that answer, or None.
    """

    line: int
    record: Record
    kind: str
    answerable: bool
    gold: frozenset[Place]
    also: frozenset[Place]
    speaker: str | None
    highlight: str | None

    @property
    def label(self) -> str:
        """The kind, with the subkind where there is one."""
        return "/".join(filter(None, (self.kind, self.record.get("subkind"))))


def read_questions(path: Path) -> list[Question]:
    """Return the questions of a file.

    Raises:
        UsageError: the file cannot be read.
        OnrecordError: a line is no question, or does not tell what is right; or there is no question.
    """
    questions = []
    for number, record in read_batch(path):
        if isinstance(record, UsageError):
            raise OnrecordError(str(record))
        try:
            questions.append(_question(number, record))
        except ValueError as error:
            raise OnrecordError(f"{path}, line {number}: {error}") from None
    if not questions:
        raise OnrecordError(f"{path}: holds no question")
    return questions


def doubts(engine: Engine, question: Question) -> Iterator[str]:
    """Yield what of a question cannot be meant so in this index: passages and words that it does not hold.

    Raises:
        OnrecordError: the scope names an article that is not in the index, so that the question cannot be asked.
    """
    unknown = engine.unknown_articles(question.record.get("scope") or ())
    if unknown:
        raise OnrecordError(f"scope: no article {unknown[0]!r} in this index")
    texts = []
    for article, paragraph in sorted(question.gold):
        hits = engine.neighbours(article, paragraph, 0)
        texts += [hit.text for hit in hits]
        if not hits:
            yield f"gold: no paragraph {paragraph} (counted from 0) of an article {article!r} in this index"
    if question.highlight and texts and not any(question.highlight in text for text in texts):
        yield "highlight: these words stand in no gold passage"


def _question(line: int, record: Record) -> Question:
    gold = _places(record, "gold")
    answerable = _optional(record, "answerable", bool)
    if answerable is None:
        answerable = bool(gold)
    if answerable and not gold:
        raise ValueError('is answerable, but has no "gold"')
    _optional(record, "subkind", str)
    kind, answer = _optional(record, "kind", str) or "question", _optional(record, "answer", str)
    if kind == QUOTES and answerable and not answer:
        raise ValueError(f'is of kind {QUOTES}, but has no "answer" that names who said it')
    speaker = _optional(record, "speaker", str)
    highlight = _optional(record, "highlight", str)
    if kind == QUOTES:
        speaker = answer
    return Question(line, record, kind, answerable, gold, _places(record, "also") - gold, speaker, highlight)


def _optional(record: Mapping[str, object], name: str, kind: type[_T]) -> _T | None:
    value = record.get(name)
    if value is None or isinstance(value, kind):
        return value
    words: dict[type, str] = {bool: "true or false", str: "a text", list: "a list"}
    raise ValueError(f'"{name}" is not {words[kind]}')


def _places(record: Mapping[str, object], name: str) -> frozenset[Place]:
    return frozenset(_read_place(name, item) for item in _optional(record, name, list) or ())


def _read_place(name: str, item: object) -> Place:
    match item:
        case {"article": str(article), "paragraph": int(paragraph)} if not isinstance(paragraph, bool):
            return article, paragraph
    raise ValueError(f'"{name}" is not a list of {{"article": id, "paragraph": number from 0}}')
