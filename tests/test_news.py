"""What is new in a generation: told from what was seen before, whatever became of the articles in between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.newsroom.alerts import StoredLedger
from bot.telegram.state.store import Store
from retrieval.engine import Engine
from retrieval.newsroom.new_passages import SKETCH, first_alike, sketch, text_digest
from retrieval.newsroom.subscription import Subscription

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Refresh

    from index.generations.generation import IndexFolder

FERRY, FARROW = Subscription("Adela Brandvold"), Subscription("Ignatius Farrow")
TOPIC = Subscription(None, "the price of a ferry ticket")
LEAD = " date {day} QUILLHAVEN (Quillhaven Ledger) - "

PLEDGE = """The town council met on Tuesday in the gymnasium of Pell Middle School to hear about the boats, and about \
what the county’s auditors had written of them in the report that everybody had been waiting for since the summer.

“The ferry will not close while I am mayor,” Mayor Adela Brandvold said.

Councilman Ignatius Farrow said the reserves would be gone by summer."""

FARES = """A ferry ticket will cost four dollars from Monday, the harbor office announced.

“Four dollars is what a coffee costs at the landing,” Mayor Adela Brandvold said. Riders were not amused."""

AGAIN = """The harbor board heard its auditors on Thursday evening.

“I have read that audit twice, and it reads no better backwards,” Brandvold told the board. Mayor Adela Brandvold then \
left for a wedding."""


class Reader:
    """Somebody who reads each generation, and is told what is new."""

    def __init__(self, index: IndexFolder, folder: Path, refresh: Refresh) -> None:
        self._index, self.folder, self._refresh = index, folder, refresh
        self._store = Store.open(None)
        self._ledger = StoredLedger(self._store)
        self.seen = 0

    def write(self, files: Mapping[str, str], *, remove: tuple[str, ...] = (), rebuild: bool = False) -> None:
        for name in remove:
            (self.folder / name).unlink()
        for name, text in files.items():
            (self.folder / name).write_text(LEAD.format(day="2031-01-14") + text, "utf-8")
        self._refresh(self.folder, rebuild=rebuild)

    def __call__(self, *wanted: Subscription) -> list[list[str]]:
        """Return what is new of what is wanted, since this was called last."""
        with Engine(self._index) as engine:
            reader = engine.newsroom().newsreader(self._ledger)
            look = self._ledger.look(reader)
            assert self._ledger.look(reader) == look
            news = [reader.news(one, self.seen) for one in wanted]
            self.seen = look
        assert all(one.count == len(one.hits) and one.articles <= one.count for one in news)
        return [[hit.text[slice(*hit.highlights[0])] for hit in one.hits] for one in news]

    def close(self) -> None:
        self._store.close()


@pytest.fixture
def read(index: IndexFolder, tmp_path: Path, refresh: Refresh) -> Iterator[Reader]:
    folder = tmp_path / "articles"
    folder.mkdir()
    with closing(Reader(index, folder, refresh)) as reader:
        reader.write({"pledge.txt": PLEDGE})
        reader(FERRY)
        yield reader


class TestNews:
    def test_is_the_words_of_somebody_and_the_passages_that_answer_a_topic(self, read: Reader) -> None:
        read.write({"fares.txt": FARES})
        ferry, farrow, topic, on_topic, off_topic = read(
            FERRY,
            FARROW,
            TOPIC,
            Subscription("Adela Brandvold", "what a coffee costs"),
            Subscription("Adela Brandvold", "the opera"),
        )
        assert ferry == on_topic == ["Four dollars is what a coffee costs at the landing,"]
        assert farrow == off_topic == []
        assert "A ferry ticket will cost four dollars" in topic[0]

    def test_is_all_that_several_generations_brought_since_one_was_told(self, read: Reader) -> None:
        read.write({"fares.txt": FARES})
        read.write({"again.txt": AGAIN})
        read.write({"fares.txt": FARES + "\n\nThe pier stays as it is."})
        assert len(read(FERRY)[0]) == 2
        assert read(FERRY) == [[]]

    @pytest.mark.parametrize(
        ("change", "files"),
        [
            ("read anew", {}),
            ("another file", {"renamed.txt": PLEDGE}),
            (
                "another outlet's copy",
                {"copy.txt": PLEDGE.replace("on Tuesday", "this Tuesday").replace("town", "city")},
            ),
            ("a later version of the story", {"pledge.txt": PLEDGE.replace("on Tuesday to", "late on Tuesday to")}),
        ],
    )
    def test_is_nothing_that_was_there_before(self, read: Reader, change: str, files: dict[str, str]) -> None:
        read.write(files, rebuild=not files, remove=("pledge.txt",) if "renamed.txt" in files else ())
        assert read(FERRY, FARROW, Subscription(None, "who heard about the boats?")) == [[], [], []], change

    def test_is_not_what_went_and_came_back(self, read: Reader) -> None:
        read.write({"fares.txt": FARES}, remove=("pledge.txt",))
        assert len(read(FERRY)[0]) == 1
        read.write({"pledge.txt": PLEDGE})
        assert read(FERRY, FARROW) == [[], []]

    def test_is_a_changed_story_where_somebody_says_more_in_it(self, read: Reader) -> None:
        read.write({"pledge.txt": PLEDGE + "\n\n“Nobody will swim to work,” Brandvold added."})
        assert read(FERRY) == [["Nobody will swim to work,"]]


class TestATextSeenBefore:
    @given(st.text(max_size=200))
    def test_is_known_by_its_words(self, text: str) -> None:
        assert text_digest(text) == text_digest(f" {text.replace(' ', '  ')}")
        assert len(sketch(text)) == 2 * SKETCH

    def test_is_known_where_a_word_or_two_differ(self) -> None:
        words = [f"word{number}" for number in range(60)]
        one, near = sketch(" ".join(words)), sketch(" ".join([*words[:30], "other", *words[31:]]))
        far = sketch(" ".join([*words[:20], *(f"else{number}" for number in range(40))]))
        assert first_alike(near, [(one, 4), (one, 2), (far, 1)]) == 2
        assert first_alike(far, [(one, 4)]) is None


class TestWordsThatSaySomebodyIsToBeFollowed:
    @pytest.mark.parametrize(
        ("words", "wanted"),
        [
            ("Adela Brandvold", FERRY),
            ("brandvold", FERRY),
            ("the mayor", FERRY),
            ("Brandvold on the ferry", Subscription("Adela Brandvold", "the ferry")),
            ("what Brandvold says about the ferry", Subscription("Adela Brandvold", "the ferry")),
            ("ferry", Subscription(None, "ferry")),
            ("hotel tax", Subscription(None, "hotel tax")),
            ("about Brandvold", Subscription(None, "Brandvold")),
            ("where do the whales go?", Subscription(None, "where do the whales go")),
        ],
    )
    def test_mean_whom_a_question_would_mean_or_a_topic(
        self, quillhaven: IndexFolder, words: str, wanted: Subscription
    ) -> None:
        with Engine(quillhaven) as engine:
            assert engine.newsroom().meaning(words).wanted == wanted

    def test_may_name_nobody_yet_or_somebody_misspelt(self, quillhaven: IndexFolder) -> None:
        with Engine(quillhaven) as engine:
            nobody, misspelt = (
                engine.newsroom().meaning("Jane Oystercatcher"),
                engine.newsroom().meaning("Adela Brandvoldt"),
            )
        assert (nobody.wanted, nobody.name, nobody.choices) == (None, "Jane Oystercatcher", ())
        assert (misspelt.wanted, misspelt.choices) == (None, ("Adela Brandvold",))

    def test_may_name_several(self, index: IndexFolder, tmp_path: Path, refresh: Refresh) -> None:
        said = "“The boats stay,” {} said on Monday. “They stay for good,” {} said on Tuesday.\n\nThat was all."
        folder = tmp_path / "articles"
        folder.mkdir()
        for name in ("Ingrid Halvorsen", "Robert Halvorsen"):
            (folder / f"{name}.txt").write_text(said.format(name, name), "utf-8")
        refresh(folder)
        with Engine(index) as engine:
            assert set(engine.newsroom().meaning("Halvorsen on boats").choices) == {
                "Ingrid Halvorsen",
                "Robert Halvorsen",
            }
            assert engine.newsroom().meaning("Robert Halvorsen").known == 2
