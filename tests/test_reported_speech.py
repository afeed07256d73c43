"""The ways in which news reports what was said, one sentence each: who is found to have said which words."""

from __future__ import annotations

import pytest

from tests.quotation_reader import Reader

ANA, TOM = "Ana Reyes", "Tom Okafor"


@pytest.mark.parametrize(
    ("text", "speaker", "words"),
    [
        ("Ana Reyes was reviled and then hailed the plan as a success.", ANA, "the plan as a success"),
        ("The mayor Ana Reyes, when advised to stop, said the mill is safe.", ANA, "the mill is safe"),
        (
            "Some workers fear that Tom Okafor is late and warn that it will close.",
            "Some workers",
            "that it will close",
        ),
        ("Ana Reyes sees a flaw in the plan, saying the mill would close.", ANA, "the mill would close"),
        ("Ana Reyes issued a statement saying the mill would close.", ANA, "the mill would close"),
        ("Ana Reyes gave a speech, warning that the mill would close.", ANA, "that the mill would close"),
        ("The mill is safe, Ana Reyes (D-Dunmore) said.", ANA, "The mill is safe"),
        ("Rep. Ana Reyes (R) warned the mill will close.", ANA, "the mill will close"),
        ("Tom Will wrote that the mill is safe.", "Tom Will", "that the mill is safe"),
        ("Ana Reyes left the hall after saying that the mill is safe.", ANA, "that the mill is safe"),
        ("Ana Reyes, known for saying that the mill is safe, left.", ANA, "that the mill is safe"),
        ("Ana Reyes thanked the board for saying that the mill is safe.", "the board", "that the mill is safe"),
        ("Tom Okafor heard Ana Reyes say that the mill is safe.", ANA, "that the mill is safe"),
        ("Tom Okafor asked Ana Reyes who would win the vote.", TOM, "who would win the vote"),
        ("Ana Reyes asked everyone who would win the vote.", ANA, "who would win the vote"),
        ("Ana Reyes asked a simple question: Who will pay for it?", ANA, "Who will pay for it?"),
        ("Ana Reyes said in a letter to the board that the mill is safe.", ANA, "that the mill is safe"),
        ("Ana Reyes said it would close if nobody paid.", ANA, "it would close if nobody paid"),
        ("It is safe, Ana Reyes told the board on Monday, and it will stay open.", ANA, "It is safe"),
        ("Ana Reyes insisted Monday that the mill was safe; the board left.", ANA, "that the mill was safe"),
        ("Ana Reyes insisted to the board that the mill is “a ruin.”", ANA, "that the mill is “a ruin.”"),
        ("The mill is safe and will stay, according to Ana Reyes.", ANA, "The mill is safe and will stay"),
        ("According to Ana Reyes, the mill is safe and will stay open.", ANA, "the mill is safe and will stay open"),
        ("Ana Reyes's view is that the mill is safe.", ANA, "that the mill is safe"),
        ("The board was told by Ana Reyes that the mill is safe.", ANA, "that the mill is safe"),
        ("The workers were told by Ana Reyes to leave the mill.", ANA, "to leave the mill"),
        ("The plan was criticized by Ana Reyes.", ANA, "The plan"),
        ("Ana Reyes called the mill a disgrace.", ANA, "the mill a disgrace"),
        ("Ana Reyes blamed the storm on the board.", ANA, "the storm on the board"),
        ("Ana Reyes pointed to the cracks as a warning.", ANA, "the cracks as a warning"),
        ("Ana Reyes pointed out the cracks.", ANA, "the cracks"),
        ("Ana Reyes warned against closing the mill.", ANA, "closing the mill"),
        ("Ana Reyes promised to close the mill.", ANA, "to close the mill"),
        ("Ana Reyes proposed closing the mill.", ANA, "closing the mill"),
        ("Ana Reyes praised the work of the board.", ANA, "the work of the board"),
        ("Ana Reyes called that “a disgrace.”", ANA, "that “a disgrace.”"),
        ("The song “The Old Mill” is old, Ana Reyes said.", ANA, "The song “The Old Mill” is old"),
        ("The “mill. It is old” sign fell, Ana Reyes said.", ANA, "The “mill. It is old” sign fell"),
        ("While Ana Reyes argued the mill is safe, the board left.", ANA, "the mill is safe"),
        ("It was Ana Reyes who said the mill is safe.", ANA, "the mill is safe"),
        ("The report, which said the mill is unsafe, angered Ana Reyes.", "The report", "the mill is unsafe"),
        ("A new mill would cost nine million, Ana Reyes said.", ANA, "A new mill would cost nine million"),
        ("Ana Reyes was quoted as saying that the mill is safe.", ANA, "that the mill is safe"),
        ("Ana Reyes kept saying and repeating that the mill is old.", ANA, "that the mill is old"),
        ("Ana Reyes's letter said the mill is safe.", ANA, "the mill is safe"),
        ("Secretary of State Ana Reyes said the mill is safe.", ANA, "the mill is safe"),
        ("A spokesman for Tom Okafor said the mill is safe.", "A spokesman for Tom Okafor", "the mill is safe"),
        ("A spokesman who met Tom Okafor said the mill is safe.", "A spokesman", "the mill is safe"),
        ("Lt. Tyler Ostrander said the mill is safe.", "Tyler Ostrander", "the mill is safe"),
        ("Jean-Marc Okafor said the mill is safe.", "Jean-Marc Okafor", "the mill is safe"),
        ("Ana Reyes left. She said the mill is safe.", ANA, "the mill is safe"),
        ("When Ana Reyes left, she said the mill is safe.", ANA, "the mill is safe"),
        ("Ana Reyes posted, saying the mill is safe and old, but offering no help.", ANA, "the mill is safe and old"),
        ("Ana Reyes began by saying that the mill is safe and left.", ANA, "that the mill is safe and left"),
        ("Tom Okafor met Ana Reyes. He said the mill is safe.", TOM, "the mill is safe"),
        ("Farmers met in Dunmore. They said the mill is safe.", "Farmers", "the mill is safe"),
    ],
)
def test_words_without_marks(news: Reader, text: str, speaker: str, words: str) -> None:
    assert news.said(text) == [(speaker, words)]


