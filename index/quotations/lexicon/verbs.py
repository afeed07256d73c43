"""The words that report speech, by the complements that carry what was said.

The classes follow Levin, English Verb Classes and Alternations (1993): 37.1 transfer of a message, 37.2 tell, 37.3
manner of speaking, 37.4 instrument of communication, 37.5 talk, 37.7 say, 37.8 complain, 37.9 advise, 33 judgment,
29.2 characterize, 13.3 future having; and the factual and suasive public verbs of Quirk et al., A Comprehensive
Grammar of the English Language (1985), 16.31-16.32. Verbs of belief, wish and perception are left out on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from index.quotations.lexicon import word_set

_CLAUSE = """
say state declare announce assert claim allege affirm reaffirm aver avow attest testify certify maintain contend argue
insist admit concede confess acknowledge confirm disclose divulge reveal deny dispute mention note observe remark
comment report recount relate narrate repeat reiterate restate recall reminisce explain clarify emphasize emphasise
stress underline underscore highlight add continue conclude begin interject interrupt volunteer reply respond answer
retort rejoin counter suggest hint imply insinuate intimate indicate signal predict forecast prophesy foretell estimate
speculate guess reckon posit postulate theorize theorise opine muse ponder reflect joke quip jest boast brag gloat
complain grumble gripe grouse whine carp protest object lament bemoan bewail moan exclaim proclaim pronounce pledge
promise vow swear threaten guarantee propose recommend urge demand request plead beg implore beseech entreat appeal
advise warn caution counsel remind inform notify assure reassure tell ask inquire enquire query question wonder write
tweet retweet post blog email e-mail text cable message telegraph type sign scrawl summarize summarise generalize
elaborate expound specify stipulate detail describe apologize apologise thank scoff sneer gush enthuse rave rant rail
fume rage vent jeer taunt tease mock read recite quote sum preach lecture admonish scold chide rebuke deadpan
concur point pray decree rule order command instruct direct explicate brief alert update
bark bawl bellow bleat boom bray cackle call chant chatter chirp cluck coo croak croon crow cry drawl drone groan growl
grunt hiss holler hoot howl mumble murmur mutter purr rasp roar rumble scream screech shout shriek sigh snap snarl sob
squeal stammer stutter thunder trill trumpet wail wheeze whimper whisper whoop yell yelp blurt sputter splutter snort
"""
# Sounds and gestures that introduce words only beside quotation marks: "Yes," she laughed.
_DIRECT_ONLY = """
laugh smile grin chuckle giggle beam nod shrug gasp go think start finish crack fire shoot open close put
agree disagree
"""
_NOUN = """
announce cite claim confirm criticize criticise decry defend demand deny describe detail discuss dismiss dispute echo
explain express mention outline pledge predict promise propose protest question quote recall recite recommend recount
refute rebut reiterate reject repeat report request reveal stress suggest tout urge voice vow utter articulate
emphasize emphasise underscore underline highlight acknowledge admit concede confess allege lament bemoan deplore
denounce condemn disclose divulge convey communicate clarify disavow renounce repudiate retract recant
acclaim applaud praise commend compliment congratulate salute hail laud extol assail berate blame castigate censure
chastise chide deride disparage fault insult lambaste lambast mock rebuke reprimand reproach ridicule scold slam blast
bash vilify upbraid accuse admonish belittle excoriate scorn credit relate narrate forecast counter
tweet retweet advocate broach preach
"""
_NAMING = """
call label brand dub describe characterize characterise portray depict term liken compare denounce dismiss deride hail
decry condemn praise criticize criticise slam blast mock ridicule tout cite accuse blame credit
"""
OPINING = word_set("agree disagree")
"""Verbs that tell what somebody holds of another's words, and no words of his own."""
NAMERS = word_set("call label brand dub describe term")
"""Verbs whose clause is a name given to something, not something said."""
_INFINITIVE = """
ask beg urge implore beseech promise vow pledge threaten offer swear order instruct command demand propose tell advise
warn caution counsel encourage challenge invite request plead exhort admonish remind claim
"""
_PREPOSITIONS = {
    "call": "for on upon",
    "point": "to out",
    "speak": "about of against out",
    "talk": "about of",
    "complain": "about of",
    "comment": "on about",
    "warn": "of about against",
    "boast": "of about",
    "brag": "about of",
    "joke": "about",
    "object": "to",
    "apologize": "for",
    "apologise": "for",
    "ask": "for about",
    "inquire": "about",
    "plead": "for with",
    "argue": "for against",
    "vouch": "for",
    "testify": "about to against",
    "rail": "against at",
    "rant": "about",
    "hint": "at",
    "tell": "of about",
    "remark": "on",
    "elaborate": "on",
    "insist": "on",
    "lash": "out",
    "vow": "to",
    "preach": "about",
    "write": "about of",
    "wonder": "about",
    "question": "about",
    "expound": "on",
    "rave": "about",
    "fret": "about",
    "press": "for",
    "advocate": "for",
    "inform": "of",
    "inveigh": "against",
    "gush": "about",
    "protest": "against",
    "caution": "against",
    "grumble": "about",
    "gripe": "about",
    "crow": "about",
    "gloat": "about",
    "quip": "about",
    "dwell": "on",
    "opine": "on",
    "harp": "on",
    "sound": "off",
    "shout": "for",
    "chant": "for",
    "yell": "for",
    "cry": "for",
    "scream": "for",
}
_IRREGULAR = {
    "say": "says said saying",
    "tell": "tells told telling",
    "write": "writes wrote written writing",
    "speak": "speaks spoke spoken speaking",
    "swear": "swears swore sworn swearing",
    "read": "reads read reading",
    "begin": "begins began begun beginning",
    "foretell": "foretells foretold",
    "think": "thinks thought thinking",
    "go": "goes went gone going",
    "shoot": "shoots shot shooting",
    "plead": "pleads pleaded pled pleading",
    "beseech": "beseeches besought beseeching",
    "forecast": "forecasts forecast forecasting",
    "put": "puts put putting",
}
_DOUBLED = word_set("admit quip rebut brag beg nod grin sob slam fret blog sum")
ADDRESSED = word_set("tell inform remind assure reassure warn notify ask brief caution")
"""Verbs that take the one spoken to as their object: "told AFP" is no inversion."""
# Complements of nouns that report: "her claim that", "X's view that".
NOUNS = word_set(
    """claim claims assertion statement announcement allegation allegations accusation accusations argument contention
    admission complaint complaints declaration denial promise pledge vow remark remarks comment comments suggestion
    warning warnings prediction insistence acknowledgment testimony proposal view opinion message response answer
    explanation criticism conclusion word"""
)
NEGATIONS = frozenset({"not", "n't", "n’t", "never", "no", "neither", "nor", "without", "hardly"})
REFUSALS = word_set("decline declines declined declining refuse refuses refused refusing fail fails failed")


