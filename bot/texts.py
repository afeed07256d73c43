"""Everything the Telegram bot says in its own words; what articles say comes from an Answer."""

from __future__ import annotations

from typing import Final

START: Final = (
    "Ask me what was said, and by whom. I answer with passages from a collection of news articles, word for word, "
    "and tell you where each is written.\n\n"
    "For example: What did the mayor say about the budget?\n\n"
    "/help tells more."
)

HELP: Final = (
    "Send me a question, as you would ask a person:\n"
    "• What did the mayor say about the budget?\n"
    "• Who said “we have no voice”?\n"
    "• What did the union say last week?\n\n"
    "Go on from an answer as you would with a person: and the council? – what did she say about the fees? – "
    "anything else? – who wrote that? /new begins anew.\n\n"
    "Every answer quotes the articles word for word, with outlet, date and paragraph. The words that answer are bold; "
    "a link leads to the original where there is one. Where the articles do not tell, I say so, and show what comes "
    "nearest."
)

COMMANDS: Final = (
    ("start", "What this bot does"),
    ("help", "How to ask"),
    ("new", "Begin a new conversation"),
)

NEW: Final = "A new conversation: what was asked before is forgotten."

UNKNOWN_COMMAND: Final = "I do not know that command. Just send me your question, or see /help."

NEAREST: Final = "The nearest I have:"

NOTHING: Final = "The articles do not tell."

SORRY: Final = "Sorry, something went wrong on my side and I could not answer. Please ask again in a moment."

TOO_MUCH: Final = (
    "You ask faster than I can read. Please give me a minute: I answer what I have, and leave the rest aside."
)

TOO_LONG: Final = "That is too long for me. Please ask in at most {longest} characters."
