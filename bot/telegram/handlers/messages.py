"""What people write to the bot: questions, commands, and what is neither."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from telegram import Message, Update
from telegram.ext import (
    CallbackQueryHandler,
    CommandHandler,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from bot.telegram.handlers.articles import add_article_handlers, add_remove_handlers
from bot.telegram.handlers.buttons import Buttons
from bot.telegram.handlers.conversation import Conversation, Inline
from bot.telegram.handlers.follow import add_follow_handlers
from bot.telegram.handlers.lists import show_list
from bot.telegram.handlers.verify_and_record import answer_claim, send_record
from bot.telegram.ui.formatted_text import FormattedText
from bot.telegram.ui.keyboards import Press
from bot.telegram.ui.replying import (
    Addressed,
    ChatPlace,
    Context,
    asked_words,
    command_words,
    message_of,
    replies_to_bot,
    send,
    words_replied_to,
)
from bot.telegram.ui.texts import texts_for
from retrieval.conversation.state import Dialog

if TYPE_CHECKING:
    from bot.telegram.newsroom.alerts import Alerts
    from bot.telegram.newsroom.build_jobs import BuildJobs
    from bot.telegram.services import Services
    from bot.telegram.state.messages import SentMessage
    from bot.telegram.transport.polling import PollingApplication

OnRecord = Callable[[Conversation, str], Awaitable[None]]

LONGEST_QUESTION: Final = 1000
"""Characters; a longer one costs seconds, and finds nothing that its first sentences would not."""


def add_handlers(application: PollingApplication, services: Services) -> None:
    """Have an application answer what people write, press and type, by what handlers share."""
    written = Written(services)
    new, private = filters.UpdateType.MESSAGE, filters.ChatType.PRIVATE
    commands = {
        "start": written.start,
        "help": written.help,
        "new": written.new,
        "ask": written.ask,
        "quotes": written.quotes,
        "verify": written.verify,
        "record": written.record,
        "speakers": written.speakers,
        "sources": written.sources,
        "status": written.status,
    }
    for name, answer in commands.items():
        application.add_handler(CommandHandler(name, answer, new))
    # In a group, a command that is not ours is another bot's.
    application.add_handler(MessageHandler(new & filters.COMMAND & private, written.unknown_command))
    words = (filters.TEXT | filters.CAPTION) & ~filters.COMMAND
    application.add_handler(MessageHandler(new & words & Addressed(), written.question))
    wordless = filters.ATTACHMENT & ~filters.CAPTION & ~filters.VIA_BOT
    application.add_handler(MessageHandler(new & wordless & private, written.wordless))
    application.add_handler(CallbackQueryHandler(Buttons(services).press))
    # Without waiting: a query is out of date as soon as the next letter is typed.
    application.add_handler(InlineQueryHandler(Inline(services).offer, block=False))


def add_newsroom_handlers(
    application: PollingApplication, services: Services, alerts: Alerts, indexing: BuildJobs
) -> None:
    """Have an application follow, and let admins change the articles; to be done before `add_handlers`."""
    written = Written(services)
    add_follow_handlers(application, services, alerts)
    add_article_handlers(application, services, indexing, written.question, written.wordless)
    add_remove_handlers(application, services, indexing)


class Written:
    """Answers messages."""

    def __init__(self, services: Services) -> None:
        """Answer by what handlers share."""
        self._services = services

    async def start(self, update: Update, context: Context) -> None:
        """Say what the bot is for."""
        await _say(update, context, texts_for(update.effective_user).start)

    async def help(self, update: Update, context: Context) -> None:
        """Say how to ask."""
        await _say(update, context, texts_for(update.effective_user).help)

    async def new(self, update: Update, context: Context) -> None:
        """Forget somebody's conversation."""
        talk = self._talk(update, context)
        await talk.set_dialog(Dialog())
        await _say(update, context, talk.texts.new)

    async def unknown_command(self, update: Update, context: Context) -> None:
        """Say that there is no such command."""
        await _say(update, context, texts_for(update.effective_user).unknown_command)

    async def wordless(self, update: Update, context: Context) -> None:
        """Say that pictures and the like cannot be read; nothing to an album, which comes as many messages."""
        if not message_of(update).media_group_id:
            await _say(update, context, texts_for(update.effective_user).only_text)

    async def question(self, update: Update, context: Context) -> None:
        """Answer a question."""
        await self._answer(update, context, asked_words(message_of(update)))

    async def ask(self, update: Update, context: Context) -> None:
        """Answer the question after the command."""
        await self._answer(update, context, command_words(message_of(update)))

    async def quotes(self, update: Update, context: Context) -> None:
        """List what somebody said: who is named or, without a name, whoever spoke last in the conversation."""
        talk, name = self._talk(update, context), command_words(message_of(update))
        if not name:
            last = (await self._dialog(talk, message_of(update))).last
            name = (last and last.speaker) or ""
        if len(name) > LONGEST_QUESTION:
            await _refuse_length(update, context)
        elif name:
            await show_list(talk, "quotes", name)
        else:
            await _say(update, context, talk.texts.quotes_usage)

    async def verify(self, update: Update, context: Context) -> None:
        """Check the words after the command."""
        await self._on_record(update, context, answer_claim, texts_for(update.effective_user).verify_usage)

    async def record(self, update: Update, context: Context) -> None:
        """Send the record of whoever is named after the command."""
        await self._on_record(update, context, send_record, texts_for(update.effective_user).record_usage)

    async def _on_record(self, update: Update, context: Context, do: OnRecord, usage: str) -> None:
        words = command_words(message_of(update)).strip()
        if len(words) > LONGEST_QUESTION:
            await _refuse_length(update, context)
        elif any(char.isalnum() for char in words):
            await do(self._talk(update, context), words)
        else:
            await _say(update, context, usage)

    async def speakers(self, update: Update, context: Context) -> None:
        """List who is quoted."""
        await show_list(self._talk(update, context), "speakers")

    async def sources(self, update: Update, context: Context) -> None:
        """List what the answers are taken from."""
        await show_list(self._talk(update, context), "sources")

    async def status(self, update: Update, context: Context) -> None:
        """Say what the index holds, and how much of the conversation is remembered."""
        talk = self._talk(update, context)
        dialog = (await talk.dialog()).as_of(time.time())
        index = await self._services.work(self._services.engine.describe)
        said = [talk.texts.status.format(index=index), talk.texts.status_talk.format(count=len(dialog.turns))]
        await _say(update, context, "\n".join(said if dialog.turns else said[:1]))

    async def _answer(self, update: Update, context: Context, words: str) -> None:
        message, talk = message_of(update), self._talk(update, context)
        question = words.strip() or words_replied_to(message)
        if len(question) > LONGEST_QUESTION:
            await _refuse_length(update, context)
        elif question:
            await talk.ask(question, await self._dialog(talk, message))
        else:
            await _say(update, context, talk.texts.ask_usage)

    def _talk(self, update: Update, context: Context) -> Conversation:
        message = message_of(update)
        person = message.from_user.id if message.from_user else 0
        return Conversation(
            self._services, context.bot, ChatPlace.of(message), person, texts_for(update.effective_user)
        )

    async def _dialog(self, talk: Conversation, message: Message) -> Dialog:
        """Return the conversation that a message goes on with: that of the answer it replies to, else one's own."""
        replied = message.reply_to_message
        if replied and replies_to_bot(message):
            sent = await self._services.recall(lambda: self._replied(message.chat_id, replied), None)
            if sent and sent.dialog.turns:
                return sent.dialog.resumed(time.time())
        return await talk.dialog()

    def _replied(self, chat: int, replied: Message) -> SentMessage | None:
        if sent := self._services.memory.by_message(chat, replied.message_id):
            return sent
        # Sent in the moment before a crash: its id was not written down, but its buttons tell which it is.
        rows = replied.reply_markup.inline_keyboard if replied.reply_markup else ()
        for button in (button for row in rows for button in row):
            if isinstance(button.callback_data, str) and (press := Press.read(button.callback_data)):
                return self._services.memory.by_key(chat, press.key)
        return None


async def _refuse_length(update: Update, context: Context) -> None:
    await _say(update, context, texts_for(update.effective_user).too_long.format(longest=f"{LONGEST_QUESTION:,}"))


async def _say(update: Update, context: Context, text: str) -> None:
    await send(context.bot, ChatPlace.of(message_of(update)), FormattedText(text))
