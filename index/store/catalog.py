"""What an index holds, as lists: articles by day and outlet, outlets, the newest texts."""

from __future__ import annotations

from collections.abc import Iterator

from index.store.records import FiledArticle, Records


class Catalog(Records):
    """Lists the records of a generation; each thread needs its own."""

    def outlets(self) -> dict[str, int]:
        """Return how many articles each outlet has, those with most first; articles without an outlet count nowhere."""
        rows = self._db.execute(
            "SELECT outlet, count(*) FROM articles WHERE outlet NOT NULL GROUP BY outlet ORDER BY count(*) DESC, outlet"
        )
        return dict(rows.fetchall())

    def article_names(self, *, since: str | None = None, outlet: str | None = None) -> list[str]:
        """Return the ids of the articles that were published from a day on by an outlet, in the order of their rows.

        Args:
            since: ISO date of the first day; an article without a date is then left out. Any day by default.
            outlet: the outlet, as the articles have it; any by default.
        """
        rows = self._db.execute(
            "SELECT name FROM articles WHERE (?1 IS NULL OR date >= ?1) AND (?2 IS NULL OR outlet = ?2) ORDER BY id",
            (since, outlet),
        )
        return [row[0] for row in rows]

    def fingerprints(self) -> dict[str, str]:
        """Return what tells whether an article has changed, by its id; see `index.core.article.Article.fingerprint`."""
        return dict(self._db.execute("SELECT name, fingerprint FROM articles ORDER BY id").fetchall())

    def filed(self) -> Iterator[FiledArticle]:
        """Yield every article with where it is filed, those indexed last first."""
        rows = self._db.execute(
            "SELECT name, title, outlet, date, source, file, count(*) OVER (PARTITION BY source, file) FROM articles"
            " ORDER BY id DESC"
        )
        return (FiledArticle(*row) for row in rows)

    def filed_article(self, name: str) -> FiledArticle | None:
        """Return an article with where it is filed by its id, or None where there is none."""
        row = self._db.execute(
            "SELECT name, title, outlet, date, source, file, (SELECT count(*) FROM articles b WHERE b.source = a.source"
            " AND b.file = a.file) FROM articles a WHERE name = ?",
            (name,),
        ).fetchone()
        return FiledArticle(*row) if row else None

    def newest_titles(self, count: int) -> Iterator[str]:
        """Yield the titles of the newest articles, at most `count`."""
        rows = self._db.execute("SELECT title FROM articles ORDER BY date DESC, id DESC LIMIT ?", (count,))
        return (row[0] for row in rows)

    def newest_texts(self, count: int) -> Iterator[str]:
        """Yield the passages that were indexed last, at most `count`; none that opens an article, with its dateline."""
        rows = self._db.execute("SELECT text FROM passages WHERE paragraph > 0 ORDER BY id DESC LIMIT ?", (count,))
        return (row[0] for row in rows)
