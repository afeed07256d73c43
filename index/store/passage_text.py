"""What is embedded of a passage: its words, those of a neighbour too where it is too short to say anything alone."""

from __future__ import annotations

from collections.abc import Sequence

from index.store.records import PassageRow, Records

FEWEST_WORDS = 5
"""A passage of fewer words joins a neighbour: a heading the passage that it stands above, others the one before."""

_STOPS = (".", "!", "?", ",", ";", "”", '"', "’", "'")


def embedded_texts(records: Records, passages: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return, by id, the text under whose vector each passage is found, which citations know nothing of, and its own.

    These two are all that the vectors of a passage and of its sentences are made of.
    """
    rows = records.passages(passages)
    short = [row for row in rows.values() if _is_short(row.text)]
    texts = {i: row.text for i, row in rows.items()}
    if short:
        around = records.passages(records.article_passages(sorted({row.article for row in short})))
        places = sorted(around.values(), key=lambda row: (row.article, row.paragraph))
        positions = {row.id: position for position, row in enumerate(places)}
        texts |= {row.id: _joined(row, places, positions[row.id]) for row in short}
    return {i: (texts[i], rows[i].text) for i in sorted(rows)}


def _joined(row: PassageRow, places: Sequence[PassageRow], position: int) -> str:
    before = _longer(places, range(position - 1, -1, -1), row.article)
    after = _longer(places, range(position + 1, len(places)), row.article)
    opens = not row.text.rstrip().endswith(_STOPS)
    if after and (opens or not before):
        return f"{row.text}\n{after}"
    return f"{before}\n{row.text}" if before else row.text


def _longer(places: Sequence[PassageRow], way: range, article: int) -> str | None:
    """Return the nearest passage of the article, that way, that is long enough to stand alone."""
    for position in way:
        if places[position].article != article:
            return None
        if not _is_short(places[position].text):
            return places[position].text
    return None


def _is_short(text: str) -> bool:
    return len(text.split(None, FEWEST_WORDS)) < FEWEST_WORDS
