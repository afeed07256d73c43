"""How a follow-up is read: what of the last turn it asks for, and which words of its own it brings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Move = Literal[
    "more",  # further passages of the same list
    "origin",  # who wrote that, where does it stand
    "when",
    "where",
    "article",  # the whole article
    "before",
    "after",
    "who said",
    "who else",
    "other",  # "no, the other one"
    "instead",  # "no, I meant X"
    "also",  # "and X?"
    "about",  # "and about X?"
    "how",  # "why?", and other question words alone
    "question",  # a sentence of its own
]

_LEAD = r"(?:(?:and|but|so|ok|okay|well|please|then|yes|no|hm+|right|sure|thanks|thank you)[, ]+)*"
_THAT = r"(?:that|this|it|so|these|those|them|which)"
_SOMEBODY = r"(?:he|she|they|it|\w+(?: \w+)?)"
_SAY = r"(?:say|said|says|tell|told|write|wrote|claim|claimed|speak|spoke|speaking|saying|talk|talking)"
_ARTICLE = r"(?:article|story|text|piece|report|passage|thing|page|source)"

_MOVES: tuple[tuple[Move, str], ...] = tuple(
    (move, pattern.replace("«that»", _THAT).replace("«article»", _ARTICLE).replace("«say»", _SAY))  # type: ignore[misc]
    for move, pattern in (
        (
            "more",
            r"(?:is there |was there |do you have |have you (?:got )?|got |show me |give me |tell me |say |are there )?"
            r"(?:anything|something|what|any|some|a bit|nothing)?\s*(?:else|more|others?|further)"
            r"(?: (?:please|results?|passages?|hits|quotes|quotations?|of «that»|there|on «that»|about «that»))*",
        ),
        ("more", r"(?:go on|continue|keep going|carry on|next(?: one| page| ones)?|the rest|the others|and)"),
        (
            "more",
            r"(?:did|does|has|have|do) (?:he|she|they) (?:also )?(?:say|said|have) (?:anything|something) (?:else|more)",
        ),
        ("more", r"what (?:else|more) (?:did|does|do|has|have) (?:he|she|they) (?:say|said|have to say|had to say)"),
        ("origin", r"who (?:wrote|published|reported|printed|ran|carried|has) (?:«that»|(?:the|that|this) «article»)"),
        (
            "origin",
            r"(?:which|what) (?:newspaper|paper|outlet|article|publication|source|site|magazine|paragraph|story)"
            r"(?: (?:is|was|wrote|says?|said|published|reported|did|does) .*)?",
        ),
        (
            "origin",
            r"where (?:is|was|does|did|do) (?:«that»|you|i) (?:.*\b)?(?:from|written|stand|published|printed|get|"
            r"find|read|come)\b.*",
        ),
        (
            "origin",
            r"(?:what(?:['’]?s| is| was)? )?(?:the |your |its )?(?:source|link|citation|url|reference|outlet)s?"
            r"(?: (?:of|for) «that»)?",
        ),
        (
            "origin",
            r"(?:when|what day) (?:was|is) (?:«that»|(?:the|that|this) «article») (?:written|published|printed|from)",
        ),
        (
            "when",
            r"(?:when|what (?:day|date|year|time)|since when)(?: (?:was|is|exactly|did) «that»(?: happen(?:ed)?| said"
            r"| be)?)?",
        ),
        ("when", r"(?:when|what (?:day|date|year)) (?:did|was|has) " + _SOMEBODY + r" (?:«say»)(?: «that»)?"),
        ("where", r"(?:where|in what place)(?: (?:was|is|exactly|did) «that»(?: happen(?:ed)?| said| be)?)?"),
        (
            "where",
            r"(?:where|to whom|on what occasion|on (?:what|which) (?:show|channel|program)) (?:did|was|has|is) "
            + _SOMEBODY
            + r" (?:«say»)(?: «that»| to)?",
        ),
        (
            "article",
            r"(?:(?:can you |could you )?(?:show|give|read|open|see|display|print|send|let me (?:see|read)|"
            r"i want(?: to (?:see|read))?)(?: me| us)? )?(?:the |that |this )?"
            r"(?:whole|full|entire|complete|rest of the|all of the) «article»",
        ),
        ("article", r"(?:show|read|open|see|give)(?: me)? (?:the|that|this) (?:article|story|page|report)"),
        (
            "before",
            r"(?:what|and|who)?\s*(?:(?:came|comes|was(?: said)?|is|stands?|stood|happened|went|did \w+ say) )?"
            r"(?:right |just |directly )?before «that»",
        ),
        (
            "before",
            r"(?:show me )?(?:the )?(?:previous|preceding) (?:paragraph|passage|one)|the (?:paragraph|passage) before",
        ),
        (
            "after",
            r"(?:what|and|who)?\s*(?:(?:came|comes|was(?: said)?|is|stands?|stood|happened|went|did \w+ say) )?"
            r"(?:right |just |directly )?(?:after «that»|next)",
        ),
        (
            "after",
            r"(?:show me )?(?:the )?(?:next|following) (?:paragraph|passage)|the (?:paragraph|passage) after|and then",
        ),
        ("who said", r"who(?:['’]?s| is| was)? (?:said|says|saying|speaking|talking|wrote|claimed|claims)(?: «that»)?"),
        ("who said", r"whose (?:words|quote|quotation|opinion|view) (?:is|are|was|were) «that»|says who"),
        ("who else", r"(?:who|anyone|anybody|someone|somebody|any(?:one|body)) else"),
        (
            "who else",
            r"(?:who|(?:did|does|has|is there|was there) (?:anyone|anybody|someone|somebody)) else (?:who )?"
            r"(?:«say»|says|thinks?|thought|believes?|agrees?|agreed)(?: (?:«that»|the same|so|anything)){0,2}",
        ),
        (
            "other",
            r"(?:no )?(?:i (?:meant|mean) )?(?:the other(?: one| guy| man| woman| person)?|not (?:him|her|that one|them))",
        ),
        (
            "how",
            r"(?:but |and )?(?:why|how|how so|how come|why not|why is that|why was that|why so|by whom|to whom|for whom|"
            r"with whom|for how long|since when|how (?:many|much|often|long|far)|what for|from where|which ones?)",
        ),
    )
)
_COMPILED = tuple((move, re.compile(rf"{_LEAD}(?:{pattern})", re.IGNORECASE)) for move, pattern in _MOVES)

_INSTEAD = re.compile(
    r"(?:(?:no|nope|sorry|wait|wrong|actually|not (?:him|her|that(?: one)?|them)|oops)[,.! ]+(?:but )?)+"
    r"(?:i (?:meant|mean|said)(?: to ask about)? |rather |but )?(?P<words>.+)"
    r"|i (?:meant|mean)(?: to ask about)? (?P<meant>.+)",
    re.IGNORECASE,
)
_ALSO = re.compile(
    r"(?:and|but|so|or|then|ok|okay|also)[, ]+(?:what about |how about )?(?P<a>.+)"
    r"|(?:what|how) about (?P<b>.+)|as for (?P<c>.+)|same (?:question )?(?:for|about|with) (?P<d>.+)",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"(?:about|on|regarding|concerning) (?P<words>.+)", re.IGNORECASE)
_SENTENCE = re.compile(
    r"\b(?:what|who|whom|whose|when|where|why|how|which|did|does|do|is|are|was|were|has|have|had|will|would|can|could|"
    r"should|said|says|say|tell|show|list|find|give)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Followup:
    """A follow-up as it was read: what it asks of the last turn, and its own words where it has some."""

    move: Move
    words: str = ""


def read_followup(text: str) -> Followup:
    """Read a text as a follow-up.

    >>> read_followup("and about the money?"), read_followup("No, I meant Olmo"), read_followup("anything else?")
    (Followup(move='about', words='the money'), Followup(move='instead', words='Olmo'), Followup(move='more', words=''))
    """
    bare = " ".join(text.split()).strip(" ?!.,")
    for move, pattern in _COMPILED:
        if pattern.fullmatch(bare):
            return Followup(move)
    if match := _INSTEAD.fullmatch(bare):
        words = match["words"] or match["meant"]
        return Followup("question", words) if _SENTENCE.match(words) else Followup("instead", words)
    if match := _ALSO.fullmatch(bare):
        words = next(group for group in match.groups() if group)
        if not _SENTENCE.search(words):
            return _fragment(words)
        return Followup("question", words)
    if text.rstrip().endswith("?") and not _SENTENCE.search(bare) and len(bare.split()) <= 5:
        return _fragment(bare)
    return Followup("question", bare)


def _fragment(words: str) -> Followup:
    match = _ABOUT.fullmatch(words)
    return Followup("about", match["words"]) if match else Followup("also", words)