@dataclass(slots=True)
class Cue:
    """What a reporting verb takes.

    Attributes:
        lemma: base form.
        clause: a that-clause, a question or words in quotation marks.
        noun: a noun phrase as what was said ("denied the charge").
        naming: an object and what it was called ("called him a liar").
        infinitive: "urged them to leave".
        prepositions: those whose object is what was said ("called for calm").
        reports_first: a clause after it is what was said, also where it names ("claimed", "cited").
        quoted_only: reports only beside quotation marks ("laughed").
    """

    lemma: str
    clause: bool = False
    noun: bool = False
    naming: bool = False
    infinitive: bool = False
    prepositions: frozenset[str] = field(default_factory=frozenset)
    quoted_only: bool = False
    reports_first: bool = False


def _forms(verb: str) -> list[str]:
    if verb in _IRREGULAR:
        return [verb, *_IRREGULAR[verb].split()]
    if verb.endswith("e"):
        return [verb, verb + "s", verb + "d", verb[:-1] + "ing"]
    if verb.endswith("y") and verb[-2] not in "aeo":
        return [verb, verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"]
    if verb in _DOUBLED:
        return [verb, verb + "s", verb + verb[-1] + "ed", verb + verb[-1] + "ing"]
    plural = verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z")) else "s")
    return [verb, plural, verb + "ed", verb + "ing"]


def _lexicon() -> dict[str, Cue]:
    verbs: dict[str, Cue] = {}

    def entry(verb: str) -> Cue:
        return verbs.setdefault(verb, Cue(verb))

    for verb in _CLAUSE.split():
        entry(verb).clause = True
    for verb in _NOUN.split():
        entry(verb).noun = True
    for verb in _NAMING.split():
        entry(verb).naming = True
    for verb in _INFINITIVE.split():
        entry(verb).infinitive = True
    for verb, prepositions in _PREPOSITIONS.items():
        entry(verb).prepositions = frozenset(prepositions.split())
    for verb in _DIRECT_ONLY.split():
        entry(verb).quoted_only = True
    for cue in verbs.values():
        cue.reports_first = cue.clause and cue.lemma not in NAMERS
    return {form: cue for verb, cue in verbs.items() for form in _forms(verb)}


CUES = _lexicon()
