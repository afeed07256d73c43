"""Many people at once, floods, and a network that fails: everybody is answered, in order, and nobody waits for another.

How fast is measured in benchmarks/; here is what does not depend on time.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from bot.telegram.handlers import messages as handlers
from bot.telegram.transport import queueing
from bot.telegram.ui.texts import ENGLISH
from tests.bot_api_http import Fault, Weather
from tests.telegram_answers import ScriptedEngine, answered, hit
from tests.telegram_bot import MENTION, Got, Person, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.bot_api import BotApi

ANN, BEN, NEWSROOM = 7, 8, -1001
PEOPLE = range(1000, 1080)


@pytest.fixture
def engine() -> Iterator[ScriptedEngine]:
    """An engine whose answer begins with the question."""
    engine = ScriptedEngine(lambda question: answered(question, message=question))
    yield engine
    engine.go.set()


def answers(api: BotApi) -> dict[int, list[str]]:
    """Return what each chat was answered, by the first line of each message."""
    told: dict[int, list[str]] = {}
    for message in list(api.messages):
        told.setdefault(message["chat"]["id"], []).append(message["text"].splitlines()[0])
    return told


class TestManyPeopleAtOnce:
    async def test_are_all_answered_right_and_in_the_order_in_which_they_asked(
        self, api: BotApi, engine: ScriptedEngine, tmp_path: Path
    ) -> None:
        async with running(api, engine, tmp_path):
            for person in PEOPLE:
                api.say(person, f"question of {person}")
            await api.wait_for_messages(len(PEOPLE), within=60)
        assert answers(api) == {person: [f"question of {person}"] for person in PEOPLE}
        places = [engine.asked.index(f"question of {person}") for person in PEOPLE]
        assert all(abs(place - rank) < 10 for rank, place in enumerate(places))

    async def test_are_answered_while_one_of_five_requests_goes_wrong(
        self, api: BotApi, engine: ScriptedEngine, tmp_path: Path
    ) -> None:
        weather = Weather(share=0.2, seed=20170207)
        api.storm(weather)
        async with running(api, engine, tmp_path):
            for person in PEOPLE:
                api.say(person, f"question of {person}")
            await api.wait_until(lambda: len(answers(api)) == len(PEOPLE), "answers", within=100)
            api.clear_up()
            api.say(ANN, "the last one")
            await api.wait_until(lambda: ANN in answers(api), "answer to the last one")
        assert Counter(engine.asked) == Counter([f"question of {person}" for person in PEOPLE] + ["the last one"])
        for person in PEOPLE:
            assert set(answers(api)[person]) == {f"question of {person}"}
        # Doubled where the connection broke, and nowhere else.
        lost = [call for call in api.called("sendMessage") if call.dropped and call.status == 200]
        assert len(api.messages) - len(answers(api)) == len(lost)
        assert len(weather.kinds) == 6


class TestSomebodyWhoAsksAlot:
    async def test_delays_nobody_s_first_question(self, api: BotApi, engine: ScriptedEngine, tmp_path: Path) -> None:
        others = PEOPLE[:20]
        for number in range(30):
            api.say(ANN, f"{number} of many")
        for person in others:
            api.say(person, f"question of {person}")
        async with running(api, engine, tmp_path):
            await api.wait_for_messages(50, within=30)
        assert max(engine.asked.index(f"question of {person}") for person in others) < 25
        assert answers(api)[ANN] == [f"{number} of many" for number in range(30)]

    async def test_with_a_hundred_messages_a_second_gets_one_friendly_word_and_others_their_answers(
        self, api: BotApi, engine: ScriptedEngine, tmp_path: Path
    ) -> None:
        async with running(api, engine, tmp_path):
            for number in range(300):
                api.say(ANN, f"flood {number}")
                if number % 100 == 50:
                    api.say(PEOPLE[number // 100], "a question between")
            await api.wait_until(lambda: len(answers(api).get(ANN, [])) > queueing.AT_ONCE, "answers", within=30)
            api.say(BEN, "the last one")
            await api.wait_until(lambda: BEN in answers(api), "answer to the last one")
        assert answers(api)[ANN].count(ENGLISH.too_much) == 1
        assert queueing.AT_ONCE <= len(answers(api)[ANN]) - 1 < queueing.AT_ONCE + 20
        assert len(answers(api)) == 5

    async def test_in_a_group_is_counted_by_person_and_only_for_what_is_meant_for_the_bot(
        self, api: BotApi, engine: ScriptedEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(queueing, "AT_ONCE", 2)
        gate = queueing.RateGate(queueing.Rates(at_once=2))
        monkeypatch.setattr(queueing, "RateGate", lambda: gate)
        async with running(api, engine, tmp_path):
            for _ in range(5):
                api.say(NEWSROOM, "between us", user_id=ANN)
            for _ in range(3):
                api.say(NEWSROOM, "/help", user_id=ANN)
            api.say(NEWSROOM, "/help", user_id=BEN)
            await api.wait_until(lambda: ENGLISH.too_much in answers(api).get(NEWSROOM, []), "friendly word")
            await api.wait_until(lambda: answers(api)[NEWSROOM].count(ENGLISH.help.splitlines()[0]) == 3, "help")
        assert answers(api)[NEWSROOM].count(ENGLISH.too_much) == 1

    async def test_in_a_group_that_nobody_can_follow_is_passed_over(
        self,
        api: BotApi,
        engine: ScriptedEngine,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setattr(queueing, "MOST_WAITING", 3)
        async with running(api, engine, tmp_path):
            for number in range(6):
                api.say(NEWSROOM, f"{MENTION} slow {number}", user_id=ANN)
            await api.wait_for_calls("sendChatAction")
            api.say(BEN, "What?")
            await api.wait_for_messages(1)
            engine.go.set()
            await api.wait_for_messages(4)
        assert engine.asked == ["slow 0", "What?", "slow 1", "slow 2"]
        assert caplog.text.count("some of it is passed over") == 3


class TestWhileRequestsGoWrong:
    async def test_a_conversation_of_twelve_turns_has_every_turn_answered_in_order(
        self, api: BotApi, engine: ScriptedEngine, tmp_path: Path
    ) -> None:
        queueing = [f"turn {number}" for number in range(12)]
        api.storm(Weather(share=0.2, seed=20310402))
        async with running(api, engine, tmp_path):
            for turn in queueing:
                api.say(ANN, turn)
            await api.wait_until(lambda: queueing[-1] in answers(api).get(ANN, []), "last answer", within=60)
        assert list(dict.fromkeys(answers(api)[ANN])) == queueing
        assert engine.asked == queueing
        assert [after[-1:] for after in engine.after] == [[], *([turn] for turn in queueing[:-1])]

    async def test_a_button_does_once_what_it_does_however_its_press_is_answered(
        self, api: BotApi, ann: Person, tmp_path: Path
    ) -> None:
        hits = [hit(f"Passage {number}.", paragraph=number) for number in range(8)]
        engine = ScriptedEngine(lambda question: answered(question, *hits[:5]), *hits)
        async with running(api, engine, tmp_path):
            answer = await ann("What?")
            buttons = [answer.data(label) for label in answer.buttons if label.startswith(("Context", "More"))]
            # Whatever arrived was carried out; where that cannot be told, a message is sent again.
            ways = ("429", "500", "502", "dropped before")
            weather = Weather(share=0.5, seed=20310402, ways=ways)
            api.storm(weather)
            for button in buttons:
                api.press(answer.message, button)
            await api.wait_until(lambda: len(api.messages) == 1 + len(buttons), "messages", within=60)
            await api.wait_until(lambda: len(api.called("editMessageReplyMarkup")) >= len(buttons), "edits", within=60)
            api.clear_up()
            again = [await ann.send(answer, button) for button in buttons]
        assert set(weather.kinds) == set(ways)
        assert {(one.said, len(one.messages)) for one in again} == {(ENGLISH.shown_already, 0)}
        shown = sorted(Got(message).quotes for message in api.messages[1:])
        assert shown == [*([one] for one in answer.quotes), ["Passage 3.", "Passage 4."]]

    async def test_a_button_that_can_do_nothing_says_so(self, api: BotApi, ann: Person, tmp_path: Path) -> None:
        engine = ScriptedEngine()
        async with running(api, engine, tmp_path):
            answer = await ann("What?")
            api.fail("sendMessage", Fault.refused(403, "Forbidden: not enough rights to send text messages"))
            refused = await ann.press(answer, "Context")
            again = await ann.press(answer, "Context")
        assert (refused.said, refused.alert, refused.messages) == (ENGLISH.sorry, True, [])
        assert again.messages


class TestAQuestionThatIsTooLong:
    async def test_is_refused_with_a_friendly_word(self, api: BotApi, engine: ScriptedEngine, tmp_path: Path) -> None:
        async with running(api, engine, tmp_path):
            api.say(ANN, "e" + "\u0301" * 4095)
            api.say(ANN, "e" * handlers.LONGEST_QUESTION)
            await api.wait_for_messages(2)
        assert api.messages[0]["text"] == "That is too long for me. Please ask in at most 1,000 characters."
        assert engine.asked == ["e" * handlers.LONGEST_QUESTION]


class TestTheServerFailingForLong:
    async def test_is_outlived(
        self, api: BotApi, engine: ScriptedEngine, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with running(api, engine, tmp_path):
            await api.wait_until(lambda: len(api.polls) > 0, "poll")
            api.storm(Weather(share=1, seed=1))
            api.say(ANN, "What?")
            await api.wait_until(lambda: len(api.polls) > 2, "polls")
            api.clear_up()
            await api.wait_for_messages(1, within=20)
        assert answers(api) == {ANN: ["What?"]}
        assert "Could not fetch messages" in caplog.text

    async def test_at_the_set_up_stops_nothing(
        self, api: BotApi, engine: ScriptedEngine, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        api.fail("setMyCommands", *[Fault.server_error()] * 3)
        api.say(ANN, "What?")
        async with running(api, engine, tmp_path):
            await api.wait_for_messages(1)
            await api.wait_for_calls("setMyCommands", 3)
        assert "menu of commands could not be set" in caplog.text
