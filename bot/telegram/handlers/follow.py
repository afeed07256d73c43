"""What people write and press to follow somebody or something, and to follow it no longer."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from telegram import CallbackQuery, Message, Update
from telegram.error import TelegramError
from telegram.ext import CallbackQueryHandler, CommandHandler, MessageHandler, filters

from bot.render.text import printable
from bot.telegram.handlers.conversation import Conversation
from bot.telegram.newsroom.alert_message import told_as
from bot.telegram.newsroom.subscriptions import MOST_FOLLOWS, Follower, TooManyFollowsError
from bot.telegram.state.messages import SentMessage
from bot.telegram.ui import keyboards
from bot.telegram.ui.formatted_text import FormattedText, shortened
from bot.telegram.ui.keyboards import Press, answer_keyboard, keyboard
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
    user_language,
)
from bot.telegram.ui.texts import NewsroomTexts, texts_for
from retrieval.newsroom.subscription import Subscription

if TYPE_CHECKING:
    from telegram import InlineKeyboardMarkup, MaybeInaccessibleMessage, User

    from bot.telegram.newsroom.alerts import Alerts
    from bot.telegram.newsroom.subscriptions import StoredSubscription
    from bot.telegram.services import Services
    from bot.telegram.transport.polling import PollingApplication
    from retrieval.newsroom.subscription import Meaning


LONGEST: Final = 200
LONGEST_NAMED: Final = 100
LONGEST_LISTED: Final = 150
LISTING: Final = "follow"


def add_follow_handlers(application: PollingApplication, services: Services, alerts: Alerts) -> None:
    """Let people follow; to be added before the handlers of other buttons."""
    following, new = FollowCommands(services, alerts), filters.UpdateType.MESSAGE
    for name in ("follow", "following", "unfollow"):
        application.add_handler(CommandHandler(name, getattr(following, name), new))
    application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, following.move))
    ours = rf"^[{keyboards.FOLLOW}{keyboards.UNFOLLOW}]:\d"
    application.add_handler(CallbackQueryHandler(following.press, pattern=ours))


class FollowCommands:
    """Answers commands and presses about following."""

    def __init__(self, services: Services, alerts: Alerts) -> None:
        """Answer by what handlers share."""
        self._services = services
        self._alerts = alerts
        self._follows = alerts.follows

    async def follow(self, update: Update, context: Context) -> None:
        """Follow whom or what the words after the command name, or ask what they mean."""
        message, texts = message_of(update), texts_of(update)
        words = " ".join(command_words(message).split())
        if not words or len(words) > LONGEST:
            text = texts.follow_too_long.format(longest=LONGEST) if words else texts.follow_usage
            await send(context.bot, ChatPlace.of(message), FormattedText(text))
            return
        # The first to follow anything waits until all articles have been looked at.
        async with typing(context.bot, ChatPlace.of(message), self._services.typing_slots):
            meaning = await self._services.work(lambda: self._services.engine.newsroom().meaning(words))
            follower, wanted = _follower(message, update.effective_user), meaning.wanted
            said = await self._begun(follower, wanted, texts, meaning.known) if wanted else ""
        if wanted is None:
            await self._ask(update, context, meaning)
        else:
            await send(context.bot, ChatPlace.of(message), FormattedText(said))

    async def following(self, update: Update, context: Context) -> None:
        """List what the chat follows, each with a button to follow it no longer."""
        message, texts = message_of(update), texts_of(update)
        await self._list(context, message, texts.following, texts)

    async def unfollow(self, update: Update, context: Context) -> None:
        """Follow what the words after the command name no longer; ask by buttons where they do not tell."""
        message, texts = message_of(update), texts_of(update)
        words = command_words(message).casefold().split()
        follows = await self._of_chat(message.chat_id)
        named = [
            one for one in follows if words and all(word in told_as(one.wanted, texts).casefold() for word in words)
        ]
        if len(named) == 1:
            text = await self._dropped(message.chat_id, named[0].id, texts)
            await send(context.bot, ChatPlace.of(message), FormattedText(text))
        else:
            await self._list(context, message, texts.unfollow_which, texts)

    async def move(self, update: Update, _: Context) -> None:
        """Go on telling a group that gets another id."""
        message = message_of(update)
        if new := message.migrate_to_chat_id:
            await self._services.remember(lambda: self._follows.move_chat(message.chat_id, new))

    async def press(self, update: Update, context: Context) -> None:
        """Do what a button says that a list, a question or an alert has."""
        query, texts = press_of(update), texts_of(update)
        press, message = Press.read(query.data), query.message
        said = texts_for(query.from_user).sorry
        try:
            if press is None or message is None or not press.numbers:
                said = texts.not_followed
            elif press.action == keyboards.FOLLOW:
                said = await self._chosen(query, press, texts)
            else:
                said = await self._dropped(message.chat.id, press.numbers[0], texts)
        finally:
            await answer_press(query, said)
        if press and message:
            with suppress(TelegramError):
                await self._show_done(query, context, press, texts, said)

    async def _chosen(self, query: CallbackQuery, press: Press, texts: NewsroomTexts) -> str:
        """Follow what somebody chose of what their words may mean."""
        assert query.message is not None, "a press without one was told so"
        chat, memory = query.message.chat.id, self._services.memory
        sent = await self._services.recall(lambda: memory.by_key(chat, press.key), None)
        if sent is None or sent.listing != LISTING or len(press.numbers) != 1:
            return texts.not_followed
        choices = [*(Subscription(name, sent.standalone) for name in sent.choices), *_readings(sent)]
        if press.numbers[0] >= len(choices):
            return texts.not_followed
        return await self._begun(_follower(query.message, query.from_user), choices[press.numbers[0]], texts)

    async def _begun(self, follower: Follower, wanted: Subscription, texts: NewsroomTexts, known: int = 0) -> str:
        """Follow something, and return what to say of it."""
        try:
            follow = await self._services.work(lambda: self._alerts.follow(follower, wanted))
        except TooManyFollowsError:
            return texts.too_many_follows.format(most=MOST_FOLLOWS)
        form = texts.followed_known if known else texts.followed
        return form.format(what=told_as(follow.wanted, texts), count=known)

    async def _dropped(self, chat: int, number: int, texts: NewsroomTexts) -> str:
        dropped = await self._services.recall(lambda: self._follows.drop(chat, number), None)
        return texts.unfollowed.format(what=told_as(dropped.wanted, texts)) if dropped else texts.not_followed

    async def _ask(self, update: Update, context: Context, meaning: Meaning) -> None:
        """Ask by buttons what words mean: which of several people, a name that is not there yet, or a topic."""
        message, texts = message_of(update), texts_of(update)
        name = shortened(printable(meaning.name), LONGEST_NAMED)
        text = (texts.which_one if meaning.choices else texts.nobody_yet).format(name=name)
        sent = SentMessage(listing=LISTING, question=meaning.name, standalone=meaning.topic, choices=meaning.choices)
        labels = [*meaning.choices, texts.name_anyway.format(name=name), texts.as_topic.format(name=name)]
        talk = Conversation(self._services, context.bot, ChatPlace.of(message), 0, texts_for(update.effective_user))
        await talk.show(
            FormattedText(text),
            sent,
            lambda key: keyboard(
                [(label, Press(keyboards.FOLLOW, key, (number,)))] for number, label in enumerate(labels)
            ),
        )

    async def _list(self, context: Context, message: Message, heading: str, texts: NewsroomTexts) -> None:
        follows = await self._of_chat(message.chat_id)
        text, markup = _listed(follows, heading, texts)
        await send(context.bot, ChatPlace.of(message), text, markup)

    async def _of_chat(self, chat: int) -> list[StoredSubscription]:
        return await self._services.recall(lambda: self._follows.of_chat(chat), [])

    async def _show_done(
        self, query: CallbackQuery, context: Context, press: Press, texts: NewsroomTexts, said: str
    ) -> None:
        """Show where a button was pressed what has come of it."""
        message = query.message
        assert message is not None
        chat, memory = message.chat.id, self._services.memory
        if press.action == keyboards.FOLLOW:
            await context.bot.edit_message_text(said, chat, message.message_id)
        elif press.key:  # under an alert
            await self._services.remember(lambda: memory.press(press.key, press.button))
            known = await self._services.recall(
                lambda: (memory.by_key(chat, press.key), memory.pressed(press.key)), None
            )
            if known and known[0]:
                markup = answer_keyboard(press.key, known[0], texts_for(query.from_user), known[1])
                await context.bot.edit_message_reply_markup(chat, message.message_id, reply_markup=markup)
        else:
            text, markup = _listed(await self._of_chat(chat), texts.following, texts)
            await context.bot.edit_message_text(text.text, chat, message.message_id, reply_markup=markup)


def _listed(
    follows: list[StoredSubscription], heading: str, texts: NewsroomTexts
) -> tuple[FormattedText, InlineKeyboardMarkup | None]:
    if not follows:
        return FormattedText(texts.following_nothing), None
    named = [(one, shortened(told_as(one.wanted, texts), LONGEST_LISTED)) for one in follows]
    text = "\n".join([heading, *(f"• {what}" for _, what in named)])
    rows = [[(texts.unfollow_one.format(what=what), Press(keyboards.UNFOLLOW, 0, (one.id,)))] for one, what in named]
    return FormattedText(text), keyboard(rows)


def _readings(sent: SentMessage) -> list[Subscription]:
    """Return what words may mean that name nobody who is quoted: a name to come, or a topic."""
    return [
        Subscription(sent.question, sent.standalone),
        Subscription(None, f"{sent.question} {sent.standalone}".strip()),
    ]


def _follower(message: MaybeInaccessibleMessage, user: User | None) -> Follower:
    place = ChatPlace.of(message)
    return Follower(place.chat, place.topic, user.id if user else None, user_language(user))