@pytest.mark.parametrize(
    ("text", "speaker", "words"),
    [
        ("“The mill is safe,” Ana Reyes told a station, Radio Dunmore.", ANA, "The mill is safe,"),
        ("“The mill is safe,” Ana Reyes smiled.", ANA, "The mill is safe,"),
        ("Ana Reyes shook her head: “The mill is safe.”", ANA, "The mill is safe."),
        ("Ana Reyes stood up — “The mill is safe.”", ANA, "The mill is safe."),
        ("“The mill is safe,” then said Ana Reyes.", ANA, "The mill is safe,"),
        ("“The mill is safe,” quietly but firmly said Ana Reyes.", ANA, "The mill is safe,"),
        ("“The mill is safe,” according to Ana Reyes.", ANA, "The mill is safe,"),
        ("“The mill is safe,” said Lt. Tyler Ostrander.", "Tyler Ostrander", "The mill is safe,"),
        ("“The mill is safe,” said acting sheriff Ana Reyes.", ANA, "The mill is safe,"),
        ("Ana Reyes told the board: “The mill is safe.” The board left.", ANA, "The mill is safe."),
        ("Ana Reyes told Radio Dunmore “the mill is safe.”", ANA, "the mill is safe."),
        ("Last May, Ana Reyes said: “The mill is safe.”", ANA, "The mill is safe."),
        ("“ The mill is safe, ” said Ana Reyes.", ANA, "The mill is safe,"),
        ("“The mill is safe.” — Ana Reyes, mayor of Dunmore", ANA, "The mill is safe."),
    ],
)
def test_words_in_marks(news: Reader, text: str, speaker: str, words: str) -> None:
    assert news.said(text) == [(speaker, words)]


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("Ana Reyes said it is old, warning it would close.", "it is old", "it would close"),
        ("Ana Reyes said the mill is safe but added that it is old.", "the mill is safe", "that it is old"),
        ("The mill is safe, said Ana Reyes, and will stay open.", "The mill is safe", "and will stay open"),
        ("In May, the mill, Ana Reyes said, will close.", "In May, the mill", "will close"),
        ("The mill was described by Ana Reyes as a mess.", "The mill", "as a mess"),
        ("“It is old. It creaks,” Ana Reyes said. “It will stay.”", "It is old. It creaks,", "It will stay."),
        ("It is safe, said Ana Reyes, who owns it, and it will stay.", "It is safe", "and it will stay"),
        (
            "The mill is safe, according to Ana Reyes, and nobody has to leave this year.",
            "The mill is safe",
            "and nobody has to leave this year",
        ),
    ],
)
def test_words_in_two_pieces(news: Reader, text: str, first: str, second: str) -> None:
    assert news.said(text) == [(ANA, first), (ANA, second)]


@pytest.mark.parametrize(
    "text",
    [
        "Nobody said that the mill is safe.",
        "No official said that the mill is safe.",
        "Neither Ana Reyes nor Tom Okafor said that the mill is safe.",
        "Ana Reyes could not say whether the mill is safe.",
        "Ana Reyes refused to say whether the mill is safe.",
        "Ana Reyes left without saying that the mill is safe.",
        "Ana Reyes might criticize the plan.",
        "Ana Reyes called Tom Okafor on Monday.",
        "Ana Reyes's view is clear.",
        "In Dunmore, Mayor Ana Reyes Claims Mill Is Safe.",
        "Mayor Ana Reyes Says The Mill Will Close, Tom Okafor Denies It.",
    ],
)
def test_no_words_at_all(news: Reader, text: str) -> None:
    assert news.said(text) == []


def test_no_more_than_four_hundred_in_a_paragraph(news: Reader) -> None:
    assert len(news.said("Ana Reyes said the mill is safe. " * 420)) == 400
