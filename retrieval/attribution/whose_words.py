"""Whose words: the passages of a speaker, all or those on a topic; and the speaker of words that are given."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from index.core.article import Span
from index.core.sentences import embedded_sentences, sentences
from index.quotations.lexicon.verbs import CUES, NEGATIONS, REFUSALS
from index.quotations.speech.types import Quotation
from index.store.records import PassageRow, Records
from retrieval.core.names import TITLES, fold, name_words, words
from retrieval.core.scores import ANSWERED, ON_TOPIC, SPOKEN, Scored, probability, squashed
from retrieval.core.tracing import staged
from retrieval.query.parser import Question
from retrieval.query.speakers import Person
from retrieval.search.bm25 import search_words
from retrieval.search.rerank import PassageContext, contexts, windows
from retrieval.search.searcher import CANDIDATES, Scope, Searcher

UNQUOTED = -0.5
"""How near a passage is taken to be that quotes nobody."""

Piece = tuple[int, int]
"""A passage, and the position of one of its quotations."""


@dataclass(frozen=True, slots=True)
class SpokenPassage:
    """A passage that may hold the words asked for.

    Attributes:
        passage: its id.
        evidence: how much speaks for it; of use to compare, and for `probability`.
        quotation: the quotation in it that fits best, or None where nobody is quoted.
    """

    passage: int
    evidence: float
    quotation: Quotation | None

    @property
    def probability(self) -> float:
        """The probability that it holds the words asked for, or words to that effect."""
        return probability(self.evidence)


@staged("speakers")
def find_spoken(searcher: Searcher, records: Records, question: Question, scope: Scope | None) -> list[SpokenPassage]:
    """Return passages that may hold the words that a question asks for, or words to that effect, best first.

    Args:
        searcher: of the generation.
        records: of the generation.
        question: the question; words in quotation marks are meant word for word.
        scope: the articles to search.
    """
    sought, verbatim = question.quoted or question.topic, question.quoted is not None
    among = scope.passages if scope else None
    wordings = (sought, question.text)
    found = [hit for wording in wordings for hit in searcher.candidates(records, wording, among)[:AROUND]]
    passages = records.passages(list(dict.fromkeys(passage for passage, _ in found)))
    texts = {passage: row.text for passage, row in passages.items()}
    quotations = records.quotations(list(texts))
    closeness = _closeness(searcher, sought, texts, quotations)
    signals = _signals_of_words(searcher, sought, texts, quotations, closeness, verbatim=verbatim)
    evidence = {passage: SPOKEN.evidence(**known) for passage, known in signals.items()}
    best = sorted(evidence, key=lambda passage: -evidence[passage])[:READ]
    # Where the very words stand, to read a dozen passages closely takes time and could not change that.
    if not any(signals[passage]["exact"] for passage in best):
        cut = windows(searcher, question.text, {passage: texts[passage] for passage in best})
        for passage, logit in searcher.relevance(question.text, cut).items():
            evidence[passage] = SPOKEN.evidence(**signals[passage], relevance=squashed(logit))
    spoken = [SpokenPassage(passage, evidence[passage], _nearest(passage, quotations, closeness)) for passage in best]
    return sorted(spoken, key=lambda one: -one.evidence)


def _nearest(
    passage: int, quotations: Mapping[int, Sequence[Quotation]], closeness: Mapping[Piece, float]
) -> Quotation | None:
    spoken = quotations.get(passage, ())
    return max(enumerate(spoken), key=lambda item: closeness[passage, item[0]], default=(0, None))[1]


def _signals_of_words(
    searcher: Searcher,
    sought: str,
    texts: Mapping[int, str],
    quotations: Mapping[int, Sequence[Quotation]],
    closeness: Mapping[Piece, float],
    *,
    verbatim: bool,
) -> dict[int, dict[str, float]]:
    """Return for each passage what `SPOKEN` weighs, all but the reranker's opinion."""
    pieces = {
        (passage, position): texts[passage][quotation.start : quotation.end]
        for passage, spoken in quotations.items()
        for position, quotation in enumerate(spoken)
    }
    shares = searcher.terms.idf_coverage(sought, texts)
    near = searcher.max_cosine(sought, list(texts))
    best: dict[int, dict[str, float]] = {}
    wanted = _plain(sought)
    held = searcher.terms.idf_coverage(sought, pieces)
    for passage, text in texts.items():
        own = [(passage, position) for position in range(len(quotations.get(passage, ())))]
        best[passage] = {
            "near": near[passage],
            "words": shares[passage],
            "held": max((held[piece] for piece in own), default=0.0),
            "close": max((closeness[piece] for piece in own), default=UNQUOTED),
            "exact": float(verbatim and wanted in _plain(text)),
            "quoted": float(verbatim and any(wanted in _plain(pieces[piece]) for piece in own)),
        }
    return best


