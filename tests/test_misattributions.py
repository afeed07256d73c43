"""Words that went to the wrong speaker, or to nobody, once; each by an invented sentence of the same make."""

from __future__ import annotations

import pytest

from tests.quotation_reader import Reader


class TestSomebodyElseIsMeant:
    @pytest.mark.parametrize(
        ("text", "speaker"),
        [
            ("A spokesman for council candidate Ana Reyes called the report “outrageous.”", "A spokesman"),
            ("A top adviser to Mayor Ana Reyes explained why: “It leaks.”", "A top adviser"),
            ("The mill was closed, said a neighbor, who worked for Ana Reyes.", "a neighbor"),
        ],
        ids=["spokesman", "adviser", "relative clause"],
    )
    def test_who_speaks_for_or_works_for_somebody_is_not_that_person(
        self, news: Reader, text: str, speaker: str
    ) -> None:
        assert [said.startswith(speaker) for said in news.speakers(text) if said] == [True]

    @pytest.mark.parametrize(
        ("source", "speaker"),
        [
            ("A lawyer for Olmo, Ilse Quist,", "Ilse Quist"),
            ("The chief executive of the Dunmeer Ferry Company, Ilse Quist,", "Ilse Quist"),
            ("A lawyer for the mayor, Ilse Quist,", "Ilse Quist"),
            ("A lawyer for the mayor, Pedro Olmo,", "A lawyer for the mayor"),
            ("A friend of Pedro Olmo, the mayor,", "A friend of Pedro Olmo, the mayor"),
        ],
    )
    def test_a_name_behind_another_is_that_of_whoever_has_none(self, news: Reader, source: str, speaker: str) -> None:
        said = news.said("Mayor Pedro Olmo spoke.", f"{source} said that the ferry is a wreck.")
        assert said == [(speaker, "that the ferry is a wreck")]

    def test_the_one_told_is_not_the_speaker(self, news: Reader) -> None:
        text = "“They are busy,” a harbor source, who was not allowed to speak on the record, told Dunmeer News."
        assert news.said(text) == [("a harbor source", "They are busy,")]

    @pytest.mark.parametrize(
        "turn",
        ["while Olmo said", "but on Friday Olmo said", "whereas Olmo, the harbor master, argued that", "and they said"],
    )
    @pytest.mark.parametrize(
        ("first", "words"),
        [
            ("The pier is old, Brandvold said", ["The pier is old"]),
            ("The pier is old, said Ana Brandvold", ["The pier is old"]),
            ("The pier, Brandvold said, is old", ["The pier", "is old"]),
            ("The pier is old, according to Brandvold", ["The pier is old"]),
        ],
    )
    def test_what_another_says_of_it_in_the_same_sentence(
        self, news: Reader, first: str, words: list[str], turn: str
    ) -> None:
        *said, (another, last) = news.said(f"{first}, {turn} the ferry is new.")
        assert [one for _, one in said] == words
        assert {str(speaker)[-9:] for speaker, _ in said} == {"Brandvold"}
        assert another in {"Olmo", None}
        assert last.endswith("the ferry is new")
        assert "Olmo" not in last

    @pytest.mark.parametrize("turn", ["though Olmo disagreed", "but Olmo declined to comment", "and Olmo denied it"])
    def test_that_another_says_nothing_or_denies_it(self, news: Reader, turn: str) -> None:
        said = news.said(f"The pier is old, Brandvold said, {turn}.")
        assert [words for speaker, words in said if speaker == "Brandvold"] == ["The pier is old"]

    def test_what_goes_on_after_the_verb_is_still_told(self, news: Reader) -> None:
        said = news.said("The pier is old, Brandvold said, and the town, which says it is poor, must pay.")
        assert said == [
            ("Brandvold", "The pier is old"),
            ("Brandvold", "and the town, which says it is poor, must pay"),
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "If Olmo said that the ferry is old, Brandvold would laugh.",
            "Had Olmo said that the ferry is old, Brandvold would laugh.",
            "Olmo might say that the ferry is old.",
            "Olmo should have said that the ferry is old.",
            "Did Olmo say that the ferry is old?",
            "Olmo never said that the ferry is old.",
            "Asked whether Olmo said that the ferry is old, they laughed.",
        ],
    )
    def test_what_somebody_is_only_supposed_to_have_said(self, news: Reader, text: str) -> None:
        assert "Olmo" not in news.speakers(text)

    @pytest.mark.parametrize(
        ("paragraphs", "speaker"),
        [
            (["“Is the ferry a wreck?” Olmo asked Brandvold. “Yes.”"], None),
            (["“Is the ferry a wreck?” Olmo asked. “No. It is not.”"], None),
            (["“Is the ferry a wreck?” Olmo asked.", "“Yes.”"], None),
            (["Brandvold asked Olmo about the ferry. “It is a wreck.”"], None),
            (["“Is the ferry a wreck?” Olmo asked. “Is the pier?”"], "Pedro Olmo"),
            (["“Why keep the ferry?” Olmo asked. “It is a wreck.”"], "Pedro Olmo"),
            (["Olmo was asked about the ferry. “Yes, it is a wreck.”"], "Pedro Olmo"),
        ],
    )
    def test_an_answer_is_not_given_to_whoever_asked(
        self, news: Reader, paragraphs: list[str], speaker: str | None
    ) -> None:
        assert news.speakers("Pedro Olmo and Ana Brandvold met.", *paragraphs)[-1] == speaker

    def test_a_turned_verb_asks_nothing(self, news: Reader) -> None:
        assert "Olmo" in news.speakers("Only then did Olmo say that the ferry is old.")

    @pytest.mark.parametrize(
        "text",
        [
            "Olmo made a point of saying that the ferry is new.",
            "Olmo took the opportunity of telling voters that the ferry is new.",
            "Brandvold gave Olmo credit for saying that the ferry is new.",
        ],
    )
    def test_who_makes_a_point_of_saying_something(self, news: Reader, text: str) -> None:
        assert news.said(text) == [("Olmo", "that the ferry is new")]

    def test_a_verb_that_does_not_agree_goes_to_the_subject_further_out(self, news: Reader) -> None:
        text = "Some organizers fear that Reyes has missed her chance and warn that the mill will close."
        assert news.speakers(text) == ["Some organizers"]

    def test_a_participle_without_auxiliary_is_passive(self, news: Reader) -> None:
        assert news.said("Ana Reyes remains calm, especially when advised to stop the sale.") == []

    def test_somebody_called_by_telephone_was_called_nothing(self, news: Reader) -> None:
        assert news.said("A year later, Mayor Reyes called Naomi Brandt.") == []

    def test_one_of_a_surname_is_whom_the_article_has_introduced(self, news: Reader) -> None:
        said = news.speakers(
            "The fire took hours, Fire Chief Petra Lindqvist said.",
            "“The pier was a torch,” Lindqvist said.",
            "The shop belongs to Oskar Lindqvist. Oskar Lindqvist called it a loss.",
        )
        assert said[:2] == ["Petra Lindqvist", "Petra Lindqvist"]

    def test_a_name_the_parser_takes_for_something_else_ends_the_focus(self, news: Reader) -> None:
        said = news.speakers(
            "Mayor Helen Ferris said that the mill is safe.",
            "And the county’s Adele Brandt, one of few women there, said it will last. “It will do fine,” she said.",
        )
        assert "Helen Ferris" not in said[1:]

    @pytest.mark.parametrize(
        "role",
        ["Goldman Sachs president", "Oman ambassador", "the governor’s brother’s lawyer"],
    )
    def test_a_man_in_a_description_of_a_woman_does_not_make_her_one(self, news: Reader, role: str) -> None:
        said = news.speakers(f"{role[0].upper()}{role[1:]} Ana Reyes came to the mill.", "“It leaks,” he said.")
        assert "Ana Reyes" not in said

    def test_a_lawyer_for_a_woman_may_be_a_man(self, news: Reader) -> None:
        text = "Ian Brandt, a lawyer for the woman, left. “It leaks,” he said."
        assert set(news.speakers(text)) == {"Ian Brandt"}

    def test_a_neighbor_goes_on_as_he(self, news: Reader) -> None:
        text = "Mayor Tom Reyes left. A neighbor said that it burned. “Not even the roof was left,” he said."
        assert set(news.speakers(text)) == {"A neighbor"}

    def test_a_description_may_be_of_somebody_just_named(self, news: Reader) -> None:
        said = news.speakers(
            "The actress Ana Reyes said that it hurts.",
            "The list is long.",
            "Selina Brandt opened up about it. The actress explained that it was a compliment.",
        )
        assert "Ana Reyes" not in said[1:]


