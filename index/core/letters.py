"""Capital and small letters of every alphabet in which names are written, for patterns: `[A-Z]` knows no Élodie."""

from __future__ import annotations

from collections.abc import Callable

# The alphabets that have both, as far as names in the news go: Latin, Greek, Cyrillic, Armenian. To ask all of Unicode
# takes a tenth of a second, which every process would pay.
_ALPHABETS = (range(0x0590), range(0x1E00, 0x2000))


def _ranges(belongs: Callable[[str], bool]) -> str:
    """Return the letters that belong, neighbours as a range, to stand within the brackets of a pattern."""
    found: list[list[str]] = []
    for letter in (chr(code) for codes in _ALPHABETS for code in codes):
        if belongs(letter):
            if found and ord(letter) == ord(found[-1][1]) + 1:
                found[-1][1] = letter
            else:
                found.append([letter, letter])
    return "".join(first if first == last else f"{first}-{last}" for first, last in found)


CAPITALS = _ranges(lambda letter: letter.isupper() or letter.istitle())
"""What begins names and sentences: `re.compile(rf"[{CAPITALS}]\\w+")`."""

SMALL = _ranges(str.islower)
"""Letters that are no capitals."""
