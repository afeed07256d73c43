"""The command line among other programs: stdin, pipes, terminals, help, and completion in real shells."""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run

from bot.cli.main import build_parser, command_of, completion_script
from bot.cli.parser import EXAMPLES
from tests.pseudo_terminal import CTRL_D, Terminal

TORCH = "who said “the whole end of the pier was a torch”?"
ANSWER = "the whole end of the pier was a torch"
COMPLETE_IN_BASH = """
source script
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _shtab_onrecord onrecord; echo "${COMPREPLY[*]}"; }
"""


pytestmark = pytest.mark.usefixtures("town")


class TestAQuestionFromStdin:
    @pytest.fixture
    def ask(self, onrecord: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
        def run(data: bytes, *words: str) -> str:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="ascii"))
            told = onrecord("ask", *words)
            assert (told.code, told.err) == (0, "")
            return told.out

        return run

    @pytest.mark.parametrize("words", [[], ["-"]])
    def test_is_asked_where_none_is_typed(self, ask: Callable[..., str], words: list[str]) -> None:
        assert ANSWER in ask(TORCH.encode() + b"\n", *words)

    def test_may_come_from_windows_and_span_lines(self, ask: Callable[..., str]) -> None:
        text = f"\ufeff{TORCH.replace(' ', chr(13) + chr(10), 3)}\r\n"
        assert ask(text.encode()) == ask(TORCH.encode())

    def test_is_left_alone_where_one_is_typed(self, ask: Callable[..., str]) -> None:
        assert ANSWER in ask(b"thanks", TORCH)

    def test_that_is_no_text_or_endless_is_refused_in_one_line(self, ask: Callable[..., str]) -> None:
        assert len(ask(b"\xff\xfe\x00").splitlines()) == 1
        assert "ask in at most 2,000" in ask(b"ferry\n" * 1_000_000)

    def test_of_nothing_is_a_usage_error(self, shell: Run) -> None:
        told = shell("ask")
        assert (told.code, told.out) == (2, "")
        assert told.err.startswith("onrecord: the question is empty")


class TestPipes:
    @pytest.mark.parametrize("words", [f"ask {shlex.quote(TORCH)}", "quotes", "chat", "ask --help"])
    def test_that_nobody_reads_end_quietly(self, tmp_path: Path, words: str) -> None:
        command = (
            f"yes {shlex.quote(TORCH)} | {sys.executable} -m bot.cli.main {words} | head -c 1; exit ${{PIPESTATUS[1]}}"
        )
        env = os.environ | {"ONRECORD_STATE": str(tmp_path)}
        done = subprocess.run(["/bin/bash", "-c", command], env=env, check=False, capture_output=True, text=True)
        assert done.returncode == 0
        assert "Traceback" not in done.stderr
        assert "BrokenPipe" not in done.stderr

    def test_get_no_colours_and_terminals_do(self, shell: Run, tmp_path: Path) -> None:
        assert "\x1b" not in shell("ask", TORCH, env={"FORCE_COLOR": "1"}).out
        env = os.environ | {"ONRECORD_STATE": str(tmp_path), "TERM": "xterm-256color"}
        with Terminal(["-m", "bot.cli.main", "ask", TORCH], env) as terminal:
            assert terminal.end() == 0
        assert "\x1b[1;35m" in terminal.raw


