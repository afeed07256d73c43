"""An alert as one Telegram message: rendered as answers are, or a digest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from telegram.constants import MessageLimit

from bot.render.text import place_line, printable, speakers_line
from bot.telegram.state.messages import SentMessage, sent_answer
from bot.telegram.ui.answer_message import LONGEST_NAME, MOST_PASSAGES, Message, message_for
from bot.telegram.ui.formatted_text import FormattedText, joined, shortened
from retrieval.conversation.state import Dialog, Turn, places
from retrieval.core.answer import Answer, Hit, Reason, remark

if TYPE_CHECKING:
    from bot.telegram.newsroom.subscriptions import Alert
    from bot.telegram.ui.texts import NewsroomTexts, Texts
    from retrieval.newsroom.subscription import Subscription


LISTED: Final = 10
"""How many passages a digest names in one line each, beside those that it quotes in full."""

# Ten lines of these take half of a message at most, and leave the other half to passages.
LONGEST_SPEAKER: Final = 40
LONGEST_WORDS: Final = 80
LONGEST_PLACE: Final = 70


def told_as(wanted: Subscription, texts: NewsroomTexts) -> str:
    """Return what is followed, for people: a name, a topic, or a name on a topic."""
    speaker, topic = shortened(wanted.speaker or "", LONGEST_NAME), shortened(wanted.topic, LONGEST_NAME)
    if not speaker:
        return texts.about.format(topic=printable(topic))
    form = texts.whose_words_about if topic else texts.whose_words
    return printable(form.format(speaker=speaker, topic=topic))


def alert_message(alert: Alert, texts: Texts, newsroom: NewsroomTexts) -> tuple[FormattedText, SentMessage]:
    """Return an alert as a message, and what is to be remembered of it, so that its buttons and replies to it work."""
    content, wanted = alert.content, alert.follow.wanted
    what = told_as(wanted, newsroom)
    heading = newsroom.news.format(what=what)
    if content.count > MOST_PASSAGES:
        heading = newsroom.digest.format(what=what, count=content.count, articles=content.articles)
    question = _question(wanted)
    told = remark(Reason.LINE, line=heading)
    answer = Answer(question, "answered", 1.0, question, told, wanted.speaker, hits=content.hits)
    listed = _listed(content.hits, content.count, newsroom)
    message = message_for(replace(answer, hits=content.hits[:MOST_PASSAGES]), texts, _room(listed))
    whole = joined("\n\n", [message, *listed])
    return whole, _remembered(alert, answer, message)


def _listed(hits: tuple[Hit, ...], count: int, texts: NewsroomTexts) -> list[FormattedText]:
    """Return what a digest says of the passages that it does not quote."""
    lines = [_line(hit, texts) for hit in hits[MOST_PASSAGES:][:LISTED]]
    if more := count - min(count, MOST_PASSAGES) - len(lines):
        lines.append(texts.and_more.format(count=more))
    return [FormattedText("\n".join(lines))] if lines else []


def _line(hit: Hit, texts: NewsroomTexts) -> str:
    start, end = hit.highlights[0] if hit.highlights else (0, len(hit.text))
    speaker = speakers_line(hit)
    return texts.one_more.format(
        who=f"{shortened(printable(speaker), LONGEST_SPEAKER)}: " if speaker else "",
        words=f"“{shortened(printable(hit.text[start:end]), LONGEST_WORDS)}”",
        place=shortened(printable(place_line(hit.citation)), LONGEST_PLACE),
    )


def _room(listed: list[FormattedText]) -> int:
    return MessageLimit.MAX_TEXT_LENGTH - (joined("\n\n", [FormattedText(""), *listed]).units if listed else 0)


def _remembered(alert: Alert, answer: Answer, message: Message) -> SentMessage:
    wanted = alert.follow.wanted
    turn = Turn(
        answer.question,
        asks="said" if wanted.speaker else "anything",
        speaker=wanted.speaker,
        topic=wanted.topic,
        shown=places([answer.hits[position] for position in message.shown]),
    )
    sent = sent_answer(answer, message.shown, message.left, k=len(answer.hits) + 1, before=Dialog())
    return replace(sent, follow=alert.follow.id, dialog=Dialog().after(turn, alert.made))


def _question(wanted: Subscription) -> str:
    """Return the question that the news answer, so that a reply to them goes on from there."""
    if not wanted.speaker:
        return wanted.topic
    return f"What did {wanted.speaker} say{f' about {wanted.topic}' if wanted.topic else ''}?"
