"""What is typed after /verify: words, and who is to have said them."""

from __future__ import annotations

import re
from typing import NamedTuple

_MARKED = r"[“\"«](?P<words>.+)[”\"»]"
_FORMS = tuple(
    re.compile(form, re.DOTALL)
    for form in (
        rf"\s*{_MARKED}\s*[,;—–-]*\s*(?:(?:by|from|said)\s+)?(?P<by>[^“”\"]*?)\s*",
        rf"\s*(?P<by>[^“”\"]{{1,80}}?)\s*:?\s*{_MARKED}\s*",
        r"\s*(?P<words>.+?)\s+[—–-]+\s*(?P<by>[^“”\"]{1,80}?)\s*",
    )
)


class Typed(NamedTuple):
    """The words of a claim, and whose they are to be, or None."""

    words: str
    by: str | None


def read_typed(text: str) -> Typed:
    """Return the claim in a line such as ``"we hold" by Gimenez``, ``Gimenez: "we hold"`` or ``we hold``.

    >>> read_typed("“we hold” by Gimenez"), read_typed('Gimenez: "we hold"')
    (Typed(words='we hold', by='Gimenez'), Typed(words='we hold', by='Gimenez'))
    """
    for form in _FORMS:
        if found := form.fullmatch(text):
            return Typed(found["words"], found["by"] or None)
    return Typed(text.strip(), None)
