"""The engine: answers verbatim and cited, within a scope, from whichever generation is in force."""

from __future__ import annotations

import hashlib
import logging
import threading
import time

import pytest
from conftest import ARTICLES, Refresh, Write
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.render.messages import remark_line
from index.core.article import Article
from index.core.errors import Advice, DamagedError, NoIndexError, UsageError
from index.generations.generation import IndexFolder
from index.sources.given import read_source
from retrieval.attribution import whose_words
from retrieval.core.answer import Answer, Hit
from retrieval.engine import Engine
from tests.waiting import until

FERRY = " date 2031-01-14 QUILLHAVEN (WQHV) - The ferry will not close, Mayor Adela Brandvold said.\n"
ROOF = " date 2031-04-22 QUILLHAVEN (WQHV) - The school roof leaks, Superintendent Wendell Achterberg said.\n"
QUESTIONS = [
    "what did Brandvold say about the ferry?",
    "who said “the whole end of the pier was a torch”?",
    "what did the superintendent say about the roof?",
    "how many customers were without power?",
    "what was said about the cardamom?",
]


@pytest.fixture(scope="module")
def originals() -> dict[str, Article]:
    return {article.id: article for article in read_source(str(ARTICLES)) if isinstance(article, Article)}


def all_hits(answer: Answer) -> list[Hit]:
    return [*answer.hits, *answer.nearest]


class TestAnswers:
    @pytest.mark.parametrize("question", QUESTIONS)
    def test_are_paragraphs_word_for_word(self, engine: Engine, originals: dict[str, Article], question: str) -> None:
        answer = engine.ask(question)
        assert all_hits(answer)
        for hit in all_hits(answer):
            assert hit.text == originals[hit.article].paragraphs[hit.paragraph]

    @pytest.mark.parametrize("question", QUESTIONS)
    def test_say_where_they_stand(self, engine: Engine, originals: dict[str, Article], question: str) -> None:
        for hit in all_hits(engine.ask(question)):
            article, citation = originals[hit.article], hit.citation
            assert (citation.title, citation.outlet, citation.url) == (article.title, article.outlet, article.url)
            assert citation.date == (article.date.isoformat() if article.date else None)
            assert citation.paragraph == hit.paragraph + 1
            assert (citation.source, citation.sha256) == (article.source, article.sha256)

    @pytest.mark.parametrize("question", QUESTIONS)
    def test_point_into_their_text(self, engine: Engine, question: str) -> None:
        for hit in all_hits(engine.ask(question)):
            spans = [hit.citation.chars, *hit.highlights, *((part.start, part.end) for part in hit.quotations)]
            assert all(0 <= start < end <= len(hit.text) for start, end in spans)
            assert list(hit.highlights) == sorted(hit.highlights)
            assert 0 <= hit.score <= 1

    def test_cite_the_bytes_of_the_file(self, engine: Engine) -> None:
        hit = engine.ask("who said “the whole end of the pier was a torch”?").hits[0]
        assert hit.citation.sha256 == hashlib.sha256((ARTICLES / hit.citation.source).read_bytes()).hexdigest()

    def test_hold_as_many_passages_as_were_asked_for_at_most(self, engine: Engine) -> None:
        assert len(engine.ask(QUESTIONS[0], k=1).hits) == 1
        assert len(engine.ask(QUESTIONS[0], k=2).hits) <= 2

    def test_are_the_same_to_the_same_question(self, engine: Engine) -> None:
        assert engine.ask(QUESTIONS[0]) == engine.ask(QUESTIONS[0])

    @pytest.mark.parametrize("question", ["what did Brandvold say about the ferry?", "what did Brandvold say?"])
    def test_are_the_same_of_somebody_who_is_quoted_often(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch, question: str
    ) -> None:
        answer = engine.ask(question)
        for bound in ("MANY", "WEIGHED"):
            monkeypatch.setattr(whose_words, bound, 1)
        often = engine.ask(question)
        assert (often.status, often.speaker, often.hits[0].text) == (answer.status, answer.speaker, answer.hits[0].text)
        assert {hit.text for hit in often.hits} == {hit.text for hit in answer.hits}

    def test_have_the_parts_of_the_contract(self, engine: Engine) -> None:
        answer = engine.ask("who said “the whole end of the pier was a torch”?").to_json("q1")
        assert " ".join(answer) == (
            "qid question standalone status confidence message speaker choices nearest passages"
        )
        (passage, *_) = answer["passages"]
        assert " ".join(passage) == "article paragraph text score highlights quotations also citation"
        assert " ".join(passage["citation"]) == "title outlet date url paragraph chars source sha256"
        assert " ".join(passage["quotations"][0]) == "speaker kind start end cue quotation"
        assert answer["qid"] == "q1"


