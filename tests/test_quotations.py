"""Who said what: invented towns and people, one test for each thing a reader of news takes for granted."""

from __future__ import annotations

import subprocess
import sys

import pytest

from index.core.article import Article
from index.quotations.pipeline import QuotationFinder
from index.quotations.speech.types import Reading
from tests.quotation_reader import Reader


class TestDirectSpeech:
    @pytest.mark.parametrize(
        "marked",
        ["“{}”", '"{}"', "''{}''", "``{}''", "«{}»", "‘{}’", "„{}“"],
        ids=["curly", "straight", "two apostrophes", "TeX", "guillemets", "single", "German"],
    )
    def test_every_style_of_quotation_marks(self, news: Reader, marked: str) -> None:
        text = marked.format("The mill won't close this year,") + " said Ana Reyes."
        assert news.said(text) == [("Ana Reyes", "The mill won't close this year,")]

    def test_the_speaker_before_the_words(self, news: Reader) -> None:
        assert news.said("Ana Reyes said, “The mill is safe.”") == [("Ana Reyes", "The mill is safe.")]

    def test_the_speaker_before_a_colon(self, news: Reader) -> None:
        assert news.said("Then Ana Reyes turned to the crowd and shouted: “Save the mill!”") == [
            ("Ana Reyes", "Save the mill!")
        ]

    def test_no_space_before_the_mark(self, news: Reader) -> None:
        assert news.said("Ana Reyes said,“The mill is safe.”") == [("Ana Reyes", "The mill is safe.")]

    def test_words_broken_by_the_cue_are_one_quotation_in_two_pieces(self, news: Reader) -> None:
        text = "“The mill is safe,” Ana Reyes said, “and it will stay open.”"
        first, second = news.read(text).quotations
        assert (text[first.start : first.end], text[second.start : second.end]) == (
            "The mill is safe,",
            "and it will stay open.",
        )
        assert first.number == second.number
        assert first.speaker == second.speaker == "Ana Reyes"

    def test_sentences_after_the_cue_go_on(self, news: Reader) -> None:
        text = "“The mill is safe,” said Ana Reyes, the mayor of Dunmore. “We looked at it twice. It will hold.”"
        assert news.said(text) == [
            ("Ana Reyes", "The mill is safe,"),
            ("Ana Reyes", "We looked at it twice. It will hold."),
        ]

    def test_speech_over_several_paragraphs_repeats_its_opening_mark(self, news: Reader) -> None:
        said = news.read(
            "Ana Reyes told the council: “We looked at the mill twice.",
            "“Nobody found a crack.",
            "“It will hold.”",
            "The council went home.",
        ).quotations
        assert [one.speaker for one in said] == ["Ana Reyes"] * 3
        assert len({one.number for one in said}) == 1

    def test_a_paragraph_of_speech_after_a_speaker_is_that_speakers(self, news: Reader) -> None:
        said = news.said("The mill will stay open, Ana Reyes said.", "“We looked at it twice.”")
        assert said == [("Ana Reyes", "The mill will stay open"), ("Ana Reyes", "We looked at it twice.")]

    def test_speech_after_a_sentence_about_somebody_is_that_persons(self, news: Reader) -> None:
        said = news.said("Tom Okafor left the hall in anger. “Nobody asked us about the mill.”")
        assert said == [("Tom Okafor", "Nobody asked us about the mill.")]

    def test_a_question_before_its_speaker(self, news: Reader) -> None:
        said = news.said("“Who will pay for the mill?” Lisa Brandt, a lawyer for the town, asked at the meeting.")
        assert said == [("Lisa Brandt", "Who will pay for the mill?")]

    def test_a_verb_before_a_long_title(self, news: Reader) -> None:
        said = news.said("“The mill is safe,” said acting county fire chief Juan Carlos Ortega.")
        assert said == [("Juan Carlos Ortega", "The mill is safe,")]

    def test_marks_inside_marks_belong_to_the_outer(self, news: Reader) -> None:
        said = news.said("“He said ‘never’ and left,” Ana Reyes recalled.")
        assert said == [("Ana Reyes", "He said ‘never’ and left,")]

    def test_a_missing_closing_mark_does_not_swallow_the_rest(self, news: Reader) -> None:
        said = news.said(
            "“The mill is safe, said Ana Reyes. The council met until midnight. “We are tired,” Tom Okafor said."
        )
        assert ("Tom Okafor", "We are tired,") in said
        assert all("council met" not in words for _, words in said)

    def test_apostrophes_are_no_marks(self, news: Reader) -> None:
        assert news.said("The workers' rights were the '90s' big topic in Dunmore.") == []

    def test_a_name_signed_below_the_words(self, news: Reader) -> None:
        assert news.said("“The mill made this town.” ― Lisa Brandt") == [("Lisa Brandt", "The mill made this town.")]

    def test_a_heading_with_a_name_and_office(self, news: Reader) -> None:
        said = news.said('Lisa Brandt, The Dunmore Post: "The mill made this town what it is."')
        assert said == [("Lisa Brandt", "The mill made this town what it is.")]

    def test_transcripts_name_the_speaker_in_capitals(self, news: Reader) -> None:
        said = news.said(
            "Mayor Ana Reyes spoke to Tom Okafor of Radio Dunmore.",
            "OKAFOR: Is the mill safe?",
            "REYES: It is. We looked twice.",
            "OKAFOR: Who paid?",
            "REYES: The county did.",
        )
        assert said == [
            ("Tom Okafor", "Is the mill safe?"),
            ("Ana Reyes", "It is. We looked twice."),
            ("Tom Okafor", "Who paid?"),
            ("Ana Reyes", "The county did."),
        ]


