"""What an engine can do with the record of a speaker: check claims against it, and tell it in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING

from retrieval.search import Searcher

if TYPE_CHECKING:
    from retrieval.claims import Claim
    from retrieval.sheet import Sheet
    from retrieval.verdicts import Verdict

# Most questions need neither, and a cold start is to be quick: clustering alone brings scipy along.
# ruff: noqa: PLC0415


class OnRecord:
    """Checks claims and tells records, over the generation that an engine has in force."""

    _searcher: Searcher

    def verify(self, words: str, by: str | None = None, *, scope: Sequence[str] | None = None) -> Verdict:
        """Check words that somebody is to have said.

        Args:
            words: the words, in quotation marks or not; an ellipsis for what was left out, square brackets for what
                an editor put in.
            by: words that name the speaker; anybody's by default.
            scope: ids of the only articles to look into; all by default.

        Raises:
            UsageError: there are no words, too many, or the scope names an article that is not in the index.
        """
        from retrieval.verifying import Verifier

        searcher = self._searcher
        with closing(searcher.generation.open_records()) as records:
            return Verifier(searcher, records, searcher.scope(scope)).check(words, by)

    def verify_all(self, claims: Iterable[Claim]) -> Iterator[Verdict]:
        """Yield the verdict on each of several claims, over one generation.

        Args:
            claims: as `retrieval.claims.read_claim` reads them; each has words.
        """
        from retrieval.verifying import Verifier

        searcher = self._searcher
        with closing(searcher.generation.open_records()) as records:
            verifier = Verifier(searcher, records)
            yield from map(verifier.check_claim, claims)

    def record(
        self, speaker: str, *, about: str | None = None, since: date | None = None, until: date | None = None
    ) -> Sheet:
        """Return what somebody said, by topic and in order of time; see `retrieval.sheet_making.make_sheet`.

        Raises:
            SpeakerError: the words name nobody, or several.
        """
        from retrieval.sheet_making import make_sheet

        searcher = self._searcher
        with closing(searcher.generation.open_records()) as records:
            return make_sheet(searcher, records, speaker, about=about, since=since, until=until)
