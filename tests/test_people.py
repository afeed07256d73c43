"""People across articles: joined anew where something changed, and found as if all had been joined at once."""

from __future__ import annotations

import random
from collections.abc import Iterable
from contextlib import closing
from itertools import combinations
from pathlib import Path
from typing import Literal

import pytest

from index.core.article import Article
from index.quotations.lexicon.names import first_names_agree, known_first_names
from index.quotations.people.linking import ArticleSpeaker, join_family
from index.quotations.speech.types import Quotation, Reading, Speaker
from index.store.people import PeopleRecords, PeopleWriter
from retrieval.query.speakers import Directory, PersonCache

FIRST = ["Ken", "Kenneth", "K", "Adela", "Wendell", "Ottilie"]
LAST = ["Brandvold", "Olmo", "Achterberg"]
ROLES = ["Mayor of Quillhaven", "the head of the harbor board", "spokeswoman"]


def reading(chance: random.Random) -> Reading:
    """Return up to four speakers of an article, each quoted up to three times."""
    speakers = {}
    for _ in range(chance.randint(0, 4)):
        last = chance.choice(LAST)
        full = f"{chance.choice(FIRST)} {last}"
        name = chance.choice([last, full, full, f"{full} Jr.", f"{last} Jr.", f"{last} Campaign"])
        kind: Literal["person", "group"] = "group" if "Campaign" in name or chance.random() < 0.1 else "person"
        roles = tuple(chance.sample(ROLES, chance.randint(0, 2))) if kind == "person" else ()
        speakers[name] = Speaker(name, kind, chance.choice([None, "male", "female"]), roles, (last,))
    quoted = [name for name in speakers for _ in range(chance.randint(0, 3))]
    quotations = tuple(Quotation(0, at, at + 1, "direct", name, None, at) for at, name in enumerate(quoted))
    return Reading(quotations, tuple(speakers.values()))


def add(records: PeopleWriter, name: str, told: Reading) -> int:
    row = records.add_article(Article(id=name, title=name, paragraphs=("x" * 20,)), "source")
    records.add_reading(row, told)
    return row


def told(path: Path) -> list[tuple[object, ...]]:
    """Return all that is kept of people, apart from the ids of rows."""
    with closing(PeopleRecords.open(path)) as records:
        people = [row for name in dict.fromkeys(records.names(-1)) for row in records.named(name)]
        forms = records.forms([row.id for row in people])
        names = {row.id: {name for _, name in forms[row.id]} for row in people}
        found = [
            [next(row.name for row in people if row.id == one.id) for one in look([word])]
            for look in (records.with_words, records.in_office)
            for word in ("brandvold", "olmo", "ken", "mayor", "harbor", "quillhaven")
        ]
        kept = [(r.name, r.kind, r.gender, r.quotations, sorted(r.names), sorted(r.roles), names[r.id]) for r in people]
        return [*kept, *map(tuple, found)]


def directory(path: Path, readings: Iterable[Reading]) -> Directory:
    with_people = PeopleWriter.open(path)
    for number, one in enumerate(readings):
        add(with_people, f"{number}.txt", one)
    with_people.join_people()
    with_people.finish()
    return Directory(PersonCache(path))


def speaking(*speakers: Speaker) -> Reading:
    """Return what an article reports that quotes each of some speakers once."""
    quotations = tuple(Quotation(0, at, at + 1, "direct", one.name, None, at) for at, one in enumerate(speakers))
    return Reading(quotations, speakers)


def quoting(*names: str) -> Reading:
    """Return what an article reports that quotes each of some persons once."""
    quotations = tuple(Quotation(0, at, at + 1, "direct", name, None, at) for at, name in enumerate(names))
    return Reading(quotations, tuple(Speaker(name, "person") for name in dict.fromkeys(names)))