class TestOddQuestions:
    @pytest.mark.parametrize("question", ["", "   ", "\n\t", "🛥️🔥", "?!…", "。", "x" * 100_000, "ferry " * 20_000])
    def test_are_not_found_in_one_line(self, engine: Engine, question: str) -> None:
        answer = engine.ask(question)
        assert (answer.status, answer.hits) == ("not_found", ())
        assert remark_line(answer)
        assert len((remark_line(answer) or "").splitlines()) == 1
        assert answer.question == question

    @pytest.mark.parametrize(
        "question", ["AND OR NOT", '"', "ferry~2^3 +(-", "title:*", "' OR 1=1 --", "\0", "%s {0} \\"]
    )
    def test_have_no_special_meaning(self, engine: Engine, question: str) -> None:
        assert engine.ask(question).status in {"answered", "not_found", "ambiguous"}

    @given(st.text(st.characters(codec="utf-8"), max_size=40))
    @settings(max_examples=15, deadline=None)
    def test_of_any_kind_get_an_answer(self, engine: Engine, question: str) -> None:
        assert engine.ask(question).question == question


class TestAScope:
    def test_limits_where_is_searched(self, engine: Engine) -> None:
        answer = engine.ask("what did Brandvold say about the ferry?", scope=["ferry-ends.txt", "pier-fire.txt"])
        assert all_hits(answer)
        assert {hit.article for hit in all_hits(answer)} <= {"ferry-ends.txt", "pier-fire.txt"}

    def test_may_be_one_article_of_a_file_of_many(self, engine: Engine) -> None:
        answer = engine.ask("what did Sabatier say?", scope=["wire-hospital-merger"])
        assert {hit.article for hit in all_hits(answer)} == {"wire-hospital-merger"}

    def test_of_nothing_finds_nothing(self, engine: Engine) -> None:
        answer = engine.ask(QUESTIONS[0], scope=[])
        assert (answer.status, all_hits(answer)) == ("not_found", [])

    def test_with_an_unknown_article_is_refused(self, engine: Engine) -> None:
        with pytest.raises(UsageError, match=r"no article 'gone\.txt' in this index"):
            engine.ask(QUESTIONS[0], scope=["ferry-ends.txt", "gone.txt"])


class TestWhatElseItTells:
    def test_who_is_quoted_most_first(self, engine: Engine) -> None:
        speakers = engine.speakers()
        assert speakers[0] == "Adela Brandvold"
        assert {"Ignatius Farrow", "Petra Lindqvist", "Oskar Lindqvist"} <= set(speakers)
        assert {"Cyrus Wexcombe", "Dorothea Pell"}.isdisjoint(speakers)

    def test_what_stands_around_a_paragraph(self, engine: Engine) -> None:
        around = engine.neighbours("wire-hospital-merger", 3, 1)
        assert [hit.paragraph for hit in around] == [3, 4]  # paragraph 2 is blank
        assert engine.neighbours("gone", 0, 3) == []

    def test_what_it_was_built_from(self, engine: Engine) -> None:
        assert engine.sources() == [str(ARTICLES)]
        assert engine.describe().startswith("19 articles, 151 passages, ")


class TestOpening:
    def test_without_an_index_is_an_error(self, index: IndexFolder) -> None:
        with pytest.raises(NoIndexError):
            Engine(index)

    def test_with_damage_warns_and_answers_from_the_generation_before(
        self, index: IndexFolder, refresh: Refresh, articles: Write, caplog: pytest.LogCaptureFixture
    ) -> None:
        refresh(articles({"ferry.txt": FERRY}))
        refresh(articles({"roof.txt": ROOF}))
        (index.generations / index.current() / "passages.faiss").unlink()
        with Engine(index) as engine:
            assert engine.ask("what did Brandvold say?").hits[0].article == "ferry.txt"
            assert "1 article" in engine.describe()
        assert "passages.faiss: is missing" in caplog.text

    def test_with_nothing_but_damage_is_an_error(self, index: IndexFolder, refresh: Refresh, articles: Write) -> None:
        refresh(articles({"ferry.txt": FERRY}))
        (index.generations / index.current() / "passages.faiss").unlink()
        with pytest.raises(DamagedError, match=r"passages\.faiss: is missing$") as damaged:
            Engine(index)
        assert damaged.value.advice is Advice.MEND_INDEX


