"""Write an invented archive: five years of one invented politician in five invented outlets, as JSON Lines.

``python tools/invented_archive.py > archive.jsonl``

Nobody and nothing in it exists. The pictures in the README were made from it, because what real people said in real
newspapers belongs to those newspapers. The same seed writes the same archive.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

NAME = "Ottoline Verhage"
ROLES = ((date(2031, 1, 1), "Harbor Master"), (date(2033, 5, 1), "County Commissioner"), (date(2035, 1, 1), "Governor"))
OUTLETS = ("Saltmere Courier", "Tidewater Post", "Radio Fennick", "The Orrin Gazette", "North Shore Wire")
LAST = date(2035, 11, 30)

# A topic: when it is talked of, the headline, what the articles tell, and what she says: a beginning and an end.
TOPICS: tuple[tuple[date, date, str, tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...] = (
    (
        date(2031, 2, 1), date(2034, 3, 1), "Seawall at Kelp Street",
        ("The seawall at Kelp Street has let the tide through four times since October.",
         "Engineers put the price of a new seawall at 14 million dollars.",
         "Stones from the seawall lay on the road until noon."),
        ("The seawall has kept this town dry for ninety years, and it is tired",
         "A seawall is not a monument, it is a promise to the houses behind it",
         "I walked the seawall at low tide and counted eleven holes I could put my arm through",
         "We will raise the seawall by three feet before the next winter",
         "Every stone of that seawall was paid for by people who rent behind it",
         "No engineer will tell you the seawall holds against a spring tide",
         "I would rather pour concrete into the seawall now than sandbags into kitchens later"),
        ("The tide does not read our budget",
         "If the water comes over, it comes over all of us",
         "I have asked the engineers for a plan by June",
         "Nobody who lives on Kelp Street needs a study to tell them that",
         "That is not a threat, it is a tide table"),
    ),
    (
        date(2031, 9, 1), date(2033, 12, 1), "Night ferry to Fennick Island",
        ("The night ferry to Fennick Island carries nurses and bakers, and on some nights nobody.",
         "The last ferry leaves the island at 9 p.m. since September.",
         "Passengers on the night ferry have fallen by a third."),
        ("The night ferry is the only road the island has after dark",
         "I could run the night ferry at a loss for ten years and still spend less than one bridge costs",
         "We cannot tell nurses on the island that their shift ends when the ferry does",
         "The ferry crews have had the same wage since my son was in school, and he is a father now",
         "I will not sell the second ferry to pay for paint on the first",
         "Cutting the night ferry saves us the price of a coffee for each passenger",
         "A ferry that does not run is only a boat"),
        ("Ask anybody who has missed the last one",
         "The island is part of this county at midnight too",
         "I took it home myself on Sunday, and I was not alone",
         "I say that as somebody who signs the fuel bills",
         "The timetable will be on the landing by Friday"),
    ),
    (
        date(2033, 5, 10), date(2035, 11, 1), "Lunch in the schools",
        ("One pupil in four goes without lunch in the county's schools.",
         "The school kitchens cook for 6,200 children on 41 stoves.",
         "The school board voted on hot lunches for a second time."),
        ("A hungry child learns one thing at school, and that is hunger",
         "School lunch should be as plain a thing as the school roof",
         "Every pupil will have a hot lunch by the autumn, and no pupil will be asked what a parent earns",
         "I ate in four school kitchens this month, and the soup was better than the one in my office",
         "The cooks in our schools feed more people before noon than any restaurant on the shore",
         "We spend more on parking for the school board than on fruit for the pupils",
         "Lunch is not charity, it is the fourth lesson of the day"),
        ("I have never met a parent who disagreed",
         "The board can vote, and I can count",
         "It costs less than the repairs of one gymnasium",
         "My own teacher paid for mine, and she should not have had to",
         "We will start with the smallest school and not with the loudest"),
    ),
    (
        date(2032, 3, 1), date(2035, 6, 1), "Cleaning up the tannery",
        ("The soil under the old tannery holds chromium to a depth of six feet.",
         "The tannery closed in 1988, and its owner cannot be found.",
         "A court gave the county the tannery's land in March."),
        ("The tannery left us its poison and took its profits elsewhere",
         "You can smell the tannery when it rains, and you can read it in the wells",
         "We will dig out the tannery's soil down to clean clay, and we will send the bill to whoever owns the name",
         "I have the tannery's own letters, and they knew about the chromium in 1974",
         "No house will stand on the tannery's ground while I have a pen to sign with",
         "The families around the tannery have waited for clean water longer than I have been in office",
         "A fence around poisoned soil is a confession, not a solution"),
        ("The court agreed with us on every point but the date",
         "Trucks will begin on the first dry Monday",
         "I would not let my dog drink there",
         "We have tested forty wells, and nine of them failed",
         "That land will be a meadow, and I will be the first to sit in it"),
    ),
    (
        date(2033, 8, 1), date(2035, 11, 25), "What the bus costs",
        ("A bus ticket across the county costs three dollars and forty cents.",
         "The buses run every forty minutes, and every hour on Sundays.",
         "Drivers of the county's buses asked for a third day off in ten."),
        ("A bus fare is the only tax that you pay standing up",
         "We will freeze the bus fare for two years and buy eleven buses with what the fines bring in",
         "The bus is late because the street is full, and the street is full because the bus is late",
         "I ride the number six bus every Thursday, and I have the tickets to prove it",
         "Nobody under eighteen will pay for a bus in this county",
         "Give me a bus every ten minutes and I will give you half your parking lots back",
         "The drivers know the bus routes better than the consultants, so we asked the drivers"),
        ("It took an afternoon and a box of doughnuts",
         "That is arithmetic and not ideology",
         "The money is there, it only has to change its seat",
         "People will forgive a full bus sooner than an empty promise",
         "We begin with the line past the hospital"),
    ),
    (
        date(2034, 2, 1), date(2035, 10, 1), "The lighthouse as a museum",
        ("The lighthouse at Gull Point has been dark since 2019.",
         "Volunteers have scraped eleven coats of paint from the lighthouse stairs.",
         "The lighthouse lens lies in crates in a barn at Dunmeer."),
        ("A lighthouse without a lamp is a very tall shed",
         "The lighthouse will open as a museum with its own lens in its own tower",
         "My grandmother kept the lighthouse log for eleven winters, and it is better read than most novels",
         "I would sooner light the lighthouse than rename it",
         "The museum will charge visitors and not neighbors",
         "We found the lens of the lighthouse under hay, which says a good deal about how we keep our history"),
        ("There are 204 stairs, and I have complained on each of them",
         "The keepers' names will be on the door",
         "It will cost less than the statue that nobody wanted",
         "Children should be able to climb up to their history",
         "I expect that it will rain at the opening, as it should"),
    ),
)  # fmt: skip
CUES = (
    "said",
    "told reporters",
    "said on Tuesday",
    "told the assembly",
    "said in an interview",
    "wrote in a statement",
)


def main() -> None:
    """Print the archive."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=7, help="another seed writes another archive (7)")
    options = parser.parse_args()
    for article in archive(random.Random(options.seed)):  # noqa: S311  (an archive to repeat)
        sys.stdout.write(json.dumps(article, ensure_ascii=False) + "\n")


