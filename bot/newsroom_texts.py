"""What the Telegram bot says of following and of adding articles, in its own words; see `bot.texts` for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsroomTexts:
    """The texts in one language; a further language is a further value in `NEWSROOM_LANGUAGES`.

    Those with names in braces are filled in by `str.format`. What answers a press of a button has at most 200
    characters.
    """

    # Following.
    follow_usage: str
    follow_too_long: str
    followed: str
    followed_known: str
    which_one: str
    nobody_yet: str
    name_anyway: str
    as_topic: str
    too_many_follows: str
    following: str
    following_nothing: str
    unfollow_which: str
    unfollow_one: str
    unfollowed: str
    not_followed: str
    whose_words: str
    whose_words_about: str
    about: str
    news: str
    digest: str
    one_more: str
    and_more: str


NEWSROOM_ENGLISH: Final = NewsroomTexts(
    follow_usage=(
        "Whom or what shall I follow? For example:\n/follow the mayor\n/follow the budget\n"
        "/follow the mayor on the budget\n\n/following lists what I follow here."
    ),
    follow_too_long="That is too long to follow. Name a person or a topic in at most {longest} characters.",
    followed="I follow {what} from now on, and tell you here when there is something new.",
    followed_known="I follow {what} from now on, and tell you here what is new. Quotations so far: {count}.",
    which_one="Several people go by “{name}”. Whom shall I follow?",
    nobody_yet="Nobody called “{name}” is quoted yet. What shall I follow?",
    name_anyway="The name “{name}”, once it appears",
    as_topic="The topic “{name}”",
    too_many_follows="I follow {most} things here already. Take one away first: /following",
    following="I follow here, and tell when there is something new:",
    following_nothing="I follow nothing here. For example: /follow the mayor",
    unfollow_which="Which of these shall I follow no longer?",
    unfollow_one="Unfollow {what}",
    unfollowed="I no longer follow {what}.",
    not_followed="I do not follow that here (any more).",
    whose_words="{speaker}",
    whose_words_about="{speaker} on {topic}",
    about="“{topic}”",
    news="New: {what}",
    digest="New: {what}. {count} passages in {articles} articles.",
    one_more="• {who}{words} ({place})",
    and_more="… and {count} more",
)

NEWSROOM_LANGUAGES: Final = {"en": NEWSROOM_ENGLISH}
"""The texts by ISO 639-1 code."""


def newsroom_texts(code: str | None) -> NewsroomTexts:
    """Return the texts in a language, else in English.

    Args:
        code: as Telegram tells it, such as "en-GB".
    """
    return NEWSROOM_LANGUAGES.get((code or "").partition("-")[0].lower(), NEWSROOM_ENGLISH)
