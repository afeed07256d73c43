"""What is looked at to find the passage that answers: sentences, context, the kind of answer, spelling, time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from conftest import Refresh, Write
from hypothesis import given
from hypothesis import strategies as st

from bot.render.messages import remark_line
from index.core.errors import DamagedError
from index.core.sentences import embedded_sentences
from index.generations.generation import IndexFolder, open_current
from retrieval.core.scores import ANSWERING, ON_TOPIC, SPOKEN, probability, squashed
from retrieval.engine import Engine
from retrieval.query.parser import AnswerKind, contains_kind, expected
from retrieval.search.models import ModelCache
from retrieval.search.rerank import WINDOW, windows
from retrieval.search.searcher import Searcher
from retrieval.search.terms import corrected

FERRY = """ date 2031-01-14 QUILLHAVEN (WQHV) - The ferry to Dunmeer will be replaced, Mayor Adela Brandvold said.

The vote took most of the evening.

“I have waited for this boat since I was a girl,” she said. Nobody spoke against it, and nobody left early. The council
then turned to the budget of the library, to the lease of the net loft, and to a complaint about gulls. Harbor Master
Ines Okafor, who has kept the log since 2019, said that the old boat burned 400 gallons of fuel a week.
"""


@pytest.fixture(scope="module")
def searcher(quillhaven: IndexFolder) -> Searcher:
    generation = open_current(quillhaven, pytest.fail)
    return Searcher(generation, ModelCache(generation.encoder, generation.reranker))


@pytest.fixture
def engine(index: IndexFolder, refresh: Refresh, articles: Write) -> Iterator[Engine]:
    refresh(articles({"ferry.txt": FERRY}))
    with Engine(index) as engine:
        yield engine


class TestModels:
    def test_are_loaded_once_however_many_ask_at_once(self, searcher: Searcher) -> None:
        shelf = ModelCache(*searcher.models.folders)
        with ThreadPoolExecutor(4) as together:
            assert len(set(together.map(lambda _: id(shelf.encoder), range(4)))) == 1

    def test_that_cannot_be_loaded_are_an_error_to_whoever_loads_them(self, searcher: Searcher, tmp_path: Path) -> None:
        with pytest.raises(DamagedError):
            Searcher(searcher.generation, ModelCache(searcher.models.folders[0], tmp_path)).load()


class TestSentences:
    def test_of_a_passage_are_embedded_beside_it(self, searcher: Searcher) -> None:
        with closing(searcher.generation.open_records()) as records:
            rows = records.passages(records.passage_ids())
        counts = {passage: len(rows) for passage, rows in searcher.generation.sentences.of(list(rows)).items()}
        expected_counts = {passage: len(embedded_sentences(row.text)) for passage, row in rows.items()}
        assert counts == {passage: count for passage, count in expected_counts.items() if count}
        assert searcher.generation.sentences.passages().tolist() == sorted(counts)

    def test_find_the_passage_that_holds_them(self, searcher: Searcher) -> None:
        with closing(searcher.generation.open_records()) as records:
            rows = records.passages(records.passage_ids())
        pieces = [
            (passage, row.text[slice(*one)]) for passage, row in rows.items() for one in embedded_sentences(row.text)
        ]
        assert len(pieces) > 40
        for passage, text in pieces[:40]:
            found = searcher.generation.sentences.search(searcher.vector(text), 5)
            assert passage in dict(found)

    def test_go_and_come_with_their_passage(self, index: IndexFolder, refresh: Refresh, articles: Write) -> None:
        folder = articles({"ferry.txt": FERRY})
        refresh(folder)
        before = open_current(index, pytest.fail).sentences
        (folder / "ferry.txt").rename(folder / "boat.txt")
        assert refresh().embedded == 0
        after = open_current(index, pytest.fail).sentences
        assert len(after.passages()) == len(before.passages()) > 0
        assert not set(after.passages()) & set(before.passages())
        old, new = (list(one.of(sorted(one.passages())).values()) for one in (before, after))
        assert all((a == b).all() for a, b in zip(old, new, strict=True))


def mended(searcher: Searcher, text: str, keep: str = "") -> str:
    """Return a question without its slips."""
    with closing(searcher.generation.open_records()) as records:
        knows = searcher.models.encoder.knows
        return corrected(searcher.generation.lexical, records, text, is_common=knows, keep=keep)


class TestWindows:
    def test_are_the_sentences_of_a_long_passage_that_share_most_with_the_question(self, engine: Engine) -> None:
        searcher = engine._searcher
        with closing(searcher.generation.open_records()) as records:
            texts = {passage: row.text for passage, row in records.passages(records.passage_ids()).items()}
        cut = windows(searcher, "How much fuel did the old boat burn?", texts)
        long = max(texts, key=lambda passage: len(texts[passage]))
        assert "400 gallons" in cut[long]
        assert len(cut[long].split()) <= WINDOW < len(texts[long].split())
        assert all(text in texts[passage] for passage, text in cut.items())

    def test_leave_short_passages_whole(self, searcher: Searcher) -> None:
        assert windows(searcher, "who?", {1: "The vote took most of the evening."}) == {
            1: "The vote took most of the evening."
        }


class TestTheKindOfAnswer:
    @pytest.mark.parametrize(
        ("question", "kind", "answer", "other"),
        [
            ("How long did the vote take?", "duration", "It took 36 minutes.", "It took place indoors."),
            ("at what time was the mayor told", "clock", "12:25 p.m.: the mayor is told.", "The mayor was told."),
            ("What share of voters liked it?", "share", "Some 28 percent did.", "Some 28 people did."),
            ("how much did the boat cost", "money", "The price was $2 million.", "Two boats were sold."),
            ("How many people came?", "number", "Four hundred stood outside.", "They stood outside."),
            ("when does the library open", "date", "It opens on Monday.", "It opens at last."),
            ("where was it held", "place", "They met in Dunmeer.", "They met in a hall."),
            ("who gave the money", "person", "It was Ines Okafor.", "It was a visitor."),
        ],
    )
    def test_is_told_by_its_form(self, question: str, kind: AnswerKind, answer: str, other: str) -> None:
        assert expected(question) == kind
        assert contains_kind(kind, answer, question)
        assert not contains_kind(kind, other, question)

    @pytest.mark.parametrize("question", ["why did she leave", "what did Brandvold say when she left?", ""])
    def test_is_not_told_by_every_question(self, question: str) -> None:
        assert expected(question) is None

    def test_is_not_what_the_question_says_itself(self) -> None:
        assert not contains_kind("number", "The 18 jobs are gone.", "how many of the 18 jobs are left")

    def test_is_looked_for_in_a_thousand_digits_too(self) -> None:
        assert not contains_kind("duration", 2000 * "1", "how long is the pier?")

    @given(st.text(), st.text())
    def test_can_be_looked_for_in_any_text(self, question: str, text: str) -> None:
        if kind := expected(question):
            contains_kind(kind, text, question)


class TestSpelling:
    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("who found the frozen hydrent", "who found the frozen hydrant"),
            ("what was said about the cardamon", "what was said about the cardamom"),
        ],
    )
    def test_slips_are_mended(self, searcher: Searcher, typed: str, meant: str) -> None:
        assert mended(searcher, typed) == meant

    @pytest.mark.parametrize("typed", ["who complained about sleep", "what did Kowalskj say", "xqzzt blorp?", "!?"])
    def test_common_words_names_and_nonsense_are_left_alone(self, searcher: Searcher, typed: str) -> None:
        assert mended(searcher, typed) == typed

    def test_words_to_keep_are_kept(self, searcher: Searcher) -> None:
        assert mended(searcher, "the hydrent", keep="hydrent") == "the hydrent"


class TestTheTimeAsked:
    def test_words_of_another_time_are_not_given(self, engine: Engine) -> None:
        answer = engine.ask("What did Brandvold say in 2030?")
        assert answer.status == "not_found"
        assert remark_line(answer) == "Adela Brandvold is quoted in these articles, but in none of 2030."
        assert answer.nearest

    def test_last_month_is_meant_from_now(self, engine: Engine) -> None:
        statuses = [engine.ask("What did Brandvold say last month?", now=date(2031, m, 3)).status for m in (2, 3)]
        assert statuses == ["answered", "not_found"]

    def test_what_fits_but_is_of_another_time_is_said_to_be(self, engine: Engine) -> None:
        answer = engine.ask("What did Brandvold say about the ferry in 2030?")
        assert (answer.status, remark_line(answer)) == ("answered", "None of these is from an article of 2030.")


class TestNobody:
    def test_a_name_that_looks_like_another_is_asked_back(self, engine: Engine) -> None:
        answer = engine.ask("What did Adela Brandenburg say?")
        assert answer.status == "not_found"
        assert (
            remark_line(answer)
            == "Nobody called “Adela Brandenburg” speaks in these articles. Did you mean Adela Brandvold?"
        )


class TestWithoutTheReranker:
    @pytest.mark.parametrize(
        ("question", "text"),
        [
            ("what did Brandvold say about the ferry?", "erry"),
            ("how many minutes did the frozen hydrant cost the crews", "eleven minutes"),
        ],
    )
    def test_questions_are_answered_by_words_and_vectors(
        self, quillhaven: IndexFolder, monkeypatch: pytest.MonkeyPatch, question: str, text: str
    ) -> None:
        asked_for: list[ModelCache] = []
        monkeypatch.setattr(ModelCache, "reranker", property(asked_for.append))
        with Engine(quillhaven, fast=True) as engine:
            engine.load_models()
            answer = engine.ask(question)
            assert answer.status == "answered"
            assert text in answer.hits[0].text
        assert asked_for == []


@given(st.floats(-12, 12), st.floats(-12, 12), st.sampled_from([-1.0, 0.0, 1.0]))
def test_more_evidence_is_more_probable(logit: float, context: float, held: float) -> None:
    one = ANSWERING.evidence(logit=logit, context=context, held=held)
    other = ANSWERING.evidence(logit=logit + 0.5, context=context, held=held)
    assert 0 < probability(one) < probability(other) < 1
    assert -1 < squashed(logit) < squashed(logit + 0.5) < 1


def test_a_signal_without_a_weight_is_an_error() -> None:
    for model in (ANSWERING, ON_TOPIC, SPOKEN):
        with pytest.raises(KeyError):
            model.evidence(moon=1.0)
