"""What a question asks: somebody's words, who said something, whether somebody said it, or anything else.

The kinds are those of Li and Roth, Learning Question Classifiers (COLING 2002), table 1, that the form of an answer
tells: amounts, times, people and places.

Questions are short and follow few patterns, so they are read by pattern; whether the words found in the place of a
speaker name anybody is for the directory of speakers to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal, get_args

from index.core.sentences import CAPITALS
from index.quotations.lexicon.verbs import CUES
from retrieval.core.names import words
from retrieval.core.tracing import staged

AnswerKind = Literal["clock", "duration", "share", "money", "number", "date", "place", "person"]

_NUMBER_WORDS = """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands
million millions billion billions dozen dozens half third quarter twice no none nobody couple several""".split()
# Bounded, and from its first digit on: a thousand digits would be read in a billion ways.
_NUMBER = rf"(?:(?<!\d)\d[\d,.]{{0,20}}|\b(?:{'|'.join(_NUMBER_WORDS)})\b)"
_PERIOD = r"(?:second|minute|hour|night|day|week|month|year|decade|centur)"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_CLOCK = [r"\b\d{1,2}(?::\d\d)?\s?[ap]\.?\s?m\b", r"\b\d{1,2}:\d\d\b", r"\bnoon\b", r"\bmidnight\b", r"o['’]clock"]

_ASKED: dict[str, list[str]] = {  # the first that fits counts
    "clock": [r"\b(?:what|which) (?:time|hour)\b"],
    "duration": [r"\bhow long\b(?! ago)", r"\bhow many (?:minutes|hours|nights|days|weeks|months|years|decades)\b"],
    "share": [
        r"\b(?:what|which|how (?:big|large|high)(?: a| was the| is the)?) (?:\w+ )?(?:share|percentage|proportion)\b",
        r"\b(?:what|which) (?:per ?cent|fraction)\b",
    ],
    "money": [
        r"\bhow much\b.*\b(?:costs?|pays?|paid|charged?|spen[dt]|raised?|earn(?:s|ed)?|worth|money|price|fees?|bid)\b",
        r"\bhow much\b.*\b(?:gave|given?|donated?|owed?|sell|sold|make|made)\b",
        r"\bhow much (?:money|cash)\b",
        r"\bwhat (?:was|is|were|are) the (?:\w+ ){0,3}(?:price|bid|cost|fee|salary|fine|budget)\b",
    ],
    "number": [r"\bhow (?:many|much|old|far|tall|fast|large|big|deep|high|often)\b", r"\bwhat (?:number|age|score)\b"],
    "date": [
        r"^\W*(?:\w+ )?when\b",
        r"\b(?:what|which) (?:day|date|year|month|century|decade)\b",
        r"\bhow long ago\b",
    ],
    "place": [
        r"^\W*(?:\w+ )?where\b",
        r"\b(?:what|which) (?:city|town|states?|country|countries|county|places?|venue)\b",
    ],
    "person": [r"^\W*(?:(?:and|so|but) )?who(?:m|se|['’]s)?\b", r"\bwhat(?: is|['’]s| was) the name of\b"],
}
_FORMS: dict[str, list[str]] = {
    "clock": _CLOCK,
    "duration": [
        rf"{_NUMBER}(?:[ -]| and a half )?(?:\w+ )?{_PERIOD}",
        rf"\b(?:an?|all|this|last|few|for|since|until) (?:few |whole |full )?(?:{_PERIOD}|{_MONTH}\b|\d{{4}})",
        r"\b\d{4} ?(?:to|until|-|–) ?\d{4}\b",
    ],
    "share": [
        r"%",
        r"\bper ?cent",
        rf"\b{_NUMBER}[ -](?:in|out of)[ -]{_NUMBER}",
        r"\b(?:half|thirds?|quarters?|fifths?)\b",
    ],
    "money": [r"[$€£¥]\s?\d", r"\b(?:dollars?|euros?|pounds?|cents?|free|nothing)\b"],
    "number": [_NUMBER],
    "date": [
        rf"\b{_MONTH}\b",
        r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
        r"\b(?:1\d|20)\d\d\b",
        r"\d{1,2}/\d{1,2}",
        r"\b(?:ago|yesterday|today|tomorrow|tonight|century)\b",
        r"\b(?:last|this|next) (?:week|month|year|spring|summer|fall|autumn|winter|night)",
        r"\d0s\b",
        *_CLOCK,
    ],
}
_ANY_NAME = re.compile(rf"(?<![.!?“\"] )(?<!^)\b[{CAPITALS}][\w’'-]+")


def _either(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_QUESTIONS = {kind: _either(_ASKED[kind]) for kind in get_args(AnswerKind)}
_ANSWERS = {kind: _either(forms) for kind, forms in _FORMS.items()}


def expected(question: str) -> AnswerKind | None:
    """Return the kind of answer a question expects, or None where its form does not tell.

    >>> expected("how long did the vote take"), expected("What share of voters liked the levy?"), expected("why")
    ('duration', 'share', None)
    """
    return next((kind for kind, pattern in _QUESTIONS.items() if pattern.search(question)), None)


def contains_kind(kind: AnswerKind, text: str, question: str) -> bool:
    """Tell whether a text holds something of a kind that the question has not said itself.

    >>> contains_kind("duration", "The vote took 36 minutes.", "how long did the vote take")
    True
    """
    if kind in ("person", "place"):
        said = set(words(question))
        return any(not said.issuperset(words(found.group())) for found in _ANY_NAME.finditer(text))
    asked = {found.group().casefold() for found in _ANSWERS[kind].finditer(question)}
    return any(found.group().casefold() not in asked for found in _ANSWERS[kind].finditer(text))


Asks = Literal["said", "who", "anything", "nothing"]

_QUOTED = re.compile(r"“([^“”]+)”|\"([^\"]+)\"|(?<!\w)['‘]([^'‘\w]*\w[^‘\s]*\s[^‘\s]*\s[^‘]*?)['’](?!\w)")

_BE = frozenset("is are was were".split())
_AFTER_BE = re.compile(r"\w+ing|quoted|opposed|worried|concerned|convinced|pleased", re.IGNORECASE)

_THINKING = """think thinks thought believe believes believed feel feels felt expect expects expected know knows knew
make makes made react reacts reacted hope hopes hoped fear fears feared doubt doubts doubted want wants wanted see sees
saw regard regards regarded view views viewed defend defends defended justify justifies justified attack attacks
attacked back backs backed support supports supported oppose opposes opposed""".split()
VERBS = frozenset(form for form, cue in CUES.items() if not cue.quoted_only) | frozenset(_THINKING)
"""Every form of the verbs that say what somebody says, thinks or wants."""
_NOUNS = (
    r"views?|opinions?|stance|stand|position|objections?|reactions?|responses?|reply|replies|answers?|arguments?|take|"
    r"comments?|criticisms?|messages?|warnings?|promises?|pledges?|explanations?|advice|complaints?|verdict|"
    r"statements?|words|quotes?|quotations?|remarks?|claims?|thoughts|excuse|defen[cs]e|case|assessment|prediction"
)
_AUXILIARY = r"did|does|do|has|have|had|will|would|can|could|is|are|was|were|should"
_ADVERBS = (
    r"(?:himself|herself|themselves|itself|ever|also|really|actually|exactly|just|once|then|now|still|first|own|to)"
)
_HAVE_TO = r"(?:have|had) (?:(?:anything|something|nothing) )?(?:else )?to"
_WHAT = r"what(?: else)?|(?:everything|anything|all)(?: that| what)?"
_VERB_AND_TOPIC = r"(?P<verb>[\w’'-]+)\b(?P<topic>.*)$"
_NOUN_AND_TOPIC = rf"(?:own )?(?:{_NOUNS})\b(?P<topic>.*)$"
_LEAD = r"^(?:(?:and|so|but|ok|okay|well|please|hey|hi|now|then)[, ]+)*"
_TELL = r"(?:(?:can you |could you |please )*(?:tell me|show me|find|list|give me)\s+)?"

_PLAINLY_SAYS = re.compile(
    r"\s+(?:say|says|said|think|thinks|tell|tells|told|reports?|reported|write|writes|wrote)\b", re.IGNORECASE
)

_PATTERNS = tuple(
    re.compile(_LEAD + pattern, re.IGNORECASE)
    for pattern in (
        # what did X say about Y; how did X explain Y; did X say anything about Y; what has X had to say
        (
            rf"(?:(?:what(?: else| exactly)?|how(?! (?:many|much|long|old|often|far|big|large))|why|whom?)\s+)?"
            rf"(?P<auxiliary>{_AUXILIARY})\s+(?P<speaker>.+?)(?:\s+(?:{_HAVE_TO}|{_ADVERBS}))*\s+{_VERB_AND_TOPIC}"
        ),
        # what X said about Y; everything X said
        rf"{_TELL}(?:{_WHAT}) (?P<speaker>.+?)(?:\s+(?:has|have|had|{_ADVERBS}))*\s+{_VERB_AND_TOPIC}",
    )
)
_VIEW_PATTERNS = tuple(
    re.compile(_LEAD + pattern, re.IGNORECASE)
    for pattern in (
        # according to X
        r"(?P<topic>.+?),?\s+according to (?P<speaker>[^,?]+)$",
        r"according to (?P<speaker>[^,?]+), (?P<topic>.+)$",
        # in X's view
        r"(?P<topic>.+?),?\s+in (?P<speaker>[^,?]+?)(?:['’]s?)? (?:view|opinion|eyes|words|judgment|judgement)$",
    )
)
_NOUN_PATTERNS = tuple(
    re.compile(_LEAD + pattern, re.IGNORECASE)
    for pattern in (
        # what's X's view of Y
        rf"(?:what(?:['’]?s| is| was| are| were)|how (?:is|was))\s+(?P<speaker>.+?)(?:['’]s?|s)\s+{_NOUN_AND_TOPIC}",
        rf"{_TELL}(?P<speaker>[^,?]+?)(?:['’]s?)\s+{_NOUN_AND_TOPIC}",
        # quotes by X about Y
        (
            rf"{_TELL}(?:all |any |the )*(?:{_NOUNS}) (?:by|of|from) (?P<speaker>.+?)"
            r"(?P<topic>\s+(?:on|about|regarding|concerning)\s+.+)?$"
        ),
        rf"{_TELL}(?P<speaker>\S+(?: \S+)?) (?:quotes?|quotations?|remarks)(?P<topic>(?:\s+(?:on|about))?.*)$",
        # X on Y
        r"(?P<speaker>(?!what|how|who|why|when|where)\S+(?: \S+){0,3}?)\s+(?:on|about)\s+(?P<topic>.+)$",
    )
)
_WHO = re.compile(
    _LEAD + r"who(?:ever)?(?:['’]s| is| was| are| were| has| had)?\s+"
    r"(?:(?:else|ever|also|just|it|that|who)\s+)*(?P<verb>[\w’'-]+)\b(?P<topic>.*)$",
    re.IGNORECASE,
)
# "which year saw …" and "which country signed …" ask for no speaker: fewer verbs than after "who".
_STATING = frozenset(
    """say tell write tweet claim argue warn complain suggest insist deny confirm explain announce predict promise vow
    admit acknowledge concede report declare""".split()
)
_STATES = "|".join(form for form, cue in CUES.items() if cue.lemma in _STATING) + "|thinks?|thought|believed?|believes"
_WHICH = re.compile(
    _LEAD + rf"which(?: (?!(?:{_AUXILIARY})\b)[\w’'-]+){{1,4}}?(?: (?:was|is) it (?:that|who))?"
    rf"(?: (?:has|have|had|ever|also))*(?<!['’]s) (?P<verb>{_STATES})\b(?! (?:{_STATES}|{_AUXILIARY})\b)(?P<topic>.*)$",
    re.IGNORECASE,
)
_INTERROGATIVE = re.compile(
    r"\b(?:what|how (?:many|much|long|often|far)|which|when|where)$|^(?:what|how|which|when|where)\b", re.IGNORECASE
)
_LINKED = re.compile(r"(?:about|on|of|regarding|concerning|that|why|how|whether)\b", re.IGNORECASE)
_OF = re.compile(r"^(?:of|on|regarding|concerning)\s+", re.IGNORECASE)
_SMALL_TALK = re.compile(
    r"(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day|night)|cheers|ok(?:ay)?|great|cool|nice|perfect|"
    r"bye|thx|thanks?(?: you)?(?: (?:so|very) much| a lot)?|good ?bye|see you|how are you|who are you|"
    r"what (?:can|do) you do|yes|no|please|test|lol|wow)(?:[ ,!]+(?:there|all|everyone|bot|then|thanks?|thank you))*",
    re.IGNORECASE,
)
_PLAIN_VERB = re.compile(
    r"say|says|said|think|thinks|thought|claims?|claimed|believes?|believed|tells?|told|argues?|argued|certain|sure|"
    r"convinced|confident|adamant|warns?|warned|complains?|complained|writes?|wrote|tweets?|tweeted|suggests?|suggested|"
    r"insists?|insisted|feels?|felt",
    re.IGNORECASE,
)
_WHO_STATES = frozenset("certain sure convinced worried confident adamant afraid against".split())
_WHOSE = re.compile(
    rf"\bwhose (?:{_NOUNS}|lines?|phrase)\b|\bwho (?:was it|said (?:that|this|it)|came up with)\b", re.IGNORECASE
)
_CHECK = re.compile(
    _LEAD + r"(?:(?:was|is) it (?P<a>.+?) (?:who|that) (?:said|wrote|tweeted|claimed)|"
    rf"(?:did|has|is it true that) (?P<b>.+?)(?:\s+{_ADVERBS})* (?:say|said|write|tweet|tweeted|claim|claimed))\b",
    re.IGNORECASE,
)
_NO_SPEAKER = frozenset(
    "did does do has have had is are was were will would i we you that there it what which who".split()
)
_NAMED = re.compile(r"[\w’'-]+")
_LONGEST_NAME = 8
_EMPTY_TOPIC = frozenset(
    """about on of to in at for that anything something everything else so far today yesterday now here there all it
    this regarding concerning have had has any say said ever lately recently the article articles news please back next
    again too then first instead""".split()
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was read.

    Attributes:
        text: the question, white space tidied.
        asks: for somebody's words ("said"), for whoever said something ("who"), for anything else, or for nothing.
        speaker: the words in the place of the speaker, as typed; None unless it asks for somebody's words.
        topic: what the words are about, as typed; empty where all of somebody's words are asked for.
        quoted: words in quotation marks, or None.
        verb: the verb of saying, as typed; empty where there is none ("Gimenez on the money").
    """

    text: str
    asks: Asks
    speaker: str | None = None
    topic: str = ""
    quoted: str | None = None
    verb: str = ""

    @property
    def names_a_speaker(self) -> bool:
        """Whether its form leaves no doubt that a speaker is named: "say", "X on Y", but not "what year saw …"."""
        return not self.verb or _PLAINLY_SAYS.fullmatch(f" {self.verb}") is not None

    @property
    def checks(self) -> bool:
        """Whether it asks if somebody said certain words: "did Gimenez say “…”?"."""
        return self.asks == "said" and self.quoted is not None and self.topic == self.quoted

    @property
    def asks_a_fact(self) -> bool:
        """Whether it asks a question of its own beside naming who tells: "according to X, how many …?"."""
        return not self.verb and _INTERROGATIVE.search(self.topic) is not None

    def about(self, name: str) -> str:
        """Return the question in full words with a speaker's whole name, which is how a reranker understands it.

        >>> read_question("the mayor on detainers").about("Carlos Gimenez")
        'What did Carlos Gimenez say about detainers?'
        """
        if self.verb and self.speaker:
            return self.text.replace(self.speaker, name, 1)
        link = "" if _LINKED.match(self.topic) else "about "
        return f"What did {name} say {link}{_OF.sub('about ', self.topic)}?"

    def without(self, words: str) -> Question:
        """Return the question with some words left out of its topic."""
        return replace(self, topic=_topic(self.topic.replace(words, " ")))


