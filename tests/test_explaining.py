"""What an engine tells beside answers: how a question is read, which articles there are, what they are about."""

from __future__ import annotations

from datetime import date

import pytest
from conftest import Refresh, Write

from index.core.errors import UsageError
from index.generations.generation import IndexFolder
from retrieval.core.scores import ANSWERED
from retrieval.engine import Engine

FERRY = " date 2031-01-14 QUILLHAVEN (WQHV) - The ferry will not close, Mayor Adela Brandvold said.\n"
ROOF = "The roof of the school leaks.\n"


class TestWhy:
    def test_somebodys_words_on_a_topic_are_scored_by_how_they_fit(self, engine: Engine) -> None:
        question = "what did Brandvold say about the ferry?"
        told = engine.explain(question)
        assert (told.question.asks, told.question.speaker, told.speaker) == ("said", "Brandvold", "Adela Brandvold")
        assert (told.measure, told.threshold) == ("topic", ANSWERED)
        first = engine.ask(question).hits[0]
        best = told.considered[0]
        assert (best.article, best.paragraph) == (first.article, first.paragraph)
        assert best.score >= ANSWERED
        assert [one.score for one in told.considered] == sorted((one.score for one in told.considered), reverse=True)

    def test_all_of_somebodys_words_are_listed_the_newest_first(self, engine: Engine) -> None:
        told = engine.explain("what did Brandvold say?", count=100)
        assert (told.measure, told.threshold) == ("newest", None)
        days = [one.citation.date or "" for one in told.considered]
        assert days == sorted(days, reverse=True)

    @pytest.mark.parametrize(
        ("question", "measure"),
        [
            ("who said “the whole end of the pier was a torch”?", "words"),
            ("how many customers were without power?", "relevance"),
            ("what did Cyrus Nobody say?", "relevance"),
        ],
    )
    def test_anything_else_is_scored_by_its_own_measure(self, engine: Engine, question: str, measure: str) -> None:
        told = engine.explain(question)
        best = engine.ask(question)
        assert told.measure == measure
        assert told.considered[0].article == (best.hits or best.nearest)[0].article
        assert told.considered[0].fused is not None

    def test_of_two_with_one_name_nobody_is_meant(self, engine: Engine) -> None:
        told = engine.explain("what did Lindqvist say?")
        assert told.speaker is None
        assert {name for name, _ in told.people} == {"Petra Lindqvist", "Oskar Lindqvist"}
        assert told.considered == ()

    def test_small_talk_considers_nothing(self, engine: Engine) -> None:
        told = engine.explain("thanks!")
        assert (told.question.asks, told.considered) == ("nothing", ())

    def test_keeps_to_a_scope(self, engine: Engine) -> None:
        told = engine.explain("what did Brandvold say about the ferry?", scope=["ferry-ends.txt"])
        assert {one.article for one in told.considered} <= {"ferry-ends.txt"}
        with pytest.raises(UsageError, match=r"no article 'gone\.txt'"):
            engine.explain("ferry", scope=["gone.txt"])

    @pytest.mark.parametrize("question", ["", "🛥️", "x" * 5000, "\0", '"'])
    def test_odd_questions_are_read_too(self, engine: Engine, question: str) -> None:
        assert engine.explain(question).question.asks in {"anything", "said", "who", "nothing"}


class TestArticles:
    def test_are_told_by_day_and_outlet(self, engine: Engine) -> None:
        everything = engine.articles()
        assert len(everything) == 19
        recent = engine.articles(since=date(2031, 3, 4))
        assert "pier-fire.txt" in recent
        assert set(recent) < set(everything)
        outlet, count = next(iter(engine.outlets().items()))
        theirs = engine.articles(outlet=outlet)
        assert len(theirs) == count
        assert set(engine.articles(since=date(2031, 3, 4), outlet=outlet)) == set(recent) & set(theirs) > set()
        assert engine.articles(outlet="Nowhere") == []
        assert engine.articles(since=date(9999, 1, 1)) == []

    def test_are_a_scope_to_ask_within(self, engine: Engine) -> None:
        scope = engine.articles(outlet="WQHV")
        hits = engine.ask("what did Brandvold say?", scope=scope).hits
        assert {hit.citation.outlet for hit in hits} == {"WQHV"}

    def test_without_a_date_or_an_outlet_are_in_no_filter(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        refresh(articles({"ferry.txt": FERRY, "roof.txt": ROOF}))
        with Engine(index) as engine:
            assert engine.articles() == ["ferry.txt", "roof.txt"]
            assert engine.articles(since=date(1900, 1, 1)) == ["ferry.txt"]
            assert engine.outlets() == {"WQHV": 1}

    def test_come_whole(self, engine: Engine) -> None:
        passages = engine.article("pier-fire.txt")
        assert [hit.paragraph for hit in passages] == sorted(hit.paragraph for hit in passages)
        assert passages[0].paragraph == 0
        assert len(passages) > 3
        assert engine.article("gone.txt") == []

    def test_tell_who_speaks_in_them(self, engine: Engine) -> None:
        assert {one.name for one in engine.speaker_summaries(scope=["pier-fire.txt"])} < set(engine.speakers())
        assert list(engine.speaker_summaries(scope=[])) == []


class TestTopics:
    def test_are_what_many_articles_speak_of(self, engine: Engine) -> None:
        topics = engine.topics()
        assert "ferry" in topics[:10]
        assert {"said", "about", "the", "would"}.isdisjoint(topics)
        assert any(" " in topic for topic in topics)
        assert "Quillhaven" in topics
        assert len(topics) == len(set(topics))

    def test_follow_the_index(self, index: IndexFolder, refresh: Refresh, articles: Write) -> None:
        refresh(articles({"ferry.txt": FERRY}))
        with Engine(index) as engine:
            assert "ferry" in engine.topics()
            assert engine.topics() is engine.topics()
            assert "roof" not in engine.topics()
        refresh(articles({"roof.txt": ROOF}))
        with Engine(index) as engine:
            assert "roof" in engine.topics()
