"""Lines of a page that are no part of its story: notices, links to elsewhere, forms, credits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_LONGEST = 400
# Whole paragraphs of web pages and newsletters, by how they begin; each is a habit of many sites, not of one.
_BEGINNINGS = re.compile(
    r"""
    (?:read|see|watch|view|learn|show|load)\s+(?:more|also|next|now)\b(?!\s+(?:than|of|and)\b)
    | (?:related|more\s+from|most\s+(?:read|popular|viewed)|recommended|trending|also\s+(?:on|read|see)
        |don[’']t\s+miss|you\s+(?:may|might)\s+(?:also\s+)?like|more\s+(?:stories|news|coverage|like\s+this)
        |further\s+reading|in\s+case\s+you\s+missed\s+it)\b[^.!?]{0,40}
        (?::|…|\.\.\.|$|\s(?=(?-i:[A-Z“‘"'])(?!.*[.!?][”’"']?$)))
    | (?:click|tap)\s+(?:here|to|on)\b
    | (?:sign\s+up|subscribe|register)\b.{0,80}
        \b(?:newsletter|e-?mails?|inbox|updates|alerts|today|now|here|free|channel)
    | (?:sign\s+up|subscribe|register|log\s+in|sign\s+in)[.!]?$
    | get\s+(?:(?:the|our|all|your)\s+)?[^.]{0,60}\b(?:newsletter|inbox|in\s+your\s+e-?mail|delivered)
    | (?:enter\s+)?your\s+e-?mail(?:\s+address)?[.:*]*$
    | (?:thank\s+you|thanks)\s+for\s+(?:signing\s+up|subscribing|registering)
    | (?:share|tweet|pin|e-?mail|print|save|comments?|reply|like|report|advertisement|sponsored|loading|close|menu
        |search|home|tags?|topics?|photos?|gallery|video|listen|transcript|skip\s+ad|replay|whatsapp|facebook|twitter|linkedin
        |reddit|pinterest|copy\s+link|order\s+reprints|print\s+article|follow|buy\s+now)[.:!]?$
    | share\s+(?:on|via|it|(?:this|with\s+your)(?:\s+\w+)?[.:!]?$) | tweet\s+this\b
    | (?:like|enjoy)(?:ed)?\s+this\s+(?:story|article|post)\b
    | (?:follow|find|join|like|contact)\s+(?:us|me|him|her|them|@?\w+(?:\s\w+)?)\s+(?:on|via|at)\s+
        (?:twitter|facebook|instagram|linkedin|telegram|youtube|x\b|@)
    | (?:e-?mail|write\s+to|contact|reach)\s+(?-i:[A-Z]\w+\s+){1,3}at\s+\S+@\S+
    | have\s+a\s+tip\?
    | (?:we|this\s+(?:web)?site|our\s+(?:web)?site)\b.{0,40}\buses?\s+cookies
    | by\s+(?:using|continuing|clicking|signing|subscribing)\b.{0,80}\byou\b.{0,40}\b(?:agree|accept|consent)\b
    | (?:accept|manage|reject)\s+(?:all\s+)?(?:cookies|preferences)
    | (?:copyright\s+)?(?:©|\(c\))\s*(?:copyright\s+)?(?:19|20|21)\d\d | copyright\s+(?:19|20|21)\d\d
    | all\s+rights\s+reserved
    | this\s+(?:copy\s+is\s+for\s+your\s+personal|material\s+may\s+not\s+be|article\s+has\s+been\s+sent)
    | (?:an?\s+error\s+(?:has\s+)?occurred|there\s+was\s+an\s+error)
        (?:[.!]?$|.{0,60}\b(?:try\s+again|reload|refresh|submitting|processing|loading|your)\b)
    | \(?\s*(?:image|photo|picture|video|graphic)s?\s*(?:credits?|source|by|courtesy|via)?\s*[:/]
    | (?:getty|reuters|ap|afp|shutterstock|istock)\s+(?:images?|photos?)\b[^.]{0,40}$
    | (?:view|see)\s+(?:this\s+e-?mail|in)\s+(?:in\s+)?(?:your\s+|the\s+)?browser
    | (?:unsubscribe|manage\s+(?:your\s+)?(?:subscription|preferences)|update\s+your\s+preferences)\b
    | you(?:’|'|\sa)re\s+receiving\s+this\s+(?:e-?mail|newsletter|message)
    | https?://\S+$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NO_WORD = re.compile(r"[\W_]*")


def without_boilerplate(paragraphs: Iterable[str]) -> Iterator[str]:
    """Yield the paragraphs of a page that tell its story."""
    return (text for text in paragraphs if not is_boilerplate(text))


def is_boilerplate(paragraph: str) -> bool:
    """Tell whether a paragraph is a notice, a form, a share button, a credit, or a link to elsewhere.

    Only short paragraphs that begin as such lines do, or hold no word at all, are taken for boilerplate: a sentence
    about cookies within a story stays.
    """
    if _NO_WORD.fullmatch(paragraph):
        return True
    return len(paragraph) <= _LONGEST and _BEGINNINGS.match(paragraph.lstrip("-–—•*|>▶►» \t")) is not None
