"""How many of the words that people add to a follow-up, to make it stand for itself, the text alone gives.

A line of the file holds a dialog's `title`, its `history` (question, answer, question, answer, …), the `question` and
the `rewrite` of it by a person. Only the reading of the text is scored: there are no articles to decide.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measuring import markdown
from index.quotations.lexicon.names import is_first_name
from index.store.lexical import stems
from retrieval.conversation.coreference import in_full, named_in, resolve_references
from retrieval.conversation.state import Dialog, NamedSpeaker, Turn
from retrieval.search.terms import SMALL_STEMS

Record = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rewrites", description=__doc__)
    parser.add_argument("rewrites", type=Path, metavar="REWRITES.jsonl")
    records = [json.loads(line) for line in parser.parse_args().rewrites.read_text("utf-8").splitlines()]
    rules = {"nothing added": _nothing, "the last question's words": _last, "ours": _ours}
    rows = [[name, *(f"{share:.3f}" for share in _score(records, rule))] for name, rule in rules.items()]
    print(markdown(["rule", "added words recovered", "wrong among those it adds", "questions left as typed"], rows))


def _score(records: Sequence[Record], rule: Callable[[Record], str]) -> tuple[float, float, float]:
    wanted = found = added = wrong = untouched = 0
    for record in records:
        typed, rewrite, ours = (_content(text) for text in (record["question"], record["rewrite"], rule(record)))
        wanted += len(rewrite - typed)
        found += len((ours & rewrite) - typed)
        added += len(ours - typed)
        wrong += len(ours - typed - rewrite)
        untouched += ours == typed
    return found / wanted, wrong / max(added, 1), untouched / len(records)


def _content(text: str) -> set[str]:
    return set(stems(text)) - SMALL_STEMS


def _nothing(record: Record) -> str:
    return str(record["question"])


def _last(record: Record) -> str:
    return " ".join([record["question"], *record["history"][-2:-1]])


def _ours(record: Record) -> str:
    subject = _subject(record["title"])
    dialog = Dialog((Turn("", speaker=subject.name, people=(subject,)),))
    for question in record["history"][::2]:
        resolved = resolve_references(question, dialog)
        named = [in_full(one, dialog) for one in named_in(resolved.text)]
        people = tuple(dict.fromkeys([*resolved.people, *named]))
        if people:
            dialog = dialog.after(Turn(resolved.text, speaker=people[0].name, people=people), 0.0)
    return resolve_references(record["question"], dialog).text


def _subject(title: str) -> NamedSpeaker:
    title = re.sub(r"\s*\(.*\)", "", title)
    known = next(iter(named_in(title)), NamedSpeaker(title))
    kind = "person" if known.gender or is_first_name(title.split()[0]) else "group"
    return NamedSpeaker(title, kind, known.gender)


if __name__ == "__main__":
    main()
