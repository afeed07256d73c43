"""The commands of a conversation: those that look something up, set filters, or save it to a file."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bot.chat.background import interruptible
from bot.render.explain import explanation_lines
from bot.render.filters import Filters, first_day, matching, read_typed
from bot.render.markdown import conversation_text
from bot.render.text import note, printable
from index.core.errors import OnrecordError, UsageError
from index.core.files import replace_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from bot.render.markdown import SavedTurn
    from bot.render.terminal import View
    from retrieval.answering.explain import Explanation
    from retrieval.attribution.listing import Quoted, SpeakerSummary
    from retrieval.core.answer import Answer, Hit
    from retrieval.verification.verdict import Verdict


def save_text(name: str, text: str, *, replace: bool) -> bool:
    """Write text into a file, as UTF-8; tell whether it took the place of another.

    Args:
        name: path of the file; ``~`` is the home folder.
        text: what to write.
        replace: put it in place of a file that is there.

    Raises:
        UsageError: the file is there, and is not to be replaced.
        OnrecordError: it cannot be written.
    """  # noqa: DOC501  (the other is caught below)
    try:
        path = Path(name).expanduser()
        if path.is_dir():
            raise IsADirectoryError(None, "is a folder")
        replaced = replace and path.exists()
        if replaced:
            replace_file(path.resolve(), text.encode("utf-8", "replace"))
        else:
            _write_new(path, text)
    except FileExistsError:
        raise UsageError(f"{name}: is there already; /save! {name} replaces it") from None
    except (OSError, ValueError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise OnrecordError(f"{name}: cannot be written: {reason}; name another file") from None
    return replaced


def _write_new(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", errors="replace") as file:
        try:
            file.write(text)
            file.flush()
        except OSError:
            # Half a conversation would only be in the way of the next attempt.
            path.unlink(missing_ok=True)
            raise


OUTLETS_NAMED = 20
"""How many outlets are named at most where one is not known."""


class CommandEngine(Protocol):
    """What these commands need of the engine; see `retrieval.engine.Engine`."""

    def article(self, name: str, /) -> list[Hit]:
        """Return all passages of an article, in order."""

    def articles(self, *, since: date | None = None, outlet: str | None = None) -> list[str]:
        """Return the ids of the articles that an outlet published from a day on."""

    def describe(self) -> str:
        """Return one line about the index."""

    def explain(self, question: str, *, scope: Sequence[str] | None = None) -> Explanation:
        """Return how a question is read, and what each stage of the search makes of it."""

    def outlets(self) -> dict[str, int]:
        """Return how many articles each outlet has, those with most first."""

    def quotations(self, speaker: str | None = None) -> Iterator[Quoted]:
        """Yield the quotations of a speaker."""

    def verify(self, words: str, by: str | None = None, *, scope: Sequence[str] | None = None) -> Verdict:
        """Check words that somebody is to have said."""

    def speaker_summaries(self, *, scope: Sequence[str] | None = None) -> Iterator[SpeakerSummary]:
        """Yield who speaks, those quoted most first."""


def show_article(engine: CommandEngine, view: View, hit: Hit) -> None:
    """Show the whole article of a hit."""
    passages = interruptible(lambda: engine.article(hit.article))
    if passages:
        view.article(hit, passages)
    else:
        note("That article is no longer in the index.")


def show_quotes(engine: CommandEngine, view: View, name: str | None, filters: Filters) -> None:
    """Show the quotations of a speaker in the articles that pass the filters.

    Raises:
        UsageError: the name is nobody's, or that of several.
    """
    if not name:
        note("/quotes takes the name of a speaker, such as /quotes Gimenez; /speakers lists who is quoted.")
        return
    quoted = (one for one in engine.quotations(name) if filters.hold(one.citation))
    # Who is meant is told before the first line is shown.
    first = interruptible(lambda: next(quoted, None))
    if first is None:
        note(f"{name} is not quoted in the articles {filters}.")
    else:
        view.quotes(chain([first], quoted))


def check_claim(engine: CommandEngine, typed: str, scope: Sequence[str] | None) -> Answer | None:
    """Return the verdict on a claim that was typed after /verify, as an Answer; None where none was.

    Raises:
        UsageError: there are no words in it, or the scope names an article that is not in the index.
    """
    if not typed:
        note("/verify takes words and a name, such as /verify “we hold for 48 hours” by Gimenez.")
        return None
    # What comes with it takes long to import, and the prompt is to be there at once.
    from retrieval.answering.verdict_answer import answer_of  # noqa: PLC0415

    claim = read_typed(typed)
    return answer_of(interruptible(lambda: engine.verify(claim.words, claim.by, scope=scope)), typed)


def show_speakers(engine: CommandEngine, view: View, filters: Filters) -> None:
    """Show who is quoted in the articles that pass the filters."""
    summaries = interruptible(lambda: list(engine.speaker_summaries(scope=filters.scope(engine))))
    if summaries:
        view.speakers(summaries)
    else:
        note("Nobody is quoted.")


def show_reading(engine: CommandEngine, turn: SavedTurn | None) -> None:
    """Tell how a question was read, and what each stage of the search made of it."""
    if turn is None:
        note("Ask something first; /why then tells how it was read.")
        return
    question = turn.understood or turn.question
    note(*explanation_lines(turn, interruptible(lambda: engine.explain(question, scope=turn.filters.scope(engine)))))


def filter_since(engine: CommandEngine, filters: Filters, words: str) -> Filters:
    """Return the filters with the first day that was typed; without one, no day is asked for."""
    if not words:
        return _told(engine, filters, replace(filters, since=None))
    day = first_day(words)
    if day is None:
        note(f"“{words}” is no day that /since knows; write 2017-02-07, 2017-02, February 2017 or 7 February 2017.")
        return filters
    return _told(engine, filters, replace(filters, since=day))


def filter_outlet(engine: CommandEngine, filters: Filters, words: str) -> Filters:
    """Return the filters with the outlet that was typed; without one, no outlet is asked for."""
    if not words:
        return _told(engine, filters, replace(filters, outlet=None))
    outlets = interruptible(engine.outlets)
    found = matching(words, outlets)
    if len(found) == 1:
        return _told(engine, filters, replace(filters, outlet=found[0]))
    names = list(map(printable, found or outlets))
    more = f" and {len(names) - OUTLETS_NAMED} more" if len(names) > OUTLETS_NAMED else ""
    listed = "; ".join(names[:OUTLETS_NAMED]) + more
    which = f"“{words}” may be" if found else f"There is no outlet “{words}”. There are"
    note(f"{which}: {listed}." if names else "The articles name no outlets.")
    return filters


def _told(engine: CommandEngine, before: Filters, after: Filters) -> Filters:
    """Return the new filters, or those before where no article would pass, and tell which articles are asked."""
    count, total = interruptible(
        lambda: (len(engine.articles(since=after.since, outlet=after.outlet)), len(engine.articles()))
    )
    if after and not count:
        note(f"There is no article {after}; nothing was changed.")
        return before
    if after:
        note(f"Questions are now asked of {count:,} of {total:,} articles: {after}.")
    else:
        note("Questions are now asked of every article.")
    return after


def save_conversation(
    engine: CommandEngine, turns: Sequence[SavedTurn], name: str, *, asked: int, replacing: bool
) -> None:
    """Write a conversation into a file as Markdown.

    Args:
        engine: what was asked.
        turns: what is remembered of the conversation, in order.
        name: path of the file.
        asked: how many questions were asked, those no longer remembered among them.
        replacing: put it in place of a file that is there.

    Raises:
        UsageError: the file is there, and is not to be replaced.
        OnrecordError: it cannot be written.
    """
    if not name or not turns:
        note("/save takes the name of a file, such as /save answers.md." if turns else "There is nothing to save yet.")
        return
    left_out = f" The first {asked - len(turns):,} are no longer remembered." if asked > len(turns) else ""
    count = f"{len(turns)} question{'s' if len(turns) > 1 else ''}"
    about = f"{count} to {engine.describe()}.{left_out}"
    replaced = save_text(name, conversation_text(turns, about=about), replace=replacing)
    instead = ", in place of what was there" if replaced else ""
    note(f"Saved {count} to {name}{instead}.{left_out}")