@pytest.mark.usefixtures("quickly")
class TestWatching:
    def test_a_new_generation_is_answered_from_and_no_question_fails_meanwhile(
        self, index: IndexFolder, refresh: Refresh, articles: Write
    ) -> None:
        refresh(articles({"ferry.txt": FERRY}))
        answers: list[Answer] = []
        failures: list[BaseException] = []
        done = threading.Event()

        def keep_asking(engine: Engine) -> None:
            while not done.is_set():
                try:
                    answers.append(engine.ask("what did Achterberg say about the school roof?"))
                except BaseException as error:  # noqa: BLE001  (any failure is what is looked for)
                    failures.append(error)

        with Engine(index, watch=True) as engine:
            threads = [threading.Thread(target=keep_asking, args=[engine]) for _ in range(2)]
            for thread in threads:
                thread.start()
            try:
                until(lambda: bool(answers))
                for number in range(3):
                    refresh(articles({"roof.txt": ROOF, f"more-{number}.txt": f"Trip {number} of the ferry."}))
                    articles_now = f"{number + 3} articles"
                    until(lambda start=articles_now: engine.describe().startswith(start))
            finally:
                done.set()
                for thread in threads:
                    thread.join()
            last = engine.ask("what did Achterberg say about the school roof?")
        assert failures == []
        assert "roof.txt" not in {hit.article for hit in all_hits(answers[0])}
        assert "roof.txt" in {hit.article for hit in all_hits(last)}

    def test_what_was_removed_is_gone_from_answers(self, index: IndexFolder, refresh: Refresh, articles: Write) -> None:
        folder = articles({"ferry.txt": FERRY, "roof.txt": ROOF})
        refresh(folder)
        with Engine(index, watch=True) as engine:
            (folder / "roof.txt").unlink()
            refresh()
            until(lambda: engine.describe().startswith("1 article"))
            answer = engine.ask("what did Achterberg say about the school roof?")
            assert {hit.article for hit in all_hits(answer)} <= {"ferry.txt"}

    def test_damage_is_told_once_and_the_open_generation_goes_on(
        self, index: IndexFolder, refresh: Refresh, articles: Write, caplog: pytest.LogCaptureFixture
    ) -> None:
        refresh(articles({"ferry.txt": FERRY}))
        with caplog.at_level(logging.INFO), Engine(index, watch=True) as engine:
            (index.path / "CURRENT").write_text("nonsense")
            until(lambda: "CURRENT" in caplog.text)
            assert engine.ask("what did Brandvold say?").hits[0].article == "ferry.txt"
            time.sleep(0.2)  # several more looks
            assert caplog.text.count("CURRENT") == 1

    def test_a_damaged_new_generation_is_told_once(
        self, index: IndexFolder, refresh: Refresh, articles: Write, caplog: pytest.LogCaptureFixture
    ) -> None:
        refresh(articles({"ferry.txt": FERRY}))
        old = index.current()
        name = refresh(articles({"roof.txt": ROOF})).generation
        (index.path / "CURRENT").write_text(f"{old}\n")
        (index.generations / name / "passages.faiss").unlink()
        with caplog.at_level(logging.INFO), Engine(index, watch=True) as engine:
            (index.path / "CURRENT").write_text(f"{name}\n")
            until(lambda: "passages.faiss" in caplog.text)
            assert engine.ask("what did Brandvold say?").hits[0].article == "ferry.txt"
            time.sleep(0.2)  # several more looks
            assert caplog.text.count("passages.faiss") == 1

    def test_ends_with_the_engine(self, quillhaven: IndexFolder) -> None:
        with Engine(quillhaven, watch=True):
            assert "onrecord-watch" in {thread.name for thread in threading.enumerate()}
        assert "onrecord-watch" not in {thread.name for thread in threading.enumerate()}
