"""Alerts under faults: ten chats follow five people and three topics; 20 rebuilds, 60 articles, five kills."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measuring import markdown
from index.generations.generation import IndexFolder
from tests.alert_scenario import run
from tests.bot_api import BotApi


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.alerts", description=__doc__)
    for name, value in {"chats": 10, "rebuilds": 20, "articles": 60, "kills": 5, "seed": 20310301}.items():
        parser.add_argument(f"--{name}", type=int, default=value, metavar="N", help=f"({value})")
    parser.add_argument("--share", type=float, default=0.2, metavar="X", help="of the requests that go wrong (0.2)")
    wanted = vars(parser.parse_args())
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, BotApi() as api:
        articles = Path(folder, "articles")
        articles.mkdir()
        index = IndexFolder(Path(folder, "index"), Path(folder, "state", "verified"))
        outcome = run(api, index, articles, **wanted, told=lambda line: print(line, file=sys.stderr))
        rows = {
            "passages that chats were to be told": f"{outcome.expected:,}",
            "— told": f"{outcome.delivered:,}",
            "— lost": f"{outcome.lost:,}",
            "— told more than once": f"{outcome.repeated:,}",
            "— told, though not new or not followed": f"{outcome.unexpected:,}",
            "alerts; of them repeated": f"{outcome.messages[0]:,}; {outcome.messages[1]:,}",
            "logged as doubtful: after a kill; after a broken connection": "{}; {}".format(*outcome.doubtful),
            "kills": f"{outcome.kills}",
            "requests that went wrong": f"{sum(outcome.faults.values()):,}: "
            + ", ".join(f"{kind} {count}" for kind, count in sorted(outcome.faults.items())),
            "passages made for a topic; told as answering it": "{}; {}".format(*outcome.topical),
            "seconds": f"{time.perf_counter() - begun:.0f}",
        }
    print(markdown(("", ""), rows.items()))
    return 1 if outcome.lost else 0


if __name__ == "__main__":
    sys.exit(main())