def _closeness(
    searcher: Searcher, sought: str, texts: Mapping[int, str], quotations: Mapping[int, Sequence[Quotation]]
) -> dict[Piece, float]:
    """Return how near each quotation is to what is sought: the cosine of the best of its sentences.

    A quotation that holds the very words is nearest of all.
    """
    query = searcher.vector(sought)
    sentences = searcher.generation.sentences.of(list(quotations))
    wholes = searcher.generation.vectors.by_id([passage for passage in quotations if passage not in sentences])
    near: dict[Piece, float] = {}
    wanted = _plain(sought)
    for passage, spoken in quotations.items():
        text = texts[passage]
        parts = embedded_sentences(text) if passage in sentences else [(0, len(text))]
        cosines = sentences[passage] @ query if passage in sentences else [wholes[passage] @ query]
        for position, quotation in enumerate(spoken):
            within = (
                float(cosine)
                for (start, end), cosine in zip(parts, cosines, strict=False)
                if start < quotation.end and quotation.start < end
            )
            exact = wanted in _plain(text[quotation.start : quotation.end])
            near[passage, position] = 1.0 if exact else max(within, default=0.0)
    return near


def _plain(text: str) -> str:
    """Return the words of a text alone, so that marks, dashes and case cannot part equal words."""
    return " ".join(["", *re.findall(r"[^\W_]+", fold(text)), ""])


NAMES_AND_TELLS = 0.5
"""The share of the topic's words from which a passage that names somebody is worth showing."""

LIKELY = 0.65
"""The probability from which it is."""

_DENIALS = NEGATIONS | REFUSALS

_BESIDE = 2


def look_for(searcher: Searcher, records: Records, mention: str, scope: Scope | None) -> bool:
    """Tell whether a passage within a scope holds all words of a name."""
    among = scope.passages if scope else None
    found = search_words(searcher.generation.lexical, mention, CANDIDATES, among=among)
    rows = records.passages([passage for passage, _ in found])
    return any(set(name_words(mention)) <= set(words(row.text)) for row in rows.values())


def written_as_a_name(searcher: Searcher, records: Records, mention: str) -> bool:
    """Tell whether articles write the last word of a mention with a capital at least as often as without.

    Somebody who types no capitals leaves open whether "year", in "what year saw the first ferry", is a person. Of a
    word that no article has, it is true.
    """
    word = name_words(mention)[-1]
    found = search_words(searcher.generation.lexical, word, CANDIDATES)
    texts = " ".join(row.text for row in records.passages([passage for passage, _ in found]).values())
    written: list[str] = re.findall(rf"\b{re.escape(word)}\b", texts, re.IGNORECASE)
    capitals = [word for word in written if word[0].isupper()]
    return len(capitals) * 2 >= len(written)


def on_record(searcher: Searcher, records: Records, mention: str, topic: str, ranked: Sequence[Scored]) -> list[Scored]:
    """Return which of some passages name somebody and a topic beside a verb of saying: whose words, cannot be told."""
    passages = records.passages([passage for passage, score in ranked if score >= LIKELY])
    texts = {passage: row.text for passage, row in passages.items() if may_report(mention, row.text)}
    shares = searcher.terms.idf_coverage(topic, texts)
    return [one for one in ranked if shares.get(one[0], 0.0) >= NAMES_AND_TELLS]


def may_report(mention: str, text: str) -> bool:
    """Tell whether a sentence names somebody right beside a verb of saying that is not denied."""
    wanted = name_words(mention)
    for start, end in sentences(text):
        every = words(text[start:end])
        if set(wanted) <= set(every):
            first, last = sorted((every.index(wanted[0]), every.index(wanted[-1])))
            beside = {*every[max(0, first - _BESIDE) : first], *every[last + 1 :][:_BESIDE]}
            if not beside.isdisjoint(CUES) and beside.isdisjoint(_DENIALS):
                return True
    return False


