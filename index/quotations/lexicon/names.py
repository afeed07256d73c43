"""What is name and what is title in "Miami-Dade County Mayor Carlos Gimenez, 63", and whether that is he or she."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Literal

from nicknames import NickNamer, name_triplets

from index.quotations.lexicon import word_set

Gender = Literal["male", "female"]

GENDERS: dict[str, Gender] = {
    "he": "male",
    "him": "male",
    "his": "male",
    "himself": "male",
    "she": "female",
    "her": "female",
    "hers": "female",
    "herself": "female",
}
"""The gender of each pronoun that has one."""

_TITLES: dict[str, Gender] = {
    "mr": "male",
    "sir": "male",
    "lord": "male",
    "king": "male",
    "prince": "male",
    "father": "male",
    "brother": "male",
    "pope": "male",
    "mrs": "female",
    "ms": "female",
    "miss": "female",
    "dame": "female",
    "lady": "female",
    "queen": "female",
    "princess": "female",
    "sister": "female",
}

_MALE_NOUNS = word_set("man boy father son husband brother uncle nephew grandfather actor businessman widower")

_FEMALE_NOUNS = word_set(
    "woman girl mother daughter wife sister aunt niece grandmother actress businesswoman widow waitress heiress"
)

_NEITHER = frozenset({"human", "freshman", "ombudsman"})

_RELATING = frozenset({"of", "for", "to", "with", "at", "in", "from"})

_POSSESSIVE = re.compile(r"['’]s?$")

# The commonest first names of adults in US Social Security records of 1940-1990; of those given to both sexes,
# which `_BOTH` repeats, the lists tell only that they are first names.
_MALE = word_set(
    """james john robert michael william david richard charles joseph thomas christopher daniel paul mark donald george
    kenneth steven edward brian ronald anthony kevin jason matthew gary timothy jose larry jeffrey frank scott eric
    stephen andrew raymond gregory joshua jerry dennis walter patrick peter harold douglas henry carl arthur ryan roger
    joe juan jack albert jonathan justin gerald keith samuel willie ralph lawrence nicholas roy benjamin bruce brandon
    adam harry fred wayne billy steve louis jeremy aaron randy howard eugene carlos russell bobby victor martin ernest
    phillip philip todd craig alan allen shawn philip chris sean earl johnny jimmy antonio danny bryan tony luis mike
    stanley leonard nathan dale manuel rodney curtis norman marvin vincent glenn jeff travis jacob kyle francis bradley
    jesus herbert frederick edwin don eddie ricky troy randall barry alexander bernard mario leroy francisco marcus
    miguel oscar jay jim tom calvin alex jon ronnie bill lloyd tommy leon derek warren darrell jerome floyd leo alvin
    tim wesley gordon dean greg jorge dustin pedro derrick dan lewis zachary corey herman maurice vernon roberto clyde
    glen hector shane ricardo sam rick lester brent ramon charlie tyler gilbert gene marc reginald ruben brett angel
    nathaniel rafael edgar milton raul ben chester cecil duane franklin andre elmer brad gabriel ron mitchell roland
    arnold harvey jared adrian karl cory claude erik darryl neil christian javier fernando clinton ted mathew tyrone
    darren lance kurt allan nelson guy clayton hugh max dwayne armando felix jimmie everett ian bob jaime casey alfredo
    alberto dave ivan bernie geoffrey geoff rob matt nick ken doug stuart luke simon noah ethan isaac elijah owen
    """
)

_FEMALE = word_set(
    """mary patricia linda barbara elizabeth jennifer maria susan margaret dorothy lisa nancy karen betty helen sandra
    donna carol ruth sharon michelle laura sarah kimberly deborah jessica shirley cynthia angela melissa brenda amy anna
    rebecca virginia kathleen pamela martha debra amanda stephanie carolyn christine marie janet catherine frances ann
    joyce diane alice julie heather teresa doris gloria evelyn jean cheryl mildred katherine joan ashley judith rose
    janice nicole judy christina kathy theresa beverly denise tammy irene jane lori rachel marilyn andrea kathryn louise
    sara anne jacqueline wanda bonnie julia ruby lois tina phyllis norma paula diana annie lillian emily peggy crystal
    gladys rita dawn connie florence tracy edna tiffany carmen rosa cindy grace wendy victoria edith kim sherry sylvia
    josephine thelma shannon sheila ethel ellen elaine marjorie carrie charlotte monica esther pauline emma juanita
    anita rhonda hazel amber eva debbie april leslie clara lucille joanne eleanor valerie danielle megan alicia suzanne
    michele gail bertha darlene veronica jill erin geraldine lauren cathy joann lorraine lynn sally regina erica beth
    dolores bernice audrey yvonne annette marion dana stacy ana renee ida vivian roberta holly brittany melanie loretta
    yolanda jeanette laurie katie kristen vanessa alma sue elsie jeanne vicki carla tara rosemary eileen terri gertrude
    lucy tonya ella stacey wilma gina kristin jessie natalie agnes vera charlene bessie delores melinda pearl arlene
    maureen colleen tamara joy georgia constance lillie claudia jackie marcia tanya nellie minnie marlene heidi glenda
    lydia viola courtney marian stella caroline dora jo vickie mattie kate kelly hillary hilary jen liz sophia olivia
    isabella abigail hannah chloe zoe naomi ruth miriam leah susanna nina maggie molly claire allison alison kirsten
    """
)

_BOTH = word_set(
    "kim jean leslie dana tracy jackie jessie courtney shannon marion casey kelly angel jaime francis lynn joy carol"
    " christian adrian stacy stacey robin chris alex sam pat jo lee jamie taylor jordan morgan"
)

_EXCEPTIONS = word_set("ezra luca elisha nikita garcia musa mustafa costa")


def by_title(word: str) -> Gender | None:
    """Return the gender that a title tells ("Mrs.")."""
    return _TITLES.get(compared_form(word))


def by_role(role: str) -> Gender | None:
    """Return the gender that a description tells ("a congresswoman", "father of two").

    Behind a preposition, and with an apostrophe, stands somebody else: "lawyer for the woman", "her mother's lawyer".
    What has a capital and is no title is a name: "Goldman Sachs president", "Boy Scouts leader".
    """
    for written in role.split():
        word = compared_form(written)
        if word in _RELATING:
            return None
        if _POSSESSIVE.search(written) or (written[0].isupper() and word not in TITLES):
            continue
        if word in _FEMALE_NOUNS or word.endswith("woman"):
            return "female"
        if word in _MALE_NOUNS or (word.endswith("man") and word not in _NEITHER):
            return "male"
    return None


def by_first_name(name: str) -> Gender | None:
    """Return the gender of a first name: from the commonest, else by the ending -a, which is female in most tongues."""
    first = compared_form(name.partition("-")[0])
    if first in _BOTH:
        return None
    if first in _MALE:
        return "male"
    if first in _FEMALE:
        return "female"
    if len(first) > 3 and first.endswith(("a", "ette", "elle", "lyn")) and first not in _EXCEPTIONS:
        return "female"
    return None


def is_first_name(word: str) -> bool:
    """Whether a word is a common first name, or one that has or is a pet form."""
    name = compared_form(word)
    return name in _MALE or name in _FEMALE or name in known_first_names()


TITLES = word_set(
    """mr mrs ms miss dr sir dame sen rep gov lt col gen maj cpl capt cmdr adm sgt rev hon fr prof st pvt det supt atty
    president senator congressman congresswoman governor secretary mayor judge justice general vice speaker chairman
    chairwoman chair attorney professor director ambassador king queen prince princess pope lord lady first former ex
    prime minister republican democratic democrat rival candidate nominee spokesman spokeswoman spokesperson host
    strategist pollster manager adviser advisor chief representative sheriff officer analyst pastor rabbi bishop
    cardinal archbishop father sister brother detective deputy reporter columnist author editor historian economist
    activist actor actress singer comedian billionaire businessman businesswoman lawyer protester delegate councilman
    councilwoman commissioner superintendent principal coach doctor nurse captain colonel major lieutenant sergeant
    corporal admiral commander reverend imam sheikh chancellor president-elect premier state lawmaker legislator
    assemblyman assemblywoman alderman treasurer executive ceo founder owner mogul tycoon journalist correspondent
    anchor blogger critic scientist professor-emeritus scholar researcher expert consultant veteran farmer teacher
    student organizer operative aide assistant deputy acting interim incumbent then-president gop u.s us fellow
    """
)
COURTESY = frozenset({"mr", "mrs", "ms", "miss", "dr", "sir", "dame"})
HONORIFICS = COURTESY | {"sen", "rep", "gov"}
SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
PARTICLES = frozenset({"de", "la", "van", "von", "der", "del", "al", "bin", "el", "di", "da", "dos", "du", "le", "den"})
# Particles that are first names where they begin a name with a capital: Al Brandvold, Van Marlowe.
_FORENAMES_TOO = frozenset({"al", "van"})

_ABBREVIATIONS = {
    "sen": "senator",
    "gov": "governor",
    "rep": "representative",
    "gen": "general",
    "atty": "attorney",
    "lt": "lieutenant",
    "prof": "professor",
    "rev": "reverend",
    "supt": "superintendent",
    "det": "detective",
    "sgt": "sergeant",
    "capt": "captain",
}
_ARTICLE = re.compile(r"^[ae]l-(?=.)")
_SHORTEST = 3
_EDGES = '.,;:!?"“”‘()[]<>'


def clean(word: str) -> str:
    """Return a word without a possessive ending and the punctuation around it; an initial keeps its full stop."""
    bare = _POSSESSIVE.sub("", word.strip(_EDGES + "'’"))
    return bare + "." if len(bare) == 1 and bare.isupper() and word.startswith(bare + ".") else bare


def compared_form(word: str) -> str:
    """Return a word in the form in which names are compared."""
    return clean(word).replace(".", "").replace("’", "'").casefold()


def spelled_out(word: str) -> str:
    """Return a word of a description in its compared form, the usual abbreviations of offices spelled out."""
    return _ABBREVIATIONS.get(compared_form(word), compared_form(word))


def bare_name_words(text: str) -> tuple[str, ...]:
    """Return the words of a name without titles before it, possessive and punctuation; empty where nothing is left.

    >>> bare_name_words("Mayor Ana Reyes’s"), bare_name_words("van Houten")
    (('Ana', 'Reyes'), ('Houten',))
    """
    words = [clean(word) if compared_form(word) not in SUFFIXES else word.strip(",") for word in text.split()]
    words = [word for word in words if word and _may_name(word)]
    cut = max((at + 1 for at, word in enumerate(words) if compared_form(word) in TITLES), default=0)
    words = words[cut:]
    while len(words) > 1 and compared_form(words[0]) in PARTICLES and not _is_forename(words):
        words = words[1:]
    return tuple(words)


def _may_name(word: str) -> bool:
    """Whether a word may be part of a name: it has a capital, or is "al", or as "al-Farsi" ends in one that has."""
    particle, _, rest = word.partition("-")
    return word[0].isupper() or (compared_form(particle) in PARTICLES and (not rest or rest[0].isupper()))


def without_particle(words: tuple[str, ...], longer: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return "Lindqvist" for "Van Lindqvist" where one of some longer names shows that Van is no first name there."""
    begins = len(words) == 2 and compared_form(words[0]) in _FORENAMES_TOO
    if not begins:
        return words
    # "Pieter van Houten" is "Van Houten" where no first name comes before.
    surname = [compared_form(word) for word in words]
    return (
        words[1:]
        if any(len(one) > 2 and [compared_form(word) for word in one[-2:]] == surname for one in longer)
        else words
    )


