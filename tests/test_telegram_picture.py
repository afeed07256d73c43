"""The picture of an answer in Telegram shows what the bot sends, and all of it."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from telegram import MessageEntity

from bot.telegram.ui.answer_message import message_for
from bot.telegram.ui.formatted_text import FormattedText
from retrieval.engine import Engine
from tools.chat_drawing import WIDEST, Letter, wrapped
from tools.telegram_picture import PAGE, QUESTIONS, letters, picture

SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg: str, **look: str) -> str:
    """What is written in a picture, or what of it has a certain look, without spaces."""
    spans = ET.fromstring(svg).iter(f"{SVG}tspan")  # noqa: S314  (our own)
    return "".join(
        "".join((span.text or "").split())
        for span in spans
        if all(span.get(name.replace("_", "-")) == value for name, value in look.items())
    )


def spelt(text: str) -> str:
    return "".join(text.split())


def test_every_word_and_every_button_of_the_answer_is_drawn_in_order(engine: Engine) -> None:
    question = "what did the mayor say about the ferry?"
    message = message_for(engine.ask(question)).text
    written = drawn(picture(engine, [question]))
    assert written.startswith(spelt(question + message))
    assert written.removeprefix(spelt(question + message)).startswith(
        "Context1Context2Context3Article1Article2Article3"
    )


def test_the_words_that_answer_are_bold(engine: Engine) -> None:
    (question,) = QUESTIONS
    hits = engine.ask(question).hits
    bold = "".join(spelt(hit.text[start:end]) for hit in hits for start, end in hit.highlights)
    assert drawn(picture(engine), font_weight="700") == bold
    assert "Iwaswrong" in bold


def test_the_picture_in_the_documentation_shows_what_the_bot_answers_today(engine: Engine) -> None:
    assert PAGE.read_text("utf-8") == picture(engine), f"python -m tools.telegram_picture {PAGE.name}"
    for page in ("README.md", "docs/telegram.md"):
        assert f"{PAGE.name})" in (PAGE.parent.parent / page).read_text("utf-8")


def test_formatting_is_where_telegram_counts_it() -> None:
    marked = FormattedText("🙂 a bold word", [MessageEntity(MessageEntity.BOLD, 5, 4)])
    assert "".join(one.character for one in letters(marked) if "bold" in one.style) == "bold"


def test_lines_are_broken_between_words_and_fit() -> None:
    text = " ".join(["“We were wrong,”", "said the harbormaster,", "Mmmm"] * 20)
    for style in (frozenset[str](), frozenset({"bold"})):
        lines = wrapped([Letter(character, style) for character in text], WIDEST)
        assert " ".join("".join(one.character for one in line) for line in lines) == text
        assert all(sum(one.width for one in line) <= WIDEST for line in lines)
        assert len(lines) > 5


def test_a_longer_word_than_a_line_stands_alone() -> None:
    lines = wrapped([Letter(character) for character in "a " + "m" * 300 + " b"], WIDEST)
    assert ["".join(one.character for one in line) for line in lines] == ["a", "m" * 300, "b"]
