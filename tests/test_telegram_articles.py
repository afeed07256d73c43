"""Articles added, and taken out, from the chat: shown as understood first, announced when they can be asked about."""

from __future__ import annotations

import asyncio
import os
import tempfile
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING, Any

import pytest

from bot.config.settings import Settings, TelegramSettings
from bot.telegram.handlers import articles as article_handlers
from bot.telegram.newsroom import submission, worker_client
from bot.telegram.newsroom.submission import (
    LASTS,
    TAKEN_OUT,
    NotOursError,
    PendingArticles,
    Where,
    file_name,
    file_of,
    plain_name,
)
from bot.telegram.newsroom.worker import do_task
from bot.telegram.state.store import Store
from index.generations.generation import IndexFolder
from index.readers.extraction.metadata import day_of_name
from index.store.records import FiledArticle
from retrieval.engine import Engine
from tests.telegram_bot import Got, Person, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import Refresh

    from tests.bot_api import BotApi
    from tests.web_server import Site

OLD = "“The ferry will not close while I am mayor,” Mayor Adela Brandvold said to the people on the landing on Monday."
NEW = """The lighthouse gets a new lamp

date 2031-03-01 QUILLHAVEN (Quillhaven Ledger) - The lighthouse on Gannet Point will be lit by a lamp of 900 watts.

“It will be seen from the moon, or at least from Dunmeer,” harbor master Tomas Ferreira said.

Rosalind Tak said that her members would clean its windows."""
PAGE = """<html><head><title>A whale in the harbor</title><meta property="og:site_name" content="Orrin Courier">
<meta property="article:published_time" content="2031-04-02T08:00:00Z"></head><body><article>
<h1>A whale in the harbor</h1>
<p>A humpback whale spent the night between the piers of Quillhaven, and left again with the tide of the morning.</p>
<p>“She sang until four, and I have heard worse singers,” said Oskar Lindqvist, who lives on his boat in the harbor.</p>
<p>Marine biologists from the Orrin station followed her out with two boats, and lost her off the point at noon.</p>
</article></body></html>"""
ADMIN, GUEST = 7, 8

pytestmark = pytest.mark.usefixtures("quickly")


class Newsroom:
    """A bot whose admin adds articles; its builds run in this process, which has the models."""

    def __init__(self, api: BotApi, index: IndexFolder, folder: Path) -> None:
        self.api, self.index, self.folder = api, index, folder
        self.state = folder.parent / "state"
        self.private = False

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[None]:
        telegram = TelegramSettings(admins=(ADMIN,), add_articles=True, allow_private=self.private)
        settings = Settings(articles=self.folder, telegram=telegram)
        with Engine(self.index, watch=True, fast=True) as engine:
            async with running(self.api, engine, self.state, settings):
                yield

    @property
    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir() if not path.name.startswith("."))

    async def told(self, words: str) -> Got:
        def found() -> list[Got]:
            return [got for message in self.api.messages if words in (got := Got(message)).text]

        await self.api.wait_until(lambda: bool(found()), f"message with {words!r}", within=30)
        return found()[-1]


@pytest.fixture
def room(
    api: BotApi, index: IndexFolder, tmp_path: Path, refresh: Refresh, monkeypatch: pytest.MonkeyPatch
) -> Newsroom:
    async def worked(task: dict[str, Any], progress: Any = None, seconds: float | None = None) -> dict[str, Any]:
        loop = asyncio.get_running_loop()

        def tell(stage: str, count: int, total: int | None) -> None:
            loop.call_soon_threadsafe(progress, {"stage": stage, "count": count, "total": total})

        return await asyncio.wait_for(asyncio.to_thread(do_task, task, tell), seconds)

    monkeypatch.setattr(worker_client, "worked", worked)
    monkeypatch.setattr("bot.telegram.newsroom.build_jobs.EDITED_EVERY", 0.0)
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "old.txt").write_text(OLD, "utf-8")
    refresh(folder)
    return Newsroom(api, index, folder)