class TestIndirectSpeech:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("Ana Reyes said that the mill is safe.", "that the mill is safe"),
            ("Ana Reyes said the mill is safe.", "the mill is safe"),
            ("The mill is safe, Ana Reyes said on Monday.", "The mill is safe"),
            ("The mill is safe, explained Ana Reyes.", "The mill is safe"),
            ("The mill is safe, according to Ana Reyes.", "The mill is safe"),
            ("According to Ana Reyes, the mill is safe.", "the mill is safe"),
            ("Ana Reyes told reporters that the mill is safe.", "that the mill is safe"),
            ("Ana Reyes wrote on Twitter that the mill is safe.", "that the mill is safe"),
            ("Ana Reyes said in a statement that the mill is safe.", "that the mill is safe"),
            ("The council was told by Ana Reyes that the mill is safe.", "that the mill is safe"),
            ("Ana Reyes urged the council to keep the mill open.", "to keep the mill open"),
            ("Ana Reyes promised to keep the mill open.", "to keep the mill open"),
            ("Ana Reyes called the plan a disgrace.", "the plan a disgrace"),
            ("Ana Reyes denounced the plan of the council.", "the plan of the council"),
            ("Ana Reyes called for an end to the strike.", "an end to the strike"),
            ("Ana Reyes pointed to the cracks in the dam.", "the cracks in the dam"),
            ("Ana Reyes asked whether the mill was safe.", "whether the mill was safe"),
            ("Ana Reyes accused the council of hiding the report.", "the council of hiding the report"),
        ],
    )
    def test_the_ways_to_report(self, news: Reader, text: str, words: str) -> None:
        assert news.said(text) == [("Ana Reyes", words)]

    def test_a_cue_in_the_middle_makes_two_pieces(self, news: Reader) -> None:
        text = "The mill, Ana Reyes said, is the heart of the town."
        said = news.read(text).quotations
        assert [text[one.start : one.end] for one in said] == ["The mill", "is the heart of the town"]
        assert len({one.number for one in said}) == 1

    def test_an_inverted_cue_between_commas(self, news: Reader) -> None:
        said = news.said("And the council, said Lisa Brandt, does not forget.")
        assert {speaker for speaker, _ in said} == {"Lisa Brandt"}

    def test_a_second_verb_has_the_same_speaker(self, news: Reader) -> None:
        said = news.said("Ana Reyes said the mill is safe, adding that the county paid for the repairs.")
        assert said == [("Ana Reyes", "the mill is safe"), ("Ana Reyes", "that the county paid for the repairs")]

    def test_the_words_of_a_statement_are_its_issuers(self, news: Reader) -> None:
        assert news.speakers("Ana Reyes issued a statement saying the mill is safe.") == ["Ana Reyes"]

    def test_a_persons_letter_speaks_for_the_person(self, news: Reader) -> None:
        assert news.speakers("Lisa Brandt's letter said the mill was never safe.") == ["Lisa Brandt"]

    def test_what_was_not_said_is_no_quotation(self, news: Reader) -> None:
        assert news.said("Ana Reyes did not say whether the mill is safe.") == []
        assert news.said("Tom Okafor declined to say who paid for the mill.") == []

    def test_wishes_and_beliefs_are_no_quotations(self, news: Reader) -> None:
        assert news.said("Ana Reyes wants the mill to stay open. She believes that it will last.") == []

    def test_hearsay_inside_a_report_is_left_to_the_reporter(self, news: Reader) -> None:
        assert news.speakers("Lisa Brandt said that Tom Okafor claimed the mill was closed.") == ["Lisa Brandt"]


