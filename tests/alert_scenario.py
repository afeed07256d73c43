"""Chats that follow people and topics while articles come in, calls fail, and the bot is killed: who is told what.

    python -m benchmarks.alerts

runs it in full. Articles are made of invented people and places; a word in each passage that is news tells it from all
others, so that what a chat was told can be counted.
"""

from __future__ import annotations

import random
import re
import signal
from collections import Counter
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.telegram.newsroom.alerts import StoredLedger
from bot.telegram.state.store import Store, store_path
from index.build.pipeline import BuildOptions, build
from retrieval.engine import Engine
from retrieval.newsroom.subscription import Subscription
from tests.bot_api_http import Fault, Weather
from tests.telegram_bot import Got, bot_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from index.generations.generation import IndexFolder
    from tests.bot_api import BotApi

SPEAKERS = ("Imre Kallström", "Odalys Ferncastle", "Tobiah Wrenshaw", "Perpetua Zandvoort", "Linnea Abernethy")
TOPICS = {
    "oyster beds": "The oyster beds of Sallow Bay yielded {n} baskets this spring, the {mark} growers counted.",
    "the airport tram": "The tram to the airport will run every {n} minutes from the {mark} stop, the board said.",
    "library fines": "Library fines for late books fall to {n} cents a day at the {mark} branch, the librarian wrote.",
}
SAYINGS = (
    "We looked at the {mark} ledger twice and it did not get any better",
    "Nobody in the {mark} quarter will forget this winter in a hurry",
    "The {mark} plan is a good plan, whatever the others may tell you",
    "I would rather rebuild the {mark} wall by hand than wait another year",
)
FILLER = "The evening ended with soup, as evenings in Sallow Bay do, and the hall was dark before eleven o’clock."
MARK = re.compile(r"\bq[a-z]{7}\b")
PATIENCE = 300.0
KILLED_WITHIN = 3.0
"""Seconds by which the answer to an alert is late that is being sent when the bot is killed."""


@dataclass
class Outcome:
    """What came of it, in passages that chats were to be told (but for the messages).

    Attributes:
        expected: by what the articles hold and what each chat follows.
        delivered: of them, those that were told.
        lost: those that were not.
        unexpected: told, but not new, or not followed.
        repeated: told more than once.
        messages: alerts that arrived, and how many of them are word for word one that had arrived before.
        doubtful: lines of the log on alerts that are sent again, after a kill and after a broken connection.
        faults: what went wrong on the network, by kind.
        kills: how often the bot was killed.
        topical: passages made for a topic, and how many of these the engine counts as answering it.
    """

    expected: int = 0
    delivered: int = 0
    lost: int = 0
    unexpected: int = 0
    repeated: int = 0
    messages: tuple[int, int] = (0, 0)
    doubtful: tuple[int, int] = (0, 0)
    faults: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    topical: tuple[int, int] = (0, 0)


