"""Inline mode: cited passages to insert in any chat."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.telegram.handlers.conversation import CACHE_SECONDS, INLINE_PASSAGES
from bot.telegram.ui.texts import ENGLISH
from tests.bot_api import BotApi
from tests.telegram_answers import ORDER, ScriptedEngine, answered, citation, hit
from tests.telegram_bot import running

if TYPE_CHECKING:
    from retrieval.core.answer import Answer

ANN, BEN, CLEO = 7, 8, 9


async def offered(api: BotApi, text: str, user: int = ANN) -> dict[str, Any]:
    """Type an inline query, and return what the bot offers."""
    query = api.query(user, text)
    await api.wait_until(lambda: query in api.inline_answers, "answer to an inline query")
    return api.inline_answers[query]


class TestAQuery:
    async def test_offers_passages_with_speaker_words_and_citation(self, api: BotApi) -> None:
        async with running(api, ScriptedEngine(lambda question: answered(question, hit(speaker="Carlos Gimenez")))):
            answer = await offered(api, "gimenez detainers")
        (result,) = answer["results"]
        assert (result["type"], result["title"]) == ("article", "Carlos Gimenez")
        assert result["description"] == (
            "WSVN, 7 February 2017, paragraph 8: The order is that we would hold for 48 hours"
        )
        content = result["input_message_content"]
        assert content["message_text"].startswith(f"{ORDER}\n— Carlos Gimenez\nWSVN, ")
        assert {one["type"] for one in content["entities"]} == {"blockquote", "bold", "italic", "text_link"}
        assert content["link_preview_options"] == {"is_disabled": True}

    async def test_is_cached_for_everybody_and_not_for_long(self, api: BotApi) -> None:
        async with running(api, ScriptedEngine()):
            answer = await offered(api, "gimenez detainers")
        assert answer["cache_time"] == str(CACHE_SECONDS)
        assert answer.get("is_personal", "false") == "false"

    async def test_without_a_speaker_is_titled_by_where_it_stands(self, api: BotApi) -> None:
        async with running(api, ScriptedEngine(lambda question: answered(question, hit()))):
            (result,) = (await offered(api, "48 hours"))["results"]
        assert result["title"] == "WSVN, 7 February 2017, paragraph 8"

    async def test_lists_what_comes_near_where_the_bot_is_not_sure(self, api: BotApi) -> None:
        def unsure(question: str) -> Answer:
            return replace(answered(question, status="not_found", message="No."), hits=(), nearest=(hit(),))

        async with running(api, ScriptedEngine(unsure)):
            answer = await offered(api, "gimenez mars")
        assert len(answer["results"]) == 1

    async def test_that_names_two_people_lists_passages_of_both(self, api: BotApi) -> None:
        def two(question: str) -> Answer:
            if question == "lindqvist":
                choices = ("Oskar Lindqvist", "Petra Lindqvist")
                return replace(answered(question, status="ambiguous", choices=choices), hits=())
            return answered(question, hit(f"Words of {question}.", speaker=question, article=question))

        async with running(api, ScriptedEngine(two)):
            answer = await offered(api, "lindqvist")
        assert [one["title"] for one in answer["results"]] == ["Oskar Lindqvist", "Petra Lindqvist"]

    async def test_names_each_passage_always_the_same_and_once(self, api: BotApi) -> None:
        hits = [hit(f"Passage {number}.", paragraph=number) for number in range(60)]
        async with running(api, ScriptedEngine(lambda question: answered(question, *hits, *hits))):
            first, second = await offered(api, "passage"), await offered(api, "passage again")
        ids = [one["id"] for one in first["results"]]
        assert ids == [one["id"] for one in second["results"]]
        assert len(set(ids)) == len(ids) == 50

    async def test_asks_for_no_more_than_a_person_looks_through(self, api: BotApi) -> None:
        class Engine(ScriptedEngine):
            def ask(self, question: str, *, k: int = 5, **_: Any) -> Answer:
                return answered(question, *(hit(f"Passage {number}.") for number in range(k)))

        async with running(api, Engine()):
            assert len((await offered(api, "passage"))["results"]) == INLINE_PASSAGES

    @pytest.mark.parametrize("text", ["", " ", "g", "\u200b"])
    async def test_that_is_none_yet_is_met_with_a_hint(self, api: BotApi, text: str) -> None:
        engine = ScriptedEngine()
        async with running(api, engine):
            answer = await offered(api, text)
        assert answer["results"] == []
        assert answer["button"] == {"text": ENGLISH.inline_hint, "start_parameter": "inline"}
        assert not engine.asked

    async def test_that_finds_nothing_says_so(self, api: BotApi) -> None:
        def nothing(question: str) -> Answer:
            return replace(answered(question, status="not_found", message="Hello."), hits=())

        async with running(api, ScriptedEngine(nothing)):
            answer = await offered(api, "hello")
        assert (answer["results"], answer["button"]["text"]) == ([], ENGLISH.inline_nothing)

    async def test_of_the_longest_passage_and_names_is_accepted(self, api: BotApi) -> None:
        long = hit("🙂 Words. " * 900, speaker="N" * 300, citation=citation(title="T" * 600, outlet="O" * 600))
        async with running(api, ScriptedEngine(lambda question: answered(question, long))):
            (result,) = (await offered(api, "x" * 256))["results"]
        assert len(result["title"]) <= 100


class TestTypingOn:
    async def test_leaves_earlier_letters_unanswered(self, api: BotApi) -> None:
        engine = ScriptedEngine()
        slow = engine.ask

        def ask(question: str, **options: Any) -> Answer:
            if question.startswith("slow"):
                engine.go.wait(30)
            return slow(question, **options)

        engine.ask = ask  # type: ignore[method-assign]
        async with running(api, engine):
            for number in range(4):  # as many as are worked on at once
                api.query(100 + number, f"slow {number}")
            typed = [api.query(ANN, "gimenez detainers"[:length]) for length in (7, 9, 17)]
            other = api.query(BEN, "olmo")
            hint = api.query(CLEO, "")  # is answered at once, and after what was typed before is taken up
            await api.wait_until(lambda: hint in api.inline_answers, "hint")
            engine.go.set()
            await api.wait_until(lambda: {typed[-1], other} <= set(api.inline_answers), "answers")
        assert [query in api.inline_answers for query in typed] == [False, False, True]
        assert "gimenez" not in engine.asked

    async def test_of_two_different_queries_answers_both(self, api: BotApi) -> None:
        async with running(api, ScriptedEngine()):
            queries = [api.query(ANN, text) for text in ("gimenez", "olmo")]
            await api.wait_until(lambda: set(queries) <= set(api.inline_answers), "answers to both")

    async def test_that_fails_is_logged_and_said_to_nobody(self, api: BotApi, caplog: pytest.LogCaptureFixture) -> None:
        engine = ScriptedEngine(lambda _: 1 / 0)  # type: ignore[arg-type, return-value]
        async with running(api, engine):
            api.query(ANN, "gimenez")
            await api.wait_until(lambda: "division by zero" in caplog.text, "log line")
        assert not api.messages