class TestTheNameIsFound:
    @pytest.mark.parametrize(
        ("text", "speaker"),
        [
            ("Jean-Marc Ostrander, the ferry’s owner, said that it is safe.", "Jean-Marc Ostrander"),
            ("“It is safe,” said Air Force 1st Lt. Tyler Ostrander.", "Tyler Ostrander"),
            ("The other man, his cousin Peter Brandt, 40, said that it leaks.", "Peter Brandt"),
            ("Moe Ostrander, director of the harbor office, said that it leaks.", "Moe Ostrander"),
            ("On Monday’s show, Gov. Miguel Pruitt (D-Dunmeer) said the mill is safe.", "Miguel Pruitt"),
            ("“It is safe,” Al Brandvold said.", "Al Brandvold"),
            ("“It is safe,” Van Marlowe said.", "Van Marlowe"),
        ],
        ids=["hyphen", "rank", "chain of appositions", "office behind the name", "party", "Al", "Van"],
    )
    def test_names_that_parsers_miss(self, news: Reader, text: str, speaker: str) -> None:
        assert set(news.speakers(text)) == {speaker}

    def test_van_may_begin_a_surname(self, news: Reader) -> None:
        said = news.speakers("“It is safe,” said Chris Van Marlowe.", "“It leaks,” Van Marlowe said.")
        assert set(said) == {"Chris Van Marlowe"}

    @pytest.mark.parametrize(("full", "short"), [("Pieter van Houten", "Van Houten"), ("Omar al Farsi", "Al Farsi")])
    def test_a_particle_has_a_capital_where_no_first_name_comes_before(
        self, news: Reader, full: str, short: str
    ) -> None:
        assert set(news.speakers(f"“It is safe,” said {full}.", f"“It leaks,” {short} said.")) == {full}

    @pytest.mark.parametrize("short", ["Al-Farsi", "al-Farsi", "Mr. al-Farsi", "Farsi"])
    @pytest.mark.parametrize("first", ["Omar", "Tom", "Selina"])
    def test_an_article_is_joined_to_a_name_by_a_hyphen(self, news: Reader, first: str, short: str) -> None:
        said = news.speakers(f"“It is safe,” said {first} al-Farsi.", f"The mill is old. “It leaks,” {short} said.")
        assert set(said) == {f"{first} al-Farsi"}

    def test_a_surname_with_a_hyphen_alone(self, news: Reader) -> None:
        said = news.speakers("“It leaks,” said Zoë Márquez-Nuñez, an author.", "“It is a shame,” Márquez-Nuñez said.")
        assert set(said) == {"Zoë Márquez-Nuñez"}

    def test_the_place_belongs_to_the_office(self, news: Reader) -> None:
        reading = news.read("“We will do justice in this case,” Tulley police Chief Norman Aldous said Monday.")
        assert reading.speakers[0].roles == ("Tulley police Chief",)

    def test_a_surname_by_its_form(self, news: Reader) -> None:
        said = news.speakers("Dinah D’Arcy, an author, spoke.", "D’Arcy explained that it leaks. “It does,” she said.")
        assert set(said) == {"Dinah D’Arcy"}

    def test_a_full_name_known_from_elsewhere(self, news: Reader) -> None:
        text = "Last week, Ilona Brandt acknowledged their struggle. “It is hard,” she wrote."
        assert set(news.speakers("Ilona Brandt, 34, spoke.", text)) == {"Ilona Brandt"}

    def test_the_longer_of_two_names_known_from_elsewhere(self, news: Reader) -> None:
        for name in ("Ilona Brandt", "Ilona Tuncel", "Moe Brandt", "Moe Tuncel"):
            known = f"{name}, 34, spoke.", f"{name} Press, 43, left."
            assert news.speakers(*known, f"The mill’s {name} Press warns that it leaks.") == [f"{name} Press"]

    @pytest.mark.parametrize("short", ["Joe", "Joseph R."])
    def test_pet_names_and_initials_are_the_same_person(self, news: Reader, short: str) -> None:
        said = news.speakers("Joseph Brandt said that it leaks.", f"{short} Brandt said that it burns.")
        assert len(set(said)) == 1

    def test_an_office_by_its_abbreviation(self, news: Reader) -> None:
        said = news.speakers("Dunmeer Sen. Ana Reyes said that it leaks.", "It was late.", "The senator said it burns.")
        assert set(said) == {"Ana Reyes"}

    def test_a_surname_that_is_a_verb_elsewhere(self, news: Reader) -> None:
        said = news.said("Columnist Gordon Will spoke. “It is over,” Will wrote.")
        assert said == [("Gordon Will", "It is over,")]


