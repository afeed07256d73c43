"""What the Telegram bot says of following and of adding articles, in its own words; see `bot.texts` for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


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

    # Adding and removing articles.
    add_usage: str
    not_admin: str
    add_off: str
    too_large: str
    unknown_kind: str
    not_downloaded: str
    too_many_drafts: str
    not_read: str
    exists: str
    exists_soon: str
    understood: str
    read_origin: str
    read_no_day: str
    read_day: str
    read_counts: str
    read_several: str
    read_unread: str
    read_language: str
    nobody_named: str
    quoted: str
    save: str
    discard: str
    saved: str
    discarded: str
    draft_gone: str
    save_failed: str

    # Building.
    stages: Mapping[str, str]
    build_begins: str
    build_goes_on: str
    build_waits: str
    build_done: str
    build_stopped: str
    build_failed: str
    build_not_opened: str
    added: str
    added_skipped: str
    reindexed: str

    # Removing.
    remove_which: str
    remove_none: str
    remove_gone: str
    remove_sure: str
    remove: str
    keep: str
    kept: str
    not_removed: str
    taken_out: str
    removed: str


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
    add_usage=(
        "Send me the article: /add and its text, /add and its address, or a document. In reply to a message, /add "
        "alone takes that one. You see how I read it before anything is saved."
    ),
    not_admin="Only admins may change my articles. Send /whoami for the number to ask my operator with.",
    add_off="My articles cannot be changed from here; my operator can allow it: add_articles = true in my settings.",
    too_large="That file has {size} MB. I can take at most {most} MB: send a part of it, or let my operator index it.",
    unknown_kind="I cannot read this kind of file. I read {kinds}.",
    not_downloaded="Telegram did not give me that file ({reason}). Please send it again.",
    too_many_drafts="{most} articles wait for your word already. Save or discard some first.",
    not_read="I cannot read that as an article: {reason}",
    exists="I have that article already:",
    exists_soon="That very article was saved already, as {name}.",
    understood="This is how I read it. Shall I save it?",
    read_origin="{outlet}, {day}",
    read_no_day="no day told",
    read_day="{day} (told by the {origin})",
    read_counts="Paragraphs: {paragraphs}. Quotations: {quotations}.",
    read_several="The file holds {count} articles:",
    read_unread="Not readable in it: {reason}",
    read_language="It is not in English ({language}): I shall find passages in it, but not who says what.",
    nobody_named="somebody unnamed",
    quoted="— {speaker} ({count}): {words}",
    save="Save",
    discard="Discard",
    saved="Saved as {name}.",
    discarded="Discarded; nothing was saved.",
    draft_gone="I no longer have that one: what is not saved within a day is forgotten. Please send it again.",
    save_failed="It could not be saved: {reason}",
    stages={
        "reading": "reading articles",
        "models": "preparing models",
        "quotations": "finding quotations",
        "terms": "indexing words",
        "embedding": "embedding passages",
        "sealing": "sealing",
    },
    build_begins="Indexing …",
    build_goes_on="Indexing: {stage} {far}",
    build_waits="Another build is under way; mine begins when it is done.",
    build_done="Indexed.",
    build_stopped="Not indexed.",
    build_failed="The index could not be built: {reason} Once that is mended, /reindex.",
    build_not_opened="The index is built, but I have not opened it yet; my log tells why.",
    added="“{title}” can be asked about now.",
    added_skipped="“{title}” was saved, but could not be indexed: {reason}",
    reindexed=(
        "{articles} articles can be asked about: {new} new, {changed} changed, {vanished} gone, {skipped} not readable."
    ),
    remove_which="Which one shall I take out?",
    remove_none="I have no article with these words in its title, outlet or day. /remove and some of its words.",
    remove_gone="That article is not there any more, or I no longer know which one it was: /remove again.",
    remove_sure="Take this article out?",
    remove="Take it out",
    keep="Keep it",
    kept="It stays.",
    not_removed="I cannot take that article out: {reason}.",
    taken_out="Taken out; my operator can put it back from {name}.",
    removed="“{title}” can be asked about no longer.",
)

NEWSROOM_LANGUAGES: Final = {"en": NEWSROOM_ENGLISH}
"""The texts by ISO 639-1 code."""


def newsroom_texts(code: str | None) -> NewsroomTexts:
    """Return the texts in a language, else in English.

    Args:
        code: as Telegram tells it, such as "en-GB".
    """
    return NEWSROOM_LANGUAGES.get((code or "").partition("-")[0].lower(), NEWSROOM_ENGLISH)