class TestTheChat:
    def test_answers_at_a_terminal_although_the_engine_opens_behind_the_prompt(self, tmp_path: Path) -> None:
        env = os.environ | {"ONRECORD_STATE": str(tmp_path), "TERM": "xterm-256color"}
        with Terminal(["-m", "bot.cli.main", "chat"], env) as terminal:
            assert "19 articles" in terminal.prompt()
            terminal.type("what did Brandvold say?\r")
            terminal.wait_for("— Adela Brandvold")
            terminal.prompt()
            terminal.type("/in WQHV\r")
            terminal.wait_for("Questions are now asked of")
            terminal.prompt()
            terminal.type(CTRL_D)
            assert terminal.end() == 0

    def test_that_is_left_at_once_ends_well(self, tmp_path: Path) -> None:
        env = os.environ | {"ONRECORD_STATE": str(tmp_path), "TERM": "xterm-256color"}
        with Terminal(["-m", "bot.cli.main", "chat"], env) as terminal:
            terminal.prompt()
            terminal.type(CTRL_D)
            assert terminal.end() == 0
            assert "Traceback" not in terminal.raw

    def test_of_a_damaged_index_fails_before_the_prompt(self, tmp_path: Path) -> None:
        (tmp_path / "index").mkdir()
        (tmp_path / "index" / "CURRENT").write_text("nonsense")
        env = os.environ | {"ONRECORD_STATE": str(tmp_path / "state"), "ONRECORD_INDEX": str(tmp_path / "index")}
        with Terminal(["-m", "bot.cli.main", "chat"], env) as terminal:
            assert terminal.end() == 1
            assert "CURRENT: names no generation" in " ".join(terminal.raw.split())

    def test_does_not_wait_for_the_libraries_of_an_answer(self) -> None:
        modules = "bot.cli.main, bot.chat.session, bot.chat.prompt, bot.render.terminal, bot.chat.background"
        code = f"import sys, {modules}; print(*sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
        assert not {"faiss", "onnxruntime", "numpy", "torch", "spacy"} & set(done.stdout.split())


class TestHelp:
    @pytest.mark.parametrize("command", EXAMPLES)
    def test_has_examples_that_can_be_run(self, onrecord: Run, command: str) -> None:
        told = onrecord(command, "--help").out
        assert re.search(r"^Examples:\n  \S", told, re.MULTILINE)
        for example in EXAMPLES[command]:
            assert example in told
            words = shlex.split(re.split(r"[|<>]\s", example.rpartition("| onrecord")[2])[0], comments=True)
            words = [word for word in words if "=" not in word and word != "onrecord"] or [command]
            assert callable(command_of(build_parser().parse_args(words).run))


class TestCompletion:
    @pytest.fixture
    def script(self, tmp_path: Path) -> Callable[[str], Path]:
        def write(name: str) -> Path:
            (tmp_path / name).write_text(completion_script(build_parser(), name))
            return tmp_path / name

        return write

    def test_prints_a_script(self, onrecord: Run) -> None:
        told = onrecord("completion", "bash")
        assert (told.code, told.err) == (0, "")
        assert told.out.rstrip("\n") == completion_script(build_parser(), "bash").rstrip("\n")
        assert onrecord("completion", "csh").code == 2

    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("''", "index forget ask chat bot pair check quotes speakers verify record eval read completion"),
            ("ch", "chat check"),
            ("chat --pl", "--plain"),
            ("completion ''", "bash zsh fish"),
            ("read art", "articles.txt"),
            ("chat --index fold", "folder"),
        ],
    )
    def test_completes_in_bash(self, script: Callable[[str], Path], tmp_path: Path, typed: str, found: str) -> None:
        (tmp_path / "articles.txt").touch()
        (tmp_path / "folder").mkdir()
        code = COMPLETE_IN_BASH.replace("script", shlex.quote(str(script("bash")))) + f"try onrecord {typed}"
        done = subprocess.run(
            ["/bin/bash", "--norc", "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True
        )
        assert (done.stdout.split(), done.stderr) == (found.split(), "")

    @pytest.mark.skipif(not shutil.which("fish"), reason="fish is not installed")
    def test_completes_in_fish(self, script: Callable[[str], Path]) -> None:
        code = f"source {shlex.quote(str(script('fish')))}; complete -C 'onrecord ch'"
        done = subprocess.run(
            [shutil.which("fish") or "", "-N", "-c", code], check=True, capture_output=True, text=True
        )
        assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["chat", "check"]

    @pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed")
    def test_is_read_by_zsh(self, script: Callable[[str], Path]) -> None:
        subprocess.run([shutil.which("zsh") or "", "-n", str(script("zsh"))], check=True, capture_output=True)
