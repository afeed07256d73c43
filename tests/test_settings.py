"""Settings in a TOML file: what they say, what is refused and where it stands, and what goes before what."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import Run, Write
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.cmd_bot import bot_settings
from bot.cli.parser import build_parser
from bot.config.settings import Settings, load_settings, settings_problems
from bot.config.settings_file import Problem, told
from index.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    File = Callable[[str], Path]

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
EXAMPLE = Path(__file__).parent.parent / "deploy" / "onrecord.toml"
FERRY = " date 2031-01-14 QUILLHAVEN (WQHV) - The ferry will not close, Mayor Adela Brandvold said.\n"


@pytest.fixture
def file(tmp_path: Path) -> File:
    def write(content: str) -> Path:
        path = tmp_path / "onrecord.toml"
        path.write_text(content, "utf-8")
        return path

    return write


def keys(kind: Any, before: str = "") -> Iterator[str]:
    for one in fields(kind):
        inner = one.default_factory
        yield from keys(inner, f"{before}{one.name}.") if is_dataclass(inner) else [f"{before}{one.name}"]


def set_in(settings: Any, before: str = "") -> dict[str, Any]:
    found = {}
    for one in fields(settings):
        value = getattr(settings, one.name)
        found |= set_in(value, f"{before}{one.name}.") if is_dataclass(value) else {f"{before}{one.name}": value}
    return found


class TestTheExample:
    def test_is_true_as_it_stands(self) -> None:
        assert load_settings(EXAMPLE).articles == Path("/var/lib/onrecord/articles")

    def test_is_true_in_what_it_proposes_and_explains_every_setting(self, file: File) -> None:
        everything = set_in(load_settings(file(re.sub(r"(?m)^#(?! |$)", "", EXAMPLE.read_text("utf-8")))))
        assert list(everything) == list(keys(Settings))
        assert [key for key, value in everything.items() if value in (None, ())] == []
        assert set_in(load_settings(file("links.follow = false")))["links.follow"] is False


class TestAFile:
    def test_may_be_empty(self, file: File) -> None:
        assert load_settings(file("\ufeff")) == Settings()

    def test_names_paths_from_where_it_lies(self, file: File, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
        path = file('articles = "../news"\nindex = "~/index"\nstate = "/state"')
        monkeypatch.chdir("/")
        settings = load_settings(path)
        assert settings.articles == path.parent.parent / "news"
        assert (settings.index, settings.state) == (home / "index", Path("/state"))

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            ('\n# ids\n[telegram]\nacces = "open"', "line 4: telegram.acces is no setting; did you mean access?"),
            ("[telegram]\nallowed = [\n  7,\n  'x',\n]", "line 2: telegram.allowed is to be a whole number, not 'x'"),
            ("[log]\nformat = 'text'\n\n[links] # x\nevery = 'x'\n[health]", "line 5: links.every 'x' is not a time"),
            ("telegram.webhook.Port = 1", "line 1: telegram.webhook.Port is no setting; did you mean port?"),
            ("[telgram]\nx = 1", "line 1: telgram is no setting; did you mean telegram?"),
            ("[log]\nxyz = 1", "line 2: log.xyz is no setting; there are format"),
            ("telegram = 1", "line 1: telegram is to be a table, not 1"),
            ("articles = 7", "line 1: articles is to be a text in quotation marks, not 7"),
            (
                f"log.format = 0x{'f' * 5000}",
                "log.format is to be a text in quotation marks, not a number of thousands of digits",
            ),
            (f"links.follow = 0x{'f' * 5000}", "links.follow is to be true or false, not a number of thousands of"),
            ("telegram.add_articles = 'yes'", "telegram.add_articles is to be true or false, not 'yes'"),
            ("telegram.admins = 7", "telegram.admins is to be a list in brackets, not 7"),
            ("telegram.admins = [true]", "telegram.admins is to be a whole number, not True"),
            ("telegram.admins = [-7]", "telegram.admins lists people; the id of a group is negative"),
            ("telegram.access = 'closed'", "is to be 'open' or 'allow-list' or 'pairing', not 'closed'"),
            ("telegram.access = 'allow-list'", "telegram.allowed and telegram.admins name nobody"),
            ("telegram.add_articles = true", "telegram.add_articles needs a folder to save them in: set articles"),
            ("links.every = 'soon'", "links.every 'soon' is not a time such as 30s, 10m, 2h or 1d"),
            ("links.addresses = ['ftp://x']", "links.addresses ftp://x: only http and https addresses can be fetched"),
            ("telegram.webhook.url = 'http://x'", "telegram.webhook.url is to begin with https://, not 'http://x'"),
            ("telegram.webhook.port = 0", "telegram.webhook.port is to be a port from 1 to 65535, not 0"),
            ("telegram.webhook.key = 'k'", "telegram.webhook.key needs the certificate it belongs to"),
            ("telegram.token = '1:A'", "telegram.token does not belong here: put it into a file of mode 600"),
            (f"telegram.token_file = '{TOKEN}'", "telegram.token_file names a file that holds the token; the token"),
            ("x = ", "is no TOML: Invalid value (at end of document)"),
            ("a" * 100_001, "has more than 100,000 characters"),
        ],
    )
    def test_that_is_wrong_is_refused_in_one_line_that_says_where(self, file: File, content: str, reason: str) -> None:
        with pytest.raises(UsageError) as refusal:
            load_settings(path := file(content))
        assert str(refusal.value).startswith(str(path))
        assert reason in str(refusal.value)
        assert len(str(refusal.value).splitlines()) == 1
        assert not re.search("1:A|AAHdq", str(refusal.value))

    def test_may_have_spaces_around_its_words(self, file: File) -> None:
        settings = load_settings(file("telegram.access = ' pairing '\nlog.format = 'json '"))
        assert (settings.telegram.access, settings.log.format) == ("pairing", "json")

    def test_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"none.toml: cannot be read: No such file"):
            load_settings(tmp_path / "none.toml")

    @given(st.lists(st.sampled_from(["# x = 1", "", 'a{} = """\nx = 1\n[t]\n"""', "b{} = [\n1, # x\n\n2]", "c{} = 1"])))
    def test_shows_on_which_line_each_key_is_set(self, statements: list[str]) -> None:
        statements = [one.format(number) for number, one in enumerate(statements)]
        text = "\n".join(["[table]", *statements])
        names = [one.partition(" ")[0] for one in statements if one[:1] in "abc" and one]
        problems = told(Path("f"), text, [Problem(("table", name), "x") for name in names])
        lines = text.split("\n")
        assert [int(line.split(" ")[2][:-1]) for line in problems] == [
            number for number, line in enumerate(lines, 1) if re.match(r"[abc]\d", line)
        ]

    def test_shows_it_also_below_tables_within_lists(self) -> None:
        problems = [Problem(("log", "x"), "is"), Problem(("a", "b"), "is")]
        text = "[[a]]\n[a.b]\n[[a]]\n[a.b]\n[log]\nx = 1\n"
        assert told(Path("f"), text, problems) == ["f, line 2: a.b is", "f, line 6: log.x is"]


class TestCheck:
    def test_tells_everything_that_is_wrong_in_the_order_of_the_file(self, onrecord: Run, file: File) -> None:
        done = onrecord("check", "--config", file("x = 1\n[telegram]\nadmins = ['a', 'b']\nacess = 'open'\n"))
        assert (done.code, done.out) == (2, "")
        assert re.findall(r"line \d: \S+", done.err) == [
            "line 1: x",
            "line 3: telegram.admins",
            "line 3: telegram.admins",
            "line 4: telegram.acess",
        ]
        assert [line.partition(" ")[0] for line in done.err.splitlines()] == ["onrecord:"] * 4

    def test_tells_what_is_wrong_with_the_files_that_are_named(self, file: File, tmp_path: Path) -> None:
        (tmp_path / "token").write_text("1:A")
        (tmp_path / "token").chmod(0o644)
        path = file("articles = 'news'\nstate = 'token'\n[telegram]\ntoken_file = 'token'\nwebhook.certificate = 'c'\n")
        problems = "\n".join(settings_problems(path))
        for reason in ("no folder", "token is a file", "others may read the token", "no file"):
            assert reason in problems

    def test_tells_that_an_extra_is_missing(self, file: File, monkeypatch: pytest.MonkeyPatch) -> None:
        path = file("telegram.webhook.url = 'https://a.example/'")
        assert settings_problems(path) == []
        monkeypatch.setattr("bot.config.settings.find_spec", lambda _: None)
        assert settings_problems(path) == [f"{path}: telegram.webhook: needs an extra: pip install 'onrecord[webhook]'"]

    def test_of_a_good_file_needs_neither_index_nor_token(self, onrecord: Run, file: File, tmp_path: Path) -> None:
        done = onrecord("check", "--config", path := file("telegram.access = 'pairing'"))
        assert (done.code, done.out, done.err) == (0, f"{path}: good\n", "")
        assert sorted(entry.name for entry in tmp_path.iterdir()) == ["onrecord.toml"]


class TestCommands:
    def test_follow_the_file_unless_the_command_line_says_otherwise(
        self, onrecord: Run, file: File, articles: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        articles({"ferry.txt": FERRY})
        monkeypatch.setenv("ONRECORD_INDEX", "ignored")
        config = file(
            "articles = 'articles'\nindex = 'here'\nstate = 'kept'\nlinks.addresses = ['http://127.0.0.1:1/']"
        )
        built = onrecord("index", "--config", config)
        assert (built.code, built.out.split(",")[0]) == (0, "1 article")
        assert "skipped: http://127.0.0.1:1/: 127.0.0.1 is" in built.err
        assert "Adela Brandvold" in onrecord("speakers", "--config", config).out
        assert (tmp_path / "kept" / "verified").exists()
        assert onrecord("check", "--index", tmp_path / "here").code == 0
        assert not (tmp_path / "ignored").exists()
        assert "Adela Brandvold" in onrecord("speakers", "--config", config, "--index", "there").out
        assert (tmp_path / "there").exists()

    def test_of_the_bot_say_more_than_the_file_only_where_they_say_something(self, file: File) -> None:
        config = file("telegram.webhook = {url = 'https://a.example/', port = 9000}\ntelegram.base_url = 'http://b'")
        words = ["bot", "--config", str(config), "--listen", "[::1]:9001", "--log-format", "json"]
        settings = bot_settings(build_parser().parse_args(words))
        webhook = settings.telegram.webhook
        assert (webhook.url, webhook.listen, webhook.port) == ("https://a.example/", "::1", 9001)
        assert (settings.telegram.base_url, settings.log.format) == ("http://b", "json")

    @pytest.mark.parametrize("words", [["--webhook", "http://a"], ["--listen", "8443"], ["--listen", "a:70000"]])
    def test_of_the_bot_refuse_addresses_that_are_none(self, onrecord: Run, words: list[str]) -> None:
        done = onrecord("bot", *words)
        assert done.code == 2
        assert "is not an address" in done.err

    def test_refuse_a_file_that_is_wrong(self, onrecord: Run, file: File) -> None:
        done = onrecord("ask", "q", "--config", path := file("x = 1\ny = 2\n"))
        assert (done.code, done.out) == (2, "")
        assert done.err == (
            f"onrecord: {path}, line 1: x is no setting; there are articles, index, state, links, telegram, log, "
            f"health, metrics (and 1 more: onrecord check --config {path})\n"
        )
