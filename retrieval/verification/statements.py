"""What was said, statement by statement, as words that a claim can be held against; and the passages around it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.quotations.speech.quote_marks import find_marked
from index.quotations.speech.types import Quotation
from index.store.records import PassageRow, Records
from retrieval.core.tokens import Word, words_of
from retrieval.query.speakers import Person
from retrieval.search.bm25 import search_words
from retrieval.search.searcher import Scope, Searcher

LOOKED_AT = 80
"""How many passages that share words with a claim are looked at."""

OWN = 40
"""How many more of those that quote whoever is to have said it."""

_NEIGHBOURS = 3
"""How many passages on either side a quotation may go on in."""

_YEAR = re.compile(r"‘(?=\d\d\b)")
_QUICK = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word of a statement: in which passage it stands, and whether in quotation marks."""

    word: Word
    passage: int
    quoted: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """A quotation with all its pieces, or a whole passage as its article tells it.

    Attributes:
        article: the row of its article.
        words: in the order of the text.
        name: whose words the article says they are; None where it does not tell, or they are the article's.
        person: the same, across articles.
    """

    article: int
    words: tuple[SpokenWord, ...]
    name: str | None = None
    person: Person | None = None


def quick_words(text: str) -> frozenset[str]:
    """Return the runs of letters and digits in a text, in lower case: contractions and numbers in their parts."""
    return frozenset(_QUICK.findall(text.casefold()))


class Statements:
    """Finds the statements that may hold certain words; remembers the words of the passages that it has read.

    Attributes:
        directory: who speaks; `Statement.person` is one and the same object as this one finds.
    """

    def __init__(self, searcher: Searcher, records: Records, scope: Scope | None) -> None:
        """Look into one generation, or into the articles of a scope."""
        self._searcher, self._records, self._scope = searcher, records, scope
        self.directory = searcher.speakers(scope)
        self._rows: dict[int, PassageRow] = {}
        self._words: dict[int, tuple[SpokenWord, ...]] = {}
        self._own: dict[int, list[int]] = {}

    def near(self, text: str, people: Sequence[Person]) -> list[int]:
        """Return the passages that share most words with a text, some of those that quote certain people among them."""
        lexical = self._searcher.generation.lexical
        among = self._scope.passages if self._scope else None
        found = search_words(lexical, text, LOOKED_AT, among=among)
        if own := self.own_passages(people):
            found += search_words(lexical, text, OWN, among=own)
        return list(dict.fromkeys(passage for passage, _ in found))

    def holding(self, passages: Sequence[int], wanted: frozenset[str], share: float) -> list[int]:
        """Return the passages that hold a share of some words, by a look that is quick and takes a few too many.

        Args:
            passages: which to look at.
            wanted: words as `quick_words` parts them.
            share: which of them at least.
        """
        rows = self._read(passages)
        return [p for p, row in rows.items() if len(wanted & quick_words(row.text)) >= share * len(wanted)]

    def own_passages(self, people: Sequence[Person]) -> list[int]:
        """Return the passages that quote any of some people."""
        return [passage for person in people for passage in self._passages_of(person)]

    def quotations(self, passages: Sequence[int]) -> list[Statement]:
        """Return the quotations that stand in some passages, with the pieces of them that stand around those."""
        rows = self._read(passages)
        near = {passage + step for passage in rows for step in range(-_NEIGHBOURS, _NEIGHBOURS + 1)}
        articles = {row.article for row in rows.values()}
        around = {p: row for p, row in self._read(sorted(near)).items() if row.article in articles}
        pieces: dict[tuple[int, int], list[tuple[int, Quotation]]] = defaultdict(list)
        for passage, found in sorted(self._records.quotations(list(around)).items()):
            for quotation in found:
                pieces[around[passage].article, quotation.number].append((passage, quotation))
        return [
            self._statement(article, found)
            for (article, _), found in pieces.items()
            if any(passage in rows for passage, _ in found)
        ]

    def texts(self, passages: Sequence[int]) -> list[Statement]:
        """Return whole passages, whoever speaks in them."""
        return [Statement(row.article, self.words(row.id)) for row in self._read(passages).values()]

    def words(self, passage: int) -> tuple[SpokenWord, ...]:
        """Return the words of a passage, and which of them stand in quotation marks."""
        if passage not in self._words:
            text = self._read([passage])[passage].text
            # A year without its century ("‘08") is taken for an opening mark when it is typed with one.
            ((*marked,),) = find_marked([_YEAR.sub("’", text)])
            self._words[passage] = tuple(
                SpokenWord(word, passage, any(m.inner_start <= word.start and word.end <= m.inner_end for m in marked))
                for word in words_of(text)
            )
        return self._words[passage]

    def text(self, passage: int) -> str:
        """Return the text of a passage."""
        return self._read([passage])[passage].text

    def _statement(self, article: int, pieces: Iterable[tuple[int, Quotation]]) -> Statement:
        words: list[SpokenWord] = []
        name = None
        for passage, quotation in pieces:
            name = quotation.speaker or name
            inside = [one for one in self.words(passage) if quotation.start <= one.word.start < quotation.end]
            # A paragraph that goes on with somebody's words is quoted as a whole, though its marks were not closed.
            direct = quotation.kind == "direct" and not _YEAR.search(self.text(passage))
            words += [SpokenWord(one.word, passage, one.quoted or direct) for one in inside]
        person = self.directory.person(article, name) if name else None
        return Statement(article, tuple(words), name, person)

    def _passages_of(self, person: Person) -> list[int]:
        if person.id not in self._own:
            self._own[person.id] = self._records.passages_quoting(person.forms)
        return self._own[person.id]

    def _read(self, passages: Iterable[int]) -> dict[int, PassageRow]:
        wanted = list(passages)
        missing = [passage for passage in wanted if passage not in self._rows]
        self._rows |= self._records.passages(missing)
        return {passage: self._rows[passage] for passage in wanted if passage in self._rows}
