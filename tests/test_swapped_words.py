"""A fragment takes the place of whom or what the last question was about."""

from __future__ import annotations

import pytest

from retrieval.conversation.intents import appended, instead
from retrieval.conversation.state import NamedSpeaker


@pytest.mark.parametrize(
    ("question", "people", "whole"),
    [
        ("how much did Otto Olmo pay?", ["Otto Olmo"], "how much did Brandvold pay?"),
        ("how much did Otto J. Olmo pay?", ["Otto Olmo"], "how much did Brandvold pay?"),
        ("how much did Otto J.K. Olmo pay?", ["Otto J.K. Olmo"], "how much did Brandvold pay?"),
        ("how much did Otto and J. Olmo pay?", ["Otto Brandt"], "how much did Brandvold and J. Olmo pay?"),
        ("how much did Olmo pay?", ["Petra Lindqvist", "Otto Olmo"], "how much did Brandvold pay?"),
        ("what did he say about fees?", ["Otto Olmo"], "what did Brandvold say about fees?"),
        ("what was she accused of?", [], "what was Brandvold accused of?"),
        ("what did he pay?", [], "what did he pay: Brandvold?"),
        ("how long is the pier?", ["Otto Olmo"], "how long is the pier: Brandvold?"),
    ],
)
def test_takes_the_place_of_a_name_or_of_who_acts_or_stands_behind(
    question: str, people: list[str], whole: str
) -> None:
    assert instead(question, "Brandvold", [NamedSpeaker(name) for name in people]) == whole


def test_stands_behind_a_question_that_has_no_place_for_it() -> None:
    assert appended("how long is the pier ?", "the ferry") == "how long is the pier: the ferry?"
