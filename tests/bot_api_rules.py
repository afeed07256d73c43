"""What a real Bot API server refuses, in its own words, and how it words it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

LONGEST_TEXT = 4096
LONGEST_CALLBACK_DATA = 64
LONGEST_CALLBACK_ANSWER = 200
LONGEST_CAPTION = 1024
LONGEST_COMMAND = 32
LARGEST_PHOTO = 10 * 2**20
MOST_INLINE_RESULTS = 50

INVISIBLE = re.compile("[\\s\u00ad\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufeff\uffa0]+")
"""What a client shows as nothing; a text of nothing else is refused as empty."""

STYLES = {
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
    "expandable_blockquote",
    "code",
    "pre",
    "text_link",
    "text_mention",
    "custom_emoji",
}
# Found by the server itself; accepted from a bot, and ignored.
AUTOMATIC = {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"}


class Refusal(Exception):  # noqa: N818 - the server refuses; nothing is wrong with it
    """An answer with `ok: false`."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def bad_request(reason: str) -> Refusal:
    return Refusal(400, f"Bad Request: {reason}")


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def check_text(text: str, entities: list[dict[str, Any]]) -> None:
    """Refuse what `sendMessage` and `editMessageText` refuse."""
    if not text:
        raise bad_request("message text is empty")
    if not INVISIBLE.sub("", text):
        raise bad_request("text must be non-empty")
    for entity in entities:
        check_entity(text, entity)
    if units(text) > LONGEST_TEXT:
        raise bad_request("message is too long")


def check_entity(text: str, entity: dict[str, Any]) -> None:
    if entity.get("type") not in STYLES | AUTOMATIC:
        raise bad_request("can't parse MessageEntity: Unsupported type specified")
    for field in ("offset", "length"):
        if not isinstance(entity.get(field), int):
            raise bad_request(f"can't parse MessageEntity: Can't find field \"{field}\"")
        if not 0 <= entity[field] <= 1_000_000:
            raise bad_request(f"receive an entity with incorrect {field} {entity[field]}")
    if entity["type"] == "text_link":
        check_url(entity)
    if entity["length"]:
        check_bounds(text, entity["offset"], entity["offset"] + entity["length"])


def check_url(entity: dict[str, Any]) -> None:
    if "url" not in entity:
        raise bad_request("can't parse MessageEntity: Can't find field \"url\"")
    parts = urlsplit(entity["url"])
    if not parts.netloc:
        raise bad_request(f"entity URL '{entity['url']}' is invalid: URL host is empty")
    if parts.scheme not in {"http", "https", "tg", "ton"}:
        raise bad_request(f"entity URL '{entity['url']}' is invalid: Unsupported URL protocol")


def check_bounds(text: str, start: int, end: int) -> None:
    encoded = text.encode("utf-16-le")
    if start > units(text):
        raise bad_request(f"entity begins after the end of the text at UTF-16 offset {start}")
    if end > units(text):
        raise bad_request(
            f"entity beginning at UTF-16 offset {start} ends after the end of the text at UTF-16 offset {end}"
        )
    if splits_character(encoded, start):
        at = len(text.encode()[: len(encoded[: 2 * (start + 1)].decode("utf-16-le").encode())])
        raise bad_request(f"entity begins in a middle of a UTF-16 symbol at byte offset {at}")
    if splits_character(encoded, end):
        at = len(encoded[: 2 * (end + 1)].decode("utf-16-le").encode())
        raise bad_request(
            f"entity beginning at UTF-16 offset {start} ends in a middle of a UTF-16 symbol at byte offset {at}"
        )


def splits_character(encoded: bytes, offset: int) -> bool:
    return 0xDC00 <= int.from_bytes(encoded[2 * offset : 2 * offset + 2], "little") <= 0xDFFF


def check_keyboard(markup: dict[str, Any]) -> None:
    """Refuse an inline keyboard's buttons that the real server refuses."""
    for button in (button for row in markup.get("inline_keyboard", []) for button in row):
        if not button.get("text"):
            raise bad_request('can\'t parse inline keyboard button: Field "text" must be non-empty')
        if len(set(button) - {"text"}) != 1:
            raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
        if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= LONGEST_CALLBACK_DATA:
            raise bad_request("BUTTON_DATA_INVALID")


def check_inline_results(results: list[dict[str, Any]]) -> None:
    """Refuse what `answerInlineQuery` refuses."""
    if len(results) > MOST_INLINE_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    ids = [result["id"] for result in results]
    if any(not 1 <= len(one.encode()) <= 64 for one in ids):
        raise bad_request("RESULT_ID_INVALID")
    if len(set(ids)) != len(ids):
        raise bad_request("RESULT_ID_DUPLICATE")
    for result in results:
        if not result.get("title"):
            raise bad_request("can't parse inline query result: Can't find field \"title\"")
    for content in (result["input_message_content"] for result in results if "input_message_content" in result):
        check_text(content["message_text"], content.get("entities", []))


def check_inline_button(button: dict[str, Any] | None) -> None:
    """Refuse what `answerInlineQuery` refuses of the button above the results."""
    if button is None:
        return
    if not button.get("text"):
        raise bad_request('can\'t parse inline query results button: Field "text" must be non-empty')
    if not re.fullmatch(r"[\w-]{1,64}", button.get("start_parameter", ""), re.ASCII):
        raise bad_request("START_PARAM_INVALID")


def check_document(params: dict[str, Any]) -> None:
    """Refuse what `sendDocument` refuses."""
    name, content = params.get("document") or ("", b"")
    if not name or not content:
        raise bad_request("file must be non-empty")
    if units(params.get("caption", "")) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")


def check_photo(params: dict[str, Any]) -> None:
    """Refuse what `sendPhoto` refuses: what is no picture, too large, or too long and thin."""
    _, content = params.get("photo") or ("", b"")
    if not content.startswith(b"\x89PNG"):
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    if len(content) > LARGEST_PHOTO or width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    if units(params.get("caption", "")) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    for entity in params.get("caption_entities", []):
        check_entity(params["caption"], entity)


def check_commands(commands: list[dict[str, str]]) -> None:
    """Refuse what `setMyCommands` refuses."""
    for command in commands:
        name = command["command"].removeprefix("/")
        if not 1 <= len(name) <= LONGEST_COMMAND or not name.isascii() or name.lower() != name:
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")


def check_webhook(params: dict[str, Any]) -> None:
    """Refuse what `setWebhook` refuses."""
    url = urlsplit(params.get("url", ""))
    if url.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if url.port not in {None, 80, 88, 443, 8443}:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", params.get("secret_token", "")):
        raise bad_request("secret token contains unallowed characters")
