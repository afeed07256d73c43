"""An emulated Bot API server on loopback: people write and press through it, and it keeps what the bot did.

    with BotApi() as api:
        api.say(7, "What did the mayor say?")
        (message,) = await api.wait_for_messages(1)

It runs in threads of its own, so the bot under test may run in the test's event loop or in another process.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections import defaultdict, deque
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar, Self

from tests.bot_api_http import Call, Fault, Json, Server, Weather, posted, refusal_body
from tests.bot_api_rules import (
    LONGEST_CALLBACK_ANSWER,
    Refusal,
    bad_request,
    check_commands,
    check_document,
    check_inline_button,
    check_inline_results,
    check_keyboard,
    check_photo,
    check_text,
    check_webhook,
    units,
)

if TYPE_CHECKING:
    from collections.abc import Callable

BOT = {"id": 110201543, "is_bot": True, "first_name": "On Record", "username": "onrecord_test_bot"}
TOKEN = f"{BOT['id']}:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
MOST_UPDATES = 100
LARGEST_FILE = 20 * 2**20
LOOKED_EVERY = 0.05
DATE = 1924992000
KEPT = ("reply_parameters",)  # of a message that is edited
CONTENT = ("text", "entities", "caption", "reply_markup", "reply_parameters")


class BotApi:
    """The server, the people who write to the bot, and the record of what it did.

    Attributes:
        root: what to pass as the bot's `base_url`.
        token: the token that the server knows.
        calls: every request but getUpdates, in order.
        polls: every getUpdates, in order, from when it began.
        messages: the messages that people see, as last edited, in order.
        callback_answers: what answerCallbackQuery said, by the query's id.
        inline_answers: what answerInlineQuery offered, by the query's id.
        commands: the menu, as last set.
        files: name and content of the documents and photos that were sent, by the message's id.
        uploads: content of the documents that people sent, by the file's id.
        privacy: whether the bot is in privacy mode, and learns of little in groups.
        webhook: what setWebhook said, while it holds.
        posted: what became of each update sent to the webhook: its id, and the status, or 0 without an answer.
    """

    def __init__(self) -> None:
        self.token = TOKEN
        self.calls: list[Call] = []
        self.polls: list[Call] = []
        self.messages: list[Json] = []
        self.callback_answers: dict[str, Json] = {}
        self.inline_answers: dict[str, Json] = {}
        self.commands: list[Json] = []
        self.files: dict[int, tuple[str, bytes]] = {}
        self.uploads: dict[str, bytes] = {}
        self.privacy = False
        self.webhook: Json = {}
        self.posted: list[tuple[int, int]] = []
        self._queries: set[str] = set()
        self._chats: dict[int, Json] = {}
        self._blocked: set[int] = set()
        self._written: set[int] = set()
        self._updates: list[Json] = []
        self._ids = count(1)
        self._poll = 0
        self._closed = False
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._weather = Weather(0, 0)
        self._changed = threading.Condition()
        self._server = Server(self.respond, self.download)
        self.root = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        threading.Thread(target=self._post, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._server.shutdown()
        self._server.server_close()

    # What people do.

    def say(self, chat_id: int, text: str, *, user_id: int | None = None, edited: bool = False, **fields: Any) -> int:
        """Write to the bot; a negative chat id is a group. Returns the message's id."""
        entities = _found_entities(text)
        message = self._incoming(chat_id, user_id, text=text, **({"entities": entities} if entities else {}), **fields)
        if not (self.privacy and chat_id < 0) or _is_meant_for_bot(message):
            self.deliver({"edited_message" if edited else "message": message})
        return int(message["message_id"])

    def send(self, chat_id: int, name: str, content: bytes, *, size: int | None = None, **fields: Any) -> int:
        """Send the bot a document, whose size may be told otherwise than it is. Returns the message's id."""
        self.uploads[key := f"file{next(self._ids)}"] = content
        told = {"file_id": key, "file_unique_id": key, "file_name": name, "file_size": size or len(content)}
        message = self._incoming(chat_id, None, document=told, **fields)
        self.deliver({"message": message})
        return int(message["message_id"])

    def join(self, chat_id: int, user_id: int) -> None:
        """Somebody joins a group: a service message."""
        self.deliver({"message": self._incoming(chat_id, user_id, new_chat_members=[_user(user_id)])})

    def press(self, message: Json, data: str, *, user_id: int | None = None) -> str:
        """Press a button under a message of the bot. Returns the callback query's id."""
        self._queries.add(query := str(next(self._ids)))
        user = _user(user_id or abs(message["chat"]["id"]))
        self.deliver(
            {"callback_query": {"id": query, "from": user, "message": message, "data": data, "chat_instance": "1"}}
        )
        return query

    def query(self, user_id: int, text: str) -> str:
        """Type an inline query. Returns its id."""
        self._queries.add(query := str(next(self._ids)))
        self.deliver({"inline_query": {"id": query, "from": _user(user_id), "query": text, "offset": ""}})
        return query

    def deliver(self, update: Json) -> None:
        """Put any update in the queue."""
        with self._changed:
            self._updates.append({"update_id": next(self._ids), **update})
            self._changed.notify_all()

    def block(self, chat_id: int) -> None:
        """The person does not want to hear from the bot any more."""
        self._blocked.add(chat_id)

    def revoke_token(self) -> None:
        """The owner has had @BotFather make a new token."""
        with self._changed:
            self.token = f"{BOT['id']}:AAnewTokenThatNobodyKnowsYet_0000000"
            self._changed.notify_all()

    def fail(self, method: str, *faults: Fault) -> None:
        """Let the next requests of a method go wrong, one fault each."""
        self._faults[method].extend(faults)

    def storm(self, weather: Weather) -> None:
        """Let a share of all requests go wrong from now on."""
        self._weather = weather

    def clear_up(self) -> None:
        """Let nothing go wrong from now on."""
        self._weather = Weather(0, 0)
        self._faults.clear()

    # What the bot did.

    async def wait_for_messages(self, number: int, *, within: float = 10) -> list[Json]:
        """Wait until people have got so many messages, and return them all."""
        await self.wait_until(lambda: len(self.messages) >= number, f"{number} messages", within=within)
        return self.messages

    async def wait_for_calls(self, method: str, number: int = 1) -> list[Call]:
        """Wait until a method was called so often, and return its calls."""
        await self.wait_until(lambda: len(self.called(method)) >= number, f"{number} of {method}")
        return self.called(method)

    async def wait_until(self, true: Callable[[], bool], what: str, *, within: float = 10) -> None:
        """Wait for anything about this server; the test fails where it does not come."""
        await asyncio.to_thread(self.wait, true, what, within=within)

    def wait(self, true: Callable[[], bool], what: str, *, within: float = 10) -> None:
        """Wait likewise, in a test without an event loop."""
        end = time.monotonic() + within
        with self._changed:
            # Now and then also where nothing happens here: it may be about a file of the bot's.
            while not (came := true()) and time.monotonic() < end:
                self._changed.wait(LOOKED_EVERY)
        assert came, f"no {what} within {within} s; calls: {[(call.method, call.status) for call in self.calls]}"

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    # How the server answers.

    def respond(self, token: str, method: str, params: Json) -> Fault | None:
        """Answer one request; None where the connection is dropped."""
        with self._changed:
            fault = self._faults[method].popleft() if self._faults[method] else self._weather.next()
            if method == "getUpdates":  # A poll may take long, and tests wait for it to begin.
                self.polls.append(Call(method, params))
                self._changed.notify_all()
            status, body = (fault.status, fault.body) if fault.body else (0, b"")
            if fault.handled and not body:
                status, body = self._carry_out(token, method, params)
            if method != "getUpdates":
                self.calls.append(Call(method, params, status=status, dropped=fault.drop))
            self._changed.notify_all()
        time.sleep(fault.delay)
        return None if fault.drop else Fault(status, body)

    def _carry_out(self, token: str, method: str, params: Json) -> tuple[int, bytes]:
        answer = self._methods.get(method, _not_found) if token == self.token else _unauthorized
        try:
            return 200, json.dumps({"ok": True, "result": answer(self, params)}).encode()
        except Refusal as refusal:
            return refusal.status, refusal_body(refusal)

    def _get_me(self, _: Json) -> Json:
        return {**BOT, "can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": True}

    def _set_webhook(self, params: Json) -> bool:
        check_webhook(params)
        self.webhook = params
        return True

    def _delete_webhook(self, _: Json) -> bool:
        self.webhook = {}
        return True

    def _post(self) -> None:
        """Send updates to the webhook, one at a time, each until it is answered, through a proxy that ends TLS."""
        while not self._closed:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or (self.webhook and self._updates))
                webhook, updates = self.webhook, self._updates[:1]
            for update in updates:
                status = posted(webhook, update, secret=webhook.get("secret_token", ""))
                with self._changed:
                    self.posted.append((update["update_id"], status))
                    self._updates = [one for one in self._updates if one is not update or status != 200]
                    self._changed.notify_all()
                if status != 200:
                    time.sleep(LOOKED_EVERY)

    def _get_updates(self, params: Json) -> list[Json]:
        if self.webhook:
            reason = (
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
            raise Refusal(409, f"Conflict: {reason}")
        self._poll += 1
        poll, token = self._poll, self.token
        self._changed.notify_all()
        self._updates = [update for update in self._updates if update["update_id"] >= int(params.get("offset", 0))]
        self._changed.wait_for(
            lambda: self._updates or self._closed or self._poll != poll or self.token != token,
            float(params.get("timeout", 0)),
        )
        if self.token != token:
            raise Refusal(401, "Unauthorized")
        if self._poll != poll:
            reason = "terminated by other getUpdates request; make sure that only one bot instance is running"
            raise Refusal(409, f"Conflict: {reason}")
        allowed = {"update_id", *params.get("allowed_updates", ())}
        wanted = [update for update in self._updates if not params.get("allowed_updates") or set(update) <= allowed]
        return wanted[:MOST_UPDATES]

    def _send_message(self, params: Json) -> Json:
        chat, content = self._reachable(params), _content(params)
        reply = params.get("reply_parameters", {"allow_sending_without_reply": True})
        if not reply.get("allow_sending_without_reply") and reply["message_id"] not in self._written:
            raise bad_request("message to be replied not found")
        self.messages.append({"message_id": next(self._ids), "date": DATE, "from": BOT, "chat": chat, **content})
        return self.messages[-1]

    def _send_document(self, params: Json) -> Json:
        chat = self._reachable(params)
        check_document(params)
        check_keyboard(params.get("reply_markup", {}))
        name, content = params["document"]
        document = {"file_id": "1", "file_unique_id": "1", "file_name": name, "file_size": len(content)}
        kept = {name: params[name] for name in CONTENT if name in params}
        message = {"message_id": next(self._ids), "date": DATE, "from": BOT, "chat": chat, "document": document, **kept}
        self.files[message["message_id"]] = params["document"]
        self.messages.append(message)
        return message

    def _send_photo(self, params: Json) -> Json:
        chat = self._reachable(params)
        check_photo(params)
        photo = [{"file_id": "2", "file_unique_id": "2", "width": 90, "height": 90}]
        kept = {name: params[name] for name in (*CONTENT, "caption_entities") if name in params}
        message = {"message_id": next(self._ids), "date": DATE, "from": BOT, "chat": chat, "photo": photo, **kept}
        self.files[message["message_id"]] = params["photo"]
        self.messages.append(message)
        return message

    def _edit_message_text(self, params: Json) -> Json:
        message = self._to_be_edited(params)
        return self._edited(message, {name: message[name] for name in KEPT if name in message} | _content(params))

    def _edit_message_reply_markup(self, params: Json) -> Json:
        message, markup = self._to_be_edited(params), params.get("reply_markup", {})
        check_keyboard(markup)
        rest = {name: message[name] for name in CONTENT if name in message and name != "reply_markup"}
        return self._edited(message, rest | ({"reply_markup": markup} if markup.get("inline_keyboard") else {}))

    def _to_be_edited(self, params: Json) -> Json:
        self._reachable(params)
        message = next((one for one in self.messages if one["message_id"] == int(params["message_id"])), None)
        if message is None:
            raise bad_request("message to edit not found")
        return message

    def _edited(self, message: Json, after: Json) -> Json:
        before = {name: message.pop(name) for name in CONTENT if name in message}
        message.update(after)
        if before == after:
            raise bad_request(
                "message is not modified: specified new message content and reply markup are exactly the same as a "
                "current content and reply markup of the message"
            )
        return message

    def _get_file(self, params: Json) -> Json:
        key = params["file_id"]
        if len(self.uploads[key]) > LARGEST_FILE:
            raise bad_request("file is too big")
        return {"file_id": key, "file_unique_id": key, "file_path": f"documents/{key}"}

    def download(self, token: str, path: str) -> bytes | None:
        """Return a file that people sent, by its path."""
        self.calls.append(Call("download", {"path": path}))
        return self.uploads.get(path.removeprefix("documents/")) if token == self.token else None

    def _send_chat_action(self, params: Json) -> bool:
        self._reachable(params)
        if params.get("action") != "typing":
            raise bad_request("wrong parameter action in request")
        return True

    def _answer_callback_query(self, params: Json) -> bool:
        if len(params.get("text", "")) > LONGEST_CALLBACK_ANSWER:
            raise bad_request("MESSAGE_TOO_LONG")
        self._answering(params["callback_query_id"])
        self.callback_answers[params["callback_query_id"]] = params
        return True

    def _answer_inline_query(self, params: Json) -> bool:
        check_inline_results(params["results"])
        check_inline_button(params.get("button"))
        self._answering(params["inline_query_id"])
        self.inline_answers[params["inline_query_id"]] = params
        return True

    def _answering(self, query: str) -> None:
        """Refuse a query that nobody made, and one that was answered."""
        if query not in self._queries:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        self._queries.remove(query)

    def _set_my_commands(self, params: Json) -> bool:
        check_commands(params["commands"])
        self.commands = params["commands"]
        return True

    _methods: ClassVar[dict[str, Callable[[BotApi, Json], Any]]] = {
        "getMe": _get_me,
        "getUpdates": _get_updates,
        "setWebhook": _set_webhook,
        "deleteWebhook": _delete_webhook,
        "setMyCommands": _set_my_commands,
        "getFile": _get_file,
        "sendMessage": _send_message,
        "sendDocument": _send_document,
        "sendPhoto": _send_photo,
        "editMessageText": _edit_message_text,
        "editMessageReplyMarkup": _edit_message_reply_markup,
        "sendChatAction": _send_chat_action,
        "answerCallbackQuery": _answer_callback_query,
        "answerInlineQuery": _answer_inline_query,
    }

    def _reachable(self, params: Json) -> Json:
        chat = self._chats.get(int(params["chat_id"]))
        if chat is None:
            raise bad_request("chat not found")
        if chat["id"] in self._blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        return chat

    def _incoming(self, chat_id: int, user_id: int | None, **fields: Any) -> Json:
        private = {"id": chat_id, "type": "private", "first_name": "Person"}
        group = {"id": chat_id, "type": "supergroup", "title": "Newsroom"}
        chat = self._chats.setdefault(chat_id, private if chat_id > 0 else group)
        self._written.add(number := next(self._ids))
        return {"message_id": number, "date": DATE, "chat": chat, "from": _user(user_id or abs(chat_id)), **fields}


def _content(params: Json) -> Json:
    check_text(params.get("text", ""), params.get("entities", []))
    check_keyboard(params.get("reply_markup", {}))
    return {name: params[name] for name in CONTENT if name in params}


def _unauthorized(*_: Any) -> None:
    raise Refusal(401, "Unauthorized")


def _not_found(*_: Any) -> None:
    raise Refusal(404, "Not Found")


def _user(user_id: int) -> Json:
    return {"id": user_id, "is_bot": False, "first_name": "Person"}


def _found_entities(text: str) -> list[Json]:
    """Return the commands and mentions in a text, which the server finds by itself."""
    command = text.split(maxsplit=1)[0] if text.startswith("/") else ""
    found = [{"type": "bot_command", "offset": 0, "length": len(command)}] if len(command) > 1 else []
    for mention in re.finditer(r"(?<![\w/])@\w{5,}", text):
        offset, length = units(text[: mention.start()]), units(mention.group())
        found.append({"type": "mention", "offset": offset, "length": length})
    return found


def _is_meant_for_bot(message: Json) -> bool:
    """Tell what a bot in privacy mode gets of a group: commands for it, mentions of it, and replies to it.

    It gets commands for nobody in particular only where it wrote last; here, it did not.
    """
    replied = message.get("reply_to_message", {}).get("from", {})
    named = re.search(rf"@{BOT['username']}\b", message.get("text", ""), re.IGNORECASE)
    return replied.get("id") == BOT["id"] or bool(named)