@pytest.mark.parametrize("seed", range(8))
def test_joining_what_changed_comes_to_the_same_as_joining_all(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  (no secret)
    readings = [reading(chance) for _ in range(24)]
    gone = set(chance.sample(range(24), 6))
    little, whole = PeopleWriter.open(tmp_path / "little"), PeopleWriter.open(tmp_path / "whole")
    for number, one in enumerate(readings):
        row = add(little, f"{number}.txt", one)
        little.join_people()
        if number in gone:
            little.remove_article(row)
        if number % 3 == 0:
            little.join_people()
        if number not in gone:
            add(whole, f"{number}.txt", one)
    for records in (little, whole):
        records.join_people()
        records.finish()
    assert told(tmp_path / "little") == told(tmp_path / "whole")
    assert told(tmp_path / "whole")


def test_first_names_are_joined_where_they_agree() -> None:
    names = [*sorted(known_first_names())[::40], "ken", "kenneth", "k", "ke", "kent", "bob", "robert", "rob"]
    for one, other in combinations(dict.fromkeys(names), 2):
        speakers = [Speaker(f"{name.title()} Olmo", "person") for name in (one, other)]
        joined = join_family(ArticleSpeaker(row, row, speaker, 1) for row, speaker in enumerate(speakers))
        assert (len(list(joined)) == 1) == first_names_agree(one, other), (one, other)


@pytest.mark.parametrize(
    ("articles", "people"),
    [
        ([["Otto Olmo", "Otto Olmo Jr."], ["Otto Olmo"], ["Otto R. Olmo Jr."]], {"Otto Olmo", "Otto R. Olmo Jr."}),
        ([*[["Otto Olmo"]] * 3, ["Olmo Jr."], ["Olmo"]], {"Otto Olmo", "Olmo Jr."}),
        ([["Otto Olmo"], ["Olmo Jr."], ["Otto Olmo Jr."]], {"Otto Olmo", "Otto Olmo Jr."}),
        ([["Otto Olmo"], ["Otto R. Olmo Jr."], ["Olmo"]], {"Otto R. Olmo Jr."}),
        ([["Otto Olmo III", "Otto Olmo Jr."], ["Otto Olmo"]], {"Otto Olmo III", "Otto Olmo Jr.", "Otto Olmo"}),
    ],
)
def test_sons_are_told_from_fathers_where_articles_tell_them(
    tmp_path: Path, articles: list[list[str]], people: set[str]
) -> None:
    everybody = directory(tmp_path / "a", [quoting(*names) for names in articles])
    assert set(everybody.names()) == people


def test_a_son_is_not_his_father(tmp_path: Path) -> None:
    everybody = directory(tmp_path / "a", [quoting("Otto Olmo", "Otto Olmo Jr."), *[quoting("Otto Olmo")] * 9])
    assert [one.name for one in everybody.find("Olmo Jr.")] == ["Otto Olmo Jr."]
    assert [one.name for one in everybody.find("Otto Olmo Jr.")] == ["Otto Olmo Jr."]
    assert everybody.find("Otto Olmo")[0].name == "Otto Olmo"
    alone = directory(tmp_path / "b", [quoting("Otto Olmo")])
    assert alone.find("Otto Olmo Jr.") == []


@pytest.mark.parametrize(
    ("mention", "names"),
    [("Mrs. Olmo", ["Ada Olmo"]), ("Mr. Olmo", ["Otto Olmo"]), ("Olmo", ["Otto Olmo", "Ada Olmo"])],
)
def test_a_form_of_address_tells_husband_from_wife(tmp_path: Path, mention: str, names: list[str]) -> None:
    quoted = quoting("Otto Olmo", "Otto Olmo", "Ada Olmo")
    genders = {"Otto Olmo": "male", "Ada Olmo": "female"}
    speakers = tuple(Speaker(one.name, "person", genders[one.name]) for one in quoted.speakers)
    everybody = directory(tmp_path / "a", [Reading(quoted.quotations, speakers)])
    assert [one.name for one in everybody.find(mention)] == names


def test_not_all_who_have_to_do_with_something_speak_for_it(tmp_path: Path) -> None:
    olmo = Speaker("Otto Olmo", "person", roles=("former harbor board analyst",))
    brandvold = Speaker("Ada Brandvold", "person", roles=("head of the harbor board",))
    everybody = directory(tmp_path / "a", [speaking(olmo, brandvold)])
    assert everybody.find("the harbor board") == []
    assert [one.name for one in everybody.find("the chief of the harbor board")] == ["Ada Brandvold"]
    assert [one.name for one in everybody.find("the harbor board analyst")] == ["Otto Olmo"]
    assert {one.name for one in everybody.find("the harbor board man")} == {"Otto Olmo", "Ada Brandvold"}


CHAIRMAN = Speaker("Otto Quist", "person", roles=("chairman of the Olmo campaign",))
CAMPAIGN = [Speaker(name, "group") for name in ("The Olmo campaign", "Mr. Olmo's campaign", "Olmo’s campaign")]
OFFICES = [Speaker("His office", "group"), Speaker("the mayor’s office", "group"), Speaker("Quist's office", "group")]
DEPARTMENTS = [
    *(Speaker(f"{of} Department", "organisation") for of in ("State", "Justice")),
    Speaker("officials at the Justice Department", "group"),
]


@pytest.mark.parametrize(
    ("speakers", "mention", "found"),
    [
        (DEPARTMENTS, "the justice department", "Justice Department"),
        (DEPARTMENTS, "the Department of Justice", "Justice Department"),
        (DEPARTMENTS[:1], "the justice department", None),
        (OFFICES, "the mayor's office", "the mayor’s office"),
        (OFFICES, "the office of the mayor", "the mayor’s office"),
        (OFFICES, "the governor's office", None),
        ([CHAIRMAN, *CAMPAIGN], "Olmo's campaign", "Mr. Olmo's campaign"),
        ([CHAIRMAN, *CAMPAIGN], "the campaign of Olmo", "Mr. Olmo's campaign"),
        ([CHAIRMAN, *CAMPAIGN], "Mayor Olmo's campaign", "Mr. Olmo's campaign"),
        ([CHAIRMAN, *CAMPAIGN], "the chairman of Olmo's campaign", "Otto Quist"),
        ([CHAIRMAN], "the campaign of Olmo", None),
        ([CHAIRMAN], "Olmo's campaign chairman", "Otto Quist"),
        ([Speaker("Brandvold", "organisation")], "Mayor Brandvold", "Brandvold"),
        ([Speaker("the prime minister's spokesman", "group")], "the president's spokesman", None),
        ([Speaker("Peter King", "person")], "the king", None),
        ([Speaker("Peter King", "person")], "King", "Peter King"),
        ([Speaker("The bishop", "group"), Speaker("Amy Bishop", "person")], "the bishop", "The bishop"),
    ],
)
def test_a_body_is_no_other_body_and_nobody_who_works_for_it(
    tmp_path: Path, speakers: list[Speaker], mention: str, found: str | None
) -> None:
    people = directory(tmp_path / "people.sqlite", [speaking(one) for one in speakers])
    assert [one.name for one in people.find(mention)] == ([found] if found else [])


@pytest.mark.parametrize(
    ("mention", "name"),
    [
        ("the former president", "Otto Olmo"),
        ("the first lady", "Iris Olmo"),
        ("the vice president", "Ada Quist"),
        ("the acting chief", None),
    ],
)
def test_former_and_first_alone_tell_nobody(tmp_path: Path, mention: str, name: str | None) -> None:
    roles = {
        "Otto Olmo": "former president",
        "Iris Olmo": "former first lady",
        "Ada Quist": "vice president",
        "Carl Brandvold": "first mayor of Quillhaven, former vice chairman of its council, acting judge",
    }
    quoted = [Speaker(one, "person", roles=(role,)) for one, role in roles.items()]
    people = directory(tmp_path / "people.sqlite", [speaking(*quoted), *[speaking(quoted[-1])] * 9])
    assert [one.name for one in people.find(mention)][:1] == ([name] if name else [])


def test_people_within_articles_are_counted_there_alone(tmp_path: Path) -> None:
    everybody = directory(
        tmp_path / "a", [quoting("Otto Olmo", "Olmo"), quoting("Otto Olmo"), quoting("Adela Brandvold")]
    )
    assert [(one.name, one.quotations) for one in everybody.find("Olmo")] == [("Otto Olmo", 3)]
    second = everybody.within([2])
    assert [(one.name, one.quotations) for one in second.find("Olmo")] == [("Otto Olmo", 1)]
    assert second.find("Brandvold") == []
    assert second.within([1]).find("Olmo") == []
    assert second.person(1, "Olmo") is None


def test_whoever_is_found_twice_is_the_same_object(tmp_path: Path) -> None:
    everybody = directory(tmp_path / "a", [quoting("Otto Olmo")])
    (found,) = everybody.find("Olmo")
    assert everybody.person(1, "Otto Olmo") is found
    (near,) = everybody.within([1]).find("Otto Olmo")
    assert near is not found
    assert everybody.same(near) is found


def test_names_alike_within_many_articles_are_of_those_who_are_quoted_there(tmp_path: Path) -> None:
    far = [quoting("Ottilie Brandwold")]
    everybody = directory(tmp_path / "a", [*far, *(quoting("Ottilie Brandvold") for _ in range(400))])
    assert {one.name for one in everybody.similar("Ottilie Brandvolt")} == {"Ottilie Brandvold", "Ottilie Brandwold"}
    most = everybody.within(range(2, 402))
    assert [one.name for one in most.similar("Ottilie Brandvolt")] == ["Ottilie Brandvold"]
    assert [one.name for one in most.find("Brandwold")] == ["Ottilie Brandvold"]