class TestKinds:
    def test_direct_indirect_and_mixed(self, news: Reader) -> None:
        assert news.kinds("“It is safe,” Ana Reyes said.") == [("direct", "It is safe,")]
        assert news.kinds("Ana Reyes said it is safe.") == [("indirect", "it is safe")]
        assert news.kinds("Ana Reyes said the plan was “a disgrace” for the town.") == [
            ("mixed", "the plan was “a disgrace” for the town")
        ]

    def test_scare_quotes_are_no_quotation(self, news: Reader) -> None:
        assert news.said("The “sanctuary” of Dunmore lies behind the mill.") == []

    def test_titles_of_works_are_no_quotation(self, news: Reader) -> None:
        assert news.said("Her novel “The Last Mill of Dunmore,” sold well, and so did “Rain on Tin.”") == []

    def test_headings_in_single_marks_are_no_quotation(self, news: Reader) -> None:
        assert news.said("‘A quiet town.’", "The mill stands by the river.") == []


class TestSpeakers:
    def test_one_name_for_all_mentions(self, news: Reader) -> None:
        said = news.speakers(
            "Dunmore County Mayor Ana Reyes opened the mill.",
            "“It is safe,” Reyes said.",
            "The mayor said the county paid for the repairs.",
            "Ms. Reyes added that nobody was hurt.",
            "She said the mill would open in May.",
        )
        assert said == ["Ana Reyes"] * 4

    def test_the_speaker_knows_roles_and_mention_forms(self, news: Reader) -> None:
        (speaker,) = news.read("Dunmore County Mayor Ana Reyes opened the mill.", "“It is safe,” Reyes said.").speakers
        assert (speaker.name, speaker.kind, speaker.gender) == ("Ana Reyes", "person", "female")
        assert speaker.roles == ("Dunmore County Mayor",)
        assert speaker.aliases == ("Reyes",)

    def test_titles_ages_and_descriptions_are_no_part_of_the_name(self, news: Reader) -> None:
        assert news.speakers("“It is safe,” said Dr. Tom Okafor, 54, a surgeon from Dunmore.") == ["Tom Okafor"]

    def test_a_description_with_the_name_in_apposition(self, news: Reader) -> None:
        assert news.speakers("The county's fire chief, Tom Okafor, said the mill is safe.") == ["Tom Okafor"]

    def test_groups_and_organisations_keep_their_words(self, news: Reader) -> None:
        assert news.speakers("Protesters shouted that the mill must stay.") == ["Protesters"]
        assert news.speakers("A spokesman for the county said the mill is safe.") == ["A spokesman for the county"]
        assert news.speakers("The fire department said the mill is safe.") == ["The fire department"]

    def test_he_and_she_go_to_the_one_who_fits(self, news: Reader) -> None:
        assert news.speakers(
            "John Miller said the mill is old.",
            "Mary Brandt disagreed, saying the mill is sound.",
            "“It will last,” she said.",
        ) == ["John Miller", "Mary Brandt", "Mary Brandt"]

    def test_he_is_the_subject_of_the_sentence_before_not_the_last_name(self, news: Reader) -> None:
        assert news.speakers("John Miller met David Stone at the mill on Monday. He said the roof leaks.") == [
            "John Miller"
        ]

    def test_two_people_of_unknown_gender_leave_the_pronoun_open(self, news: Reader) -> None:
        assert news.speakers("In the hall stood Robin Vale and Casey Holt.", "“It will last,” she said.") == [None]

    def test_relative_pronouns(self, news: Reader) -> None:
        assert news.speakers("The crowd cheered Tom Okafor, who said the mill would stay.") == ["Tom Okafor"]

    def test_a_nobody_says_nothing(self, news: Reader) -> None:
        assert news.said("No one said the mill was safe.") == []

    def test_datelines_are_no_part_of_a_name(self, news: Reader) -> None:
        assert news.speakers("DUNMORE, Pa. (WXYZ) — Mayor Ana Reyes on Monday said the mill is safe.") == ["Ana Reyes"]