READ = 8
"""How many passages the reranker reads."""

CLEARLY_BETTER = 5
"""How many times the odds of another namesake's words those of one must have on a topic to be the ones meant."""

AROUND = 60

WEIGHED = 200
"""How many of somebody's passages it is weighed of at most how central they are; nobody reads on for so long."""

MANY = 1000
"""From how many passages that quote somebody on only those are weighed that a search among them finds for a topic."""

_FORENAME = 3


@dataclass(frozen=True, slots=True)
class OwnWords:
    """The passages that quote a person, and the person's quotations in them, by passage id."""

    person: Person
    passages: Mapping[int, PassageRow]
    quotations: Mapping[int, Sequence[Quotation]]

    def spans(self, passage: int) -> list[Span]:
        """Return where the person speaks in a passage."""
        return [(quotation.start, quotation.end) for quotation in self.quotations[passage]]

    def said(self, passage: int) -> str:
        """Return what the person says in a passage, as one text."""
        text = self.passages[passage].text
        return " … ".join(text[start:end] for start, end in self.spans(passage))


@dataclass(frozen=True, slots=True)
class Match:
    """A passage that may tell what somebody says on a topic.

    Attributes:
        passage: its id.
        probability: how likely it answers.
        person: who says it, or None where the passage only names the person asked about.
    """

    passage: int
    probability: float
    person: Person | None

    @property
    def fits(self) -> bool:
        """Whether it is likely enough to be shown as an answer."""
        return self.probability >= ANSWERED


@staged("speakers")
def own_words(records: Records, person: Person, scope: Scope | None) -> OwnWords:
    """Return the passages that quote a person, within a scope."""
    forms = person.forms
    if scope:
        inside = set(scope.articles)
        forms = {form: count for form, count in forms.items() if form[0] in inside}
    ids = records.passages_quoting(forms)
    passages = records.passages(ids)
    mine = {
        passage: [q for q in found if (passages[passage].article, q.speaker) in person.forms]
        for passage, found in records.quotations(ids).items()
    }
    return OwnWords(person, passages, mine)


@staged("speakers")
def newest_first(searcher: Searcher, records: Records, own: OwnWords) -> list[Scored]:
    """Return a person's passages: articles newest first, within one article the most central first.

    Central is what lies near the mean vector of the article, direct words a little before reported ones. Beyond the
    first `WEIGHED` passages, those of one article stand in its order.
    """
    inside: dict[int, list[int]] = defaultdict(list)
    for passage, row in own.passages.items():
        inside[row.article].append(passage)
    articles = records.articles(list(inside))
    order = sorted(articles.values(), key=lambda row: (row.date or "", row.id), reverse=True)
    counts = accumulate(len(inside[article.id]) for article in order)
    weighed = [article.id for article, count in zip(order, counts, strict=True) if count <= WEIGHED]
    central = _centrality(searcher, records, own, weighed or [article.id for article in order[:1]])
    ranked = [p for a in order for p in sorted(inside[a.id], key=lambda p: central.get(p, 0.0), reverse=True)]
    return [(passage, 1 - position / (len(ranked) + 1)) for position, passage in enumerate(ranked)]


@staged("speakers")
def by_topic(
    searcher: Searcher, records: Records, topic: str, question: str, *, own: Sequence[OwnWords], scope: Scope | None
) -> list[Match]:
    """Return the passages that may tell what a person says on a topic, best first.

    Among them are passages that only name the person: who speaks in them could not be told.

    Args:
        searcher: of the generation.
        records: of the generation.
        topic: what the words are to be about.
        question: the whole question.
        own: the words of the person asked about or, where several may be meant, of each, the likeliest first.
        scope: the articles to search.
    """
    own = [_found_first(searcher, records, topic, words) for words in own]
    said = {passage: (words.person, words.said(passage)) for words in reversed(own) for passage in words.passages}
    rows = {passage: row for words in own for passage, row in words.passages.items()}
    found = searcher.candidates(records, question, scope.passages if scope else None)[:AROUND]
    near = records.passages([passage for passage, _ in found])
    people = [words.person for words in own]
    rows |= {passage: row for passage, row in near.items() if any(is_named(person, row.text) for person in people)}
    spoken = {passage: words for passage, (_, words) in said.items()}
    signals = _signals(searcher, topic, rows, spoken, contexts(records, rows))
    evidence = {passage: ON_TOPIC.evidence(**known) for passage, known in signals.items()}
    best = sorted(evidence, key=lambda passage: -evidence[passage])[:READ]
    cut = windows(searcher, question, {passage: rows[passage].text for passage in best})
    for passage, logit in searcher.relevance(question, cut).items():
        evidence[passage] = ON_TOPIC.evidence(**signals[passage], relevance=squashed(logit))
    matches = [Match(p, probability(evidence[p]), said[p][0] if p in said else None) for p in best]
    return sorted(matches, key=lambda match: -match.probability)


