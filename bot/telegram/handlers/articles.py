"""What admins write and press to add articles, shown as understood first, and to take them out again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from telegram import CallbackQuery, Message, Update
from telegram.constants import MessageEntityType
from telegram.error import TelegramError
from telegram.ext import CallbackQueryHandler, CommandHandler, MessageHandler, filters

from bot.render.messages import ADVICE, error_line, long_date
from bot.render.text import printable
from bot.telegram.access import person_in
from bot.telegram.handlers.conversation import Conversation
from bot.telegram.handlers.gate import RefusedError, refused, where_of
from bot.telegram.newsroom import submission, worker_client
from bot.telegram.newsroom.submission import MOST_BYTES, MOST_WAITING, Offered, is_article, offered_by
from bot.telegram.newsroom.worker_client import ArticlePreview
from bot.telegram.state.messages import SentMessage
from bot.telegram.ui import keyboards
from bot.telegram.ui.answer_message import LONGEST_NAME, LONGEST_TITLE, cited
from bot.telegram.ui.formatted_text import FormattedText, joined, shortened, styled
from bot.telegram.ui.keyboards import Press, keyboard
from bot.telegram.ui.replying import (
    ChatPlace,
    Context,
    answer_press,
    command_words,
    message_of,
    press_of,
    send,
    texts_of,
    typing,
)
from bot.telegram.ui.texts import NewsroomTexts, texts_for
from index.core.errors import Advice, OnrecordError
from index.readers.registry import READERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telegram import InlineKeyboardMarkup

    from bot.telegram.newsroom.build_jobs import BuildJobs
    from bot.telegram.newsroom.submission import PendingArticle
    from bot.telegram.services import Services
    from bot.telegram.transport.polling import PollingApplication
    from index.store.records import FiledArticle


LONGEST_UNREAD_REASON: Final = 200
LONGEST_LISTED: Final = 60
_ENGLISH: Final = "en"


def draft_message(read: ArticlePreview, texts: NewsroomTexts) -> FormattedText:
    """Return how an article was understood: title, outlet, day, how many paragraphs and quotations, who is quoted."""
    heading = styled(_brief(read.title, LONGEST_TITLE), MessageEntityType.BOLD)
    told = "\n".join(_told(read, texts))
    heard = [_heard(speaker.speaker, speaker.count, speaker.words, texts) for speaker in read.heard]
    notes = list(_notes(read, texts))
    parts = [
        joined("\n", [heading, FormattedText(told)]),
        *map(FormattedText, filter(None, ["\n".join(heard), "\n".join(notes)])),
    ]
    return joined("\n\n", [*parts, FormattedText(texts.understood)])


def _told(read: ArticlePreview, texts: NewsroomTexts) -> Iterator[str]:
    day = texts.read_no_day
    if read.date:
        day = texts.read_day.format(day=long_date(read.date), origin=read.date_from or "")
    yield texts.read_origin.format(outlet=_brief(read.outlet, LONGEST_NAME), day=day) if read.outlet else day
    if read.byline:
        yield _brief(read.byline, LONGEST_NAME)
    if read.url:
        yield _brief(read.url, LONGEST_TITLE)
    yield texts.read_counts.format(paragraphs=len(read.paragraphs), quotations=read.quotations)


def _heard(speaker: str | None, count: int, words: str, texts: NewsroomTexts) -> str:
    name = _brief(speaker, LONGEST_NAME) if speaker else texts.nobody_named
    return texts.quoted.format(speaker=name, count=count, words=_brief(words, LONGEST_NAME))


def _notes(read: ArticlePreview, texts: NewsroomTexts) -> Iterator[str]:
    if read.language not in (None, _ENGLISH):
        yield texts.read_language.format(language=read.language)
    if read.count > 1:
        yield texts.read_several.format(count=read.count)
        yield from (f"• {_brief(title, LONGEST_LISTED)}" for title in read.titles)
    yield from (texts.read_unread.format(reason=_brief(reason, LONGEST_UNREAD_REASON)) for reason in read.unread[:3])


def _brief(text: str, room: int) -> str:
    return shortened(printable(" ".join(text.split())), room)


Handler = Callable[[Update, Context], Awaitable[None]]

READ_WITHIN: Final = 150.0
"""Seconds for fetching, reading and finding quotations; an address alone may take 60."""
LIMITS: dict[str, float] = {}
"""Bounds of fetching that are not the usual ones; see `index.sources.urls.Limits`."""
LONGEST_REASON: Final = 600
_ADVICE: Final = {
    **ADVICE,
    Advice.ALLOW_PRIVATE: " (my setting telegram.allow_private would let me)",
    Advice.FORGET_SOURCE: "",  # what was sent is no source of the index
}


def add_article_handlers(
    application: PollingApplication, services: Services, indexing: BuildJobs, question: Handler, wordless: Handler
) -> None:
    """Let admins add articles; to be added before the handlers of questions.

    Args:
        application: what gets the handlers.
        services: what they work on.
        indexing: what builds the index.
        question: answers a forwarded message that is to be no article.
        wordless: answers a document that is to be none.
    """
    adding, new = AddCommands(services, indexing, question, wordless), filters.UpdateType.MESSAGE
    application.add_handler(CommandHandler("add", adding.add, new))
    application.add_handler(CommandHandler("reindex", adding.reindex, new))
    application.add_handler(MessageHandler(new & filters.CaptionRegex(r"^/add\b"), adding.add))
    private = new & filters.ChatType.PRIVATE
    application.add_handler(MessageHandler(private & filters.Document.ALL & ~filters.CAPTION, adding.unasked))
    application.add_handler(MessageHandler(private & filters.FORWARDED & filters.TEXT, adding.unasked))
    ours = rf"^[{keyboards.SAVE}{keyboards.DISCARD}]:\d"
    application.add_handler(CallbackQueryHandler(adding.press, pattern=ours))


class AddCommands:
    """Answers commands and presses about adding articles."""

    def __init__(self, services: Services, indexing: BuildJobs, question: Handler, wordless: Handler) -> None:
        """Answer by what handlers share."""
        self._services = services
        self._indexing = indexing
        self._drafts = indexing.drafts
        self._question = question
        self._wordless = wordless
        # One process that reads takes as much memory as all that answers.
        self._reading = asyncio.Semaphore(1)

    async def add(self, update: Update, context: Context) -> None:
        """Take what a message, or the one that it replies to, offers as an article."""
        await self._take(update, context, offered_by(message_of(update), _words(message_of(update))))

    async def unasked(self, update: Update, context: Context) -> None:
        """Take a document or a long text that an admin forwards; what else is forwarded is a question."""
        message = message_of(update)
        wanted = is_article(message) and self._services.settings.telegram.add_articles
        if wanted and await self._services.is_admin(person_in(update)):
            await self._take(update, context, offered_by(message, message.text or ""))
        elif message.document:
            await self._wordless(update, context)
        else:
            await self._question(update, context)

    async def reindex(self, update: Update, context: Context) -> None:
        """Bring the index up to date with all its sources."""
        message, texts = message_of(update), texts_of(update)
        if refusal := await refused(self._services, update, texts):
            await send(context.bot, ChatPlace.of(message), FormattedText(refusal))
            return
        where = where_of(update)
        await asyncio.to_thread(self._drafts.add_job, where, "reindex")
        self._indexing.ask()

    async def press(self, update: Update, context: Context) -> None:
        """Save or discard what was shown."""
        query, texts = press_of(update), texts_of(update)
        press, message = Press.read(query.data), query.message
        said = texts.draft_gone
        try:
            if press and message and (refusal := await refused(self._services, update, texts)):
                said = refusal
            elif press and message:
                draft = await asyncio.to_thread(self._drafts.get, message.chat.id, press.key)
                said = await self._decided(draft, press, texts) if draft else said
        finally:
            await answer_press(query, said)
        if message:
            await _without_buttons(query, context, said)
        self._indexing.ask()

    async def _decided(self, draft: PendingArticle, press: Press, texts: NewsroomTexts) -> str:
        if press.action == keyboards.DISCARD:
            await asyncio.to_thread(self._drafts.drop, draft)
            return texts.discarded
        folder = self._services.settings.articles
        assert folder is not None, "the settings do not let articles be added without a folder"
        try:
            await asyncio.to_thread(submission.save, draft.held, folder, draft.name)
        except OnrecordError as error:
            return texts.save_failed.format(reason=error_line(error))
        await asyncio.to_thread(self._drafts.saved, draft)
        return texts.saved.format(name=draft.name)

    async def _take(self, update: Update, context: Context, offered: Offered | None) -> None:
        message, texts = message_of(update), texts_of(update)
        place = ChatPlace.of(message, replying=True)
        held: Path | None = None
        try:
            offered = await self._checked(update, offered, texts)
            held = await asyncio.to_thread(self._drafts.place, offered.suffix)
            async with typing(context.bot, place, self._services.typing_slots), self._reading:
                read = await self._read(context, offered, held, texts)
            await self._offer_back(context, update, held, read)
            held = None  # until it is saved or discarded
        except RefusedError as error:
            await send(context.bot, place, error.text)
        finally:
            if held:
                held.unlink(missing_ok=True)

    async def _checked(self, update: Update, offered: Offered | None, texts: NewsroomTexts) -> Offered:
        """Return what is offered, unless it need not be fetched to be refused.

        Raises:
            RefusedError: it is nothing, too large, of an unknown kind, too much, or from somebody who may not.
        """
        if refusal := await refused(self._services, update, texts):
            raise RefusedError(FormattedText(refusal))
        if offered is None:
            raise RefusedError(FormattedText(texts.add_usage))
        if await asyncio.to_thread(self._drafts.waiting, message_of(update).chat_id) >= MOST_WAITING:
            raise RefusedError(FormattedText(texts.too_many_drafts.format(most=MOST_WAITING)))
        if offered.suffix not in READERS:
            raise RefusedError(FormattedText(texts.unknown_kind.format(kinds=", ".join(sorted(READERS)))))
        if offered.size > MOST_BYTES:
            raise RefusedError(
                FormattedText(texts.too_large.format(size=f"{offered.size >> 20}", most=MOST_BYTES >> 20))
            )
        return offered

    async def _read(self, context: Context, offered: Offered, held: Path, texts: NewsroomTexts) -> ArticlePreview:
        """Return how something is understood, with its content in a file.

        Raises:
            RefusedError: it cannot be had, or not be read.
        """
        name = f"article{offered.suffix}"
        if offered.document:
            name = submission.plain_name(offered.document.file_name or name)
            try:
                content = bytes(await (await context.bot.get_file(offered.document)).download_as_bytearray())
            except TelegramError as error:
                raise RefusedError(FormattedText(texts.not_downloaded.format(reason=error.message))) from None
            await asyncio.to_thread(held.write_bytes, content)
        elif not offered.url:
            await asyncio.to_thread(held.write_text, offered.text, "utf-8", "replace")
        task = {"do": "read", "path": str(held), "name": name, "url": offered.url, "told": offered.told}
        private = self._services.settings.telegram.allow_private
        try:
            done = await worker_client.worked(task | {"limits": LIMITS, "allow_private": private}, seconds=READ_WITHIN)
        except OnrecordError as error:
            reason = shortened(printable(error_line(error, _ADVICE)), LONGEST_REASON)
            raise RefusedError(FormattedText(texts.not_read.format(reason=reason))) from None
        return ArticlePreview.from_json(done)

    async def _offer_back(self, context: Context, update: Update, held: Path, read: ArticlePreview) -> None:
        """Show how an article was understood, with buttons.

        Raises:
            RefusedError: the article is there already.
        """
        texts, folder = texts_of(update), self._services.settings.articles
        known = await self._services.work(lambda: self._services.engine.newsroom().known(read.paragraphs))
        if known:
            raise RefusedError(joined("\n", [FormattedText(texts.exists), cited(known.citation)]))
        content = await asyncio.to_thread(held.read_bytes)
        name = submission.file_name(read.title, read.date, content, read.suffix)
        there: bool = folder is not None and await asyncio.to_thread((folder / name).exists)
        if there:
            raise RefusedError(FormattedText(texts.exists_soon.format(name=name)))
        number = await asyncio.to_thread(self._drafts.add, where_of(update), name, held, read.title)
        buttons = [(texts.save, Press(keyboards.SAVE, number)), (texts.discard, Press(keyboards.DISCARD, number))]
        place = ChatPlace.of(message_of(update), replying=True)
        await send(context.bot, place, draft_message(read, texts), keyboard([buttons]))


async def _without_buttons(query: CallbackQuery, context: Context, said: str) -> None:
    """Take the buttons away, and say below what came of them."""
    message = query.message
    if not isinstance(message, Message):
        return
    text = joined("\n\n", [FormattedText(message.text or "", message.entities), FormattedText(said)])
    with suppress(TelegramError):
        await context.bot.edit_message_text(text.text, message.chat.id, message.message_id, entities=text.entities)


def _words(message: Message) -> str:
    if message.caption:
        return " ".join(message.caption.split()[1:])
    return command_words(message)


LISTING: Final = "remove"
CHOICES: Final = 8
LONGEST_BUTTON_TITLE: Final = 100


def add_remove_handlers(application: PollingApplication, services: Services, indexing: BuildJobs) -> None:
    """Let admins take articles out; to be added before the handlers of other buttons."""
    removing = RemoveCommands(services, indexing)
    application.add_handler(CommandHandler("remove", removing.remove, filters.UpdateType.MESSAGE))
    ours = rf"^[{keyboards.TAKE_OUT}{keyboards.SURE}{keyboards.KEEP}]:\d"
    application.add_handler(CallbackQueryHandler(removing.press, pattern=ours))


class RemoveCommands:
    """Answers the command and the presses about taking articles out."""

    def __init__(self, services: Services, indexing: BuildJobs) -> None:
        """Answer by what handlers share."""
        self._services = services
        self._indexing = indexing

    async def remove(self, update: Update, context: Context) -> None:
        """Offer the articles that some words name, the newest in the index first."""
        message, texts = message_of(update), texts_of(update)
        if refusal := await refused(self._services, update, texts):
            await send(context.bot, ChatPlace.of(message), FormattedText(refusal))
            return
        words = command_words(message)
        found = await self._services.work(lambda: self._services.engine.newsroom().filed(words, CHOICES))
        if not found:
            await send(context.bot, ChatPlace.of(message), FormattedText(texts.remove_none))
            return
        sent = SentMessage(listing=LISTING, choices=tuple(article.name for article in found))
        talk = Conversation(self._services, context.bot, ChatPlace.of(message), 0, texts_for(update.effective_user))
        await talk.show(FormattedText(texts.remove_which), sent, lambda key: _choices(key, found))

    async def press(self, update: Update, context: Context) -> None:
        """Ask whether an article is really meant, take it out, or keep it."""
        query, texts = press_of(update), texts_of(update)
        press, message = Press.read(query.data), query.message
        said, markup = texts.remove_gone, None
        try:
            if refusal := await refused(self._services, update, texts):
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
        memory = self._services.memory
        sent = await self._services.recall(lambda: memory.by_key(chat, press.key), None)
        if sent is None or sent.listing != LISTING or len(press.numbers) != 1 or press.numbers[0] >= len(sent.choices):
            return None
        name = sent.choices[press.numbers[0]]
        return await self._services.work(lambda: self._services.engine.newsroom().article(name))

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
        folder = self._services.settings.articles
        assert folder is not None, "the settings do not let articles be changed without a folder"
        try:
            path = await asyncio.to_thread(submission.file_of, article, folder)
            moved = await asyncio.to_thread(submission.take_out, path, folder)
        except OnrecordError as error:
            return texts.not_removed.format(reason=printable(error_line(error))), None
        await asyncio.to_thread(self._indexing.drafts.add_job, where_of(update), "remove", article.title, article.file)
        return texts.taken_out.format(name=f"{submission.TAKEN_OUT}/{moved.name}"), None


def _choices(key: int, found: list[FiledArticle]) -> InlineKeyboardMarkup | None:
    return keyboard([[(_line(one), Press(keyboards.TAKE_OUT, key, (number,)))] for number, one in enumerate(found)])


def _line(article: FiledArticle) -> str:
    day = long_date(article.date) if article.date else None
    parts = [shortened(article.title, LONGEST_BUTTON_TITLE), article.outlet or article.file, day]
    return printable(", ".join(filter(None, parts)))
