"""Whether a person is referred to as he or she, from titles, roles and first names; None rather than a guess."""

from __future__ import annotations

import re
from typing import Literal

from index.quotations.lexicon import word_set
from index.quotations.lexicon.names import TITLES, compared_form, known_first_names

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
