"""The forms that questions take, and what is read from each: whose words, on what, in which quotation marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.query.parser import Question, read_question

WORDS = "the ferry will not close"


@pytest.mark.parametrize(
    ("question", "verb"),
    [
        ("what did Brandvold say about the fees?", "say"),
        ("What  did\tBrandvold say about the fees ?!", "say"),
        ("ok, and what did Brandvold say about the fees", "say"),
        ("what else did Brandvold say about the fees", "say"),
        ("what did Brandvold also say about the fees", "say"),
        ("what has Brandvold said about the fees", "said"),
        ("what Brandvold said about the fees", "said"),
        ("tell me everything that Brandvold has said about the fees", "said"),
        ("what was Brandvold quoted about the fees", "quoted"),
        ("what has Brandvold had to say about the fees", "say"),
        ("what does Brandvold have to say about the fees", "say"),
        ("has Brandvold had anything to say about the fees?", "say"),
    ],
)
def test_somebodys_words_on_a_topic(question: str, verb: str) -> None:
    tidy = " ".join(question.split())
    assert read_question(question) == Question(tidy, "said", "Brandvold", "about the fees", None, verb)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("what is Brandvold's view of the fees?", "of the fees"),
        ("what’s Brandvold’s own position on the fees", "on the fees"),
        ("Brandvold's remarks about the fees", "about the fees"),
        ("quotes by Brandvold about the fees", "about the fees"),
        ("Brandvold quotes about the fees", "about the fees"),
        ("Brandvold on the fees", "the fees"),
        ("Brandvold about the fees", "the fees"),
        ("Brandvold on Project X", "Project X"),
        ("how many people came to Project X, according to Brandvold", "how many people came to Project X"),
        ("show me all the quotes from Brandvold", ""),
        ("according to Brandvold, how many people came?", "how many people came"),
        ("how many people came, according to Brandvold?", "how many people came"),
        ("how many people came in Brandvold's view?", "how many people came"),
    ],
)
def test_somebodys_words_without_a_verb(question: str, topic: str) -> None:
    read = read_question(question)
    assert (read.text, read.asks, read.speaker, read.topic, read.verb) == (question, "said", "Brandvold", topic, "")
    assert read.names_a_speaker
    assert read.asks_a_fact == topic.startswith("how many")


@pytest.mark.parametrize(
    ("question", "claim"),
    [
        ("which official said that the ferry leaks?", "the ferry leaks"),
        ("which members of the council think the ferry leaks", "the ferry leaks"),
        ("which paper was it that reported the leak", "reported the leak"),
        ("which news report said that the ferry leaks", "the ferry leaks"),
        ("which councilman has denied the leak?", "denied the leak"),
        ("which official said “the ferry leaks”?", "the ferry leaks"),
    ],
)
def test_which_of_some_said_something(question: str, claim: str) -> None:
    read = read_question(question)
    assert (read.asks, read.speaker, read.topic) == ("who", None, claim)


@pytest.mark.parametrize(
    "question",
    [
        "which ferry leaks",
        "which year saw the ferry close",
        "which ferry did the mayor say leaks",
        "which bills does Brandvold support",
        "which ship was ordered back",
        "which council signed the treaty",
        "which campaign promises were kept",
        "which of the mayor's promises was broken",
    ],
)
def test_which_of_some_did_something_else(question: str) -> None:
    read = read_question(question)
    assert (read.asks, read.topic) == ("anything", question)


def test_capital_letters_mean_nothing_where_all_are_capitals() -> None:
    read = read_question("WHAT DID BRANDVOLD SAY ABOUT FEES")
    assert (read.asks, read.speaker, read.topic) == ("said", "BRANDVOLD", "ABOUT FEES")


@pytest.mark.parametrize(
    "speaker",
    [
        "the Harbor Claims Board",
        "Ada Will Smith",
        "the first deputy mayor of the old town",  # eight words
        "the mayor of X",
    ],
)
def test_names_of_several_words(speaker: str) -> None:
    read = read_question(f"What did {speaker} say, about the fees?")
    assert (read.asks, read.speaker, read.topic) == ("said", speaker, "about the fees")


@pytest.mark.parametrize(
    "words", ["the", "a", "an", "the mayor who left", "the first deputy mayor of the very old town"]
)
def test_words_that_name_nobody(words: str) -> None:
    assert read_question(f"what did {words} say").asks == "anything"


@pytest.mark.parametrize("rest", ["", " so far?", " anything", ", today?", " about that", " again, please!"])
def test_all_of_somebodys_words(rest: str) -> None:
    read = read_question(f"what did Brandvold say{rest}")
    assert (read.asks, read.speaker, read.topic) == ("said", "Brandvold", "")


@pytest.mark.parametrize(
    ("question", "claim"),
    [
        ("who said the fees are wrong?", "the fees are wrong"),
        ("who thinks that the fees are wrong?", "the fees are wrong"),
        ("who is certain about the fees", "the fees"),
        ("who else denied the fees?", "denied the fees"),
        ("who is against the fees?", "against the fees"),
        ("who SAID that", "that"),
        ("who said?", "who said"),
    ],
)
def test_who_states_something(question: str, claim: str) -> None:
    assert read_question(question) == Question(question, "who", None, claim)


@pytest.mark.parametrize("marks", ["“{}”", '"{}"', "‘{}’", "'{}'"])
@pytest.mark.parametrize(
    "question", ["who said {}?", "whose words are {}?", "who was it: {}", "who came up with {}", "who denied {}"]
)
def test_whose_words_stand_in_quotation_marks(question: str, marks: str) -> None:
    asked = question.format(marks.format(WORDS))
    assert read_question(asked) == Question(asked, "who", None, WORDS, WORDS)
    assert not read_question(asked).checks


@pytest.mark.parametrize(
    "question",
    [
        "did Brandvold say {}?",
        "did Brandvold ever say {}?",
        "was it Brandvold who said {}?",
        "is it Brandvold that said {}?",
        "is it true that Brandvold said {}?",
        "has Brandvold claimed {}?",
    ],
)
def test_whether_somebody_said_certain_words(question: str) -> None:
    asked = question.format(f"“{WORDS}”")
    assert read_question(asked) == Question(asked, "said", "Brandvold", WORDS, WORDS)
    assert read_question(asked).checks


def test_words_in_quotation_marks_may_be_a_topic_too() -> None:
    read = read_question("what did Brandvold say about “the ferry”?")
    assert (read.asks, read.speaker, read.quoted) == ("said", "Brandvold", "the ferry")
    assert not read.checks


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("according to Brandvold, “the old ferry” sank", "said"),
        ("Brandvold on “the old ferry”", "said"),
        ("who owns “the old ferry”?", "anything"),
        ("how long is “the old ferry”?", "anything"),
    ],
)
def test_words_in_quotation_marks_are_kept_whatever_is_asked(question: str, asks: str) -> None:
    read = read_question(question)
    assert (read.text, read.asks, read.quoted) == (question, asks, "the old ferry")


@pytest.mark.parametrize("question", ["thanks", "Thank you very much!", "hi there", "how are you?", "ok, thanks."])
def test_small_talk_asks_nothing(question: str) -> None:
    assert read_question(question) == Question(question, "nothing")


@pytest.mark.parametrize(
    "question",
    [
        "how long will the ferry be closed",
        "what is the small boat called",
        "what is Brandvold worried by",
        "who owns the pier",
        "the mayor's ferry",
        "What on earth is it",
        "what did the say",
        "what did you say",
        "how many people did the mayor say came",
        "what did the long list of people who are not named in here say",
        "",
    ],
)
def test_anything_else_is_asked_as_it_stands(question: str) -> None:
    read = read_question(f"{question}?")
    assert (read.asks, read.speaker, read.topic, read.quoted) == ("anything", None, question, None)


@pytest.mark.parametrize("question", ["what happened in the '90s when " + "a b " * 480, "what did " + "x " * 990])
def test_a_question_as_long_as_may_be_is_read_too(question: str) -> None:
    assert read_question(question).asks == "anything"


@pytest.mark.parametrize(
    ("question", "sure"),
    [("what did the osprey say", True), ("what year saw the fire", False), ("what did the osprey oppose", False)],
)
def test_a_verb_of_saying_leaves_no_doubt_that_a_speaker_is_named(question: str, sure: bool) -> None:
    assert read_question(question).names_a_speaker is sure


@pytest.mark.parametrize(
    ("question", "full"),
    [
        (
            "what did the mayor say about the mayor of Dunmeer?",
            "what did Ada Brandvold say about the mayor of Dunmeer?",
        ),
        ("the mayor on fees", "What did Ada Brandvold say about fees?"),
        ("the mayor's view of fees", "What did Ada Brandvold say about fees?"),
        ("the mayor's position on fees", "What did Ada Brandvold say about fees?"),
        ("the mayor's reply that fees rise", "What did Ada Brandvold say that fees rise?"),
    ],
)
def test_a_reranker_reads_whole_names_in_full_words(question: str, full: str) -> None:
    assert read_question(question).about("Ada Brandvold") == full


def test_words_can_be_left_out_of_a_topic() -> None:
    read = read_question("what did Brandvold say about the fees last week")
    assert read.without("last week").topic == "about the fees"
    assert read.without("the fees last week").topic == ""


@given(st.text(alphabet="aA b?!.,’'“”\"é\n", max_size=40) | st.text(max_size=40))
def test_any_text_is_a_question(text: str) -> None:
    read = read_question(text)
    assert read.text == " ".join(text.split())
    assert read_question(f" {text}\n") == read
    assert all(part in read.text for part in (read.topic, read.speaker or "", read.quoted or "", read.verb))
    assert (read.speaker is not None) == (read.asks == "said")
