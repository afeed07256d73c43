"""Following in Telegram: chats are told what is new, once, whatever happens meanwhile."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from retrieval.engine import Engine
from tests.bot_api_http import Fault
from tests.telegram_bot import Got, Person, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import Refresh

    from index.generations.generation import IndexFolder
    from tests.bot_api import BotApi

OLD = "“The ferry will not close while I am mayor,” Mayor Adela Brandvold said. Rosalind Tak said she had doubts."
SAID = "“{words},” Mayor Adela Brandvold told the harbor board on day {number}."
GROUP = -100


class Desk:
    """A newsroom with a bot: articles are written, and the index is brought up to date."""

    def __init__(self, api: BotApi, index: IndexFolder, folder: Path, refresh: Refresh) -> None:
        self.api, self.index, self.folder, self._refresh = api, index, folder, refresh
        self.state = folder.parent / "state"
        folder.mkdir()
        self.write(old=OLD)

    def write(self, **articles: str) -> None:
        for name, text in articles.items():
            (self.folder / f"{name}.txt").write_text(text, "utf-8")
        self._refresh(self.folder)

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[None]:
        with Engine(self.index, watch=True, fast=True) as engine:
            async with running(self.api, engine, self.state):
                yield

    def said_to(self, chat: int) -> list[Got]:
        return [Got(message) for message in self.api.messages if message["chat"]["id"] == chat]


@pytest.fixture
def desk(api: BotApi, index: IndexFolder, tmp_path: Path, refresh: Refresh, quickly: None) -> Desk:
    return Desk(api, index, tmp_path / "articles", refresh)


async def test_what_is_followed_is_told_with_its_citation_when_it_is_new(desk: Desk, ann: Person) -> None:
    async with desk.bot():
        assert "I follow Adela Brandvold" in (await ann("/follow Brandvold")).text
        assert "I follow “a ticket for four dollars”" in (await ann("/follow a ticket for four dollars")).text
        desk.write(one=SAID.format(words="A ticket will cost four dollars from now on", number=1))
        words, topic = [Got(one) for one in (await desk.api.wait_for_messages(4))[2:]]
        assert words.text.startswith("New: Adela Brandvold\n\n“A ticket will cost four dollars")
        assert words.styled("bold") == ["A ticket will cost four dollars from now on,"]
        assert topic.text.startswith("New: “a ticket for four dollars”")
        assert all("one.txt, " in got.text and "paragraph 1" in got.text for got in (words, topic))
        assert words.buttons == ["Context", "Whole article", "Unfollow"]
        assert "Whole article" not in (await ann.press(words, "Context")).message.buttons
        assert "day 1" in (await ann("what did she say about the ticket?", reply_to=words)).text
        assert (await ann.press(words, "Unfollow")).said == "I no longer follow Adela Brandvold."
        listed = await ann("/following")
        assert listed.text.splitlines()[1:] == ["• “a ticket for four dollars”"]
        await ann.press(listed, "Unfollow “a ticket for four dollars”")
        await desk.api.wait_until(lambda: "I follow nothing here" in Got(desk.api.messages[-1]).text, "empty list")


async def test_much_is_told_as_a_digest(desk: Desk, ann: Person) -> None:
    async with desk.bot():
        await ann("/follow the mayor")
        words = [f"It takes {number} boats and {number + 40} sailors to cross" for number in range(20)]
        desk.write(**{f"n{number}": SAID.format(words=one, number=number) for number, one in enumerate(words)})
        digest = Got((await desk.api.wait_for_messages(2))[1])
        assert digest.text.startswith("New: Adela Brandvold. 20 passages in 20 articles.")
        assert len(digest.quotes) == 3
        assert digest.text.count("\n• Adela Brandvold: “It takes ") == 10
        assert digest.text.endswith("… and 7 more")
        more = (await ann.press(digest, "More")).message
        assert len(more.quotes) == 3
        assert not set(more.quotes) & set(digest.quotes)


async def test_nobody_is_told_twice_and_nothing_is_lost_over_restarts_and_faults(
    desk: Desk, ann: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    api = desk.api
    async with desk.bot():
        await ann("/follow Brandvold")
        await Person(api, GROUP, 8)("/follow Brandvold")
    desk.write(one=SAID.format(words="The first boat will be sold by auction", number=1))
    desk.write(two=SAID.format(words="The second boat goes nowhere at all", number=2))
    api.fail("sendMessage", Fault.too_many_requests(1), Fault.server_error(), Fault.dropped(), Fault.dropped())
    async with desk.bot():
        await api.wait_for_messages(4)
    for chat in (7, GROUP):
        (_, told) = desk.said_to(chat)
        assert "The first boat" in told.text
        assert "The second boat" in told.text
    async with desk.bot():
        desk.write(three=SAID.format(words="A third boat would be one too many", number=3))
        api.fail("sendMessage", Fault.lost())
        await api.wait_for_messages(7)
    assert [len(desk.said_to(chat)) for chat in (7, GROUP)] == [4, 3]
    assert "may have arrived, and is sent again" in caplog.text


async def test_who_has_blocked_the_bot_follows_nothing_any_more_and_a_group_that_moves_goes_on(
    desk: Desk, ann: Person
) -> None:
    api = desk.api
    async with desk.bot():
        await ann("/follow Brandvold")
        group = Person(api, GROUP, 8)
        await group("/follow Brandvold")
        await group("/follow “the harbor board”")
        api.block(7)
        moved = Fault.refused(
            400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=GROUP - 1
        )
        api.say(GROUP - 1, "hello", user_id=8)
        api.fail("sendMessage", Fault(), moved)
        desk.write(one=SAID.format(words="The first boat will be sold by auction", number=1))
        await api.wait_until(lambda: bool(desk.said_to(GROUP - 1)), "message to the group under its new id")
        assert "The first boat" in desk.said_to(GROUP - 1)[0].text
    assert desk.said_to(7)[-1].text.startswith("I follow")


async def test_a_name_may_be_ambiguous_unknown_or_too_much(
    desk: Desk, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk.bot():
        asked = await ann("/follow Jane Oystercatcher")
        assert asked.text.startswith("Nobody called “Jane Oystercatcher” is quoted yet.")
        assert asked.buttons == ["The name “Jane Oystercatcher”, once it appears", "The topic “Jane Oystercatcher”"]
        assert (await ann.press(asked, asked.buttons[0])).said.startswith("I follow Jane Oystercatcher")
        desk.write(one="“I have only just arrived here,” Jane Oystercatcher said on Monday.")
        told = Got((await desk.api.wait_for_messages(2))[1])
        assert told.text.startswith("New: Jane Oystercatcher")
        assert "Whom or what" in (await ann("/follow")).text
        monkeypatch.setattr("bot.telegram.newsroom.subscriptions.MOST_FOLLOWS", 1)
        assert "already" in (await ann("/follow the ferry")).text
        assert (await ann("/unfollow oystercatcher")).text == "I no longer follow Jane Oystercatcher."