@staged("reading")
def read_question(text: str) -> Question:
    """Read a question.

    >>> read_question("what did Gimenez say about the order?")
    Question(text='what did Gimenez say about the order?', asks='said', speaker='Gimenez', topic='about the order', \
quoted=None, verb='say')
    """
    tidy = " ".join(text.split())
    bare = tidy.rstrip(" ?!.")
    if _SMALL_TALK.fullmatch(bare):
        return Question(tidy, "nothing")
    quoted, who = _quoted_words(bare), _who(bare)
    if quoted:
        check = _CHECK.match(bare)
        if check:
            return Question(tidy, "said", (check["a"] or check["b"]).strip(), quoted, quoted)
        if who or _WHOSE.search(bare):
            return Question(tidy, "who", None, quoted, quoted)
    if view := _first(_VIEW_PATTERNS, tidy, bare, quoted):
        return view
    if who:
        return Question(tidy, "who", None, _claim(who), quoted)
    said = None if _WHO.match(bare) else _said(tidy, bare, quoted)
    return said or Question(tidy, "anything", None, bare, quoted)


def _quoted_words(text: str) -> str | None:
    match = _QUOTED.search(text)
    return next(group for group in match.groups() if group).strip() if match else None


def _claim(who: re.Match[str]) -> str:
    """Return what is to have been said, without a verb that tells nothing of it: "who thinks that …", not "called"."""
    plain = _PLAIN_VERB.fullmatch(who["verb"])
    claim = re.sub(r"^\s*(?:that|about|of|on)\s+", "", who["topic"]) if plain else f"{who['verb']}{who['topic']}"
    return claim.strip() or who.group()