def archive(chance: random.Random) -> Iterator[dict[str, Any]]:
    """Yield the articles in order of time."""
    articles = []
    for first, last, headline, told, begins, ends in TOPICS:
        pairs = [(begin, end) for begin in begins for end in ends]
        chance.shuffle(pairs)
        days = sorted(chance.randrange((min(last, LAST) - first).days) for _ in range(11))
        for number, after in enumerate(days):
            day = first + timedelta(after)
            said = pairs[2 * number : 2 * number + 2]
            outlets = chance.sample(OUTLETS, chance.choice((1, 1, 1, 2, 3)))
            cues = chance.sample(CUES, 2)
            for outlet in outlets:
                paragraphs = _paragraphs(chance.sample(told, 2), said, _role(day), cues)
                articles.append({"title": f"{headline}: {_short(said[0][0])}", "date": day.isoformat(),
                                 "source": outlet, "paragraphs": paragraphs})  # fmt: skip
    for number, article in enumerate(sorted(articles, key=lambda one: (one["date"], one["source"], one["title"])), 1):
        slug = article["source"].lower().replace(" ", "-")
        url = f"https://{slug}.example/{article['date']}/{number}"
        yield {"id": f"{number:03}-{slug}", "url": url, **article}


def _paragraphs(told: list[str], said: list[tuple[str, str]], role: str, cues: list[str]) -> list[str]:
    (first, second), (third, fourth) = said
    return [
        told[0],
        f"“{first},” {role} {NAME} {cues[0]}. “{second}.”",
        told[1],
        f"“{third},” Verhage {cues[1]}. “{fourth}.”",
        f"Verhage added that she would come back to the matter {'before the summer' if len(third) % 2 else 'soon'}.",
    ]


def _role(day: date) -> str:
    return [role for since, role in ROLES if since <= day][-1]


def _short(words: str) -> str:
    return " ".join(words.split()[:6])


if __name__ == "__main__":
    main()
