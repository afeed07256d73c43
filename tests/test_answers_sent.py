"""The bot's memory: what it keeps, for how long, and what happens to its file."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
import zlib
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.telegram.state import messages
from bot.telegram.state.messages import MessageStore, Reference, SentMessage, sent_answer
from index.core.errors import OnrecordError
from retrieval.conversation.state import Dialog, Turn
from retrieval.core.answer import Copy
from tests.telegram_answers import answered, citation, hit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


CHAT, ANN, BEN = -1001, 7, 8
WORDS = st.text(max_size=8)
SPANS = st.lists(st.tuples(st.integers(0), st.integers(0)), max_size=2)
TALK = Dialog().after(Turn("What did she say?"), 1.0)
SENT = SentMessage(question="What?", status="answered", dialog=TALK)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "telegram-1.sqlite"


@pytest.fixture
def memory(path: Path) -> Iterator[MessageStore]:
    memory = MessageStore.open(path)
    yield memory
    memory.close()


class TestAMessage:
    @settings(max_examples=25)
    @given(
        st.builds(
            SentMessage,
            question=WORDS,
            standalone=WORDS,
            history=st.lists(WORDS).map(tuple),
            status=st.sampled_from(["answered", "not_found", "ambiguous", None]),
            speaker=st.none() | WORDS,
            generation=WORDS,
            passages=st.lists(
                st.builds(
                    Reference,
                    article=WORDS,
                    paragraph=st.integers(0),
                    digest=WORDS,
                    sha256=WORDS,
                    highlights=SPANS.map(tuple),
                    also=st.lists(st.tuples(WORDS, st.integers(0))).map(tuple),
                )
            ).map(tuple),
            earlier=st.lists(st.tuples(WORDS, st.integers(0))).map(tuple),
            exhausted=st.booleans(),
            left=SPANS.map(tuple),
            choices=st.lists(WORDS).map(tuple),
            listing=WORDS,
            dialog=st.just(TALK),
        )
    )
    def test_is_read_as_it_was_written(self, sent: SentMessage) -> None:
        assert SentMessage.from_json(sent.to_json(), TALK) == sent

    def test_is_found_by_its_key_and_by_its_id_in_its_chat_only(self, memory: MessageStore) -> None:
        key = memory.reserve(CHAT, SENT)
        assert memory.by_message(CHAT, 5) is None
        memory.arrived(key, CHAT, 5)
        assert memory.by_key(CHAT, key) == memory.by_message(CHAT, 5) == SENT
        assert memory.by_key(ANN, key) is None
        assert memory.by_message(ANN, 5) is None

    def test_with_the_id_of_another_takes_its_place(self, memory: MessageStore) -> None:
        first, second = memory.reserve(CHAT, SENT), memory.reserve(CHAT, replace(SENT, question="Second?"))
        memory.arrived(first, CHAT, 5)
        memory.arrived(second, CHAT, 5)
        found = memory.by_message(CHAT, 5)
        assert found
        assert found.question == "Second?"
        assert memory.by_key(CHAT, first) == SENT

    def test_remembers_passages_by_place_and_digest_and_not_by_their_text(self) -> None:
        also = (Copy("b.txt", 3, citation()),)
        answer = answered("What?", hit("First passage.", also=also), hit("Second.", paragraph=8), hit("Third."))
        sent = sent_answer(answer, (0, 2), (), k=5, before=TALK)
        assert [one.place for one in sent.passages] == [("000.txt", 7), ("000.txt", 7)]
        assert [one.place for one in sent.waiting] == [("000.txt", 8)]
        assert sent.passages[0].also == (("b.txt", 3),)
        assert sent.exhausted
        assert "First passage." not in sent.to_json()

    def test_keeps_what_was_pressed(self, memory: MessageStore) -> None:
        key = memory.reserve(CHAT, SENT)
        for _ in range(2):
            memory.press(key, "m")
        assert memory.pressed(key) == {"m"}
        memory.press(key + 1, "m")
        assert memory.pressed(key + 1) == set()


class TestADialog:
    def test_is_one_person_s_in_one_chat(self, memory: MessageStore) -> None:
        memory.set_dialog(CHAT, ANN, TALK)
        assert memory.dialog(CHAT, ANN) == TALK
        assert memory.dialog(CHAT, BEN) == memory.dialog(ANN, ANN) == Dialog()
        memory.set_dialog(CHAT, ANN, Dialog())
        assert memory.dialog(CHAT, ANN) == Dialog()


class TestTheFile:
    def test_is_private_and_outlives_the_process(self, path: Path) -> None:
        memory = MessageStore.open(path)
        key = memory.reserve(CHAT, SENT)
        memory.set_dialog(CHAT, ANN, TALK)
        for file in path.parent.iterdir():
            assert file.stat().st_mode & 0o077 == 0, file
        assert path.parent.stat().st_mode & 0o077 == 0
        memory.close()
        again = MessageStore.open(path)
        assert (again.by_key(CHAT, key), again.dialog(CHAT, ANN)) == (SENT, TALK)
        again.close()

    def test_outlives_a_kill_at_any_instant(self, path: Path) -> None:
        program = textwrap.dedent("""
            import sys
            from pathlib import Path
            from tests.test_answers_sent import CHAT, SENT, TALK, MessageStore
            memory = MessageStore.open(Path(sys.argv[1]))
            for number in range(1_000_000):
                key = memory.reserve(CHAT, SENT)
                memory.arrived(key, CHAT, number)
                memory.set_dialog(CHAT, number, TALK)
                print(number, key, flush=True)
        """)
        command = [sys.executable, "-c", program, str(path)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
            assert process.stdout
            lines = [process.stdout.readline() for _ in range(50)]
            process.send_signal(signal.SIGKILL)
        memory = MessageStore.open(path)
        for line in lines:
            number, key = map(int, line.split())
            assert memory.by_message(CHAT, number) == memory.by_key(CHAT, key) == SENT
            assert memory.dialog(CHAT, number) == TALK
        memory.close()

    def test_that_is_damaged_is_set_aside(self, path: Path, caplog: pytest.LogCaptureFixture) -> None:
        path.parent.mkdir()
        path.write_bytes(b"no database at all " * 500)
        memory = MessageStore.open(path)
        memory.set_dialog(CHAT, ANN, TALK)
        memory.close()
        (aside,) = path.parent.glob("*.damaged-*")
        assert aside.read_bytes().startswith(b"no database")
        assert "is damaged" in caplog.text

    @pytest.mark.parametrize("body", [b"", b"no zlib", zlib.compress(b"no JSON"), zlib.compress(b"{}"), "text"])
    def test_of_which_one_message_is_damaged_forgets_that_one(
        self, path: Path, memory: MessageStore, body: bytes | str, caplog: pytest.LogCaptureFixture
    ) -> None:
        damaged, whole = memory.reserve(CHAT, SENT), memory.reserve(CHAT, SENT)
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("UPDATE sent SET body = ? WHERE key = ?", (body, damaged))
        assert memory.by_key(CHAT, damaged) is None
        assert memory.by_key(CHAT, whole) == SENT
        assert "taken for forgotten" in caplog.text

    def test_of_a_newer_version_is_left_alone(self, path: Path) -> None:
        MessageStore.open(path).close()
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA user_version = 99")
        database.close()
        with pytest.raises(OnrecordError, match="by a newer onrecord"):
            MessageStore.open(path)

    def test_that_cannot_be_made_is_an_error_that_tells_what_to_do(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(OnrecordError, match="name another folder with --state"):
            MessageStore.open(tmp_path / "file" / "telegram.sqlite")


class TestWhatIsOldOrTooMuch:
    def test_is_removed(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(messages, "MOST_SENT", 3)
        monkeypatch.setattr(messages, "MOST_DIALOGS", 2)
        memory = MessageStore.open(path)
        keys = [memory.reserve(CHAT, SENT) for _ in range(5)]
        for person in range(5):
            memory.set_dialog(CHAT, person, TALK)
        memory.close()
        memory = MessageStore.open(path)
        assert [memory.by_key(CHAT, key) is not None for key in keys] == [False, False, True, True, True]
        assert [bool(memory.dialog(CHAT, person).turns) for person in range(5)] == [False] * 3 + [True] * 2
        memory.close()

    def test_is_removed_while_the_bot_runs(self, memory: MessageStore, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(messages, "MOST_SENT", 3)
        monkeypatch.setattr(messages, "PRUNED_EVERY", 5)
        keys = [memory.reserve(CHAT, SENT) for _ in range(5)]
        assert sum(memory.by_key(CHAT, key) is not None for key in keys) == 3

    def test_is_old_after_its_time(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        memory, now = MessageStore.open(path), time.time()
        key = memory.reserve(CHAT, SENT)
        memory.set_dialog(CHAT, ANN, TALK)
        memory.press(key, "m")
        memory.close()
        monkeypatch.setattr(time, "time", lambda: now + messages.KEPT_SECONDS + 1)
        memory = MessageStore.open(path)
        assert memory.by_key(CHAT, key) is None
        assert memory.pressed(key) == set()
        assert memory.dialog(CHAT, ANN) == Dialog()
        memory.close()