def _who(bare: str) -> re.Match[str] | None:
    """Match a question for whoever said something: "who thinks …", "which official said …"."""
    match = _WHO.match(bare)
    return match if match and match["verb"].lower() in VERBS | _WHO_STATES else _WHICH.match(bare)


def _said(tidy: str, bare: str, quoted: str | None) -> Question | None:
    for pattern in _PATTERNS:
        if match := _at_verb(pattern, bare):
            topic = _topic(match["topic"])
            return Question(tidy, "said", match["speaker"].strip(), topic, quoted, match["verb"])
    return _first(_NOUN_PATTERNS, tidy, bare, quoted)


def _first(patterns: tuple[re.Pattern[str], ...], tidy: str, bare: str, quoted: str | None) -> Question | None:
    for pattern in patterns:
        match = pattern.match(bare)
        if match and _may_speak(match["speaker"]):
            return Question(tidy, "said", match["speaker"].strip(), _topic(match["topic"] or ""), quoted)
    return None


def _at_verb(pattern: re.Pattern[str], bare: str) -> re.Match[str] | None:
    """Return the match whose verb is one of saying, trying the places of the verb from left to right.

    Such a word right before "say" ends a name: "the Washington Post say".
    """
    match = pattern.match(bare)
    while match and (not _is_verb(match, bare) or _PLAINLY_SAYS.match(match["topic"])):
        if len(_NAMED.findall(match["speaker"])) > _LONGEST_NAME:
            return None  # further on it only gets longer
        longer = re.compile(
            pattern.pattern.replace("(?P<speaker>.+?)", rf"(?P<speaker>.{{{len(match['speaker']) + 1},}}?)"),
            re.IGNORECASE,
        )
        match = longer.match(bare)
    return match if match and _may_speak(match["speaker"]) else None


