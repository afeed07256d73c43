"""The buttons under an answer: what each does, and that they outlive the process and the index."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.state.messages import FILE, MessageStore
from bot.telegram.ui.keyboards import Press
from bot.telegram.ui.texts import ENGLISH
from tests.bot_api import BotApi, Fault
from tests.bot_api_rules import LONGEST_CALLBACK_DATA
from tests.telegram_answers import ScriptedEngine, answered, citation, hit
from tests.telegram_bot import Got, Person, running

if TYPE_CHECKING:
    from pathlib import Path

    from retrieval.core.answer import Answer, Hit

ANN, BEN, NEWSROOM = 7, 8, -1001


def numbered(count: int, *, words: str = "Words of passage", speaker: str = "Ann Hidalgo") -> list[Hit]:
    """Passages of one article, one after the other."""
    return [
        hit(
            f"{words} {number}.",
            speaker=speaker,
            article="long.txt",
            paragraph=number,
            citation=citation(paragraph=number + 1),
        )
        for number in range(count)
    ]


def engine_with(*hits: Hit, shown: int = 5, **changes: object) -> ScriptedEngine:
    """An engine that answers with the first of some passages, and with all of them where more are wanted."""

    class Engine(ScriptedEngine):
        def ask(self, question: str, *, k: int = 5, **_: object) -> Answer:
            return replace(self._answer(question), hits=hits[:k])

    return Engine(lambda question: answered(question, *hits[:shown], **changes), *hits)


class TestTheKeyboard:
    async def test_of_one_passage_names_no_numbers(self, api: BotApi, ann: Person) -> None:
        async with running(api, engine_with(hit(speaker="Carlos Gimenez"), speaker="Carlos Gimenez")):
            answer = await ann("What did Gimenez say?")
        assert answer.buttons == ["Context", "Whole article", "Who else?", "Not what I asked"]

    async def test_of_several_numbers_them_as_the_citations_do(self, api: BotApi, ann: Person) -> None:
        async with running(api, engine_with(*numbered(5))):
            answer = await ann("What did Hidalgo say?")
        assert answer.buttons[:6] == [f"{what} {number}" for what in ("Context", "Article") for number in (1, 2, 3)]
        assert answer.buttons[6:] == ["More", "Not what I asked"]
        assert [line[:10] for line in answer.text.splitlines() if line.startswith("[")] == [
            "[1] WSVN, ",
            "[2] WSVN, ",
            "[3] WSVN, ",
        ]

    async def test_is_none_under_words_that_are_no_answer(self, api: BotApi, ann: Person) -> None:
        async with running(api, ScriptedEngine()):
            assert not (await ann("/help")).buttons

    @given(st.sampled_from("mcarwpnl"), st.integers(0, 2**62 - 1), st.lists(st.integers(0, 10**9), max_size=3))
    def test_sends_back_at_most_64_bytes_that_say_all(self, action: str, key: int, numbers: list[int]) -> None:
        press = Press(action, key, tuple(numbers))
        assert 1 <= len(press.data.encode()) <= LONGEST_CALLBACK_DATA
        assert Press.read(press.data) == press

    @given(st.text())
    def test_reads_whatever_comes(self, data: str) -> None:
        press = Press.read(data)
        assert press is None or press.data == data or data.count(":0")


class TestMore:
    async def test_shows_what_the_answer_had_no_room_for_and_then_all_that_answers(
        self, api: BotApi, ann: Person
    ) -> None:
        hits = numbered(8)
        async with running(api, engine_with(*hits)):
            first = await ann("What did Hidalgo say?")
            second = (await ann.press(first, "More")).message
            third = (await ann.press(second, "More")).message
        assert [*first.quotes, *second.quotes, *third.quotes] == [one.text for one in hits]
        assert second.replies_to == first.message["message_id"]
        assert "More" not in third.buttons

    async def test_goes_away_when_it_was_pressed(self, api: BotApi, ann: Person) -> None:
        async with running(api, engine_with(*numbered(8))):
            answer = await ann("What did Hidalgo say?")
            await ann.press(answer, "More")
        assert "More" not in answer.buttons
        assert "Context 1" in answer.buttons

    async def test_is_not_offered_where_the_answer_holds_all(self, api: BotApi, ann: Person) -> None:
        async with running(api, engine_with(*numbered(3), shown=3)):
            assert "More" not in (await ann("What did Hidalgo say?")).buttons

    async def test_shows_further_near_passages_as_such(self, api: BotApi, ann: Person) -> None:
        near = tuple(numbered(5))
        engine = ScriptedEngine(
            lambda question: replace(answered(question, status="not_found", message="No."), hits=(), nearest=near),
            *near,
        )
        async with running(api, engine):
            answer = await ann("What about Mars?")
            more = (await ann.press(answer, "More")).message
        assert more.text.startswith(ENGLISH.nearest)
        assert more.quotes == [one.text for one in near[3:]]

    async def test_pressed_twice_shows_it_once(self, api: BotApi, ann: Person) -> None:
        async with running(api, engine_with(*numbered(8))):
            answer = await ann("What did Hidalgo say?")
            data = answer.data("More")
            first, second = api.press(answer.message, data), api.press(answer.message, data)
            await api.wait_until(lambda: {first, second} <= set(api.callback_answers), "answers to both")
        assert len(api.messages) == 2
        assert [api.callback_answers[query].get("text") for query in (first, second)] == [None, ENGLISH.shown_already]

    async def test_counts_as_shown_in_the_conversation(self, api: BotApi, ann: Person) -> None:
        engine = engine_with(*numbered(8))
        async with running(api, engine):
            answer = await ann("What did Hidalgo say?")
            await ann.press(answer, "More")
            await ann("anything else?")
        assert engine.shown == [0, 8]


class TestContext:
    async def test_shows_two_paragraphs_before_and_after(self, api: BotApi, ann: Person) -> None:
        paragraphs = numbered(9)
        engine = engine_with(paragraphs[4])
        engine.articles["long.txt"] = paragraphs
        async with running(api, engine):
            answer = await ann("What did Hidalgo say?")
            context = (await ann.press(answer, "Context")).message
        assert context.quotes == ["Words of passage 4."]
        assert [line for line in context.text.splitlines() if line.startswith("[")] == [
            f"[{number + 1}] Words of passage {number}." for number in (2, 3, 5, 6)
        ]
        assert context.text.endswith(
            "— Ann Hidalgo\nWSVN, 7 February 2017, “Protesters fill commission meeting”, paragraph 5"
        )

    async def test_leaves_out_neighbours_that_do_not_fit(self, api: BotApi, ann: Person) -> None:
        paragraphs = [
            replace(one, text=one.text + " Long." * 400) if one.paragraph in (3, 5) else one for one in numbered(9)
        ]
        engine = engine_with(paragraphs[4])
        engine.articles["long.txt"] = paragraphs
        async with running(api, engine):
            context = (await ann.press(await ann("What did Hidalgo say?"), "Context")).message
        assert context.text.startswith("…\n\nWords of passage 4.")
        assert "[6] Words of passage 5. Long." in context.text
        assert all(call.status == 200 for call in api.called("sendMessage"))

    async def test_of_a_passage_among_several_is_of_that_one(self, api: BotApi, ann: Person) -> None:
        async with running(api, engine_with(*numbered(5))):
            context = (await ann.press(await ann("What did Hidalgo say?"), "Context 2")).message
        assert context.quotes == ["Words of passage 1."]


class TestTheWholeArticle:
    async def test_comes_as_a_message_with_the_passage_set_off(self, api: BotApi, ann: Person) -> None:
        paragraphs = numbered(4)
        engine = engine_with(paragraphs[2])
        engine.articles["long.txt"] = paragraphs
        async with running(api, engine):
            article = (await ann.press(await ann("What did Hidalgo say?"), "Whole article")).message
        assert article.text.splitlines()[0] == "Protesters fill commission meeting"
        assert article.quotes == ["Words of passage 2."]
        assert [one.text in article.text for one in paragraphs] == [True] * 4

    async def test_that_is_long_comes_as_a_text_file(self, api: BotApi, ann: Person) -> None:
        title = "../../etc/passwd: “a”/<b> " + "x" * 300
        paragraphs = [
            replace(one, text=one.text + " Léngthy 🙂." * 60, citation=replace(one.citation, title=title))
            for one in numbered(9)
        ]
        engine = engine_with(paragraphs[2])
        engine.articles["long.txt"] = paragraphs
        async with running(api, engine):
            document = (await ann.press(await ann("What did Hidalgo say?"), "Whole article")).message
        name, content = api.files[document.message["message_id"]]
        assert name.endswith(".txt")
        assert "/" not in name
        text = content.decode()
        assert all(one.text in text for one in paragraphs)
        assert "\n> [3] Words of passage 2." in text
        assert document.message["caption"].startswith("WSVN, 7 February 2017, ")

    async def test_refused_is_told_and_can_be_pressed_again(self, api: BotApi, ann: Person) -> None:
        engine = engine_with(numbered(1)[0])
        engine.articles["long.txt"] = [replace(one, text=one.text * 300) for one in numbered(9)]
        async with running(api, engine):
            answer = await ann("What did Hidalgo say?")
            api.fail("sendDocument", Fault.refused(400, "Bad Request: not enough rights to send documents to the chat"))
            refused = await ann.press(answer, "Whole article")
            again = await ann.press(answer, "Whole article")
        assert (refused.said, refused.messages) == (ENGLISH.sorry, [])
        assert again.message.message["document"]


class TestTheRestOfAPassage:
    async def test_is_shown_part_by_part_until_it_is_complete(self, api: BotApi, ann: Person) -> None:
        text = " ".join(f"Sentence {number} of the long statement, 🙂." for number in range(300))
        async with running(api, engine_with(hit(text, words="Sentence 0"))):
            part = await ann("What?")
            parts = [*part.quotes]
            while ENGLISH.rest in part.buttons:
                part = (await ann.press(part, ENGLISH.rest)).message
                parts += part.quotes
        assert " ".join(parts) == text
        assert all(one.endswith(".") for one in parts)
        assert len(parts) > 2

    async def test_has_a_beginning_where_the_words_that_answer_stand_at_the_end(self, api: BotApi, ann: Person) -> None:
        text = "A sentence of the long statement. " * 200 + "These are the words."
        async with running(api, engine_with(hit(text, words="These are the words."))):
            answer = await ann("What?")
            beginning = (await ann.press(answer, ENGLISH.beginning)).message
        assert answer.quotes == ["These are the words."]
        assert ENGLISH.rest not in answer.buttons
        assert text.startswith(beginning.quotes[0])


class TestWhoElse:
    async def test_asks_as_if_it_were_typed_after_that_answer(self, api: BotApi, ann: Person) -> None:
        engine = engine_with(hit(speaker="Carlos Gimenez"), speaker="Carlos Gimenez")
        async with running(api, engine):
            answer = await ann("What did Gimenez say?")
            await ann("Something else")
            other = (await ann.press(answer, "Who else?")).message
        assert engine.asked == ["What did Gimenez say?", "Something else", "who else said that?"]
        assert engine.after[-1] == ["What did Gimenez say?"]
        assert other.replies_to == answer.message["message_id"]


class TestChoices:
    @staticmethod
    def engine() -> ScriptedEngine:
        def ask_back(question: str) -> Answer:
            if question == "What did Lindqvist say?":
                choices = ("Oskar Lindqvist", "Petra Lindqvist")
                return replace(answered(question, status="ambiguous", choices=choices), hits=())
            return answered(question)

        return ScriptedEngine(ask_back)

    async def test_are_buttons_that_answer_with_the_name(self, api: BotApi, ann: Person) -> None:
        engine = self.engine()
        async with running(api, engine):
            asked_back = await ann("What did Lindqvist say?")
            assert asked_back.buttons[:2] == ["Oskar Lindqvist", "Petra Lindqvist"]
            await ann.press(asked_back, "Petra Lindqvist")
            await ann.press(asked_back, "Oskar Lindqvist")
        assert engine.asked[1:] == ["Petra Lindqvist", "Oskar Lindqvist"]
        assert engine.after[1:] == [["What did Lindqvist say?"]] * 2


class TestNotWhatIAsked:
    async def test_is_kept_once_with_the_question_and_what_was_returned(
        self, api: BotApi, ann: Person, tmp_path: Path
    ) -> None:
        async with running(api, engine_with(*numbered(5)), tmp_path):
            await ann("Before that?")
            answer = await ann("What did “Hidalgo”\nsay?")
            data = answer.data("Not what I asked")
            thanks, again = await ann.send(answer, data), await ann.send(answer, data)
        (line,) = (tmp_path / FILE).read_text().splitlines()
        record = json.loads(line)
        assert record.pop("noted")
        assert record == {
            "question": "What did “Hidalgo”\nsay?",
            "history": ["Before that?"],
            "generation": "20310101-one",
            "standalone": "What did “Hidalgo”\nsay?",
            "status": "answered",
            "speaker": None,
            "returned": [{"article": "long.txt", "paragraph": number} for number in range(5)],
            "shown": 3,
        }
        assert (thanks.said, again.said) == (ENGLISH.noted, ENGLISH.shown_already)
        assert (tmp_path / FILE).stat().st_mode & 0o077 == 0
        assert "Not what I asked" not in answer.buttons


class TestAfterARestart:
    async def test_every_button_does_what_it_did(self, api: BotApi, ann: Person, tmp_path: Path) -> None:
        engine = engine_with(*numbered(8), speaker="Ann Hidalgo")
        async with running(api, engine, tmp_path):
            answer = await ann("What did Hidalgo say?")
        labels = answer.buttons
        for label in labels:
            async with running(api, engine, tmp_path):
                pressed = await ann.press(answer, label)
            assert bool(pressed.messages) == (label != ENGLISH.not_meant)
            assert label not in answer.buttons
        assert answer.buttons == []

    async def test_what_was_pressed_stays_pressed(self, api: BotApi, ann: Person, tmp_path: Path) -> None:
        engine = engine_with(*numbered(8))
        async with running(api, engine, tmp_path):
            answer = await ann("What did Hidalgo say?")
            data = answer.data("More")
            await ann.press(answer, "More")
        async with running(api, engine, tmp_path):
            again = await ann.send(answer, data)
        assert (again.said, again.messages) == (ENGLISH.shown_already, [])

    async def test_without_its_memory_a_button_says_so(self, api: BotApi, ann: Person, tmp_path: Path) -> None:
        async with running(api, engine_with(*numbered(8)), tmp_path / "one"):
            answer = await ann("What did Hidalgo say?")
        async with running(api, engine_with(*numbered(8)), tmp_path / "two"):
            pressed = await ann.press(answer, "More")
        assert (pressed.said, pressed.alert, pressed.messages) == (ENGLISH.answer_gone, True, [])


class TestWithoutAMemory:
    async def test_answers_go_out_without_buttons(
        self, api: BotApi, ann: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def full(*_: object) -> None:
            raise sqlite3.OperationalError("database or disk is full")

        for method in ("reserve", "arrived", "dialog", "set_dialog"):
            monkeypatch.setattr(MessageStore, method, full)
        async with running(api, engine_with(*numbered(8))):
            answer = await ann("What did Hidalgo say?")
            assert (await ann("/new")).text == ENGLISH.new
        assert len(answer.quotes) == 3
        assert not answer.buttons
        assert "disk is full" in caplog.text


class TestAfterARebuild:
    async def test_a_passage_is_found_where_it_stands_now(self, api: BotApi, ann: Person) -> None:
        engine = engine_with(numbered(5)[2])
        engine.articles["long.txt"] = numbered(5)
        async with running(api, engine):
            answer = await ann("What did Hidalgo say?")
            engine.articles["long.txt"] = [replace(one, paragraph=one.paragraph + 3) for one in numbered(5)]
            context = (await ann.press(answer, "Context")).message
        assert context.quotes == ["Words of passage 2."]

    @pytest.mark.parametrize("label", ["Context", "Whole article"])
    async def test_an_article_that_is_gone_is_said_to_be(self, api: BotApi, ann: Person, label: str) -> None:
        engine = engine_with(hit())
        async with running(api, engine):
            answer = await ann("What did Gimenez say?")
            engine.articles.clear()
            pressed = await ann.press(answer, label)
        assert (pressed.said, pressed.alert, pressed.messages) == (ENGLISH.article_gone, True, [])
        assert label in answer.buttons

    async def test_a_passage_that_was_changed_is_said_to_be(self, api: BotApi, ann: Person) -> None:
        engine = engine_with(hit())
        async with running(api, engine):
            answer = await ann("What did Gimenez say?")
            engine.articles["000.txt"] = [hit("Something else now.")]
            pressed = await ann.press(answer, "Context")
            article = (await ann.press(answer, "Whole article")).message
        assert pressed.said == ENGLISH.passage_gone
        assert not article.quotes
        assert "Something else now." in article.text

    async def test_more_leaves_out_what_is_gone(self, api: BotApi, ann: Person) -> None:
        engine = engine_with(*numbered(5))
        async with running(api, engine):
            answer = await ann("What did Hidalgo say?")
            engine.articles["long.txt"] = [one for one in numbered(5) if one.paragraph != 3]
            more = (await ann.press(answer, "More")).message
        assert more.quotes[:1] == ["Words of passage 4."]


class TestAPress:
    async def test_of_another_chat_s_button_reaches_nothing_of_that_chat(self, api: BotApi, ann: Person) -> None:
        ben = Person(api, BEN, BEN)
        async with running(api, engine_with(*numbered(8))):
            hers, his = await ann("What did Hidalgo say?"), await ben("What did Hidalgo say?")
            stolen = await ben.send(his, hers.data("More"))
        assert (stolen.said, stolen.messages) == (ENGLISH.answer_gone, [])

    @pytest.mark.parametrize(
        "data", ["m", "m:", "m:1", "x:1", "c:1:9:9:9:9", "m:99999999999999999999", "../etc", "💥" * 16]
    )
    async def test_with_data_of_somebody_s_making_is_answered(self, api: BotApi, ann: Person, data: str) -> None:
        async with running(api, engine_with(*numbered(2))):
            pressed = await ann.send(await ann("What?"), data)
        assert (pressed.said, pressed.messages) == (ENGLISH.answer_gone, [])

    @pytest.mark.parametrize("numbers", [(), (9,), (0, 5), (0, 10**9, 10**9), (0, 9, 1), (3, 0, 1)])
    async def test_with_numbers_of_somebody_s_making_is_answered(
        self, api: BotApi, ann: Person, numbers: tuple[int, ...]
    ) -> None:
        async with running(api, engine_with(*numbered(2))):
            answer = await ann("What?")
            real = Press.read(answer.data("Context 1"))
            assert real
            made_up = [await ann.send(answer, Press(action, real.key, numbers).data) for action in "carplx"]
        assert {one.said for one in made_up} == {ENGLISH.answer_gone}
        assert len(api.messages) == 1

    async def test_under_a_message_too_old_to_be_sent_along_works(self, api: BotApi, ann: Person) -> None:
        async with running(api, engine_with(*numbered(8))):
            answer = await ann("What did Hidalgo say?")
            old = Got({name: answer.message[name] for name in ("chat", "message_id", "reply_markup")} | {"date": 0})
            pressed = await ann.press(old, "More")
        assert pressed.message.quotes

    async def test_that_fails_is_answered_and_can_be_repeated(
        self, api: BotApi, ann: Person, caplog: pytest.LogCaptureFixture
    ) -> None:
        engine = engine_with(*numbered(8))
        working = engine.neighbours
        async with running(api, engine):
            answer = await ann("What did Hidalgo say?")
            engine.neighbours = lambda *_: 1 / 0  # type: ignore[assignment, return-value]
            failed = await ann.press(answer, "Context 1")
            engine.neighbours = working  # type: ignore[method-assign]
            again = await ann.press(answer, "Context 1")
        assert (failed.said, failed.alert, failed.messages) == (ENGLISH.sorry, True, [])
        assert "division by zero" in caplog.text
        assert again.messages

    async def test_in_a_group_answers_there_in_the_topic(self, api: BotApi) -> None:
        ann = Person(api, NEWSROOM, ANN)
        async with running(api, engine_with(*numbered(8))):
            answer = await ann("/ask What?", message_thread_id=55, is_topic_message=True)
            await ann.send(answer, answer.data("More"), message_thread_id=55, is_topic_message=True)
        assert [call.params.get("message_thread_id") for call in api.called("sendMessage")] == ["55", "55"]
