"""Following a conversation: what each kind of follow-up asks, and what it is answered with."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from conftest import Refresh, Write
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.render.messages import remark_line
from index.generations.generation import IndexFolder
from retrieval import engine as engine_module
from retrieval.conversation.coreference import is_context_dependent, resolve_references
from retrieval.conversation.intents import read_followup
from retrieval.conversation.state import LONGEST, PATIENCE, PEOPLE, SHOWN, TURNS, Dialog, NamedSpeaker, Turn
from retrieval.core.answer import Answer
from retrieval.engine import Engine

HEAD = " date 2031-01-14 QUILLHAVEN (WQHV) - The piers of the harbor are old.\n\n"
BRANDVOLD = NamedSpeaker("Adela Brandvold", "person", "female")
OSKAR = NamedSpeaker("Oskar Lindqvist", "person", "male")
FARROW = NamedSpeaker("Ignatius Farrow", "person", "male")
UNION = NamedSpeaker("Local 88", "organisation")


class Talk:
    """A conversation with an engine, turn by turn."""

    def __init__(self, engine: Engine, **options: Any) -> None:
        self.engine, self.options = engine, options
        self.dialog = Dialog()

    def __call__(self, *questions: str) -> Answer:
        """Ask in turn; return the last answer."""
        for question in questions:
            answer, self.dialog = self.engine.converse(question, self.dialog, **self.options)
        return answer


@pytest.fixture
def talk(engine: Engine) -> Talk:
    return Talk(engine)


def places(answer: Answer) -> list[tuple[str, int]]:
    return [(hit.article, hit.paragraph) for hit in answer.hits]


def spoken(*people: NamedSpeaker, asks: str = "said") -> Dialog:
    """A dialog whose last turn named people, the first of them as the speaker asked about."""
    return Dialog().after(Turn("?", asks=asks, speaker=people[0].name if asks == "said" else None, people=people), 0)  # type: ignore[arg-type]


class TestAPronoun:
    @pytest.mark.parametrize(
        ("question", "people", "resolved"),
        [
            ("what did she say about the fees?", [BRANDVOLD], "what did Adela Brandvold say about the fees?"),
            ("what does he want?", [BRANDVOLD, OSKAR], "what does Oskar Lindqvist want?"),
            (
                "what is her view of his plan?",
                [OSKAR, BRANDVOLD],
                "what is Adela Brandvold’s view of Oskar Lindqvist’s plan?",
            ),
            ("what did he tell her?", [OSKAR, BRANDVOLD], "what did Oskar Lindqvist tell Adela Brandvold?"),
            ("what did they decide?", [OSKAR, UNION], "what did Local 88 decide?"),
            (
                "what did she say about her plan?",
                [BRANDVOLD],
                "what did Adela Brandvold say about Adela Brandvold’s plan?",
            ),
        ],
    )
    def test_is_somebody_of_its_gender_and_number(
        self, question: str, people: list[NamedSpeaker], resolved: str
    ) -> None:
        assert resolve_references(question, spoken(*people)).text == resolved

    def test_is_whoever_was_asked_about_rather_than_whoever_was_spoken_of(self) -> None:
        assert resolve_references("what did he say?", spoken(OSKAR, FARROW)).text == "what did Oskar Lindqvist say?"

    def test_is_the_other_one_where_it_answers(self) -> None:
        assert (
            resolve_references("and how did he reply?", spoken(OSKAR, FARROW)).text
            == "and how did Ignatius Farrow reply?"
        )

    def test_stays_where_nobody_fits(self) -> None:
        assert resolve_references("what did she say?", spoken(OSKAR)).text == "what did she say?"

    def test_stays_where_its_own_question_names_somebody(self) -> None:
        question = "what did Rosalind Tak say about her members?"
        assert resolve_references(question, spoken(BRANDVOLD)).text == question

    def test_that_is_an_object_is_not_its_own_subject(self) -> None:
        assert (
            resolve_references("what did Tak say about her?", spoken(BRANDVOLD)).text
            == "what did Tak say about Adela Brandvold?"
        )

    def test_that_two_fit_equally_is_left_and_both_are_told(self) -> None:
        resolved = resolve_references("what did he say?", spoken(OSKAR, FARROW, asks="anything"))
        assert (resolved.text, resolved.rivals) == ("what did he say?", (OSKAR, FARROW))

    def test_in_quotation_marks_is_left_as_it_was_said(self, talk: Talk) -> None:
        question = "who said “she was a girl on this boat”?"
        assert talk("what did Brandvold say?", question).standalone == question

    def test_is_asked_back_rather_than_guessed(self, talk: Talk) -> None:
        answer = talk("Which of Oskar Lindqvist and Ignatius Farrow sold the bait?", "what did he say about the pier?")
        assert (answer.status, set(answer.choices)) == ("ambiguous", {"Oskar Lindqvist", "Ignatius Farrow"})
        answer = talk("Oskar")
        assert answer.speaker == "Oskar Lindqvist"

    def test_reaches_past_a_turn_that_fits_nobody(self, talk: Talk) -> None:
        answer = talk(
            "what did the superintendent say about the school roof?",
            "what did Brandvold say about the pier?",
            "what did he say about the reports?",
        )
        assert answer.standalone == "what did Wendell Achterberg say about the reports?"
        assert places(answer)[0] == ("school-roof.txt", 8)


class TestASpeaker:
    def test_is_kept(self, talk: Talk) -> None:
        answer = talk("what did Brandvold say about the ferry?", "what did she say about the pier?")
        assert answer.standalone == "what did Adela Brandvold say about the pier?"
        assert (answer.speaker, places(answer)[0]) == ("Adela Brandvold", ("pier-fire.txt", 10))

    @pytest.mark.parametrize("question", ["and Tak?", "what about Rosalind Tak?", "and the union president?", "Tak?"])
    def test_is_exchanged(self, talk: Talk, question: str) -> None:
        answer = talk("what did Brandvold say about the layoffs?", question)
        assert answer.standalone == "what did Rosalind Tak say about the layoffs?"
        assert answer.speaker == "Rosalind Tak"

    @pytest.mark.parametrize(
        "question", ["no, I meant Oskar Lindqvist", "I meant Oskar Lindqvist", "not her, Oskar Lindqvist"]
    )
    def test_is_corrected(self, talk: Talk, question: str) -> None:
        answer = talk("what did Petra Lindqvist say about the freezer?", question)
        assert answer.standalone == "what did Oskar Lindqvist say about the freezer?"
        assert answer.speaker == "Oskar Lindqvist"

    @pytest.mark.parametrize("name", ["Oskar", "Oskar Lindqvist"])
    def test_that_was_ambiguous_is_chosen_by_a_name_alone(self, talk: Talk, name: str) -> None:
        assert talk("what did Lindqvist say about the freezer?").status == "ambiguous"
        answer = talk(name)
        assert answer.standalone == "what did Oskar Lindqvist say about the freezer?"
        assert (answer.status, answer.speaker) == ("answered", "Oskar Lindqvist")
        assert talk("no, the other one").speaker == "Petra Lindqvist"

    def test_who_is_silent_on_the_matter_stays_silent(self, talk: Talk) -> None:
        answer = talk("what did Petra Lindqvist say about the freezer?", "and the mayor?")
        assert answer.standalone == "what did Adela Brandvold say about the freezer?"
        assert answer.status == "not_found"

    def test_of_a_question_that_was_refused_is_remembered(self, talk: Talk) -> None:
        refused = talk("what did Achterberg say about sailing?")
        assert refused.status == "not_found"
        answer = talk("what did he say about the reports?")
        assert answer.standalone == "what did Wendell Achterberg say about the reports?"

    def test_found_by_the_words_is_who_is_meant_next(self, talk: Talk) -> None:
        answer = talk("who said “the whole end of the pier was a torch”?", "what did she say about the hydrant?")
        assert answer.speaker == "Petra Lindqvist"


class TestATopic:
    @pytest.mark.parametrize(
        "question",
        ["and about the pier?", "what about the pier?", "about the pier?", "and what did she say about the pier?"],
    )
    def test_is_exchanged(self, talk: Talk, question: str) -> None:
        answer = talk("what did Brandvold say about the ferry?", question)
        assert answer.standalone.lower() == "what did adela brandvold say about the pier?"
        assert places(answer)[0] == ("pier-fire.txt", 10)

    def test_is_kept_as_it(self, talk: Talk) -> None:
        answer = talk("what did Amundsen say about the hotel?", "what does Oduya say about it?")
        assert answer.standalone.endswith("say about the hotel?")

    def test_of_why_is_the_same_matter(self, talk: Talk) -> None:
        answer = talk("what did Oskar Lindqvist say about the freezer?", "why?")
        assert answer.standalone == "Why did Oskar Lindqvist say that about the freezer?"
        assert answer.speaker == "Oskar Lindqvist"

    def test_is_looked_for_at_hand(self, talk: Talk) -> None:
        answer = talk("what did the superintendent say about the school roof?", "how much will it cost?")
        assert places(answer)[0] == ("school-roof.txt", 4)


class TestANewTopic:
    @pytest.mark.parametrize(
        "question",
        [
            "what did Brandvold say about the pier?",
            "who said “the whole end of the pier was a torch”?",
            "what did the superintendent say about the roof?",
            "when does the library open?",
            "what did Zebulon Crake say?",
        ],
    )
    def test_is_answered_as_if_it_were_the_first(self, engine: Engine, talk: Talk, question: str) -> None:
        alone = engine.ask(question)
        answer = talk("what did Oskar Lindqvist say about the freezer?", question)
        assert (answer.status, places(answer)[:1]) == (alone.status, places(alone)[:1])

    def test_leaves_small_talk_without_a_trace(self, talk: Talk) -> None:
        answer = talk("what did Brandvold say about the ferry?", "thanks!", "and about the pier?")
        assert answer.speaker == "Adela Brandvold"


class TestTheLastAnswer:
    @pytest.fixture
    def torch(self, talk: Talk) -> Talk:
        talk("who said “the whole end of the pier was a torch”?")
        return talk

    @pytest.mark.parametrize(
        "question", ["who wrote that?", "which newspaper was that?", "source?", "when was that published?"]
    )
    def test_tells_where_it_stands(self, torch: Talk, question: str) -> None:
        answer = torch(question)
        assert places(answer) == [("pier-fire.txt", 2)]
        assert "WQHV, 4 March 2031" in (remark_line(answer) or "")

    def test_tells_who_said_it(self, torch: Talk) -> None:
        answer = torch("who said that?")
        assert (answer.speaker, places(answer)) == ("Petra Lindqvist", [("pier-fire.txt", 2)])

    def test_has_an_article_around_it(self, torch: Talk) -> None:
        assert places(torch("show me the whole article"))[:2] == [("pier-fire.txt", 0), ("pier-fire.txt", 1)]

    def test_has_something_before_and_after_it(self, torch: Talk) -> None:
        assert places(torch("what came after that?"))[0] == ("pier-fire.txt", 3)
        assert places(torch("what came before that?"))[0] == ("pier-fire.txt", 2)

    def test_may_begin_or_end_the_article(self, talk: Talk) -> None:
        talk("who said “the whole end of the pier was a torch”?", "show me the whole article")
        answer = talk("what came before that?")
        assert (answer.status, remark_line(answer)) == ("not_found", "That is how the article begins.")

    def test_tells_when_and_where_it_was(self, talk: Talk) -> None:
        answer = talk("who said “I made a promise in January that I cannot keep”?", "where was that?")
        assert places(answer)[0] == ("ferry-ends.txt", 1)
        assert remark_line(answer) is not None
        answer = talk("when was that?")
        assert places(answer)[0] == ("ferry-ends.txt", 0)

    @pytest.mark.parametrize("question", ["when was that?", "who wrote that?", "more", "who else said that?", "why?"])
    def test_is_nothing_to_ask_about_where_there_was_none(self, talk: Talk, question: str) -> None:
        answer = talk("what did Zebulon Crake say about zeppelins?", question)
        assert answer.question == question

    def test_outside_the_scope_is_not_told(self, engine: Engine) -> None:
        _, dialog = engine.converse("who said “the whole end of the pier was a torch”?", Dialog())
        answer, _ = engine.converse("what came after that?", dialog, scope=["ferry-ends.txt"])
        assert {hit.article for hit in [*answer.hits, *answer.nearest]} <= {"ferry-ends.txt"}


class TestMore:
    @pytest.mark.parametrize("question", ["anything else?", "more", "go on", "what else did she say?"])
    def test_continues_the_list_without_repeats(self, engine: Engine, question: str) -> None:
        talk = Talk(engine, k=3)
        first, second, third = talk("what did Brandvold say?"), talk(question), talk("more")
        seen = [*places(first), *places(second), *places(third)]
        assert len(seen) == len(set(seen)) == 9
        assert second.speaker == "Adela Brandvold"

    def test_goes_on_to_other_matters_of_the_speaker(self, talk: Talk) -> None:
        first = talk("what did Oskar Lindqvist say about the freezer?")
        more = talk("anything else?")
        assert more.speaker == "Oskar Lindqvist"
        assert not set(places(first)) & set(places(more))

    def test_comes_to_an_end(self, talk: Talk) -> None:
        talk("what did Hollis Grange say?")
        answer = talk("anything else?")
        assert (answer.status, answer.hits) == ("not_found", ())
        assert remark_line(answer)

    def test_who_else_leaves_out_who_was_told(self, talk: Talk) -> None:
        first = talk("what did Petra Lindqvist say about the hydrant?")
        answer = talk("who else said that?")
        assert first.speaker == "Petra Lindqvist"
        assert answer.speaker != "Petra Lindqvist"


class TestAHistory:
    def test_is_asked_in_turn(self, engine: Engine, talk: Talk) -> None:
        history = ["what did Brandvold say about the ferry?", "and Tak?"]
        assert engine.ask("what about the layoffs?", history=history) == talk(*history, "what about the layoffs?")

    def test_is_the_same_however_often_it_is_asked(self, engine: Engine) -> None:
        history = ["what did Lindqvist say about the freezer?", "Oskar"]
        answers = [engine.ask("anything else?", history=history) for _ in range(2)]
        assert answers[0] == answers[1]

    def test_is_the_same_whatever_was_asked_before(self, index: IndexFolder, refresh: Refresh, articles: Write) -> None:
        said = "“Pier {0} needs paint, {0} coats of it, and plank {0} is loose,” Mayor Adela Brandvold said."
        refresh(articles({"piers.txt": HEAD + "\n\n".join(said.format(number) for number in range(30, 75))}))
        history = ["what did Brandvold say?", *["more"] * TURNS]
        with Engine(index) as fresh, Engine(index) as busy:
            for turns in range(1, len(history)):
                busy.ask(history[turns], k=20, history=history[:turns])
            assert places(busy.ask("more", history=history)) == places(fresh.ask("more", history=history)) != []

    def test_is_asked_within_the_scope(self, engine: Engine) -> None:
        answer = engine.ask("what did he say?", history=["who is the chief?"], scope=["school-roof.txt"])
        assert {hit.article for hit in [*answer.hits, *answer.nearest]} <= {"school-roof.txt"}

    def test_known_from_another_question_is_not_asked_again(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        engine.ask("and Farrow?", history=["what did Tak say about the ferry?"])
        asked: list[str] = []
        real = engine_module.converse

        def spying(question: Any, time: float) -> Any:
            asked.append(question.typed)
            return real(question, time)

        monkeypatch.setattr(engine_module, "converse", spying)
        engine.ask("anything else?", history=["what did Tak say about the ferry?", "and Farrow?"])
        assert asked == ["anything else?"]


class TestTheState:
    def test_is_forgotten_after_a_long_silence(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        clock = iter([1000.0, 1000.0 + PATIENCE, 1001.0 + 2 * PATIENCE])
        monkeypatch.setattr(engine_module.time, "time", lambda: next(clock))
        talk = Talk(engine)
        talk("what did Brandvold say about the ferry?")
        assert talk("what did she say about the pier?").speaker == "Adela Brandvold"
        assert talk("what did she say about the pier?").standalone == "what did she say about the pier?"

    def test_is_bounded(self) -> None:
        dialog = Dialog()
        for number in range(100):
            people = tuple(NamedSpeaker("x" * 1000) for _ in range(50))
            shown = tuple((f"article-{n}", n) for n in range(1000))
            dialog = dialog.after(Turn("y" * 5000, people=people, shown=shown, context="z" * 9000), float(number))
        assert len(dialog.turns) == TURNS
        for turn in dialog.turns:
            assert (len(turn.people), len(turn.shown)) == (PEOPLE, SHOWN)
            assert max(map(len, (turn.question, turn.context, turn.people[0].name))) == LONGEST

    def test_does_not_grow_with_a_long_conversation(self, talk: Talk) -> None:
        talk("what did Brandvold say about the ferry?")
        for _ in range(3 * TURNS):
            talk("more")
        assert len(talk.dialog.turns) <= TURNS

    def test_survives_as_json(self, talk: Talk) -> None:
        talk("what did Lindqvist say about the freezer?", "Oskar", "anything else?")
        assert Dialog.from_json(talk.dialog.to_json()) == talk.dialog

    @given(
        st.builds(
            Dialog,
            st.lists(
                st.builds(
                    Turn,
                    st.text(max_size=20),
                    status=st.sampled_from(["answered", "not_found", "ambiguous"]),
                    asks=st.sampled_from(["said", "who", "anything", "nothing"]),
                    speaker=st.none() | st.text(max_size=20),
                    topic=st.text(max_size=20),
                    people=st.lists(
                        st.builds(NamedSpeaker, st.text(max_size=9), st.just("group"), st.none() | st.text(max_size=6)),
                        max_size=PEOPLE,
                    ).map(tuple),
                    shown=st.lists(st.tuples(st.text(max_size=9), st.integers(0, 10**6)), max_size=SHOWN).map(tuple),
                    choices=st.lists(st.text(max_size=9), max_size=PEOPLE).map(tuple),
                    mention=st.text(max_size=9),
                    context=st.text(max_size=20),
                ),
                max_size=TURNS,
            ).map(tuple),
            st.floats(0, 1e10),
        )
    )
    def test_of_any_kind_survives_as_json(self, dialog: Dialog) -> None:
        assert Dialog.from_json(dialog.to_json()) == dialog

    @given(st.text() | st.binary())
    def test_that_is_damaged_is_an_empty_dialog(self, text: str | bytes) -> None:
        assert isinstance(Dialog.from_json(text), Dialog)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
            max_leaves=8,
        ),
        st.sampled_from(["question", "status", "asks", "speaker", "topic", "people", "shown", "choices", "mention"]),
    )
    def test_with_a_damaged_part_is_an_empty_dialog_or_a_whole_one(self, value: Any, part: str) -> None:
        record = json.loads(Dialog().after(Turn("?", people=(OSKAR,), shown=(("a", 1),)), 1.0).to_json())
        record["turns"][0][part] = value
        dialog = Dialog.from_json(json.dumps(record))
        assert dialog == Dialog() or Dialog.from_json(dialog.to_json()) == dialog

    @settings(deadline=None, max_examples=15)
    @example("\ud800", "question")
    @example("\ud800", "speaker")
    @example([["\ud800", 1]], "shown")
    @example([["a", 2**62 - 1]], "shown")
    @given(
        st.text(st.characters(), max_size=3)
        | st.lists(st.text(st.characters(), max_size=3) | st.tuples(st.text(), st.integers()).map(list), max_size=2),
        st.sampled_from(["question", "speaker", "topic", "shown", "choices", "mention", "context"]),
    )
    def test_with_a_damaged_part_can_be_gone_on_with(self, engine: Engine, value: Any, part: str) -> None:
        record = json.loads(Dialog().after(Turn("?", people=(OSKAR,), shown=(("a", 1),)), time.time()).to_json())
        record["turns"][0][part] = value
        dialog = Dialog.from_json(json.dumps(record))
        for question in ("and he?", "more", "when?"):
            assert engine.converse(question, dialog)[0].question == question

    @settings(deadline=None, max_examples=10)
    @given(
        st.lists(
            st.sampled_from(["and?", "he?", "more", "why?", "no", "the other one", "and her?", "🛥️", "", "what?"]),
            max_size=6,
        )
    )
    def test_takes_any_course(self, engine: Engine, questions: list[str]) -> None:
        talk = Talk(engine, k=1)
        for question in questions[:4]:
            assert talk(question).question == question


INTENTS = {
    "more": ["anything else?", "more please", "And what else?", "show me more", "did she say anything else?"],
    "origin": ["who wrote that?", "which paper is that from?", "where does that come from?", "what's the source?"],
    "when": ["when?", "when was that?", "when did he say that?", "what day was this?"],
    "where": ["where?", "where was he speaking?", "where did she say so?"],
    "article": ["show me the whole article", "the full story please", "can I see the full article?"],
    "before": ["what came before that?", "the previous paragraph", "show me the previous paragraph"],
    "after": ["what came after?", "and after that?", "what happened next?", "next paragraph"],
    "who said": ["who said that?", "says who?", "whose words are those?"],
    "who else": ["who else said that?", "anyone else?", "does anybody else think so?"],
    "other": ["no, the other one", "I meant the other one"],
    "instead": ["no, I meant Olmo", "sorry, I meant the school", "not her, Olmo"],
    "also": ["and Olmo?", "what about the money?", "how about Tak?", "same for Tak", "Olmo?"],
    "about": ["and about the money?", "what about on the fees?"],
    "how": ["why?", "but why?", "by whom?", "how many?"],
    "question": [
        "what did he say about the order?",
        "who said that the ferry will close?",
        "when did the ferry close?",
        "who else attacked her?",
        "and what did Tak say?",
        "what happened after the fire?",
        "which newspaper published the letter?",
        "ferry pledge",
    ],
}


@pytest.mark.parametrize(("intent", "text"), [(intent, text) for intent, texts in INTENTS.items() for text in texts])
def test_a_follow_up_is_read(intent: str, text: str) -> None:
    assert read_followup(text).intent == intent


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("what did he say?", True),
        ("and the fees?", True),
        ("who else came?", True),
        ("what did the mayor say about the fees?", False),
        ("what did Tak say about her members?", False),
        ("how many homes lost power?", False),
    ],
)
def test_a_question_leans_on_what_was_said_before(text: str, *, expected: bool) -> None:
    assert is_context_dependent(text) is expected
