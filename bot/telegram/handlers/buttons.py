"""What the buttons under an answer do. Every press is answered, and none does what it does twice."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from telegram import CallbackQuery, Update
from telegram.constants import MessageLimit
from telegram.error import TelegramError

from bot.render.filters import NEIGHBOURS, further_hits
from bot.render.text import citation_line
from bot.telegram.handlers.conversation import Conversation, NotDone
from bot.telegram.handlers.lists import show_list, turn_page
from bot.telegram.handlers.verify_and_record import RECORD, send_record
from bot.telegram.state.messages import Reference, SentMessage
from bot.telegram.ui import keyboards
from bot.telegram.ui.answer_message import (
    MOST_PASSAGES,
    article_file,
    article_message,
    brief,
    context_message,
    message_for,
    part_of,
)
from bot.telegram.ui.formatted_text import FormattedText, shortened
from bot.telegram.ui.keyboards import Press, answer_keyboard, offers
from bot.telegram.ui.replying import ChatPlace, Context, answer_press, press_of, send_file
from bot.telegram.ui.texts import Texts, texts_for
from retrieval.conversation.state import places
from retrieval.core.answer import Answer, Hit

if TYPE_CHECKING:
    from bot.telegram.services import Services

WHO_ELSE_ASKS: Final = "who else said that?"


class Buttons:
    """Answers presses of the buttons under the bot's messages."""

    def __init__(self, services: Services) -> None:
        """Answer by what handlers share."""
        self._services = services

    async def press(self, update: Update, context: Context) -> None:
        """Do what a pressed button says; whatever comes of it, the press is answered, or the client would wait."""
        query = press_of(update)
        texts = texts_for(query.from_user)
        try:
            pressed = await self._pressed(query, context, texts)
            said = await pressed.do()
        except NotDone as reason:
            await answer_press(query, str(reason), alert=True)
        except Exception:
            await answer_press(query, texts.sorry, alert=True)
            raise
        else:
            # The press is answered first: to change the buttons may take long where Telegram asks to wait.
            await answer_press(query, said)
            await pressed.take_away()

    async def _pressed(self, query: CallbackQuery, context: Context, texts: Texts) -> _Pressed:
        """Return what was pressed.

        Raises:
            NotDone: there is no such button, or what it needs is not remembered any more.
        """
        press, message, memory = Press.read(query.data), query.message, self._services.memory
        if press is None or message is None:
            raise NotDone(texts.answer_gone)
        chat, key = message.chat.id, press.key
        known = await self._services.recall(lambda: (memory.by_key(chat, key), memory.pressed(key)), None)
        sent, done = known or (None, set[str]())
        if sent is None or not offers(sent, press, texts):
            raise NotDone(texts.answer_gone)
        talk = Conversation(
            self._services, context.bot, ChatPlace.of(message, replying=True), query.from_user.id, texts
        )
        return _Pressed(talk, press, sent, message.message_id, frozenset(done))


