"""Errors and what to do about them: told as a line, logged, and told to another process."""

from __future__ import annotations

import io
import json
import logging
import pickle
import string
import sys

import pytest

from bot.render.messages import ADVICE, error_line
from bot.render.text import StderrHandler
from bot.telegram.ops.logs import json_log
from index.core.errors import Advice, DamagedError, Note, NothingReadError, OnrecordError, SourceError

GONE = SourceError("notes: no such file or folder", Advice.FORGET_SOURCE, source="/my notes")


class TestAnError:
    @pytest.mark.parametrize("advice", Advice)
    def test_has_words_for_each_advice_after_what_is_wrong(self, advice: Advice) -> None:
        names = [name for _, name, _, _ in string.Formatter().parse(ADVICE[advice]) if name]
        error = OnrecordError("a: is wrong", advice, **dict.fromkeys(names, "told"))
        line = error_line(error)
        assert line.startswith("a: is wrong")
        assert line.count("told") == len(names)
        assert len(line) > len("a: is wrong")

    def test_without_an_advice_is_its_text_in_one_line(self) -> None:
        assert error_line(OnrecordError("a: {is}\nwrong")) == "a: {is} wrong"

    def test_tells_a_path_as_a_shell_takes_it_and_a_link_as_it_is(self) -> None:
        link = "https://ledger.example/feed?all=1&page=2"
        assert error_line(GONE).endswith("; if it is gone for good: onrecord forget '/my notes'")
        assert error_line(OnrecordError("x", Advice.FORGET_SOURCE, source=link)).endswith(f": onrecord forget {link}")

    def test_is_told_to_another_process_with_its_advice(self) -> None:
        note = Note.from_json(json.loads(json.dumps(GONE.note().to_json())))
        assert (note, error_line(note), str(note)) == (GONE.note(), error_line(GONE), str(GONE))
        assert Note.from_json(json.loads(json.dumps(Note("x").to_json()))) == Note("x")
        assert error_line(pickle.loads(pickle.dumps(GONE))) == error_line(GONE)  # noqa: S301  (our own)


class TestSourcesOfWhichNothingCanBeRead:
    def test_are_told_with_the_first_reason_and_its_advice_and_how_many_there_are(self) -> None:
        first = Note("a.pdf: .pdf files need an extra", Advice.INSTALL, {"package": "onrecord[files]"})
        line = "/news: nothing there can be read: a.pdf: .pdf files need an extra: pip install 'onrecord[files]'"
        assert error_line(NothingReadError("/news", first, 0)) == line
        assert error_line(NothingReadError("/news", first, 2)) == f"{line} (and 2 more)"
        assert (
            str(NothingReadError("/news", Note("all are empty"), 0))
            == "/news: nothing there can be read: all are empty"
        )


class TestAnErrorThatIsLogged:
    @pytest.fixture
    def log(self) -> logging.Logger:
        return logging.getLogger("retrieval.test")

    def test_is_told_with_its_advice(
        self, log: logging.Logger, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        handler, said = StderrHandler(), io.StringIO()
        monkeypatch.setattr(sys, "stderr", said)
        log.addHandler(handler)
        try:
            log.warning("%s; going on", DamagedError("a 100% gone", Advice.MEND_INDEX))
            log.warning(Note("b 100% gone", Advice.MEND_INDEX))
        finally:
            log.removeHandler(handler)
        assert said.getvalue().splitlines() == [
            "a 100% gone; run `onrecord index` to mend it; going on",
            "b 100% gone; run `onrecord index` to mend it",
        ]
        assert "a 100% gone" in caplog.text

    def test_is_told_so_as_json_too(self, log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
        with json_log():
            log.warning("%s; going on", GONE)
        event = json.loads(capsys.readouterr().err)["event"]
        assert event == f"{error_line(GONE)}; going on"