class Scenario:
    """One run."""

    def __init__(self, api: BotApi, index: IndexFolder, folder: Path, *, chats: int, seed: int) -> None:
        self.api, self.index, self.folder = api, index, folder
        self.state = folder.parent / "state"
        self.chats = [1000 + number for number in range(chats)]
        self.outcome = Outcome()
        self._chance = random.Random(seed)  # noqa: S311  (made-up articles)
        self._store = Store.open(None)
        self._ledger = StoredLedger(self._store)
        self._seen = 0
        self._expected: set[tuple[str, str]] = set()
        self._number = 0
        self._topical: set[str] = set()
        self._read_on: set[tuple[int, str, str]] = set()

    # What is written.

    def write(self, articles: int) -> None:
        """Write articles: each quotes somebody, every second is on a topic; one that is there comes again, changed."""
        for _ in range(articles):
            self._number += 1
            mark, speaker = self._mark(), SPEAKERS[self._number % len(SPEAKERS)]
            said = self._chance.choice(SAYINGS).format(mark=mark)
            paragraphs = [f"“{said},” {speaker} said on Tuesday to the people in the hall.", FILLER]
            if self._number % 2:
                topic = self._chance.choice(list(TOPICS.values()))
                about = self._mark()
                paragraphs.insert(0, topic.format(mark=about, n=self._number + 3))
                if self._seen:
                    self._topical.add(about)
            text = f" date 2031-03-{self._number % 27 + 1:02} SALLOW BAY (Bay Gazette) - " + "\n\n".join(paragraphs)
            (self.folder / f"a{self._number:03}.txt").write_text(text, "utf-8")
        older = self.folder / f"a{self._chance.randint(1, self._number):03}.txt"
        older.write_text(older.read_text("utf-8").replace("soup, as", "a soup, as"), "utf-8")

    def rebuild(self) -> None:
        """Bring the index up to date; note what that makes chats expect."""
        build(self.index, BuildOptions([str(self.folder)]), lambda *_: None)
        with Engine(self.index) as engine:
            reader = engine.newsroom().newsreader(self._ledger)
            look = self._ledger.look(reader)
            if self._seen:
                for wanted in [
                    *(Subscription(name) for name in SPEAKERS),
                    *(Subscription(None, topic) for topic in TOPICS),
                ]:
                    for hit in reader.news(wanted, self._seen).hits:
                        self._expected.add((wanted.speaker or wanted.topic, _mark_in(hit.text)))
            self._seen = look

    def _mark(self) -> str:
        return "q" + "".join(self._chance.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(7))

    # What people and the world do.

    def follow(self) -> None:
        """Let every chat follow everybody and everything."""
        wanted = [*SPEAKERS, *(f"about {topic}" for topic in TOPICS)]
        for what in wanted:
            for chat in self.chats:
                self.api.say(chat, f"/follow {what}")
        self._wait(lambda: len(self.api.messages) >= len(wanted) * len(self.chats), "confirmations")

    @contextmanager
    def bot(self, *more: str) -> Iterator[Any]:
        with bot_process(self.api, self.index.path, self.state, *more) as process:
            yield process

    def kill_while_sending(self, process: Any) -> None:
        """Bring a generation, and kill the bot when its first alert has reached the server and the chat, unanswered."""
        sent = len(self.api.called("sendMessage"))
        self.api.fail("sendMessage", Fault.slow(KILLED_WITHIN))
        self.rebuild()
        self._wait(lambda: len(self.api.called("sendMessage")) > sent, "alert that is being sent")
        self.kill(process)

    def kill_after_rebuild(self, process: Any) -> None:
        """Bring a generation, and kill the bot, wherever it is with it."""
        self.rebuild()
        self.kill(process)

    def kill(self, process: Any) -> None:
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.outcome.kills += 1

    def settle(self) -> None:
        """Wait until all chats were told all that the last generation brought."""
        path = store_path(self.state, self.api.token)
        with closing(Store.open(path)) as store:

            def told() -> bool:
                current = self.index.current()
                looks = store.rows("SELECT number FROM looks WHERE generation = ?", (current,))
                behind = looks and store.rows("SELECT count(*) FROM follows WHERE seen < ?", looks[0])[0][0]
                return bool(looks) and not behind and not store.rows("SELECT 1 FROM alerts LIMIT 1")

            self._wait(told, "end of the alerts")

    def read_on(self) -> None:
        """Press "More" under every alert until nothing more is offered."""
        for alert in [message for message in self.api.messages if _heading(message)]:
            got, what = Got(alert), _heading(alert)
            while "More" in got.buttons:
                before = len(self.api.messages)
                query = self.api.press(got.message, got.data("More"))
                self._wait(lambda query=query: query in self.api.callback_answers, "answer to a press")  # type: ignore[misc]
                pages = self.api.messages[before:]
                self._read_on |= {(alert["chat"]["id"], what, mark) for page in pages for mark in _marks(page)}
                got = Got(pages[-1]) if pages else Got({})

    def _wait(self, true: Callable[[], bool], what: str) -> None:
        self.api.wait(true, what, within=PATIENCE)

    # What came of it.

    def count(self) -> Outcome:
        """Return what came of it."""
        outcome, told = self.outcome, self._told()
        expected = {(chat, *one) for chat in self.chats for one in self._expected}
        every = set(told) | self._read_on
        outcome.expected, outcome.delivered = len(expected), len(expected & every)
        outcome.lost, outcome.unexpected = len(expected - every), len(every - expected)
        outcome.repeated = sum(count - 1 for count in told.values())
        alerts = [(message["chat"]["id"], message["text"]) for message in self.api.messages if _heading(message)]
        outcome.messages = (len(alerts), len(alerts) - len(set(alerts)))
        written = (self.state.parent / "output").read_text()
        outcome.doubtful = (written.count("may have arrived before the bot ended"), written.count("and is sent again"))
        answered = {mark for what, mark in self._expected if what in TOPICS}
        outcome.topical = (len(self._topical), len(answered & self._topical))
        self._store.close()
        return outcome

    def _told(self) -> Counter[tuple[int, str, str]]:
        """Return what alerts told each chat of what it follows, and how often."""
        return Counter(
            (message["chat"]["id"], what, mark)
            for message in self.api.messages
            if (what := _heading(message))
            for mark in _marks(message)
        )