def _is_forename(words: list[str]) -> bool:
    return len(words) == 2 and words[0] in {word.title() for word in _FORENAMES_TOO} and words[1][0].isupper()


def last_name(words: tuple[str, ...]) -> str:
    """Return the surname in its compared form, without the article of "al-Farsi"."""
    kept = [word for word in words if compared_form(word) not in SUFFIXES]
    return _ARTICLE.sub("", compared_form(kept[-1])) if kept else ""


def same_first(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether the first names of two names may belong to one person; a surname alone contradicts nobody."""
    return len(one) < 2 or len(other) < 2 or first_names_agree(compared_form(one[0]), compared_form(other[0]))


def first_names_agree(one: str, other: str) -> bool:
    """Whether two first names in their compared form may be one person's: equal, an initial, a short or pet form."""
    short, long = sorted((one, other), key=len)
    if one == other or ((len(short) == 1 or len(short) > 2) and long.startswith(short)):
        return True
    return long in _pet_names().canonicals_of(short) or short in _pet_names().canonicals_of(long)


def full_first_names(first: str) -> set[str]:
    """Return the first names that one in its compared form is a pet form of."""
    return _pet_names().canonicals_of(first)


@cache
def known_first_names() -> frozenset[str]:
    """Return first names that have pet forms, and those forms of four letters or more, in their compared form."""
    return frozenset(name for one in name_triplets() for name in (one.name1, one.name2) if len(name) > _SHORTEST)


@cache
def _pet_names() -> NickNamer:
    return NickNamer()
