"""What the Telegram bot answers, as a picture: ``python -m tools.telegram_picture OUT.svg``.

What stands below is asked over seeds/ and tests/articles, of an index made for it. Texts, formatting and buttons are
those that the bot would send; only how a phone draws them is imitated. docs/telegram-answer.svg is made so.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.telegram.handlers.conversation import PASSAGES
from bot.telegram.state.messages import sent_answer
from bot.telegram.ui.answer_message import message_for
from bot.telegram.ui.keyboards import answer_keyboard
from bot.telegram.ui.texts import ENGLISH
from index.build.pipeline import BuildOptions, build
from index.generations.generation import IndexFolder
from retrieval.conversation.state import Dialog
from retrieval.engine import Engine
from tools.chat_drawing import Bubble, Letter, svg_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.telegram.ui.formatted_text import FormattedText

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs" / "telegram-answer.svg"
ARTICLES: Final = ("seeds", "tests/articles")
QUESTIONS: Final = ("what did the mayor say about being wrong?",)

_STYLES: Final = {
    "bold": "bold",
    "italic": "italic",
    "text_link": "link",
    "blockquote": "quote",
    "expandable_blockquote": "quote",
}


def main(arguments: list[str] | None = None) -> int:
    """Build an index in a temporary folder, ask it, and write the picture."""
    parser = argparse.ArgumentParser(prog="python -m tools.telegram_picture", description="A picture of an answer.")
    parser.add_argument("out", type=Path, metavar="OUT.svg", help="where to write it")
    out: Path = parser.parse_args(arguments).out
    with tempfile.TemporaryDirectory() as folder:
        index = IndexFolder(Path(folder, "index"), Path(folder, "state"))
        build(index, BuildOptions([str(ROOT / name) for name in ARTICLES]), lambda *_: None)
        with Engine(index) as engine:
            out.write_text(picture(engine), "utf-8")
    return 0


def picture(engine: Engine, questions: Iterable[str] = QUESTIONS) -> str:
    """Return a conversation with an engine as SVG."""
    bubbles = list(conversation(engine, questions))
    told = "\n\n".join("".join(letter.character for letter in bubble.letters) for bubble in bubbles)
    return svg_text(bubbles, "A question to the Telegram bot, and its answer", told)


def conversation(engine: Engine, questions: Iterable[str]) -> Iterator[Bubble]:
    """Yield questions, one after the other in one conversation, each followed by what the bot sends."""
    dialog = Dialog()
    for question in questions:
        answer, after = engine.converse(question, dialog)
        message = message_for(answer)
        sent = sent_answer(answer, message.shown, message.left, k=PASSAGES, before=dialog)
        keyboard = answer_keyboard(0, sent, ENGLISH)
        dialog = after
        yield Bubble([Letter(character) for character in question], asked=True)
        rows = keyboard.inline_keyboard if keyboard else ()
        yield Bubble(letters(message), buttons=[[button.text for button in row] for row in rows])


def letters(marked: FormattedText) -> list[Letter]:
    """Return a text character by character, each with the formatting that Telegram gives it."""
    styles: list[frozenset[str]] = [frozenset()] * len(marked.text)
    coded = marked.text.encode("utf-16-le")
    for entity in marked.entities:
        start = len(coded[: 2 * entity.offset].decode("utf-16-le"))
        end = len(coded[: 2 * (entity.offset + entity.length)].decode("utf-16-le"))
        for place in range(start, end):
            styles[place] |= {_STYLES[entity.type]}
    return [Letter(character, style) for character, style in zip(marked.text, styles, strict=True)]


if __name__ == "__main__":
    sys.exit(main())
