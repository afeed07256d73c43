"""People who write to the bot, on the emulated Bot API server of the tests: a role of benchmarks.worker."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from tests.bot_api import BotApi
from tests.bot_api_http import Weather

FIRST = 1000
PATIENCE = 1800.0


class People:
    """Tasks of the people, and of the server between them and the bot."""

    def __init__(self, told: dict[str, Any]) -> None:
        del told
        self._api = BotApi()
        self._api.__enter__()
        self._first = FIRST

    def address(self) -> dict[str, str]:
        """Return where the bot finds the server, and the token it knows."""
        return {"root": self._api.root, "token": self._api.token}

    def wait_for_bot(self) -> int:
        """Wait until the bot polls."""
        self._api.wait(lambda: len(self._api.polls) > 0, "poll", within=PATIENCE)
        return len(self._api.polls)

    def one_after_the_other(self, questions: list[str]) -> list[float]:
        """Let somebody else ask each question when the one before is answered; return the seconds each took."""
        taken = []
        for person, question in enumerate(questions, self._first):
            begun, number = time.perf_counter(), len(self._api.messages) + 1
            self._api.say(person, question)
            self._api.wait(lambda number=number: len(self._api.messages) >= number, "answer", within=PATIENCE)
            taken.append(time.perf_counter() - begun)
        self._first += len(questions)
        return taken

    def at_once(self, questions: list[str], share: float = 0.0, seed: int = 0) -> dict[str, Any]:
        """Let everybody ask at once, while a share of the requests goes wrong; return who was told what, and when."""
        weather = Weather(share, seed)
        people = range(self._first, self._first + len(questions))
        self._first += len(questions)
        before, calls = len(self._api.messages), len(self._api.calls)
        self._api.storm(weather)
        begun = time.perf_counter()
        for person, question in zip(people, questions, strict=True):
            self._api.say(person, question)
        self._api.wait(lambda: people_answered(self._api.messages[before:]) >= set(people), "answers", within=PATIENCE)
        seconds = time.perf_counter() - begun
        self._api.clear_up()
        messages, answers = self._api.messages[before:], self._api.calls[calls:]
        told: dict[int, list[str]] = {person: [] for person in people}
        for message in messages:
            told[message["chat"]["id"]].append(message["text"])
        return {
            "seconds": seconds,
            "told": list(told.values()),
            "order": [message["chat"]["id"] - people[0] for message in messages],
            "lost": sum(call.dropped and call.status == 200 for call in answers if call.method == "sendMessage"),
            "attempts": sum(call.method == "sendMessage" for call in answers),
            "typing": sum(call.method == "sendChatAction" for call in answers),
            "kinds": Counter(weather.kinds),
        }


def people_answered(messages: list[dict[str, Any]]) -> set[int]:
    return {message["chat"]["id"] for message in messages}
