"""How a question is read: who is asked about, on what, and in which full words."""

from __future__ import annotations

import pytest

from bot.render.messages import remark_line
from retrieval.core.names import name_words
from retrieval.engine import Engine
from retrieval.query.parser import read_question


@pytest.mark.parametrize(
    ("question", "speaker", "topic"),
    [
        ("What did the Harbor Post say about fees?", "the Harbor Post", "about fees"),
        ("what did the united press report about fees", "the united press", "about fees"),
        ("What did Gordon Will say about ferries?", "Gordon Will", "about ferries"),
        ("what did gordon will say", "gordon will", ""),
        ("Lindqvist on the freezer", "Lindqvist", "the freezer"),
        ("the mayor's view of the ferry", "the mayor", "of the ferry"),
    ],
)
def test_names_may_end_in_a_verb(question: str, speaker: str, topic: str) -> None:
    read = read_question(question)
    assert (read.asks, read.speaker, read.topic) == ("said", speaker, topic)


@pytest.mark.parametrize(
    ("name", "words"),
    [("Peter King", ["peter", "king"]), ("Rabbi Jacobs", ["jacobs"]), ("State Department", ["state", "department"])],
)
def test_a_title_at_the_end_is_a_name(name: str, words: list[str]) -> None:
    assert name_words(name) == words


@pytest.mark.parametrize(
    "question", ["the fire chief on the pilings", "Petra Lindqvist's view of the tar", "Petra Lindqvst on the pilings"]
)
def test_an_elliptic_question_is_answered_like_a_whole_one(engine: Engine, question: str) -> None:
    answer = engine.ask(question)
    assert (answer.status, answer.speaker) == ("answered", "Petra Lindqvist")
    assert (answer.hits[0].article, answer.hits[0].paragraph) == ("pier-fire.txt", 2)


def test_two_words_in_different_passages_are_no_mention(engine: Engine) -> None:
    message = remark_line(engine.ask("what did Tobias Thistlewood say?"))
    assert message is not None
    assert message.startswith("Nobody called")


def test_a_scope_limits_who_is_mentioned(engine: Engine) -> None:
    everywhere, scoped = (engine.ask("what did the osprey say?", scope=scope) for scope in (None, ["pier-fire.txt"]))
    assert remark_line(everywhere) != remark_line(scoped)