async def test_a_text_is_shown_as_it_is_read_saved_at_a_word_and_can_be_asked_about(
    room: Newsroom, ann: Person
) -> None:
    async with room.bot():
        shown = await ann(f"/add {NEW}")
        assert shown.text.startswith(
            "The lighthouse gets a new lamp\nQuillhaven Ledger, 1 March 2031 (told by the dateline)"
        )
        assert "Paragraphs: 3. Quotations: 2." in shown.text
        assert "— Tomas Ferreira (1): It will be seen from the moon" in shown.text
        assert room.names == ["old.txt"]
        pressed = await ann.send(shown, save := shown.data("Save"))
        (name,) = set(room.names) - {"old.txt"}
        assert pressed.said == f"Saved as {name}."
        assert name.startswith("2031-03-01-the-lighthouse-gets-a-new-lamp-")
        assert (room.folder / name).read_text("utf-8") == NEW
        await room.told("“The lighthouse gets a new lamp” can be asked about now.")
        progress = [got for got in map(Got, room.api.messages) if got.text.startswith("Index")]
        assert [got.text for got in progress] == ["Indexed."]
        assert {call.params["message_id"] for call in room.api.called("editMessageText")} >= {
            str(progress[0].message["message_id"])
        }
        answer = await ann("what did Ferreira say about the lamp?")
        assert "seen from the moon" in answer.text
        assert (await ann.send(shown, save)).said.startswith("I no longer have that one")
        known = await ann(f"/add {NEW.replace('900 watts', '800 watts')}")
        assert known.text.startswith("I have that article already:\nQuillhaven Ledger, 1 March 2031, “The lighthouse")


async def test_a_document_is_saved_under_a_name_of_ours_and_can_be_taken_out_again(room: Newsroom, ann: Person) -> None:
    async with room.bot():
        room.api.send(
            ADMIN, "../../../etc/pass wd.md", b"---\ntitle: Fire drill\ndate: 2031-05-06\n---\n" + NEW.encode()
        )
        shown = Got((await room.api.wait_for_messages(1))[0])
        assert "Fire drill\n" in shown.text
        await ann.press(shown, "Save")
        await room.told("“Fire drill” can be asked about now.")
        (name,) = set(room.names) - {"old.txt"}
        assert name.startswith("2031-05-06-fire-drill-")
        choice = await ann("/remove fire drill")
        await ann.press(choice, choice.buttons[0])
        sure = await room.told("Take this article out?")
        assert "Fire drill" in sure.text
        await ann.press(sure, "Take it out")
        await room.told("“Fire drill” can be asked about no longer.")
        assert room.names == ["old.txt"]
        (taken,) = (room.folder / TAKEN_OUT).iterdir()
        assert taken.name.endswith(name)
        assert "no article with these words" in (await ann("/remove fire drill")).text


