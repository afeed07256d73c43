"""The same story again: copies in many outlets, versions of one address, corrections."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from conftest import Refresh, silent

from bot.render.text import plain_text
from index.build.pipeline import BuildOptions, build
from index.generations.generation import IndexFolder, open_current
from index.sources.urls import Limits
from retrieval.engine import Engine
from retrieval.search.hits import make_hits
from retrieval.search.near_duplicates import CHANGED, CORRECTED, EARLIER, is_correction
from tests.visits import CALM, page
from tests.web_server import Site

LINE = (
    "The footbridge over the Tern closed on Monday because {} of its cables had frayed, the harbor office said on {}."
)
QUESTION = "why did the footbridge close?"


def article(name: str, *paragraphs: str, url: str | None = None, day: str = "2031-04-02") -> str:
    told = {"id": name, "title": f"Title of {name}", "date": day, "source": name, "url": url, "paragraphs": paragraphs}
    return json.dumps(told) + "\n"


@pytest.fixture
def engine(index: IndexFolder, refresh: Refresh, tmp_path: Path) -> Iterator[Engine]:
    """An engine over: a text in 105 outlets, two versions of one address, an article that carries a correction."""
    copies = [article(f"wire-{n:03}", LINE) for n in range(105)]
    address = "https://ledger.example/mill"
    versions = [
        article("mill-1", "The old mill at Quill Lane lost five windows in the storm, its owner said.", url=address),
        article(
            "mill-2",
            "The old mill at Quill Lane lost nine windows in the storm, its owner said.",
            url=address,
            day="2031-04-05",
        ),
    ]
    corrected = article(
        "pier", "Six pillars hold the pier at Ostra.", "Correction: An earlier text spoke of seven pillars."
    )
    (tmp_path / "all.jsonl").write_text("".join([*copies, *versions, corrected]), "utf-8")
    refresh(tmp_path / "all.jsonl")
    with Engine(index) as engine:
        yield engine


def test_what_is_kept_of_the_same_story(engine: Engine) -> None:
    """Copies beyond the hundred candidates of a ranking are cited too, up to what is looked at for one passage."""
    hit, *others = engine.ask(QUESTION).hits
    outlets = {hit.citation.outlet, *(copy.citation.outlet for copy in hit.also)}
    assert len(outlets) == len(hit.also) + 1 == 105
    assert all("frayed" not in other.text for other in others)

    # In a scope, only what lies in it is cited.
    hit, *_ = engine.ask(QUESTION, scope=["wire-003", "wire-004"]).hits
    assert {hit.article, *(copy.article for copy in hit.also)} == {"wire-003", "wire-004"}

    # The newest of two versions of one address leads, whichever fits better.
    answer = engine.ask("how many windows did the old mill at Quill Lane lose, five?")
    hit, *others = answer.hits
    assert (hit.article, [copy.article for copy in hit.also]) == ("mill-2", ["mill-1"])
    assert [hit.text[start:end] for start, end in hit.highlights] in ([], [hit.text])
    assert (hit.citation.note, hit.also[0].citation.note) == (None, EARLIER)
    assert "also in mill-1, 2 April 2031, “Title of mill-1”, paragraph 1, earlier version" in plain_text(answer)
    assert "note" not in hit.to_json()["citation"]

    # Whoever reads a passage of an article that carries a correction is told so.
    hit, *_ = engine.ask("how many pillars hold the pier at Ostra?").hits
    assert (hit.article, hit.citation.note, hit.to_json()["citation"]["note"]) == ("pier", CORRECTED, CORRECTED)


def test_highlighted_words_keep_their_order_in_the_version_that_leads(
    index: IndexFolder, refresh: Refresh, tmp_path: Path
) -> None:
    said = "“We never sell, never,” the owner of the old mill at Quill Lane told the Ledger {}, “never”."
    address = "https://ledger.example/mill"
    versions = [
        article("mill-1", said.format("on Monday"), url=address),
        article("mill-2", said.format("late on Monday"), url=address, day="2031-04-05"),
    ]
    (tmp_path / "mill.jsonl").write_text("".join(versions), "utf-8")
    refresh(tmp_path / "mill.jsonl")
    with closing(open_current(index, pytest.fail).open_records()) as records:
        older, newer = records.passages(records.passage_ids()).values()
        spoken = [found.span() for found in re.finditer("[^“”]+(?=”)", older.text)]
        (hit,) = make_hits(records, [(older.id, 0.9), (newer.id, 0.8)], {older.id: spoken})
    assert hit.article == "mill-2"
    assert [hit.text[start:end] for start, end in hit.highlights] == ["We never sell, never,", "never"]
    assert hit.citation.chars == (1, len(hit.text) - 2)


def test_the_newest_version_of_a_page_answers_and_earlier_ones_are_cited(index: IndexFolder, site: Site) -> None:
    def refresh(words: str) -> str:
        url = site.put("/pier", page(words=words))
        build(index, BuildOptions([url], limits=Limits(pause=0), allow_private=True), silent)
        return url

    for words in (CALM, "Two people were on it when they gave way, and one of them was hurt"):
        url = refresh(words)
    with Engine(index) as engine:
        (hit, *_) = engine.ask(QUESTION).hits
        assert (hit.article, hit.citation.note) == (url, None)
        (copy,) = hit.also
        assert copy.article.startswith(f"{url}@")
        assert (copy.paragraph, copy.citation.note, copy.citation.source) == (0, EARLIER, url)
        assert (index.path / "fetched" / "pages" / copy.citation.sha256).read_text("utf-8") == page(words=CALM)

        (hit, *_) = engine.ask("what did Petra Lindqvist say?").hits
        assert "Two people" in hit.text
        assert (hit.citation.note, hit.also) == (CHANGED, ())


@pytest.mark.parametrize(
    "text",
    [
        "Correction: The pier has six pillars.",
        "CORRECTION (April 3, 2031): The pier has six pillars.",
        "Corrections & clarifications: The pier has six pillars.",
        "Clarification — the pier has six pillars.",
        "An earlier version of this article misstated how many pillars the pier has.",
        "This story has been corrected to say that the pier has six pillars.",
        "Editor’s note: An earlier version of this report misstated the number of pillars.",
    ],
)
def test_a_correction_is_noticed(text: str) -> None:
    assert is_correction(text)


@pytest.mark.parametrize(
    "text",
    [
        "The correction officer said: “Go.”",
        "Editor’s note: This is the first of three parts.",
        "The council corrected the plan.",
    ],
)
def test_other_words_are_no_correction(text: str) -> None:
    assert not is_correction(text)
