"""Where the bot's token may come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.config.settings import read_token
from index.core.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n")
    path.chmod(0o600)
    return path


class TestTheToken:
    def test_is_the_environment_s(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TELEGRAM_BOT_TOKEN", f" {TOKEN}\n")
        assert read_token(None) == TOKEN

    def test_is_the_file_s_where_one_is_named(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:another")
        assert read_token(file) == TOKEN

    def test_missing_is_told_with_what_to_do(self) -> None:
        with pytest.raises(UsageError, match=r"set TELEGRAM_BOT_TOKEN .* --token-file"):
            read_token(None)


class TestAFile:
    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
    def test_that_others_may_touch_is_refused(self, file: Path, mode: int) -> None:
        file.chmod(mode)
        with pytest.raises(UsageError, match="others may read the token; run: chmod 600") as refusal:
            read_token(file)
        assert TOKEN not in str(refusal.value)

    def test_in_the_folder_that_systemd_makes_for_a_service_is_read_whatever_its_mode(
        self, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file.chmod(0o440)  # a mode that stands for an access list
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(file.parent))
        assert read_token(file) == TOKEN
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(file.parent.parent))
        with pytest.raises(UsageError, match="others may read the token"):
            read_token(file)

    def test_that_only_its_owner_may_read_is_read(self, file: Path) -> None:
        file.chmod(0o400)
        assert read_token(file) == TOKEN

    def test_that_is_empty_or_no_text_or_not_there_is_named(self, file: Path) -> None:
        for content, reason in ((b"\n", "is empty"), (b"\xff\xfe", "not a text"), (None, "No such file")):
            if content is None:
                file.unlink()
            else:
                file.write_bytes(content)
            with pytest.raises(UsageError, match=reason):
                read_token(file)

    def test_is_named_on_the_command_line(self, file: Path) -> None:
        from bot.cli.parser import build_parser

        assert build_parser().parse_args(["bot", "--token-file", str(file)]).token_file == file