def _is_verb(match: re.Match[str], bare: str) -> bool:
    """Tell whether the verb found is one of saying, and said by the speaker: not "what is the small one called".

    With a capital letter, "the State Department", it is part of a name.
    """
    word, auxiliary = match["verb"], match.groupdict().get("auxiliary") or ""
    if auxiliary.lower() in _BE and not _AFTER_BE.fullmatch(word):
        return False
    return word.lower() in VERBS and (word[0].islower() or not any(one[0].islower() for one in bare.split()[1:]))


def _may_speak(mention: str) -> bool:
    """Tell whether words in the place of a speaker may name one: few, no verb among them, not only "the"."""
    named = _NAMED.findall(mention)
    # "Will" and "Does" end names too.
    forbidden = {word.lower() for word in named[:-1] if not word[0].isupper()} | {word.lower() for word in named[:1]}
    return (
        len(named) <= _LONGEST_NAME
        and not _NO_SPEAKER & forbidden
        and bool({w.lower() for w in named} - {"the", "a", "an"})
    )


def _topic(words: str) -> str:
    """Return the topic as typed, or nothing where its words name none ("anything", "so far")."""
    rest = words.strip(" ,?!.")
    named = [word for word in _NAMED.findall(rest.lower()) if word not in _EMPTY_TOPIC]
    return rest if named else ""