class TestTranscripts:
    def test_headings_inside_quotation_marks(self, news: Reader) -> None:
        said = news.speakers("“PENNY: Well, it is.", "“WALTERS: Is it so?", "“PENNY: It is.”")
        assert said == ["Penny", "Walters", "Penny"]

    def test_headings_that_are_no_capitals(self, news: Reader) -> None:
        said = news.speakers(
            "Chris Mathis: Seriously, it is.", "Lucy Lopes: It is not.", "Mathis: It is.", "Lopes: Well, no."
        )
        assert said == ["Chris Mathis", "Lucy Lopes", "Chris Mathis", "Lucy Lopes"]

    @pytest.mark.parametrize(
        "said",
        [
            "Said Ana Reyes: “It leaks.”",
            "Added Reyes: “It leaks.”",
            "Says Reyes, the mayor: “It leaks.”",
            "Asked about it, Reyes said: “It leaks.”",
        ],
    )
    def test_a_verb_before_the_name_is_none_of_it(self, news: Reader, said: str) -> None:
        assert news.said("Mayor Ana Reyes left.", said) == [("Ana Reyes", "It leaks.")]

    def test_a_verb_before_the_names_of_a_transcript(self, news: Reader) -> None:
        said = news.speakers("Said Reyes: It leaks.", "Said Lopes: No.", "Added Reyes: It does.", "Added Lopes: No.")
        assert said == ["Reyes", "Lopes", "Reyes", "Lopes"]

    def test_a_surname_that_may_be_a_verb_heads_a_paragraph(self, news: Reader) -> None:
        assert news.speakers("Mayor Gordon Will left.", "Will: “It leaks.”") == ["Gordon Will"]

    @pytest.mark.parametrize("verb", ["Said", "Says", "Added", "Said Monday", "Added Today"])
    def test_a_verb_alone_is_nobodys_name(self, news: Reader, verb: str) -> None:
        assert news.said("Mayor Ana Reyes left.", f"{verb}: “It leaks.”") == [(None, "It leaks.")]

    def test_a_surname_that_is_a_verb_heads_a_paragraph(self, news: Reader) -> None:
        assert news.speakers("Mayor Amal Said left.", "Said: “It leaks.”") == ["Amal Said"]

    @pytest.mark.parametrize(
        "heading", ["Related", "RELATED", "Read More", "READ MORE", "Video", "Headline", "Opinion"]
    )
    def test_a_pointer_to_elsewhere_is_nobody_and_said_by_nobody(self, news: Reader, heading: str) -> None:
        said = news.said("Mayor Ana Reyes said that it leaks.", f"{heading}: “Mill will close.”", "It was late.")
        assert said[1:] in ([], [(None, "Mill will close.")])

    def test_questions_and_answers_are_nobody(self, news: Reader) -> None:
        said = news.speakers("Q: Is it safe?", "A: It leaks.", "Q: Is it so?", "A: It does.")
        assert not {"Q", "A"} & set(said)

    def test_an_update_is_nobody(self, news: Reader) -> None:
        assert news.said("UPDATE: The mill is closed.", "UPDATE: The mill is open.") == []


