"""Everything the Telegram bot says in its own words; what articles say comes from an Answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telegram import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The texts in one language; a further language is a further value in `LANGUAGES`.

    Those with names in braces are filled in by `str.format`. What answers a press of a button has at most 200
    characters.
    """

    start: str
    help: str
    commands: tuple[tuple[str, str], ...]
    new: str
    unknown_command: str
    ask_usage: str
    only_text: str
    nearest: str
    nothing: str
    also_in: str
    and_in_more: str
    sorry: str
    too_much: str
    too_long: str

    # Who may ask.
    not_allowed: str
    not_paired: str
    inline_not_allowed: str
    pair_usage: str
    paired: str
    paired_admin: str
    wrong_code: str
    too_many_codes: str
    code_not_here: str
    your_id: str
    group_id: str
    standings: tuple[str, str, str]

    # What stands on buttons.
    more: str
    who_else: str
    not_meant: str
    context: str
    context_of: str
    article: str
    article_of: str
    rest: str
    beginning: str
    page_before: str
    page_after: str
    unfollow: str

    # What answers a press.
    noted: str
    shown_already: str
    nothing_more: str
    answer_gone: str
    article_gone: str
    passage_gone: str

    # Lists.
    quotes_usage: str
    nobody: str
    several: str
    quotes_heading: str
    speakers_heading: str
    nobody_quoted: str
    sources_heading: str
    outlets_heading: str
    articles_of: str
    page: str
    status: str
    status_talk: str

    # The record of a speaker.
    verify_usage: str
    record_usage: str
    record_heading: str
    record_outlets: str
    record_page: str
    record_nothing: str

    # Inline mode.
    inline_hint: str
    inline_nothing: str


ENGLISH: Final = Texts(
    start=(
        "Ask me what was said, and by whom. I answer with passages from a collection of news articles, word for word, "
        "and tell you where each is written.\n\n"
        "For example: What did the mayor say about the budget?\n\n"
        "/help tells more."
    ),
    help=(
        "Send me a question, as you would ask a person:\n"
        "• What did the mayor say about the budget?\n"
        "• Who said “we have no voice”?\n"
        "• What did the union say last week?\n\n"
        "Go on from an answer: “and the council?”, “anything else?”, “who wrote that?” Reply to an older answer to go "
        "on from there.\n\n"
        "Every answer is quoted word for word; what answers is bold. Where the articles do not tell, I say so, and "
        "show what comes nearest. The buttons show more.\n\n"
        "/quotes NAME – all that somebody said\n"
        "/verify “words” by NAME – whether somebody said that, and exactly how\n"
        "/record NAME on TOPIC – what somebody said over time, as a picture and a page\n"
        "/speakers – who is quoted\n"
        "/sources – what I have read\n"
        "/follow NAME or TOPIC – I tell you what is new; /following lists it\n"
        "/new – begin a new conversation\n\n"
        "In a group, mention me, reply to me, or write /ask and the question. In any other chat, type my name and a "
        "few words to quote a passage there."
    ),
    commands=(
        ("ask", "Ask a question: /ask what did the mayor say?"),
        ("quotes", "All that somebody said: /quotes NAME"),
        ("verify", "Check a quotation: /verify “words” by NAME"),
        ("record", "What somebody said over time: /record NAME on TOPIC"),
        ("speakers", "Who is quoted, and how often"),
        ("sources", "What the answers are taken from"),
        ("follow", "Hear what is new: /follow NAME or TOPIC"),
        ("following", "What I follow here; end it"),
        ("new", "Begin a new conversation"),
        ("status", "What I have read, and when"),
        ("help", "How to ask"),
        ("start", "What this bot does"),
    ),
    new="A new conversation: what was asked before is forgotten.",
    unknown_command="I do not know that command. Just send me your question, or see /help.",
    ask_usage="Ask me something, for example: /ask what did the mayor say about the budget?",
    only_text="I can only read text. Send me your question in words.",
    nearest="The nearest I have:",
    nothing="The articles do not tell.",
    also_in="also in ",
    and_in_more="and in {count} more",
    sorry="Sorry, something went wrong on my side and I could not answer. Please ask again in a moment.",
    too_much=(
        "You ask faster than I can read. Please give me a minute: I answer what I have, and leave the rest aside."
    ),
    too_long="That is too long for me. Please ask in at most {longest} characters.",
    not_allowed="I answer only people whom my operator has let in. Send /whoami for the number to ask them with.",
    not_paired="I answer only people whom my operator has let in. With a code from them: /pair CODE",
    inline_not_allowed="You are not let in yet",
    pair_usage="Send the code that my operator gave you: /pair CODE",
    paired="Welcome. Send me a question, or see /help.",
    paired_admin="Welcome. You may ask, and look after my articles; see /help.",
    wrong_code="That code is wrong, was used, or is out of date. Ask my operator for another one.",
    too_many_codes="That were too many wrong codes. Please wait an hour.",
    code_not_here="A code for admins is sent in private, never in a group. This one is void now; ask for another one.",
    your_id="Your number: {id}",
    group_id="This group's number: {id}",
    standings=("You may not ask me yet.", "You may ask me.", "You may ask me, and look after my articles."),
    more="More",
    who_else="Who else?",
    not_meant="Not what I asked",
    context="Context",
    context_of="Context {number}",
    article="Whole article",
    article_of="Article {number}",
    rest="Rest of the passage",
    beginning="Beginning of the passage",
    page_before="‹ Back",
    page_after="Next ›",
    unfollow="Unfollow",
    noted="Thank you. The question and what I answered are noted, without your name, for whoever looks after this bot.",
    shown_already="That is in this chat already, further down.",
    nothing_more="There are no further passages.",
    answer_gone="I no longer have what this button needs. Please ask again.",
    article_gone="That article is no longer in the collection.",
    passage_gone="The article was changed: this passage is no longer in it.",
    quotes_usage="Tell me whose words you want, for example: /quotes the mayor\n\n/speakers lists who is quoted.",
    nobody="Nobody called “{name}” is quoted. /speakers lists who is.",
    several="Several people go by “{name}”. Who is meant?",
    quotes_heading="Quotations of {name}: {count}",
    speakers_heading="Who is quoted, most often first: {count}",
    nobody_quoted="Nobody is quoted in these articles.",
    sources_heading="The answers are taken from: {names}",
    outlets_heading="Outlets, and how many articles each has:",
    articles_of="{outlet}: {count}",
    page="{first}–{last} of {total}",
    status="{index}.",
    status_talk="Questions of our conversation that I remember: {count}.",
    verify_usage="Tell me the words, and whose they are to be, for example: /verify “we have no voice” by the mayor",
    record_usage="Tell me whose record you want, and on what if you like, for example: /record the mayor on the budget",
    record_heading="On the record: {name}",
    record_outlets="Quoted most by {outlets}",
    record_page="The page has every statement, in order of time, with where it stands.",
    record_nothing="Nothing is on record on that.",
    inline_hint="Type a name, a topic, or both",
    inline_nothing="Nothing found: ask me a question",
)

LANGUAGES: Final = {"en": ENGLISH}
"""The texts by ISO 639-1 code."""


def texts_in(code: str | None) -> Texts:
    """Return the texts in a language, as Telegram tells it, such as "en-GB"; else in English."""
    return LANGUAGES.get((code or "").partition("-")[0].lower(), ENGLISH)


def texts_for(user: User | None) -> Texts:
    """Return the texts in the language that somebody's Telegram is set to, else in English."""
    return texts_in(user.language_code if user else None)


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
