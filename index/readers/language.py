"""The language of an article, so that only English ones are searched for speakers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

ENGLISH = "en"
_SAMPLE = 4000
_FEWEST_LETTERS = 60
_FEWEST_SIGNS = 20  # of a script that is not Latin, and may write a word with one of them
# Words that English is full of and that its neighbours lack, or nearly so.
_ENGLISH = frozenset(
    "the and of to that with his from have this they said who which would their it he she been were by be has had"
    " will not are but for at as on was".split()
)
_CLEARLY_ENGLISH = 0.18
_HARDLY_ENGLISH = 0.10
_CERTAIN = 0.95
_WORD = re.compile(r"[^\W\d_]+")


def language_of(paragraphs: Iterable[str]) -> str | None:
    """Return the ISO 639-1 code of a text's language; None where it is too short or too odd to tell.

    Where the little words of English make up enough of the text it is English; only other texts are given to the
    classifier, which has to be certain before a text is called anything but English: a wrong guess would cost an
    English article its speakers.
    """
    sample = " ".join(islice(paragraphs, 40))[:_SAMPLE]
    words = _WORD.findall(sample.lower())
    letters = "".join(words)
    foreign = sum(letter > "\u024f" for letter in letters)
    if len(letters) < _FEWEST_LETTERS and foreign < max(_FEWEST_SIGNS, len(letters) / 2):
        return None
    share = sum(word in _ENGLISH for word in words) / max(1, len(words))
    if share >= _CLEARLY_ENGLISH:
        return ENGLISH
    language, certainty = _classify(sample)
    if language == ENGLISH:
        return ENGLISH
    return language if certainty >= _CERTAIN and share < _HARDLY_ENGLISH else None


def _classify(text: str) -> tuple[str, float]:
    """Return the likeliest language and its probability."""
    language, certainty = _classifier().classify(text)
    return str(language), float(certainty)


@cache
def _classifier() -> LanguageIdentifier:
    """Return the classifier, which takes half a second to load, once; English articles do without it."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