class TestReading:
    def test_one_stretch_that_two_words_report_has_them_in_the_order_of_the_text(self, news: Reader) -> None:
        reading = news.read("Tom Reyes repeated his assertion that the “mill is safe.”")
        assert [one.cue for one in reading.quotations] == ["repeated", "assertion"]

    def test_readings_come_in_the_order_of_the_articles(self, finder: QuotationFinder) -> None:
        articles = [Article(str(at), "t", (f"Ana Reyes said the mill has {at} doors.",)) for at in range(30)]
        found = [reading.quotations[0] for reading in finder.read(iter(articles))]
        assert [str(at) in articles[at].paragraphs[0][one.start : one.end] for at, one in enumerate(found)] == [
            True
        ] * 30

    def test_processes_give_the_same_readings(self, finder: QuotationFinder) -> None:
        articles = [Article(str(at), "t", (f"Ana Reyes said the mill has {at} doors.",)) for at in range(20)]
        assert list(finder.read(articles, processes=2)) == list(finder.read(articles))

    def test_processes_end_with_the_one_that_was_killed(self) -> None:
        program = """
if __name__ == "__main__":
    from index.core.article import Article
    from index.quotations.pipeline import QuotationFinder
    articles = (Article(str(at), "t", ("Nothing happened.",)) for at in range(10**9))
    for _ in QuotationFinder().read(articles, processes=2):
        print("reading", flush=True)
"""
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
            assert process.stdout
            assert process.stdout.readline() == b"reading\n"
            process.kill()
            process.communicate(timeout=100)  # all who hold the pipe have ended

    def test_articles_are_taken_as_needed(self, finder: QuotationFinder) -> None:
        taken = []

        def articles() -> object:
            for at in range(1000):
                taken.append(at)
                yield Article(str(at), "t", ("Nothing happened.",))

        next(finder.read(articles()))  # type: ignore[arg-type]
        assert len(taken) < 100

    def test_an_article_without_words(self, news: Reader) -> None:
        assert news.read() == Reading((), ())
        assert news.read("", "   ").quotations == ()

    def test_less_than_one_process_is_an_error(self, finder: QuotationFinder) -> None:
        with pytest.raises(ValueError, match="at least 1"):
            list(finder.read([], processes=0))
