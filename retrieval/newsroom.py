"""What a newsroom asks of one generation beside questions: what is new, what is there already."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from index.catalogue import Catalogue
from index.generation import IndexFolder
from index.rows import FiledArticle
from retrieval.answer import Hit
from retrieval.known import known_article
from retrieval.names import words
from retrieval.news import Newsreader
from retrieval.search import Searcher
from retrieval.seen import Ledger
from retrieval.wanted import Meaning, read_wanted


class Newsroom:
    """Answers from one generation, also when another has taken over meanwhile.

    Attributes:
        index: the index that the generation is of.
    """

    def __init__(self, searcher: Searcher, index: IndexFolder) -> None:
        """Answer from a generation."""
        self.index = index
        self._searcher = searcher

    def newsreader(self, ledger: Ledger) -> Newsreader:
        """Return what tells the news, by what a ledger says was seen before."""
        return Newsreader(self._searcher, ledger)

    def meaning(self, text: str) -> Meaning:
        """Return whom or what words mean that somebody wants to hear of; see `retrieval.wanted.read_wanted`."""
        with closing(self._searcher.generation.open_records()) as records:
            return read_wanted(self._searcher, records, text)

    def known(self, paragraphs: Sequence[str]) -> Hit | None:
        """Return a passage of the article that some paragraphs are; see `retrieval.known.known_article`."""
        with closing(self._searcher.generation.open_records()) as records:
            return known_article(self._searcher, records, paragraphs)

    def filed(self, text: str, count: int) -> list[FiledArticle]:
        """Return the articles whose title, outlet, date or id has all of some words, those indexed last first.

        Args:
            text: the words; all articles have none.
            count: how many to return at most.
        """
        wanted, found = set(words(text)), list[FiledArticle]()
        with closing(Catalogue.open(self._searcher.generation.records_path)) as catalogue:
            for article in catalogue.filed():
                if wanted <= set(words(" ".join(filter(None, article[:4])))):
                    found.append(article)
                if len(found) == count:
                    break
        return found

    def article(self, name: str) -> FiledArticle | None:
        """Return an article by its id, or None where there is none."""
        with closing(Catalogue.open(self._searcher.generation.records_path)) as catalogue:
            return catalogue.filed_article(name)