def _found_first(searcher: Searcher, records: Records, topic: str, own: OwnWords) -> OwnWords:
    """Return of somebody's words, where they are many, those that a search finds for a topic."""
    if len(own.passages) <= MANY:
        return own
    found = [passage for passage, _ in searcher.candidates(records, topic, list(own.passages))]
    return OwnWords(own.person, {p: own.passages[p] for p in found}, {p: own.quotations[p] for p in found})


def is_named(person: Person, text: str) -> bool:
    """Tell whether a text has a person's last name, other than behind a first name that is somebody else's."""
    before: re.Match[str] | None = None
    for word in re.finditer(r"[^\W\d_]+", text):
        if fold(word.group()) in person.last:
            adjacent = before is not None and text[before.end() : word.start()].isspace()
            first = before.group() if before is not None and adjacent and before.group()[0].isupper() else ""
            if len(first) < _FORENAME or fold(first) in person.words | TITLES:
                return True
        before = word
    return False


def _signals(
    searcher: Searcher,
    topic: str,
    rows: Mapping[int, PassageRow],
    spoken: Mapping[int, str],
    around: Mapping[int, PassageContext],
) -> dict[int, dict[str, float]]:
    """Return for each passage what `ON_TOPIC` weighs, all but the reranker's opinion."""
    text = searcher.terms.idf_coverage(topic, {p: row.text for p, row in rows.items()})
    said = searcher.terms.idf_coverage(topic, spoken)
    context = searcher.terms.idf_coverage(
        topic, {p: f"{around[p].title} {around[p].text} {row.text}" for p, row in rows.items()}
    )
    near = searcher.max_cosine(topic, list(rows))
    far = searcher.generation.vectors.by_id([one.before for one in around.values() if one.before is not None])
    query = searcher.vector(topic)
    return {
        p: {
            "own": float(p in spoken),
            "said": said.get(p, 0.0),
            "text": text[p],
            "context": context[p],
            "near": near[p],
            "before": float(far[before] @ query) if (before := around[p].before) is not None else 0.0,
        }
        for p in rows
    }


def whose_words_fit(matches: Sequence[Match], people: Sequence[Person], likely: Person | None) -> Person | None:
    """Return which of several namesakes a topic means: the likely one, or whose words alone fit.

    Args:
        matches: what any of them says on the topic.
        people: the namesakes.
        likely: who is meant if the topic does not tell, or None.
    """
    if len(people) == 1:
        return people[0]
    odds = {
        person: max((m.probability / (1 - m.probability) for m in matches if m.person is person), default=0.0)
        for person in people
    }
    first, second = sorted(people, key=lambda person: -odds[person])[:2]
    rival = odds[second] if likely in (first, None) else odds[likely]
    clearly = any(m.fits and m.person is first for m in matches) and odds[first] >= CLEARLY_BETTER * rival
    return first if clearly else likely


def _centrality(searcher: Searcher, records: Records, own: OwnWords, articles: Sequence[int]) -> dict[int, float]:
    """Return how central each passage of some articles is that quotes a person."""
    every = {article: records.article_passages([article]) for article in articles}
    vectors = searcher.generation.vectors.by_id([passage for passages in every.values() for passage in passages])
    central: dict[int, float] = {}
    for passages in every.values():
        middle = np.mean([vectors[passage] for passage in passages if passage in vectors], axis=0)
        for passage in own.passages.keys() & set(passages):
            direct = any(q.kind == "direct" for q in own.quotations[passage])
            central[passage] = float(vectors[passage] @ middle) + 0.1 * direct
    return central