async def test_a_link_keeps_its_address_where_private_ones_are_allowed(
    room: Newsroom, ann: Person, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = site.put("/whale", PAGE)
    away = site.put("/away", status=302, headers={"Location": address.replace("127.0.0.1", "127.0.0.2")})
    async with room.bot():
        refusal = (await ann(f"/add {address}")).text
        assert "is at 127.0.0.1, which is no public address (my setting telegram.allow_private" in refusal
        assert site.news() == []
        with monkeypatch.context() as patch:  # one counts as public, and leads to one that does not
            patch.setattr("index.sources.http.is_public", lambda one: one == "127.0.0.1")
            assert "127.0.0.2 is at 127.0.0.2, which is no public address" in (await ann(f"/add {away}")).text
        assert site.news() == [("/away", 302)]
    room.private = True
    async with room.bot():
        gone = site("/gone")
        assert (await ann(f"/add {gone}")).text.endswith(f"{gone}: the server answers 404")
        shown = await ann(f"/add {address}")
        assert shown.text.startswith("A whale in the harbor\nOrrin Courier, 2 April 2031")
        await ann.press(shown, "Save")
        await room.told("“A whale in the harbor” can be asked about now.")
        (hit,) = [
            one for one in (await ann("what did Lindqvist say?")).message["entities"] if one["type"] == "text_link"
        ]
        assert hit["url"] == address


async def test_what_is_no_article_is_refused_in_one_line(room: Newsroom, ann: Person) -> None:
    refused = {
        "": "Send me the article",
        "   \n ": "Send me the article",
        "http://169.254.169.254/latest": "no public address",
        "http://[::1]/x": "no public address",
        "ftp://ledger.example/x": "only http and https",
    }
    async with room.bot():
        for words, reason in refused.items():
            got = (await ann(f"/add {words}")).text
            assert reason in got
            assert "\n" not in got
    assert room.names == ["old.txt"]


async def test_who_is_no_admin_and_what_is_too_large_or_endless_or_leads_astray_is_refused(
    room: Newsroom, ann: Person, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = room.api
    ben = Person(api, GUEST, GUEST)
    async with room.bot():
        for command in (f"/add {NEW}", "/reindex", "/remove old"):
            assert (await ben(command)).text.startswith("Only admins may change my articles.")
        api.send(GUEST, "story.txt", NEW.encode())
        assert (await room.told("I can only read text")).message["chat"]["id"] == GUEST
        api.send(ADMIN, "large.pdf", b"x", size=50 * 2**20)
        assert "has 50 MB. I can take at most 20 MB" in (await room.told("That file has")).text
        assert not api.called("getFile")
        api.send(ADMIN, "tool.exe", b"x", caption="/add")
        await room.told("I cannot read this kind of file.")
    monkeypatch.setattr(article_handlers, "LIMITS", {"seconds": 1.0, "size": 1 << 16, "pause": 0.0})
    room.private = True

    def endless(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.end_headers()
        while not site.over.is_set():
            handler.wfile.write(b"<p>and on" * 100)

    site.pages["/endless"] = endless
    async with room.bot():
        assert "larger than a page" in (await ann(f"/add {site('/endless')}")).text
    assert room.names == ["old.txt"]


async def test_drafts_and_builds_survive_a_restart(
    room: Newsroom, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with room.bot():
        shown = await ann(f"/add {NEW}")
        post = {"type": "channel", "chat": {"id": -1009, "type": "channel", "title": "Harbor Radio"}, "message_id": 3,
                "date": 1924992000}  # fmt: skip
        monkeypatch.setattr(submission, "ARTICLE_LENGTH", 200)
        forwarded = await ann(NEW.replace("date 2031-03-01 QUILLHAVEN (Quillhaven Ledger) - ", ""), forward_origin=post)
        assert "Harbor Radio, 1 January 2031 (told by the message)" in forwarded.text
        assert (await ann.press(forwarded, "Discard")).said == "Discarded; nothing was saved."
    hold = worker_client.worked

    async def stuck(*_: Any, **__: Any) -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(worker_client, "worked", stuck)
    async with room.bot():
        assert (await ann.press(shown, "Save")).said.startswith("Saved as")
    monkeypatch.setattr(worker_client, "worked", hold)
    async with room.bot():
        await room.told("“The lighthouse gets a new lamp” can be asked about now.")


class TestAName:
    def test_tells_no_other_day_than_the_articles_own(self) -> None:
        for day in (None, "2031-03-01"):
            for title in ("Report of 2017-02-07", "20170207", "‘Ünter’ 7 February 2017!", "…", "a" * 500):
                name = file_name(title, day, b"x", ".txt")
                found = day_of_name(name)
                assert (found.isoformat() if found else None) == day
                assert len(name) < 100
                assert name.isascii()

    def test_of_the_sender_is_made_harmless(self) -> None:
        assert plain_name("../../a/b.TXT") == "b.txt"
        assert plain_name("C:\\x\\..\\..") == "article"
        assert plain_name("\x00\x1b[31m.html") == "31m.html"


class TestADraft:
    def test_is_forgotten_with_its_file_after_a_day_and_known_in_its_own_chat_only(self, tmp_path: Path) -> None:
        now = [1924992000.0]
        with closing(Store.open(None)) as store:
            drafts = PendingArticles(store, tmp_path, clock=lambda: now[0])
            held = drafts.place(".txt")
            held.write_text("x")
            os.utime(held, (now[0], now[0]))
            number = drafts.add(Where(ADMIN, None, "en"), "x.txt", held, "X")
            assert drafts.get(GUEST, number) is None
            now[0] += LASTS - 1
            assert drafts.get(ADMIN, number)
            now[0] += 2
            assert drafts.get(ADMIN, number) is None
            assert not held.exists()

    def test_without_a_state_folder_leaves_nothing_behind(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        with closing(Store.open(None)) as store:
            drafts = PendingArticles(store, None)
            drafts.place(".txt").write_text("x")
            assert list(tmp_path.iterdir())
            del drafts
        assert not list(tmp_path.iterdir())


class TestAFileToBeTakenOut:
    @pytest.mark.parametrize(
        ("article", "reason"),
        [
            (
                FiledArticle("a", "A", None, None, "https://ledger.example/feed", "a", 1),
                "onrecord forget https://ledger",
            ),
            (FiledArticle("a", "A", None, None, "{folder}", "../a.txt", 1), "outside the folder"),
            (FiledArticle("a#2", "A", None, None, "{folder}", "a.jsonl", 2), "a.jsonl, holds 2 articles"),
        ],
    )
    def test_is_one_of_the_folder_with_one_article(self, tmp_path: Path, article: FiledArticle, reason: str) -> None:
        with pytest.raises(NotOursError, match=reason):
            file_of(article._replace(source=article.source.format(folder=tmp_path)), tmp_path)
