"""What admins write and press to take an article out: chosen, confirmed, moved to where it can be put back from."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from telegram import Message, Update
from telegram.error import TelegramError
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import article_files, keyboards
from bot.admins import refused, where_of
from bot.answering import Conversation
from bot.groups import command_words
from bot.keyboards import Press, keyboard
from bot.marked import Marked, shortened
from bot.newsroom_texts import NewsroomTexts
from bot.rendering import long_date, printable
from bot.replying import Place, send
from bot.sent import Sent
from bot.texts import texts_for
from bot.updates import Context, answer_press, message_of, press_of, texts_of
from index.errors import OnrecordError

if TYPE_CHECKING:
    from telegram import InlineKeyboardMarkup

    from bot.desk import Desk
    from bot.indexing import Indexing
    from bot.polling import PollingApplication
    from index.rows import FiledArticle


LISTING: Final = "remove"
CHOICES: Final = 8
LONGEST_TITLE: Final = 100


def add_remove_handlers(application: PollingApplication, desk: Desk, indexing: Indexing) -> None:
    """Let admins take articles out; to be added before the handlers of other buttons."""
    removing = RemoveCommands(desk, indexing)
    application.add_handler(CommandHandler("remove", removing.remove, filters.UpdateType.MESSAGE))
    ours = rf"^[{keyboards.TAKE_OUT}{keyboards.SURE}{keyboards.KEEP}]:\d"
    application.add_handler(CallbackQueryHandler(removing.press, pattern=ours))


class RemoveCommands:
    """Answers the command and the presses about taking articles out."""

    def __init__(self, desk: Desk, indexing: Indexing) -> None:
        """Answer from a desk."""
        self._desk = desk
        self._indexing = indexing

    async def remove(self, update: Update, context: Context) -> None:
        """Offer the articles that some words name, the newest in the index first."""
        message, texts = message_of(update), texts_of(update)
        if refusal := await refused(self._desk, update, texts):
            await send(context.bot, Place.of(message), Marked(refusal))
            return
        words = command_words(message)
        found = await self._desk.work(lambda: self._desk.engine.newsroom().filed(words, CHOICES))
        if not found:
            await send(context.bot, Place.of(message), Marked(texts.remove_none))
            return
        sent = Sent(listing=LISTING, choices=tuple(article.name for article in found))
        talk = Conversation(self._desk, context.bot, Place.of(message), 0, texts_for(update.effective_user))
        await talk.show(Marked(texts.remove_which), sent, lambda key: _choices(key, found))

    async def press(self, update: Update, context: Context) -> None:
        """Ask whether an article is really meant, take it out, or keep it."""
        query, texts = press_of(update), texts_of(update)
        press, message = Press.read(query.data), query.message
        said, markup = texts.remove_gone, None
        try:
            if refusal := await refused(self._desk, update, texts):
                said = refusal
            elif press and message and (article := await self._chosen(message.chat.id, press)):
                said, markup = await self._done(update, press, article, texts)
        finally:
            await answer_press(query, None if markup else said)
        if isinstance(message, Message):
            with suppress(TelegramError):
                await context.bot.edit_message_text(said, message.chat.id, message.message_id, reply_markup=markup)
        self._indexing.ask()

    async def _chosen(self, chat: int, press: Press) -> FiledArticle | None:
        """Return the article that a button is about, if it is still there."""
        memory = self._desk.memory
        sent = await self._desk.recall(lambda: memory.by_key(chat, press.key), None)
        if sent is None or sent.listing != LISTING or len(press.numbers) != 1 or press.numbers[0] >= len(sent.choices):
            return None
        name = sent.choices[press.numbers[0]]
        return await self._desk.work(lambda: self._desk.engine.newsroom().article(name))

    async def _done(
        self, update: Update, press: Press, article: FiledArticle, texts: NewsroomTexts
    ) -> tuple[str, InlineKeyboardMarkup | None]:
        if press.action == keyboards.KEEP:
            return texts.kept, None
        if press.action == keyboards.TAKE_OUT:
            row = [
                (texts.remove, press._replace(action=keyboards.SURE)),
                (texts.keep, press._replace(action=keyboards.KEEP)),
            ]
            return f"{texts.remove_sure}\n{_line(article)}", keyboard([row])
        folder = self._desk.settings.articles
        assert folder is not None, "the settings do not let articles be changed without a folder"
        try:
            path = await asyncio.to_thread(article_files.file_of, article, folder)
            moved = await asyncio.to_thread(article_files.take_out, path, folder)
        except OnrecordError as error:
            return texts.not_removed.format(reason=printable(str(error))), None
        await asyncio.to_thread(self._indexing.drafts.add_job, where_of(update), "remove", article.title, article.file)
        return texts.taken_out.format(name=f"{article_files.TAKEN_OUT}/{moved.name}"), None


def _choices(key: int, found: list[FiledArticle]) -> InlineKeyboardMarkup | None:
    return keyboard([[(_line(one), Press(keyboards.TAKE_OUT, key, (number,)))] for number, one in enumerate(found)])


def _line(article: FiledArticle) -> str:
    day = long_date(article.date) if article.date else None
    parts = [shortened(article.title, LONGEST_TITLE), article.outlet or article.file, day]
    return printable(", ".join(filter(None, parts)))
