"""Who may ask the bot: everybody, those on a list, or those who came by a code; nobody else learns anything."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from telegram import Chat, Message, Update, User

from bot.config.settings import ALLOW_LIST, OPEN, PAIRING, Settings, TelegramSettings
from bot.telegram import access as pairing
from bot.telegram.access import Access, Pairing, Redeemed, Standing
from bot.telegram.services import Services
from bot.telegram.state.messages import MessageStore
from bot.telegram.state.store import Store, store_path
from bot.telegram.ui.texts import ENGLISH
from tests.bot_api import BOT, TOKEN, BotApi
from tests.telegram_answers import ORDER, ScriptedEngine
from tests.telegram_bot import MENTION, Person, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Run

ANN, BEN, GROUP = 7, 8, -1007
QUESTION = "what did Gimenez say?"
PAIRED = Settings(telegram=TelegramSettings(access=PAIRING))
LISTED = Settings(telegram=TelegramSettings(access=ALLOW_LIST, allowed=(BEN,)))


@pytest.fixture
def store() -> Iterator[Store]:
    with closing(Store.open(None)) as store:
        yield store


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def standings(store: Store, settings: TelegramSettings) -> list[Standing]:
    """Return what Ann and Ben may do in private, Ben and nobody in particular in the group."""
    access = Access(store, settings)
    return [access.standing(*asked) for asked in ((ANN, ANN), (BEN, BEN), (GROUP, BEN), (GROUP, None))]


class TestStandings:
    NOBODY, GUEST, ADMIN = Standing

    def test_follow_from_the_settings_and_from_codes(self, store: Store) -> None:
        mine, no, guest, admin = Pairing(store), self.NOBODY, self.GUEST, self.ADMIN
        assert standings(store, TelegramSettings(access=PAIRING)) == [no] * 4
        assert standings(store, TelegramSettings(access=PAIRING, allowed=(GROUP,), admins=(ANN,))) == [
            admin, no, guest, guest,
        ]  # fmt: skip
        mine.redeem(mine.new_code(), BEN, "Ben")
        mine.redeem(mine.new_code(admin=True), ANN, "Ann")
        assert standings(store, TelegramSettings(access=PAIRING)) == [admin, guest, guest, no]
        assert standings(store, TelegramSettings(access=OPEN)) == [admin, guest, guest, guest]
        assert standings(store, TelegramSettings(access=ALLOW_LIST, allowed=(BEN,))) == [no, guest, guest, no]
        assert mine.revoke(ANN)
        assert standings(store, TelegramSettings(access=PAIRING)) == [no, guest, guest, no]

    def test_of_admins_are_those_of_people(self, store: Store) -> None:
        access = Access(store, TelegramSettings(admins=(ANN,)))
        assert [access.is_admin(one) for one in (ANN, BEN, None)] == [True, False, False]


class TestACode:
    def test_is_good_once_and_for_a_time_however_it_is_typed(self, store: Store) -> None:
        now = 0.0
        mine = Pairing(store, lambda: now)
        code, late = mine.new_code(), mine.new_code(valid=60)
        assert mine.redeem(code.lower().replace("-", " "), ANN, "Ann") is Redeemed.GUEST
        assert mine.redeem(code, ANN, "Ann") is Redeemed.GUEST  # the same message, processed again after a kill
        assert mine.redeem(code, BEN, "Ben") is Redeemed.WRONG
        now = 61.0
        assert mine.redeem(late, BEN, "Ben") is Redeemed.WRONG
        assert [one.name for one in mine.paired()] == ["Ann"]

    def test_stands_in_the_store_as_a_hash(self, store: Store) -> None:
        code = Pairing(store).new_code()
        ((kept,),) = store.rows("SELECT hash FROM codes")
        assert len(kept) == 64
        assert pairing.bare_code(code) not in kept.upper()

    def test_cannot_be_guessed_for_long(self, store: Store) -> None:
        now = 0.0
        mine = Pairing(store, lambda: now)
        code = mine.new_code(valid=1e6)
        tries = [mine.redeem("AAAAA-AAAAA", BEN, "Ben") for _ in range(pairing.MOST_GUESSES)]
        assert tries == [Redeemed.WRONG] * pairing.MOST_GUESSES
        assert mine.redeem(code, BEN, "Ben") is Redeemed.TOO_OFTEN
        assert mine.redeem(code, ANN, "Ann") is Redeemed.GUEST  # others are not kept from it
        now = pairing.GUESSES_FORGOTTEN + 1
        assert mine.redeem("AAAAA-AAAAA", BEN, "Ben") is Redeemed.WRONG

    def test_for_admins_is_void_once_a_group_has_read_it(self, store: Store) -> None:
        mine = Pairing(store)
        code = mine.new_code(admin=True)
        assert mine.redeem(code, GROUP, "Newsroom") is Redeemed.NOT_HERE
        assert mine.redeem(code, ANN, "Ann") is Redeemed.WRONG
        assert mine.paired() == []


class TestSomebodyWhoIsNotLetIn:
    async def test_is_told_so_once_and_nothing_is_looked_up(self, api: BotApi, ann: Person, state: Path) -> None:
        engine = ScriptedEngine()
        async with running(api, engine, state):  # open, to begin with
            answer = await ann(QUESTION)
        asked = list(engine.asked)
        async with running(api, engine, state, PAIRED):
            assert (await ann(QUESTION)).text == ENGLISH.not_paired
            for text in (QUESTION, "/speakers", "/ask x", "/nonsense", "/start inline", "/start"):
                ann.say(text)
            assert (await ann.press(answer, "Context")).said == ENGLISH.not_paired
            query = api.query(ANN, "gimenez detainers")
            await api.wait_until(lambda: query in api.inline_answers, "answer to an inline query")
            assert (await ann("/whoami")).text == "Your number: 7\nYou may not ask me yet."
        assert [message["text"] for message in api.messages[1:]].count(ENGLISH.not_paired) == 1
        assert len(api.messages) == 3
        offered = api.inline_answers[query]
        assert (offered["results"], offered["is_personal"]) == ([], "true")
        assert offered["button"]["text"] == ENGLISH.inline_not_allowed
        assert engine.asked == asked

    async def test_in_a_group_is_told_only_where_the_bot_is_meant(self, api: BotApi) -> None:
        engine = ScriptedEngine()
        async with running(api, engine, settings=LISTED):
            api.say(GROUP, "lunch?", user_id=ANN)
            asked = api.say(GROUP, f"{MENTION} {QUESTION}", user_id=ANN)
            api.say(GROUP, f"{MENTION} {QUESTION}", user_id=BEN)
            refusal, answer = await api.wait_for_messages(2)
        assert (refusal["text"], refusal["reply_parameters"]["message_id"]) == (ENGLISH.not_allowed, asked)
        assert ORDER in answer["text"]

    async def test_is_nobody_too_where_the_store_cannot_be_read(self, store: Store) -> None:
        desk = Services(ScriptedEngine(), MessageStore.open(None), store, PAIRED, None)
        store.close()
        message = Message(1, datetime.now(UTC), Chat(ANN, "private"), from_user=User(ANN, "Ann", is_bot=False))
        assert await desk.standing(Update(1, message)) is Standing.NOBODY
        assert await desk.is_admin(ANN) is False
        await desk.close()

    async def test_is_nobody_whatever_goes_wrong_at_the_door(
        self, api: BotApi, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*_: object) -> Standing:
            raise ZeroDivisionError

        monkeypatch.setattr(Access, "standing", fail)
        engine = ScriptedEngine()
        async with running(api, engine, settings=PAIRED):
            api.say(ANN, QUESTION)
            await api.wait_until(lambda: "could not be told" in caplog.text, "error")
        assert (engine.asked, api.messages) == ([], [])


class TestPairing:
    async def test_lets_in_a_person_until_it_is_taken_back(
        self, api: BotApi, state: Path, onrecord: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ann, ben = (Person(api, one, one) for one in (ANN, BEN))
        monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
        async with running(api, ScriptedEngine(), state, PAIRED):
            await api.wait_for_calls("setMyCommands")
            printed = onrecord("pair")
            code = printed.out.strip()
            assert f"Send the bot: /pair {code}, or open https://t.me/{BOT['username']}?start={code}" in printed.err
            assert (await ann("/pair")).text == ENGLISH.pair_usage
            assert (await ann(f"/pair {code}")).text == ENGLISH.paired
            assert ORDER in (await ann(QUESTION)).text
            assert (await ben(f"/start {code}")).text == ENGLISH.wrong_code
            monkeypatch.delenv("TELEGRAM_BOT_TOKEN")  # there is only one bot here
            assert (await ben(f"/start {onrecord('pair', '--admin').out.strip()}")).text == ENGLISH.paired_admin
            assert (await ben("/whoami")).text == f"Your number: 8\n{ENGLISH.standings[Standing.ADMIN]}"
            listed = [line.split("\t") for line in onrecord("pair", "--list").out.splitlines()]
            assert [(one, may, name) for one, may, _, name in listed] == [
                ("7", "may ask", "Person"),
                ("8", "admin", "Person"),
            ]
            assert onrecord("pair", "--revoke", ANN).code == 0
            assert (await ann(QUESTION)).text == ENGLISH.not_paired
            again = onrecord("pair", "--revoke", ANN)
        assert (again.code, again.err) == (1, "onrecord: 7 did not come by a code; see onrecord pair --list\n")

    async def test_lets_in_a_whole_group_also_when_it_gets_another_id(self, api: BotApi, state: Path) -> None:
        async with running(api, ScriptedEngine(), state, PAIRED):
            with closing(Store.open(path := store_path(state, TOKEN))) as store:
                code = Pairing(store).new_code()
            api.say(GROUP, f"/pair {code}", user_id=ANN)
            await api.wait_for_messages(1)
            api.say(GROUP, f"{MENTION} {QUESTION}", user_id=BEN)
            await api.wait_for_messages(2)
            api.say(BEN, QUESTION)  # elsewhere he is nobody
            await api.wait_for_messages(3)
            moved = {"message_id": 1, "date": 1, "chat": {"id": GROUP, "type": "group", "title": "Newsroom"}}
            api.deliver({"message": moved | {"migrate_to_chat_id": GROUP - 1}})
            with closing(Store.open(path)) as store:
                paired = Pairing(store).paired
                await api.wait_until(lambda: [one.id for one in paired()] == [GROUP - 1], "the other id")
            api.say(GROUP - 1, f"{MENTION} {QUESTION}", user_id=BEN)
            texts = [message["text"] for message in await api.wait_for_messages(4)]
        assert [ORDER in text for text in texts] == [False, True, False, True]
        assert (texts[0], texts[2]) == (ENGLISH.paired, ENGLISH.not_paired)

    async def test_tells_whoever_writes_as_a_group_only_the_group_s_number(self, api: BotApi) -> None:
        anonymous = {"sender_chat": {"id": GROUP, "type": "supergroup", "title": "Newsroom"}}
        async with running(api, ScriptedEngine()):
            api.say(GROUP, "/whoami", user_id=1087968824, **anonymous)
            (message,) = await api.wait_for_messages(1)
        assert message["text"] == f"This group's number: {GROUP}\n{ENGLISH.standings[Standing.GUEST]}"

    @pytest.mark.parametrize(
        ("access", "reason"), [(OPEN, "only a code with --admin gives more"), (ALLOW_LIST, "takes no codes")]
    )
    def test_is_refused_where_a_code_would_give_nothing(
        self, onrecord: Run, tmp_path: Path, access: str, reason: str
    ) -> None:
        (tmp_path / "c.toml").write_text(f"state = 's'\n[telegram]\naccess = '{access}'\nallowed = [7]\n")
        (tmp_path / "token").write_text(TOKEN)
        (tmp_path / "token").chmod(0o600)
        done = onrecord("pair", "--config", "c.toml", "--token-file", "token")
        assert (done.code, done.out) == (2, "")
        assert reason in done.err

    def test_without_a_bot_is_refused(self, onrecord: Run) -> None:
        done = onrecord("pair")
        assert done.code == 2
        assert "no bot has run with the state folder" in done.err


class TestInlineResults:
    async def test_are_not_kept_for_others_where_not_everybody_may_ask(self, api: BotApi) -> None:
        async with running(api, ScriptedEngine(), settings=LISTED):
            query = api.query(BEN, "gimenez detainers")
            await api.wait_until(lambda: query in api.inline_answers, "answer to an inline query")
        assert api.inline_answers[query]["results"]
        assert api.inline_answers[query]["is_personal"] == "true"
