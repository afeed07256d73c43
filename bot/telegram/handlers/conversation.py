"""A question put to the engine: its answer sent with buttons, or, inline in any chat, offered as passages to insert."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from telegram import (
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
    Update,
)
from telegram.ext import ContextTypes

from bot.render.text import place_line, printable, speakers_line
from bot.telegram.state.messages import SentMessage, sent_answer
from bot.telegram.ui.answer_message import LONGEST_NAME, message_for
from bot.telegram.ui.formatted_text import shortened
from bot.telegram.ui.keyboards import answer_keyboard
from bot.telegram.ui.replying import ChatPlace, send, typing
from bot.telegram.ui.texts import Texts, texts_for
from retrieval.batch import whole_text
from retrieval.conversation.state import Dialog
from retrieval.core.answer import Answer, Hit

if TYPE_CHECKING:
    from telegram import Bot, Message

    from bot.telegram.services import Services
    from bot.telegram.ui.formatted_text import FormattedText

INLINE_PASSAGES: Final = 20

MOST_RESULTS: Final = 50

FEWEST_LETTERS: Final = 2

LONGEST_DESCRIPTION: Final = 200

CACHE_SECONDS: Final = 60
"""How long Telegram answers the same query by itself, for everybody: names are typed again and again, nothing in the
results depends on who asks, and a new index is to be seen within a minute. Where not everybody may ask, it keeps them
for who asked."""

START_PARAMETER: Final = "inline"


class Inline:
    """Answers inline queries."""

    def __init__(self, services: Services) -> None:
        """Answer by what handlers share."""
        self._services = services
        self._typed: dict[int, str] = {}

    async def offer(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        """Offer the passages that a query finds; a hint where it finds none, or is none yet."""
        query = update.inline_query
        assert query is not None, "a handler of inline queries gets nothing else"
        texts, words, person = texts_for(query.from_user), whole_text(query.query).strip(), query.from_user.id
        if len(words) < FEWEST_LETTERS:
            await self._answer(query, [], texts.inline_hint)
            return
        self._typed[person] = words
        try:
            results = await self._services.work(lambda: self._results(words, person, texts))
        finally:
            if self._typed.get(person) == words:
                del self._typed[person]
        if results is not None:
            await self._answer(query, results, None if results else texts.inline_nothing)

    async def _answer(self, query: InlineQuery, results: list[InlineQueryResultArticle], hint: str | None) -> None:
        button = InlineQueryResultsButton(hint, start_parameter=START_PARAMETER) if hint else None
        personal = not self._services.access.everybody
        await query.answer(results, cache_time=CACHE_SECONDS, is_personal=personal, button=button)

    def _results(self, words: str, person: int, texts: Texts) -> list[InlineQueryResultArticle] | None:
        """Return what is found, sure or not; where several bear a name, what is found of each.

        None where the query was typed on meanwhile: each letter is a query, and nobody sees results of earlier ones.
        """
        latest = self._typed.get(person, words)
        if latest != words and (latest.startswith(words) or words.startswith(latest)):
            return None
        engine = self._services.engine
        answers = [self._services.answered(lambda: (engine.ask(words, k=INLINE_PASSAGES), None))[0]]
        if answers[0].status == "ambiguous":
            answer, dialog = engine.converse(words, Dialog())
            answers = [engine.converse(choice, dialog)[0] for choice in answer.choices]
        results = (_result(hit, texts) for one in answers for hit in one.hits or one.nearest)
        return list({result.id: result for result in results}.values())[:MOST_RESULTS]


def _result(hit: Hit, texts: Texts) -> InlineQueryResultArticle:
    speaker, origin = speakers_line(hit), place_line(hit.citation)
    words = " … ".join(hit.text[start:end] for start, end in hit.highlights) or hit.text
    message = message_for(Answer("", "answered", 1.0, "", hits=(hit,)), texts)
    return InlineQueryResultArticle(
        id=_id(hit),
        title=shortened(printable(speaker or origin), LONGEST_NAME),
        description=shortened(printable(f"{origin}: {words}" if speaker else words), LONGEST_DESCRIPTION),
        input_message_content=InputTextMessageContent(
            message.text, entities=message.entities, link_preview_options=LinkPreviewOptions(is_disabled=True)
        ),
    )


def _id(hit: Hit) -> str:
    """Return an id that a passage keeps as long as its text does: 32 of the 64 bytes there may be."""
    return hashlib.sha256(f"{hit.article}\0{hit.text}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


PASSAGES: Final = 5
"""How many passages the engine returns at most, as for `onrecord ask`; what a message does not show waits behind a
button."""

KeyboardMaker = Callable[[int], InlineKeyboardMarkup | None]
"""Makes the buttons of the message that a key stands for."""


class NotDone(Exception):  # noqa: N818 - nothing is wrong with what could not be done
    """What was asked for cannot be done; the text tells people why, in at most 200 characters."""


@dataclass(frozen=True)
class Conversation:
    """Somebody's conversation in a chat, and what it is held with.

    Attributes:
        services: the engine and the memory.
        bot: what sends.
        place: where answers go.
        person: the id of whoever asks.
        texts: the language.
    """

    services: Services
    bot: Bot
    place: ChatPlace
    person: int
    texts: Texts

    async def dialog(self) -> Dialog:
        """Return the conversation so far."""
        services = self.services
        return await services.recall(lambda: services.memory.dialog(self.place.chat, self.person), Dialog())

    async def set_dialog(self, dialog: Dialog) -> None:
        """Remember the conversation so far."""
        await self.services.remember(lambda: self.services.memory.set_dialog(self.place.chat, self.person, dialog))

    async def ask(self, question: str, dialog: Dialog) -> None:
        """Answer a question within a conversation, and remember the conversation with it."""
        async with typing(self.bot, self.place, self.services.typing_slots):
            message, sent = await self.services.work(lambda: self._converse(whole_text(question), dialog))
        try:
            await self.show(message, sent)
        finally:
            # Also where Telegram was too slow to say that the answer arrived.
            await self.set_dialog(sent.dialog)

    async def show(self, text: FormattedText, sent: SentMessage, buttons: KeyboardMaker | None = None) -> None:
        """Send a text with its buttons, and remember it.

        Args:
            text: the text.
            sent: what is to be remembered.
            buttons: makes the buttons under a key; by default those of an answer.
        """
        memory, chat = self.services.memory, self.place.chat
        # Remembered before it is sent: no message must ever stand there with buttons that mean nothing.
        key = await self.services.recall(lambda: memory.reserve(chat, sent), None)
        buttons = buttons or (lambda key: answer_keyboard(key, sent, self.texts))
        arrived = await send(self.bot, self.place, text, None if key is None else buttons(key))
        if key is not None:
            await self.services.remember(lambda: memory.arrived(key, chat, arrived.message_id))

    async def note(self, arrived: Message, sent: SentMessage) -> None:
        """Remember a message without buttons that has been sent, so that a reply to it goes on from there."""
        memory, chat = self.services.memory, self.place.chat
        await self.services.remember(lambda: memory.arrived(memory.reserve(chat, sent), chat, arrived.message_id))

    def _converse(self, question: str, dialog: Dialog) -> tuple[FormattedText, SentMessage]:
        engine = self.services.engine
        generation = engine.generation
        answer, after = self.services.answered(lambda: engine.converse(question, dialog))
        message = message_for(answer, self.texts)
        sent = sent_answer(answer, message.shown, message.left, k=PASSAGES, before=dialog.as_of(time.time()))
        return message, replace(sent, generation=generation, dialog=after)