def run(
    api: BotApi,
    index: IndexFolder,
    folder: Path,
    *,
    chats: int,
    rebuilds: int,
    articles: int,
    kills: int,
    share: float = 0.2,
    seed: int = 20310301,
    options: tuple[str, ...] = (),
    told: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Let chats follow, and articles come in, over rebuilds, faults and kills; return what came of it.

    Args:
        api: the server.
        index: where the index is to be.
        folder: of the articles; the state folder and the log lie beside it.
        chats: how many.
        rebuilds: how often the index is rebuilt.
        articles: how many come in, spread over the rebuilds.
        kills: how often the bot is killed: in turn while it sends, and right after a generation.
        share: of the requests that go wrong.
        seed: of the articles and the faults.
        options: of `onrecord bot`.
        told: gets a line for each rebuild.
    """
    scenario, chance = Scenario(api, index, folder, chats=chats, seed=seed), random.Random(seed)  # noqa: S311
    scenario.write(6)
    scenario.rebuild()
    weather = Weather(share, seed)
    at = sorted(chance.sample(range(1, rebuilds), kills)) if kills else []
    with ExitStack() as stack:
        process = stack.enter_context(scenario.bot(*options))
        scenario.follow()
        api.storm(weather)
        for number in range(rebuilds):
            scenario.write(articles * (number + 1) // rebuilds - articles * number // rebuilds)
            if number in at:
                # What was new before is told before: only then is the next message an alert of this generation.
                scenario.settle()
                [scenario.kill_while_sending, scenario.kill_after_rebuild][at.index(number) % 2](process)
                process = stack.enter_context(scenario.bot(*options))
            else:
                scenario.rebuild()
            if number % 3 == 2:
                scenario.settle()
            told(f"rebuild {number + 1}: {len(api.messages)} messages")
        scenario.settle()
        api.clear_up()
        scenario.read_on()
    outcome = scenario.count()
    outcome.faults = weather.kinds
    return outcome


def _heading(message: dict[str, Any]) -> str:
    """Return what an alert is about, or nothing where a message is none."""
    found = re.match(r"New: (?:“(?P<topic>[^”]+)”|(?P<speaker>[^\n.]+))", message.get("text", ""))
    return (found["topic"] or found["speaker"]) if found else ""


def _marks(message: dict[str, Any]) -> set[str]:
    return set(MARK.findall(message.get("text", "")))


def _mark_in(text: str) -> str:
    (mark,) = MARK.findall(text)
    return str(mark)