class TestContent:
    def test_a_paragraph_that_ends_in_a_colon_leads_in_the_next(self, news: Reader) -> None:
        said = news.said("Joel Pollock reported after the police had left:", "“The town has done nothing.")
        assert said == [("Joel Pollock", "The town has done nothing.")]

    def test_a_question_after_a_colon(self, news: Reader) -> None:
        text = "Moderator David Mullen asked the council a simple question: Who will pay for the mill?"
        assert news.said(text) == [("David Mullen", "Who will pay for the mill?")]

    @pytest.mark.parametrize(
        ("text", "speaker"),
        [
            ("Ana wrote a note: “It leaks,” she said.", "Ana"),
            ("Ana Reyes wrote a note: “It leaks,” she said.", "Ana Reyes"),
            ("Ana Reyes wrote a note: “It leaks,” Tom Brandt said.", "Tom Brandt"),
            ("Ana Reyes wrote a note: “It leaks,” he said.", None),
        ],
    )
    def test_words_that_a_colon_leads_in_are_told_once(self, news: Reader, text: str, speaker: str | None) -> None:
        assert news.said(text) == [(speaker, "It leaks,")]

    def test_what_is_told_before_a_colon_stays(self, news: Reader) -> None:
        said = news.said("Ana Reyes said she was too busy to look: “I have a lot going on. Good luck,” she wrote.")
        assert said == [("Ana Reyes", "she was too busy to look"), ("Ana Reyes", "I have a lot going on. Good luck,")]

    def test_according_to_with_words_in_marks(self, news: Reader) -> None:
        assert news.said("According to Reyes, “[I]t leaks.”") == [("Reyes", "[I]t leaks.")]

    def test_titles_inside_a_sentence_are_nobodys_words(self, news: Reader) -> None:
        said = news.said(
            "Mayor Ana Reyes said that it leaks.", "She named “Criminal Tides,” “Game of Oars,” and “Reef.”"
        )
        assert [words for _, words in said] == ["that it leaks"]

    def test_what_is_tweeted_is_no_speaker(self, news: Reader) -> None:
        text = "Sen. Ted Corwin (R-Dun.), a candidate who has made it a centerpiece of his campaign, tweeted a warning."
        assert news.said(text) == [("Ted Corwin", "a warning")]

    def test_invisible_characters_hide_no_mark(self, news: Reader) -> None:
        assert news.said("\u202a”It burns!!!” wrote Pete Ybarra.") == [("Pete Ybarra", "It burns!!!")]
