"""An answer becomes one message that Telegram accepts, and what it quotes is verbatim."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.telegram.state.messages import sent_answer
from bot.telegram.ui.answer_message import LONG_PASSAGE, cited, excerpt, message_for, part_of, passage
from bot.telegram.ui.formatted_text import FormattedText, shortened, units
from bot.telegram.ui.keyboards import answer_keyboard
from bot.telegram.ui.texts import ENGLISH
from retrieval.conversation.state import Dialog, Turn
from retrieval.core.answer import Answer, Copy, Hit
from tests.bot_api_rules import LONGEST_TEXT, Refusal, check_keyboard, check_text
from tests.drawn_answers import FAMILY, answers, hits, long, texts
from tests.telegram_answers import answered, citation, hit

if TYPE_CHECKING:
    from telegram import MessageEntity

TALK = Dialog().after(Turn("What did she say?"), 0.0)
QUOTATIONS = {"blockquote", "expandable_blockquote"}
SENTENCE = "The council has not yet decided what the pier may cost. "


def marked_text(marked: FormattedText, entity: MessageEntity) -> str:
    encoded = marked.text.encode("utf-16-le")
    return encoded[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le")


def styled(marked: FormattedText, *styles: str) -> list[str]:
    return [marked_text(marked, entity) for entity in marked.entities if entity.type in styles]


class TestWhatTelegramAccepts:
    @settings(max_examples=40)
    @given(answers)
    def test_every_message_is_accepted_with_its_buttons_and_every_quotation_verbatim(self, answer: Answer) -> None:
        marked = message_for(answer)
        check_text(marked.text, [entity.to_dict() for entity in marked.entities])
        buttons = answer_keyboard(2**62 - 1, sent_answer(answer, marked.shown, marked.left, k=5, before=TALK), ENGLISH)
        check_keyboard(buttons.to_dict() if buttons else {})
        shown = answer.hits or answer.nearest
        for quoted in styled(marked, *QUOTATIONS):
            assert any(quoted in one.text for one in shown)
        if shown:
            assert styled(marked, *QUOTATIONS)

    @given(hits())
    def test_bold_words_are_the_highlighted_ones(self, one: Hit) -> None:
        assert styled(passage(one), "bold") == [one.text[start:end] for start, end in one.highlights]

    @settings(max_examples=30)
    @given(hits(long))
    def test_a_cut_passage_fits_and_shows_the_first_words_that_answer(self, one: Hit) -> None:
        marked = message_for(answered("what?", one))
        check_text(marked.text, [entity.to_dict() for entity in marked.entities])
        (quoted,) = styled(marked, *QUOTATIONS)
        assert 0 < len(quoted) < len(one.text)
        first, last = one.highlights[0] if one.highlights else (0, 0)
        assert one.text[first:last].startswith(next(iter(styled(marked, "bold")), ""))
        assert bool(styled(marked, "bold")) == bool(one.highlights)

    @given(texts, st.integers(2, 200))
    def test_a_shortened_text_fits_and_begins_as_the_text_does(self, text: str, room: int) -> None:
        short = shortened(text, room)
        assert units(short) <= room
        assert short == text or text.startswith(short.removesuffix("…"))

    @settings(max_examples=30)
    @given(hits(long))
    def test_what_a_cut_leaves_out_is_all_the_rest(self, one: Hit) -> None:
        message = message_for(answered("what?", one))
        shown = "".join(styled(message, *QUOTATIONS))
        left = "".join(one.text[start:end] for start, end in message.left)
        assert sum(map(len, (shown + left).split())) == sum(map(len, one.text.split()))
        for start, end in message.left:
            part = part_of(one, start, end)
            check_text(part.text, [entity.to_dict() for entity in part.entities])
            (quoted,) = styled(part, *QUOTATIONS)
            assert quoted
            assert one.text[start:end].lstrip().startswith(quoted)

    @settings(max_examples=50)
    @given(hits(), st.integers(1, 300))
    def test_an_excerpt_fits(self, one: Hit, room: int) -> None:
        start, end = excerpt(one, room)
        assert units(one.text[start:end]) <= room

    @pytest.mark.parametrize(
        ("entity", "refusal"),
        [
            ({"type": "bold", "offset": 1, "length": 1}, "begins in a middle of a UTF-16 symbol at byte offset 4"),
            (
                {"type": "bold", "offset": 0, "length": 1},
                "offset 0 ends in a middle of a UTF-16 symbol at byte offset 4",
            ),
            ({"type": "bold", "offset": 0, "length": 9}, "offset 0 ends after the end of the text at UTF-16 offset 9"),
            ({"type": "bold", "offset": 9, "length": 1}, "begins after the end of the text at UTF-16 offset 9"),
            ({"type": "bold", "offset": -1, "length": 1}, "receive an entity with incorrect offset -1"),
            ({"type": "loud", "offset": 0, "length": 2}, "Unsupported type specified"),
            ({"type": "text_link", "offset": 0, "length": 2, "url": ""}, "entity URL '' is invalid: URL host is empty"),
        ],
    )
    def test_the_emulated_server_refuses_as_the_real_one_does(self, entity: dict[str, Any], refusal: str) -> None:
        with pytest.raises(Refusal, match=refusal):
            check_text("👉 👉", [entity])


class TestExcerpts:
    """Of two sentences, the second with the words that answer; the places below count from its beginning."""

    TEXT = "It rained. The council thinks of the pier and of its price."

    @pytest.mark.parametrize(
        ("words", "room", "shown"),
        [
            ("It rained", 100, TEXT),
            ("price.", len(TEXT), TEXT),
            ("rained", 20, "It rained."),
            ("price", len(TEXT) - 1, "The council thinks of the pier and of its price."),
            ("council", 20, "The council thinks"),
            ("thinks", 18, "The council thinks"),
            ("thinks", 17, "thinks of the"),
            ("thinks", 11, "thinks of"),
            ("price", 20, "price."),
            ("price.", 3, "pri"),
        ],
    )
    def test_are_whole_sentences_with_the_words_that_answer(self, words: str, room: int, shown: str) -> None:
        start, end = excerpt(hit(self.TEXT, words=words), room)
        assert self.TEXT[start:end] == shown

    def test_without_words_that_answer_begin_at_the_beginning(self) -> None:
        assert excerpt(hit(self.TEXT, highlights=()), 20) == (0, len("It rained."))


class TestOnePassage:
    def test_reads_as_quotation_speaker_citation(self) -> None:
        marked = message_for(answered("what?", hit(speaker="Carlos Gimenez")))
        assert marked.text == (
            "“The order is that we would hold for 48 hours,” explained Gimenez.\n"
            "— Carlos Gimenez\n"
            "WSVN, 7 February 2017, “Protesters fill commission meeting”, paragraph 8"
        )
        assert styled(marked, "blockquote") == ["“The order is that we would hold for 48 hours,” explained Gimenez."]
        assert styled(marked, "bold") == ["The order is that we would hold for 48 hours"]

    def test_links_the_citation_to_the_original(self) -> None:
        marked = message_for(answered("what?", hit()))
        (link,) = [entity for entity in marked.entities if entity.type == "text_link"]
        assert link.url == "https://wsvn.com/news/protesters"
        assert marked_text(marked, link) == styled(marked, "italic")[0]

    @pytest.mark.parametrize("url", [None, "", "wsvn.com/news", "javascript:alert(1)", "http://["])
    def test_links_nothing_without_a_web_address(self, url: str | None) -> None:
        assert not styled(message_for(answered("what?", hit(citation=citation(url=url)))), "text_link")

    def test_names_the_outlets_that_carried_it_too(self) -> None:
        also = tuple(Copy("b", 0, citation(outlet=name, url=None)) for name in ("Herald", "Post", "Times", "Globe"))
        lines = message_for(answered("what?", hit(also=also))).text.splitlines()
        assert lines[-3].startswith("also in Herald, ")
        assert lines[-2].startswith("also in Post, ")
        assert lines[-1] == "and in 2 more"

    def test_quoted_in_part_shows_that_more_stands_before_and_after(self) -> None:
        one = hit("The pier is old.", words="pier")
        assert passage(one, (1, 15)).text.splitlines()[:3] == ["…", "he pier is old", "…"]
        assert styled(passage(one, (8, 16)), "bold") == styled(passage(one, (0, 4)), "bold") == []

    def test_is_cited_in_italics(self) -> None:
        line = cited(citation())
        assert line.text == "WSVN, 7 February 2017, “Protesters fill commission meeting”, paragraph 8"
        assert styled(line, "italic") == [line.text]

    @pytest.mark.parametrize("text", ["Short.", "x" * LONGEST_TEXT], ids=["whole", "cut"])
    def test_says_so_in_the_language_of_the_chat(self, text: str) -> None:
        one = hit(text, also=(Copy("b", 0, citation(outlet="Herald")),))
        texts = replace(ENGLISH, also_in="auch in ")
        for message in (message_for(answered("what?", one), texts), part_of(one, 0, len(text), texts)):
            assert message.text.splitlines()[-1].startswith("auch in Herald, ")

    def test_a_long_passage_can_be_folded(self) -> None:
        short, long = hit("x" * LONG_PASSAGE), hit("x" * (LONG_PASSAGE + 1))
        marked = message_for(answered("what?", short, long))
        assert styled(marked, "blockquote") == [short.text]
        assert styled(marked, "expandable_blockquote") == [long.text]


class TestSeveralPassages:
    def test_at_most_three_best_first(self) -> None:
        numbered = [hit(f"Passage {number}.") for number in range(5)]
        assert styled(message_for(answered("what?", *numbered)), "blockquote") == [one.text for one in numbered[:3]]

    def test_only_those_that_fit_whole(self) -> None:
        first, too_long, third = hit("First."), hit("y" * LONGEST_TEXT), hit("Third.")
        assert styled(message_for(answered("what?", first, too_long, third)), *QUOTATIONS) == [first.text, third.text]

    def test_are_numbered_as_they_are_shown(self) -> None:
        hits = hit("First."), hit("y" * LONGEST_TEXT), hit("Third.")
        message = message_for(answered("what?", *hits))
        assert [line[:4] for line in message.text.splitlines() if "WSVN" in line] == ["[1] ", "[2] "]
        assert message.shown == (0, 2)
        assert "\n[1] WSVN" in message_for(answered("what?", hits[1], hits[0])).text
        assert "[1]" not in message_for(answered("what?", hits[1])).text

    @pytest.mark.parametrize("before", [(), (hit("First."),), (hit("First."), hit("Second."))])
    def test_the_last_is_whole_where_it_just_fits(self, before: tuple[Hit, ...]) -> None:
        rest = LONGEST_TEXT - message_for(answered("what?", *before, hit("y"))).units
        exact = message_for(answered("what?", *before, hit("y" * (1 + rest))))
        assert exact.units == LONGEST_TEXT
        assert len(exact.shown) == len(before) + 1
        assert exact.left == ()
        too_long = message_for(answered("what?", *before, hit("y" * (2 + rest))))
        assert len(too_long.shown) == len(before) or too_long.left

    @pytest.mark.parametrize("others", [(), (hit("Second."),)])
    def test_one_cut_at_both_ends_fills_the_message(self, others: tuple[Hit, ...]) -> None:
        text = "x" * LONGEST_TEXT + "yes" + "z" * LONGEST_TEXT
        message = message_for(answered("what?", hit(text, words="yes"), *others))
        (quoted,) = styled(message, *QUOTATIONS)
        assert message.units == LONGEST_TEXT
        assert message.left == ((0, LONGEST_TEXT), (LONGEST_TEXT + len(quoted), len(text)))

    def test_a_part_tells_what_is_left_of_it(self) -> None:
        one, start = hit(SENTENCE * 200), len(SENTENCE)
        part = part_of(one, start, len(one.text) - 1)
        (quoted,) = styled(part, *QUOTATIONS)
        assert part.shown == (0,)
        assert part.left == ((start + len(quoted), len(one.text) - 1),)
        assert part_of(one, start, 3 * start).left == ()

    def test_the_best_is_cut_at_a_sentence_end_where_it_does_not_fit(self) -> None:
        marked = message_for(answered("what?", hit(SENTENCE * 100, words="The council")))
        (quoted,) = styled(marked, *QUOTATIONS)
        assert quoted.endswith("may cost.")
        assert f"{quoted}\n…\n" in marked.text
        assert LONGEST_TEXT - 100 < marked.units <= LONGEST_TEXT

    def test_a_cut_keeps_the_words_that_answer(self) -> None:
        text = SENTENCE * 100 + "It will cost nine million, said the mayor. " + SENTENCE * 100
        marked = message_for(answered("what?", hit(text, words="nine million")))
        (quoted,) = styled(marked, *QUOTATIONS)
        assert quoted.startswith("It will cost nine million, said the mayor. The council")
        assert f"…\n{quoted}\n…\n" in marked.text
        assert styled(marked, "bold") == ["nine million"]

    def test_a_cut_without_sentences_or_spaces_keeps_characters_whole(self) -> None:
        (quoted,) = styled(message_for(answered("what?", hit(FAMILY * 1000))), *QUOTATIONS)
        assert quoted == FAMILY * (len(quoted) // len(FAMILY))


class TestWordsOfOurOwn:
    def test_the_message_comes_first_then_how_the_question_was_understood(self) -> None:
        answer = answered(
            "and the money?", message="From two outlets.", standalone="What did Gimenez say on the money?"
        )
        marked = message_for(answer)
        assert marked.text.startswith("From two outlets.\n\n→ What did Gimenez say on the money?\n\n“The order")
        assert styled(marked, "italic")[0] == "→ What did Gimenez say on the money?"

    def test_a_question_understood_as_it_stands_is_not_repeated(self) -> None:
        assert "→" not in message_for(answered("what?")).text

    def test_an_ambiguous_question_lists_the_choices(self) -> None:
        answer = Answer("the mayor?", "ambiguous", 0.5, "the mayor?", choices=("Ann Hidalgo", "Carlos Gimenez"))
        assert message_for(answer).text == "Who is meant? Ann Hidalgo · Carlos Gimenez"

    def test_what_is_not_found_comes_with_the_nearest_named_as_such(self) -> None:
        answer = answered("what?", status="not_found", message="The articles do not tell.")
        marked = message_for(replace(answer, hits=(), nearest=(hit(),)))
        assert marked.text.startswith("The articles do not tell.\n\nThe nearest I have:\n\n“The order")

    def test_there_is_always_something_to_say(self) -> None:
        assert message_for(Answer("what?", "not_found", 0.1, "what?")).text == "The articles do not tell."