@dataclass(frozen=True)
class _Pressed:
    """One press of a button under a message that is remembered.

    Attributes:
        talk: the conversation of whoever pressed it.
        press: what the button sent.
        sent: what is remembered of the message.
        message: its id.
        done: which of its buttons have done what they do.
    """

    talk: Conversation
    press: Press
    sent: SentMessage
    message: int
    done: frozenset[str]

    async def do(self) -> str | None:
        """Do what the button says, unless that was done before; return what to tell whoever pressed it.

        Raises:
            NotDone: it could not be done, and the button stays.
        """
        if self.press.action == keyboards.PAGE:
            await turn_page(self.talk, self.press, self.sent, self.message)
            return None
        if self.press.button in self.done:
            return self.talk.texts.shown_already
        said = await self._do()
        # Written down only now: a button pressed in the moment of a crash must still do what it does.
        memory, press = self.talk.services.memory, self.press
        await self.talk.services.remember(lambda: memory.press(press.key, press.button))
        return said

    async def take_away(self) -> None:
        """Take the button away, now that it has done what it does; those that turn pages stay."""
        if self.press.action == keyboards.PAGE:
            return
        markup = answer_keyboard(self.press.key, self.sent, self.talk.texts, self.done | {self.press.button})
        with suppress(TelegramError):
            await self.talk.bot.edit_message_reply_markup(self.talk.place.chat, self.message, reply_markup=markup)

    async def _do(self) -> str | None:
        match self.press.action:
            case keyboards.MORE:
                return await self._more()
            case keyboards.NOT_MEANT:
                return await self._not_meant()
            case keyboards.CONTEXT:
                await self._context()
            case keyboards.ARTICLE:
                await self._article()
            case keyboards.REST:
                await self._rest()
            case keyboards.WHO_ELSE:
                await self.talk.ask(WHO_ELSE_ASKS, self.sent.dialog.resumed(time.time()))
            case keyboards.CHOICE:
                await self._choose()
        return None

    async def _more(self) -> str | None:
        page = await self.talk.services.work(self._next_page)
        if page is None:
            return self.talk.texts.nothing_more
        await self.talk.show(*page)
        if await self.talk.dialog() == self.sent.dialog:
            await self.talk.set_dialog(page[1].dialog)
        return None

    def _next_page(self) -> tuple[FormattedText, SentMessage] | None:
        """Return a message with what was not shown yet, and what is to be remembered of it; None if there is none."""
        hits, exhausted = self._further()
        if not hits:
            return None
        sent = self.sent
        page = Answer(sent.standalone, sent.status or "answered", 0.0, sent.standalone)
        answered = sent.status == "answered"
        page = replace(page, hits=tuple(hits)) if answered else replace(page, nearest=tuple(hits))
        message = message_for(page, self.talk.texts)
        shown = [hits[position] for position in message.shown]
        waiting = [hit for position, hit in enumerate(hits) if position not in message.shown]
        return message, replace(
            sent,
            passages=tuple(map(Reference.to, shown)),
            waiting=tuple(map(Reference.to, waiting)),
            earlier=sent.seen,
            exhausted=exhausted,
            left=message.left,
            dialog=sent.dialog.showing_also(places(shown)),
        )

    def _further(self) -> tuple[list[Hit], bool]:
        """Return all that was not shown yet, and whether the index was asked for everything that answers."""
        engine, sent = self.talk.services.engine, self.sent
        hits = [hit for one in sent.waiting if (hit := one.find(engine))]
        if sent.exhausted or len(hits) >= MOST_PASSAGES:
            return hits, sent.exhausted
        return hits + further_hits(engine, sent.standalone, {*sent.seen, *places(hits)}), True

    async def _context(self) -> None:
        message = await self.talk.services.work(self._in_context)
        await self.talk.show(message, self.sent.following())

    def _in_context(self) -> FormattedText:
        hit = self._found()
        return context_message(hit, self.talk.services.engine.neighbours(hit.article, hit.paragraph, NEIGHBOURS))

    async def _article(self) -> None:
        article = await self.talk.services.work(self._whole_article)
        if isinstance(article, FormattedText):
            await self.talk.show(article, self.sent.following())
        else:
            await self._document(*article)

    def _whole_article(self) -> FormattedText | tuple[str, bytes, str]:
        """Return an article as a message or, where it is long, as the name and content of a file with a caption."""
        reference, engine = self.sent.passages[self.press.numbers[0]], self.talk.services.engine
        passages, hit = engine.article(reference.article), reference.find(engine)
        if not passages:
            raise NotDone(self.talk.texts.article_gone)
        caption = shortened(citation_line(brief((hit or passages[0]).citation)), MessageLimit.CAPTION_LENGTH)
        return article_message(passages, hit) or (*article_file(passages, hit), caption)

    async def _document(self, name: str, content: bytes, caption: str) -> None:
        arrived = await send_file(self.talk.bot, self.talk.place, name, content, FormattedText(caption))
        await self.talk.note(arrived, self.sent.following())

    async def _rest(self) -> None:
        number, start, stop = self.press.numbers
        part = await self.talk.services.work(lambda: part_of(self._found(), start, stop, self.talk.texts))
        following = replace(self.sent.following(), passages=(self.sent.passages[number],), left=part.left)
        await self.talk.show(part, following)

    async def _choose(self) -> None:
        choice = self.sent.choices[self.press.numbers[0]]
        if self.sent.listing == RECORD:
            await send_record(self.talk, choice, self.sent.question)
            return
        if self.sent.listing:
            await show_list(self.talk, self.sent.listing, choice)
            return
        await self.talk.ask(choice, self.sent.dialog.resumed(time.time()))

    async def _not_meant(self) -> str:
        await self.talk.services.remember(lambda: self.talk.services.misses.add(self.sent))
        return self.talk.texts.noted

    def _found(self) -> Hit:
        """Return the passage that the button is about, as the index has it now."""
        reference, engine = self.sent.passages[self.press.numbers[0]], self.talk.services.engine
        if hit := reference.find(engine):
            return hit
        texts = self.talk.texts
        raise NotDone(texts.passage_gone if engine.article(reference.article) else texts.article_gone)
