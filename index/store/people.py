"""Who speaks across articles, kept in the records: joined by a build, looked up by word, by office and by article."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import Any

from index.quotations.people.linking import ArticleSpeaker, Joined, join_family
from index.store.records import PersonRow, Records, RecordsWriter, SpeakerSummary, speaker_of

_PERSON = "p.id, p.name, p.kind, p.gender, p.quotations, p.article, p.line, p.names, p.roles, p.offices"
_RANKED = "ORDER BY p.quotations DESC, p.name, p.article, p.line"
_AT_ONCE = 500

Form = tuple[int, str]


class PeopleRecords(Records):
    """Looks up who speaks, those quoted most first; each thread needs its own."""

    def names(self, most: int) -> list[str]:
        """Return the canonical names of those quoted most, at most so many; negative for all."""
        rows = self._db.execute(f"SELECT p.name FROM people p {_RANKED} LIMIT ?", (most,))  # noqa: S608  (our own names)
        return [row[0] for row in rows]

    def people(self, ids: Sequence[int]) -> list[PersonRow]:
        """Return people by the ids of their rows, in no special order."""
        rows = self._among(f"SELECT {_PERSON} FROM people p WHERE p.id IN", ids)  # noqa: S608  (our own names)
        return [PersonRow(*row) for row in rows]

    def named(self, name: str) -> list[PersonRow]:
        """Return those of a canonical name."""
        return self._people("WHERE p.name = ?", name)

    def with_last_name(self, word: str) -> list[PersonRow]:
        """Return the persons a name of whom ends with a word."""
        return self._people("JOIN people_words w ON w.person = p.id WHERE w.word = ? AND w.last", word)

    def with_first_name(self, word: str) -> list[PersonRow]:
        """Return the persons a longer name of whom begins with a word."""
        return self._people("JOIN people_words w ON w.person = p.id WHERE w.word = ? AND w.first", word)

    def with_words(self, words: Iterable[str]) -> list[PersonRow]:
        """Return those whose names have all of some words; there is at least one word."""
        first, *others = dict.fromkeys(words)
        further = " AND EXISTS (SELECT 1 FROM people_words x WHERE x.word = ? AND x.person = p.id)" * len(others)
        return self._people("JOIN people_words w ON w.person = p.id WHERE w.word = ?" + further, first, *others)

    def in_office(self, words: Iterable[str]) -> list[PersonRow]:
        """Return the persons in some office whose offices and names together have all of some words."""
        bear = "SELECT person FROM office_words WHERE word = ? UNION SELECT person FROM people_words WHERE word = ?"
        wanted = list(words)
        where = f"WHERE p.kind = 'person' AND p.offices != '[]'{f' AND p.id IN ({bear})' * len(wanted)}"
        return self._people(where, *(word for word in wanted for _ in range(2)))

    def called(self, article: int, name: str) -> list[PersonRow]:
        """Return whom a name stands for in an article, named by the id of its row: one, unless it names two things."""
        return self._people("JOIN speakers s ON s.person = p.id WHERE s.article = ? AND s.name = ?", article, name)

    def last_names(self, shortest: int, longest: int) -> list[str]:
        """Return the last words of the names of persons, of so many letters."""
        select = "SELECT DISTINCT word FROM people_words WHERE last AND length(word) BETWEEN ? AND ?"
        return [row[0] for row in self._db.execute(select, (shortest, longest))]

    def plain_names(self) -> dict[str, str]:
        """Return of every person the canonical name, and the words of it that compare with a space between them."""
        select = f"SELECT p.name, p.plain FROM people p WHERE p.kind = 'person' {_RANKED}"  # noqa: S608
        return dict(self._db.execute(select).fetchall())

    def forms(self, people: Sequence[int]) -> dict[int, dict[Form, int]]:
        """Return how many quotations each article, by its row id, attributes to each name of some people, by person."""
        found: dict[int, dict[Form, int]] = {person: {} for person in people}
        select = "SELECT person, article, name, quotations FROM speakers WHERE person IN"
        for person, article, name, count in self._among(select, people, "ORDER BY article, rowid"):
            found[person][article, name] = count
        return found

    def quoted_in(self, articles: Sequence[int]) -> dict[int, dict[Form, int]]:
        """Return whom some articles, named by the ids of their rows, quote: what `forms` tells, of these articles."""
        found: dict[int, dict[Form, int]] = {}
        select = "SELECT person, article, name, quotations FROM speakers WHERE person NOT NULL AND article IN"
        for person, article, name, count in self._among(select, articles, "ORDER BY article, rowid"):
            found.setdefault(person, {})[article, name] = count
        return found

    def summaries(self) -> Iterator[SpeakerSummary]:
        """Yield how often and when each person is quoted; the next is looked up when it is asked for."""
        people = self._db.execute(f"SELECT p.id, p.name, p.kind, p.quotations FROM people p {_RANKED}")  # noqa: S608
        told = (
            "SELECT count(DISTINCT s.article), min(a.date), max(a.date) FROM speakers s"
            " JOIN articles a ON a.id = s.article WHERE s.person = ?"
        )
        for person, *row in people:
            yield SpeakerSummary(*row, *self._db.execute(told, (person,)).fetchone())

    def summaries_within(self, articles: Iterable[int]) -> Iterator[SpeakerSummary]:
        """Yield how often and when each person is quoted in some articles, named by the ids of their rows."""
        rows = self._db.execute(
            "SELECT p.name, p.kind, sum(s.quotations) AS quoted, count(DISTINCT s.article), min(s.date), max(s.date)"
            " FROM (SELECT s.person, s.article, max(s.quotations) AS quotations, a.date FROM speakers s"
            " JOIN articles a ON a.id = s.article"
            " WHERE s.person NOT NULL AND s.article IN (SELECT value FROM json_each(?))"
            " GROUP BY s.person, s.article, s.name) s JOIN people p ON p.id = s.person"
            " GROUP BY s.person ORDER BY quoted DESC, p.name, p.article, p.line",
            (json.dumps(list(articles)),),
        )
        return (SpeakerSummary(*row) for row in rows)

    def _people(self, where: str, *values: object) -> list[PersonRow]:
        rows = self._db.execute(f"SELECT {_PERSON} FROM people p {where} {_RANKED}", values)  # noqa: S608
        return [PersonRow(*row) for row in rows]


class PeopleWriter(RecordsWriter):
    """Changes the records of a generation that is being built, who speaks across articles among them."""

    def join_people(self) -> None:
        """Join the speakers of single articles into people, in every family that changed since this was done last."""
        changed = iter([row[0] for row in self._db.execute("SELECT family FROM changed_families ORDER BY family")])
        while families := list(islice(changed, _AT_ONCE)):
            self._part(families)
            self._add_people(
                (family, joined)
                for family, lines in groupby(self._lines(families), key=lambda item: item[0])
                for joined in join_family(line for _, line in lines)
            )
        self._db.execute("DELETE FROM changed_families")

    def _lines(self, families: Sequence[str]) -> list[tuple[str, ArticleSpeaker]]:
        """Return the speakers of some families, family by family, article by article."""
        columns = "family, article, rowid, name, kind, gender, roles, aliases, quotations"
        select = f"SELECT {columns} FROM speakers WHERE quotations > 0 AND family IN"  # noqa: S608  (our own names)
        rows = self._among(select, families, "ORDER BY family, article, rowid")
        return [
            (family, ArticleSpeaker(row, article, speaker_of(*told), count))
            for family, article, row, *told, count in rows
        ]

    def _part(self, families: Sequence[str]) -> None:
        """Take out the people of some families."""
        rows = list(self._among("SELECT id, names, offices FROM people WHERE family IN", families))
        names = {(word, row[0]) for row in rows for name in json.loads(row[1]) for word in name.split()}
        offices = {(word, row[0]) for row in rows for told, _ in json.loads(row[2]) for word in told.split()}
        self._db.executemany("DELETE FROM people_words WHERE word = ? AND person = ?", names)
        self._db.executemany("DELETE FROM office_words WHERE word = ? AND person = ?", offices)
        self._db.executemany("DELETE FROM people WHERE id = ?", ((row[0],) for row in rows))

    def _add_people(self, people: Iterable[tuple[str, Joined]]) -> None:
        (number,) = self._db.execute("SELECT coalesce(max(id), 0) FROM people").fetchone()
        added = list(enumerate(people, number + 1))
        rows = ((person, family, *_row(joined)) for person, (family, joined) in added)
        words = ((w, person, *ends) for person, (_, joined) in added for w, ends in _words(joined).items())
        offices = ((word, person) for person, (_, joined) in added for word in _office_words(joined))
        lines = ((person, line) for person, (_, joined) in added for line in joined.lines)
        self._db.executemany("INSERT INTO people VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", rows)
        self._db.executemany("INSERT INTO people_words VALUES (?,?,?,?)", sorted(words))
        self._db.executemany("INSERT INTO office_words VALUES (?,?)", sorted(offices))
        self._db.executemany("UPDATE speakers SET person = ? WHERE rowid = ?", lines)


def _row(joined: Joined) -> tuple[Any, ...]:
    names = json.dumps([" ".join(name) for name in joined.names])
    offices = json.dumps([(" ".join(sorted(office.words)), office.leads) for office in joined.offices])
    told = (joined.name, joined.kind, joined.gender, joined.quotations, *joined.first)
    return (*told, " ".join(joined.plain), names, json.dumps(joined.roles), offices)


def _office_words(joined: Joined) -> set[str]:
    """Return the words of the offices of a person; what is none is not looked up by them."""
    return {word for office in joined.offices for word in office.words} if joined.kind == "person" else set()


def _words(joined: Joined) -> dict[str, tuple[bool, bool]]:
    """Return the words of the names of a speaker, each with whether it begins and whether it ends a person's name."""
    person = joined.kind == "person"
    first = {name[0] for name in joined.names if person and len(name) > 1}
    last = {name[-1] for name in joined.names if person}
    return {word: (word in first, word in last) for name in joined.names for word in name}
