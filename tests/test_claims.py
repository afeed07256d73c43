"""Claims and the words of texts: what is typography, what is an alteration, and what an alteration turns."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.render.filters import read_typed
from retrieval.core.tokens import words_of
from retrieval.verification.claim import MAX_CLAIM, read_claim
from retrieval.verification.exact_match import find_stretches
from retrieval.verification.statements import SpokenWord, Statement
from retrieval.verification.verdict import Comparison, compare

SAID = "I will not sell the second ferry to pay for paint on a boat, and our island has 1,150 people who know it."
CAREFUL = "We could close three of the May routes if the county agrees; nobody in the US has asked us to."
VOCABULARY = [word.text for word in words_of(SAID)]


def beside(claim: str, said: str = SAID) -> Comparison:
    statement = Statement(1, tuple(SpokenWord(word, 1, quoted=True) for word in words_of(said)), "Ada Vey")
    comparison = compare(read_claim(claim), statement)
    assert comparison is not None
    return comparison


def turns(claim: str, said: str = SAID) -> list[tuple[str, ...]]:
    return [one.turns for one in beside(claim, said).differences]


class TestTypography:
    @pytest.mark.parametrize(
        "claim",
        [
            SAID,
            f"“{SAID}”",
            f"''{SAID[:-1]},''",
            SAID.replace("I will", "i will"),
            SAID.lower(),
            SAID.upper(),
            SAID.replace("1,150", "1150"),
            SAID.replace(", and", " — and"),
            SAID.replace("sell", "se\u00adll"),
            "the second ferry to pay for paint",
            "I will not sell the second ferry … our island has 1,150 people who know it",
            "I will not sell the second ferry . . . and our island",
            "I will not sell the second ferry [...] who know it",
            "[Ada Vey] will not sell the second ferry",
            "I will not sell the second ferry [to the bidders] to pay for paint on a boat [sic]",
            "[W]ill not sell the second ferry",
            "I will not sell the second ferr[y]",
        ],
    )
    def test_is_no_alteration(self, claim: str) -> None:
        assert beside(claim).differences == ()

    def test_of_a_source_whose_editor_put_something_in_does_not_bind_the_claim(self) -> None:
        said = "He [Gimenez] should understand our fear"
        assert beside("He should understand our fear", said).is_exact
        assert beside("He [Gimenez] should understand our fear", said).is_exact
        assert beside("He Gimenez should understand our fear", said).is_exact

    def test_hides_no_hyphen_between_words_but_one_that_parts_another_word(self) -> None:
        assert beside("a well known fact", "a well-known fact").is_exact
        assert not beside("they resign it", "they re-sign it").is_exact


class TestAnAlteration:
    @pytest.mark.parametrize(
        ("claim", "said", "kind", "turned"),
        [
            ("I will sell the second ferry to pay for paint", SAID, "left out", ("negation",)),
            ("I won’t sell the second ferry to pay for paint", SAID, "changed", ()),
            ("I would not sell the second ferry to pay for paint", SAID, "changed", ("modal",)),
            ("I will not sell the third ferry to pay for paint", SAID, "changed", ("number",)),
            ("We will not sell the second ferry to pay for paint", SAID, "changed", ("person",)),
            ("I will not buy the second ferry to pay for paint", SAID, "changed", ("opposite",)),
            ("our island has 1,510 people who know it", SAID, "changed", ("number",)),
            ("our island has 1,150 happy people who know it", SAID, "added", ()),
            ("We will close three of the May routes", CAREFUL, "changed", ("modal",)),
            ("We could close 3 of the May routes", CAREFUL, "changed", ()),
            ("We could close three of the June routes", CAREFUL, "changed", ("name",)),
            ("Nobody in the us has asked us to", CAREFUL, "changed", ("name",)),
            ("We could close three of the May routes … the county agrees", CAREFUL, "left out", ("condition",)),
            ("Are the ferries safe?", "The ferries are safe.", "changed", ("question",)),
            ("It is likely to hold", "It is unlikely to hold", "changed", ("negation", "condition")),
        ],
    )
    def test_is_told_with_what_it_turns(self, claim: str, said: str, kind: str, turned: tuple[str, ...]) -> None:
        found = beside(claim, said).differences
        assert (kind, turned) in [(one.kind, one.turns) for one in found]

    @pytest.mark.parametrize(
        ("claim", "said"),
        [
            ("sell the second ferry", SAID),  # "not" stands right before it
            ("150 people", "about 2 million 150 people"),
            ("We lost three", "We lost three million"),
            ("I will … sell the second ferry", SAID),
            ("I will [gladly not] sell the ferry", "I will sell the ferry"),
            ("We [support] the plan", "We oppose the plan"),
            ("[The mayor]’ll resign", "He’d resign"),
            ("It is hope[less]", "It is hope"),
            ("It is [un]likely", "It is likely"),
            ("I can['t] sell it", "I can sell it"),
            ("[The pier] will close", "The ferry will close today"),
            ("We will close [the pier]", "We will close the ferry"),
            ("[Amundsen] will resign", "Farrow will resign"),
            ("Their [party can wrap it", "Their [party leadership] can wrap it"),
            ("We were here", "We’re here"),
            ("The $5 million is here", "The 5 million is here"),
            ("It fell by -5 degrees", "It fell by 5 degrees"),
            ("Are we safe? Yes", "Are we safe yes"),
            ("a democratic party of ours, A", "a Democratic party of ours, a"),
        ],
    )
    def test_that_turns_the_words_is_never_exact(self, claim: str, said: str) -> None:
        assert not beside(claim, said).is_exact

    @given(at=st.integers(1, len(VOCABULARY) - 2), put=st.sampled_from([None, *"not two May could harbor".split()]))
    def test_of_one_word_in_the_middle_is_never_exact(self, at: int, put: str | None) -> None:
        assume(put != VOCABULARY[at])
        claim = [*VOCABULARY[:at], *([put] if put else []), *VOCABULARY[at + 1 :]]
        assert not beside(" ".join(claim)).is_exact

    @given(first=st.integers(0, 10), words=st.integers(3, 8), gap=st.integers(1, 6))
    def test_of_the_order_is_never_exact(self, first: int, words: int, gap: int) -> None:
        middle, last = first + words, first + words + gap
        swapped = VOCABULARY[middle:last], VOCABULARY[first:middle]
        claim = read_claim(" … ".join(" ".join(part) for part in swapped))
        assert find_stretches(claim, words_of(SAID)) is None

    def test_tells_the_sentence_that_a_claim_was_cut_from_where_that_denies_it(self) -> None:
        said = "I do not believe that the pier will reopen. It is closed."
        assert beside("the pier will reopen", said).caution == "I do not believe that the pier will reopen"
        assert beside("It is closed", said).caution is None


class TestWhatIsTyped:
    @pytest.mark.parametrize(
        ("typed", "words", "by"),
        [
            ("“we hold” by Ada Vey", "we hold", "Ada Vey"),
            ('"we hold" — Ada Vey', "we hold", "Ada Vey"),
            ("Ada Vey: “we hold”", "we hold", "Ada Vey"),
            ("we hold", "we hold", None),
            ('"we hold"', "we hold", None),
        ],
    )
    def test_is_read_as_words_and_a_name(self, typed: str, words: str, by: str | None) -> None:
        assert read_typed(typed) == (words, by)

    @example("[A]", "1")
    @given(st.text("abc AB[]…\"“” .?'’-1", max_size=40), st.text("abc AB[]…\"“” .?'’-1", max_size=40))
    def test_can_be_held_against_anything(self, words: str, said: str) -> None:
        claim = read_claim(words)
        statement = Statement(1, tuple(SpokenWord(word, 1, quoted=True) for word in words_of(said)))
        if claim.words and statement.words and (found := compare(claim, statement)):
            assert 0 <= found.similarity <= 1
            assert found.spans()

    def test_is_no_claim_where_it_is_all_in_brackets(self) -> None:
        assert read_claim("[A]").words == []
        assert len(read_claim("we hold … [he said]").segments) == 1

    def test_may_be_long(self) -> None:
        said = " ".join(f"w{number}" for number in range(1200))
        assert beside(said, said).is_exact
        assert [word.text for word in read_claim("w" * MAX_CLAIM).words] == ["w" * MAX_CLAIM]

    def test_may_be_full_of_brackets_and_ellipses(self) -> None:
        for claim, said in [("[he] " * 60 + "boat", "he " * 20 + "sails"), ("he … " * 200 + "boat", "he " * 400)]:
            assert find_stretches(read_claim(claim), words_of(said)) is None

    @given(st.text(max_size=60), st.text(max_size=30))
    def test_is_never_too_odd_to_be_read(self, words: str, name: str) -> None:
        for text in (words, f"“{words}” by {name}", f"[{words}] … {name}[s]"):
            claim = read_claim(read_typed(text).words)
            assert all(claim.segments)
