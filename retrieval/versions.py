"""Articles that were changed: the newest version answers, earlier ones are cited beside it, corrections are noted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.records import ArticleRow, EarlierVersion, PassageRow, Records
from retrieval.answer import Citation, Copy
from retrieval.copies import ALIKE_VERSIONS, resemblance, shingles
from retrieval.names import words

EARLIER = "earlier version"
CHANGED = "changed since an earlier version"
CORRECTED = "the article carries a correction"

_ANOTHER = 0.3
"""The share of common shingles from which a passage says in other words what one of an earlier version said."""

_CORRECTION = re.compile(
    r"\W*(?:corrections?|clarifications?|corrected|editor[’']?s?[’']? note)\b[^.]{0,40}?[:—–]|"
    r"[^.]{0,40}\b(?:an earlier|a previous) version of this (?:article|story|report|post)\b|"
    r"[^.]{0,20}\bthis (?:article|story|report|post) (?:has been|was) (?:corrected|amended|updated to correct)\b",
    re.IGNORECASE,
)
_NO_CORRECTION = re.compile(
    r"\W*editor[’']?s?[’']? note\b(?!.*\b(?:correct|earlier version|misstat|error))", re.IGNORECASE
)


def is_correction(text: str) -> bool:
    """Tell whether a paragraph says that the article it stands in was wrong before.

    >>> is_correction("Correction: The pier has six pillars."), is_correction("The correction officer said: “Go.”")
    (True, False)
    """
    return bool(_CORRECTION.match(text)) and not _NO_CORRECTION.match(text)


@dataclass(frozen=True)
class Versions:
    """What is known of earlier versions of some articles, and of corrections in them, by the ids of their rows."""

    earlier: Mapping[int, Sequence[EarlierVersion]]
    corrected: frozenset[int]

    @classmethod
    def of(cls, records: Records, articles: Sequence[int]) -> Versions:
        """Return what a generation knows."""
        passages = records.passages(records.article_passages(articles)).values()
        return cls(
            records.earlier_versions(articles),
            frozenset(passage.article for passage in passages if is_correction(passage.text)),
        )

    def note(self, passage: PassageRow) -> str | None:
        """Return what a reader has to know of a passage in the newest version of an article."""
        before = self.earlier.get(passage.article)
        notes = [CHANGED] if before and _is_changed(passage.text, before[0]) else []
        return "; ".join(notes + [CORRECTED] * (passage.article in self.corrected)) or None

    def copies(self, article: ArticleRow, passage: PassageRow) -> list[Copy]:
        """Return where earlier versions of an article say nearly the same, the newest of them first."""
        own, found = shingles(passage.text), []
        for version in self.earlier.get(article.id, ()):
            alike = [resemblance(own, shingles(text)) for text in version.paragraphs]
            best = max(range(len(alike)), key=alike.__getitem__, default=None)
            if best is not None and alike[best] >= ALIKE_VERSIONS:
                name = f"{article.name}@{version.sha256[:12]}"
                found.append(Copy(name, best, _cite(article, version, best, version.paragraphs[best])))
        return found


def _is_changed(text: str, before: EarlierVersion) -> bool:
    """Tell whether a passage stands in the version before, but not in these words."""
    if any(words(text) == words(other) for other in before.paragraphs):
        return False
    own = shingles(text)
    return any(resemblance(own, shingles(other)) >= _ANOTHER for other in before.paragraphs)


def _cite(article: ArticleRow, version: EarlierVersion, paragraph: int, text: str) -> Citation:
    return Citation(
        title=version.title,
        outlet=version.outlet,
        date=version.date,
        url=version.url,
        paragraph=paragraph + 1,
        chars=(0, len(text)),
        source=article.file,
        sha256=version.sha256,
        note=EARLIER,
    )
