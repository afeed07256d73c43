"""/verify and /record in Telegram: a claim checked, and somebody's record as a picture, a short list and a page."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from telegram.constants import MessageEntityType, MessageLimit

from bot.render.filters import read_typed
from bot.render.text import printable
from bot.render.timeline_page import html_page
from bot.render.timeline_picture import can_draw, draw_timeline, png_bytes, summary
from bot.telegram.state.messages import SentMessage, sent_answer
from bot.telegram.ui.answer_message import LONGEST_NAME, message_for
from bot.telegram.ui.formatted_text import FormattedText, joined, shortened, styled
from bot.telegram.ui.keyboards import choice_rows, keyboard
from bot.telegram.ui.replying import send, send_file, typing
from retrieval.answering.verdict_answer import answer_of
from retrieval.attribution.listing import SpeakerError

if TYPE_CHECKING:
    from bot.telegram.handlers.conversation import Conversation
    from bot.telegram.services import BotEngine
    from bot.telegram.ui.texts import Texts
    from retrieval.newsroom.timeline import Timeline

RECORD: Final = "record"
"""What a message asks to choose for, where several people bear a name."""

LONGEST_LABEL: Final = 80
OUTLETS_NAMED: Final = 3
_CAPTION: Final = MessageLimit.CAPTION_LENGTH
_ABOUT: Final = re.compile(r"(?P<name>.+?)(?:\s+(?:about|on)\s+|\s*[,:]\s+)(?P<about>.+)", re.IGNORECASE | re.DOTALL)
_NO_FILE_NAME: Final = re.compile(r"[^\w.-]+")


@dataclass(frozen=True)
class RenderedRecord:
    """A record, ready to be sent.

    Attributes:
        picture: as PNG; nothing where the extra that draws it is not there.
        caption: the short list.
        name: of the file with the page.
        page: as HTML.
    """

    picture: bytes
    caption: FormattedText
    name: str
    page: bytes


async def answer_claim(talk: Conversation, typed: str) -> None:
    """Answer a claim that was typed with its verdict, like a question: with buttons, and to go on from."""
    claim = read_typed(typed)
    dialog = await talk.dialog()
    async with typing(talk.bot, talk.place, talk.services.typing_slots):
        answer = await talk.services.work(lambda: answer_of(talk.services.engine.verify(claim.words, claim.by), typed))
    message = message_for(answer, talk.texts)
    sent = sent_answer(answer, message.shown, message.left, k=0, before=dialog.as_of(time.time()))
    await talk.show(message, replace(sent, generation=talk.services.engine.generation, dialog=dialog))


async def send_record(talk: Conversation, name: str, about: str | None = None) -> None:
    """Send somebody's record; where several bear the name, ask whose.

    Args:
        talk: the conversation it is asked for in.
        name: words that name whose; those after a name may tell the topic.
        about: the topic, where it is known to be one.
    """
    texts, engine = talk.texts, talk.services.engine
    try:
        async with typing(talk.bot, talk.place, talk.services.typing_slots):
            made = await talk.services.work(lambda: _made(engine, name, about, texts))
    except SpeakerError as error:
        await _ask_whose(talk, name, about, error.people)
        return
    if made is None:
        await send(talk.bot, talk.place, FormattedText(texts.record_nothing))
        return
    await _send(talk, made)


async def _ask_whose(talk: Conversation, name: str, about: str | None, people: tuple[str, ...]) -> None:
    texts = talk.texts
    found = _ABOUT.fullmatch(name)
    words, topic = (found["name"], found["about"]) if found and not about else (name, about)
    text = (texts.several if people else texts.nobody).format(name=shortened(printable(words), LONGEST_NAME))
    choosing = SentMessage(listing=RECORD, question=topic or "", choices=people, dialog=await talk.dialog())
    await talk.show(FormattedText(text), choosing, lambda key: keyboard(choice_rows(key, people)))


async def _send(talk: Conversation, made: RenderedRecord) -> None:
    place = talk.place
    if made.picture:
        await talk.bot.send_photo(
            place.chat,
            made.picture,
            caption=made.caption.text,
            caption_entities=made.caption.entities,
            reply_parameters=place.reply,
            message_thread_id=place.topic,
        )
    arrived = await send_file(talk.bot, place, made.name, made.page, None if made.picture else made.caption)
    await talk.note(arrived, SentMessage(dialog=await talk.dialog()))


def _made(engine: BotEngine, typed: str, about: str | None, texts: Texts) -> RenderedRecord | None:
    timeline = _timeline(engine, typed, about)
    if not timeline.topics:
        return None
    picture = png_bytes(draw_timeline(timeline)) if can_draw() else b""
    name = _NO_FILE_NAME.sub("-", printable(timeline.speaker)).strip("-.") or "record"
    return RenderedRecord(
        picture, short_list(timeline, texts), f"{name[:LONGEST_NAME]}.html", html_page(timeline).encode()
    )


def _timeline(engine: BotEngine, typed: str, about: str | None) -> Timeline:
    """Return the record of whoever is named, in the longest reading of the words that names anybody.

    Raises:
        SpeakerError: they name nobody, or several.
    """
    if about is not None:
        return engine.record(typed, about=about or None)
    if found := _ABOUT.fullmatch(typed):
        return engine.record(found["name"], about=found["about"])
    words = typed.split()
    error = SpeakerError(f"{typed}: nobody of that name is quoted")
    for cut in range(len(words), 0, -1):
        try:
            return engine.record(" ".join(words[:cut]), about=" ".join(words[cut:]) or None)
        except SpeakerError as wrong:
            error = error if error.people else wrong
    raise error


def short_list(timeline: Timeline, texts: Texts) -> FormattedText:
    """Return a record as a short list that fits under a picture: how much, on what, and who quoted most."""
    name = shortened(printable(timeline.speaker), LONGEST_NAME)
    about = shortened(printable(timeline.about), LONGEST_NAME) if timeline.about else ""
    heading = texts.record_heading.format(name=name) + (f" – {about}" if about else "")
    named = [f"{shortened(printable(one), LONGEST_NAME)} ({count})" for one, count in timeline.outlets[:OUTLETS_NAMED]]
    ending = [texts.record_outlets.format(outlets=", ".join(named)), texts.record_page]
    blocks = [styled(heading, MessageEntityType.BOLD), FormattedText(f"{summary(timeline)}.")]
    end = joined("\n", map(FormattedText, ending))
    for topic in timeline.topics:
        line = FormattedText(f"• {shortened(printable(topic.label), LONGEST_LABEL)} ({len(topic.entries)})")
        if joined("\n", [*blocks, line, end]).units <= _CAPTION:
            blocks.append(line)
    return joined("\n", [*blocks, end])
