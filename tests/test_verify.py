"""Checking quotations: the verdict, what it rests on, drafts, and questions whether somebody said something."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Run, Write

from bot.render.messages import remark_line
from index.core.article import Article
from index.core.errors import UsageError
from index.generations.generation import IndexFolder
from retrieval.engine import Engine
from retrieval.verification.drafts import drafted
from retrieval.verification.verdict import VERDICTS

PLEDGE = "The ferry will not close while I am mayor"
DRAFT = """# A year of ferries

Mayor Adela Brandvold promised in January that “the ferry will not close while I am mayor.”

“I made a promise in January,” she said in October, “that I could keep. I was wrong.”

“It burns like it,” Lindqvist told her crew. The “old boat” was sold.

“I am not finding that anyone lied,” Judge Carmine Oduya said, and called the letter “a surprise.”
"""

# The claim, whose it is to be, the verdict, and what the differences turn.
CLAIMS = [
    (PLEDGE, "Brandvold", "exact", ()),
    (f"‘{PLEDGE.lower()}’", "the mayor", "exact", ()),
    (PLEDGE, None, "exact", ()),
    ("The ferry … will take your grandchildren to work", "Adela Brandvold", "altered", ("negation",)),
    ("The ferry will not close while I am mayor … it will take your grandchildren to work", "Brandvold", "exact", ()),
    ("it will take your grandchildren to work … The ferry will not close", "Brandvold", "altered", ("order",)),
    ("The ferry will close while I am mayor", "Brandvold", "altered", ("negation",)),
    ("The ferry could not close while I am mayor", "Brandvold", "altered", ("modal",)),
    ("[The pier] will not close while I am mayor", "Brandvold", "altered", ()),
    ("I made a promise in January that I cannot keep. I was wrong", "Brandvold", "exact", ()),
    ("I made a promise in June that I cannot keep", "Brandvold", "altered", ("name",)),
    ("Gannet Point will pay its first taxes in 14 years", "Brandvold", "altered", ("number",)),
    ("We heard a promise tonight", "Rosalind Tak", "exact", ()),
    ("[The pier] will be sold", "Brandvold", "not found", ()),
    ("We heard a promise tonight", "Lindqvist", "other speaker", ()),
    ("We heard a promise tonight", "Nobody Atall", "other speaker", ()),
    ("We sent it by mail, by email and by ferry", "Tak", "unattributed", ()),
    ("My hands are smarter than I am", "Quint", "unattributed", ()),
    ("This council has just sold the view to a man who has never looked at it", "Farrow", "about, not by", ()),
    ("that the town could no longer pay for two boats", "Brandvold", "paraphrase", ()),
    ("We can no longer afford to pay for two boats in this town", "Brandvold", "paraphrase", ()),
    ("He bought the 11-acre site in 2029 for $6.4 million", "Cyrus Wexcombe", "about, not by", ()),
    ("Nobody was hurt", "Brandvold", "not found", ()),
    ("My cousin raises goats on the moon and sells them by the dozen", "Brandvold", "not found", ()),
]


@pytest.fixture(scope="module")
def engine(quillhaven: IndexFolder) -> Iterator[Engine]:
    with Engine(quillhaven, fast=True) as engine:
        yield engine


class TestAClaim:
    @pytest.mark.parametrize(("words", "by", "verdict", "turned"), CLAIMS)
    def test_is_judged_by_the_words_as_they_stand(
        self, engine: Engine, words: str, by: str | None, verdict: str, turned: tuple[str, ...]
    ) -> None:
        found = engine.verify(words, by)
        assert (found.verdict, found.turns) == (verdict, turned), found

    def test_that_is_exact_is_cited_with_its_words_marked(self, engine: Engine) -> None:
        (hit,) = engine.verify(f"“{PLEDGE}.”", "Brandvold").hits
        ((start, end),) = hit.highlights
        assert (hit.article, hit.text[start:end]) == ("ferry-pledge.txt", PLEDGE)

    def test_that_several_outlets_print_is_cited_from_all(self, engine: Engine) -> None:
        (hit,) = engine.verify("We had two lines so that one could fail", "Velloso").hits
        assert {hit.article, *(copy.article for copy in hit.also)} == {"outage-courier.txt", "outage-ledger.txt"}

    def test_that_is_altered_stands_beside_the_words_as_they_are(self, engine: Engine) -> None:
        found = engine.verify("The old ferry will never close while I am your mayor", "Brandvold")
        assert [(part.kind, part.claimed, part.stands) for part in found.parts] == [
            ("same", "The", "The"),
            ("added", "old", ""),
            ("same", "ferry will", "ferry will"),
            ("changed", "never", "not"),
            ("same", "close while I am", "close while I am"),
            ("added", "your", ""),
            ("same", "mayor", "mayor"),
        ]
        assert found.stands == PLEDGE

    def test_that_is_nowhere_is_offered_what_comes_nearest(self, engine: Engine) -> None:
        found = engine.verify("Every ferry will be painted yellow by spring", "Brandvold")
        assert found.verdict == "not found"
        assert not found.hits
        assert found.nearest

    def test_is_looked_for_in_the_scope_alone(self, engine: Engine) -> None:
        assert engine.verify(PLEDGE, scope=["pier-fire.txt"]).verdict == "not found"
        with pytest.raises(UsageError, match="no article 'x'"):
            engine.verify(PLEDGE, scope=["x"])

    def test_is_judged_within_a_scope_as_everywhere(self, engine: Engine) -> None:
        everything = engine.articles()
        for words, by, verdict, turned in CLAIMS:
            found = engine.verify(words, by, scope=everything)
            assert (found.verdict, found.turns) == (verdict, turned), found

    @pytest.mark.parametrize("words", ["", "“…”", "?!", "[sic]"])
    def test_without_words_is_refused(self, engine: Engine, words: str) -> None:
        with pytest.raises(UsageError, match="no words"):
            engine.verify(words)

    def test_that_is_too_long_is_refused(self, engine: Engine) -> None:
        with pytest.raises(UsageError, match="at most 5,000"):
            engine.verify("ferry " * 900)


class TestEveryDirectQuotation:
    """The figures of docs/verifying.md in small, over all that is quoted in the articles of the tests."""

    def test_is_exact_as_it_stands_and_altered_with_a_word_less_or_more(self, engine: Engine) -> None:
        judged: Counter[tuple[str, str]] = Counter()
        for one in engine.quotations():
            words = one.text.split()
            if one.quotation.kind != "direct" or not one.quotation.speaker or len(words) < 6:
                continue
            half = len(words) // 2
            changed = {
                "as it stands": words,
                "a word less": words[:half] + words[half + 1 :],
                "a word more": [*words[:half], "purple", *words[half:]],
            }
            for how, claim in changed.items():
                judged[how, engine.verify(" ".join(claim), one.quotation.speaker).verdict] += 1
        quoted = judged["as it stands", "exact"]
        assert quoted > 40
        assert judged == {
            ("as it stands", "exact"): quoted,
            ("a word less", "altered"): quoted,
            ("a word more", "altered"): quoted,
        }


class TestADraft:
    def test_yields_its_quotations_each_with_its_presumed_speaker(self) -> None:
        found = list(drafted([Article("draft.md", "A year of ferries", tuple(DRAFT.split("\n\n")[1:]))]))
        assert [(one.paragraph, one.claim.by, one.claim.text) for one in found] == [
            (0, "Adela Brandvold", "the ferry will not close while I am mayor."),
            # No sentence ends where the draft tells who speaks, so nothing may be left out there unseen.
            (1, "Adela Brandvold", "I made a promise in January, that I could keep. I was wrong."),
            (2, "Lindqvist", "It burns like it,"),
            (3, "Carmine Oduya", "I am not finding that anyone lied,"),
            (3, "Carmine Oduya", "a surprise."),
        ]

    @pytest.mark.usefixtures("town")
    def test_is_checked_as_a_table_and_fails_where_a_quotation_does(self, onrecord: Run, articles: Write) -> None:
        path = articles({"draft.md": DRAFT}) / "draft.md"
        told = onrecord("verify", path)
        assert told.code == 1
        rows = [line.split() for line in told.out.splitlines()[1:6]]
        assert [(row[0], row[1], row[2]) for row in rows] == [
            ("1", "1", "exact"),
            ("2", "2", "altered"),
            ("3", "3", "exact"),
            ("4", "4", "exact"),
            ("5", "4", "not"),
        ]
        assert "#2 ALTERED: Adela Brandvold is quoted otherwise; the differences turn what is denied" in told.out
        assert "that I [-cannot-] {+could+} keep" in told.out
        assert told.out.endswith("\n3 of 5 exact\n")

    @pytest.mark.usefixtures("town")
    def test_in_which_all_is_exact_passes(self, onrecord: Run, articles: Write) -> None:
        path = articles({"draft.txt": f"“{PLEDGE},” Mayor Adela Brandvold said.\n"}) / "draft.txt"
        assert onrecord("verify", path).code == 0
        told = onrecord("verify", path, "--json")
        (record,) = map(json.loads, told.out.splitlines())
        assert (told.code, record["verdict"], record["by"], record["paragraph"]) == (0, "exact", "Adela Brandvold", 0)

    @pytest.mark.usefixtures("town")
    @pytest.mark.parametrize(
        ("words", "code", "message"),
        [
            (["missing.md"], 2, "there is no such draft"),
            (["empty.md"], 1, "holds no text"),
            (["plain.md"], 1, "nobody is quoted in it"),
            (["plain.md", "--by", "Tak"], 2, "--by names the speaker of one claim"),
            (["…"], 2, "there are no words to check"),
        ],
    )
    def test_or_claim_that_cannot_be_checked_says_why_in_a_line(
        self, onrecord: Run, tmp_path: Path, words: list[str], code: int, message: str
    ) -> None:
        (tmp_path / "empty.md").write_text("")
        (tmp_path / "plain.md").write_text("Rain fell on the harbor all day.\n")
        told = onrecord("verify", *words)
        assert (told.code, told.out) == (code, "")
        assert message in told.err
        assert told.err.count("\n") == 1


@pytest.mark.usefixtures("town")
class TestTheCommand:
    def test_prints_verdict_differences_and_citation(self, onrecord: Run) -> None:
        told = onrecord("verify", "The ferry will close while I am mayor", "--by", "Brandvold")
        assert told.code == 1
        assert told.out.splitlines()[:3] == [
            "ALTERED: Adela Brandvold is quoted otherwise; the differences turn what is denied.",
            "   The ferry will [-not-] close while I am mayor",
            "   - left out: “not” (what is denied)",
        ]
        assert "— Adela Brandvold. Quillhaven Ledger, 14 January 2031" in told.out

    def test_passes_where_the_claim_is_exact_and_prints_json(self, onrecord: Run) -> None:
        told = onrecord("verify", PLEDGE, "--by", "Brandvold", "--json")
        record = json.loads(told.out)
        assert told.code == 0
        assert record["verdict"] in VERDICTS
        assert (record["speaker"], record["differences"]) == ("Adela Brandvold", [])
        assert record["passages"][0]["citation"]["outlet"] == "Quillhaven Ledger"

    def test_tells_what_the_rest_of_a_sentence_makes_of_a_claim(self, onrecord: Run) -> None:
        told = onrecord("verify", "that anyone lied", "--by", "Oduya")
        assert told.code == 0
        assert "It is cut from a sentence that denies it or makes it depend: “I am not finding that anyone" in told.out


class TestAQuestion:
    @pytest.mark.parametrize(
        ("question", "status", "message"),
        [
            (f"did Brandvold say “{PLEDGE.lower()}”?", "answered", "Exact. These are the words of Adela Brandvold."),
            ("did Brandvold say “the ferry will close while I am mayor”?", "answered", "Altered. Adela Brandvold is "),
            (f"was it Farrow who said “{PLEDGE}”?", "not_found", "Other speaker. These are the words of Adela Brand"),
            ("has Tak said “every boat will be painted yellow and green”?", "not_found", "These articles do not have "),
        ],
    )
    def test_whether_somebody_said_certain_words_is_answered_with_the_verdict(
        self, engine: Engine, question: str, status: str, message: str
    ) -> None:
        answer = engine.ask(question)
        assert answer.status == status
        assert (remark_line(answer) or "").startswith(message)
        assert answer.hits or answer.nearest
