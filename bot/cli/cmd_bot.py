"""The commands of an operator: answering in Telegram, and letting people in."""

from __future__ import annotations

import argparse
import logging
import sqlite3
import sys
from contextlib import closing, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.cli.context import open_engine
from bot.config.paths import settings_of, state_folder
from bot.config.settings import ALLOW_LIST, OPEN, TOKEN_VARIABLE, Settings, read_token
from bot.render.messages import error_line
from bot.render.text import printable
from bot.telegram.access import VALID, Pairing
from bot.telegram.ops.logs import json_log
from bot.telegram.state.store import ACCESS, USERNAME, Store, store_path, stores_in
from index.core.errors import OnrecordError, UsageError

_LOGGER = logging.getLogger(__name__)


def run_bot_command(options: argparse.Namespace) -> int:
    """Answer in Telegram until stopped."""
    settings = bot_settings(options)
    as_json = settings.log.format == "json"
    with json_log() if as_json else nullcontext():
        try:
            _run(options, settings)
        except OnrecordError as error:
            if not as_json or options.debug:
                raise
            _LOGGER.critical("%s", error_line(error))
            return error.exit_code
    return 0


def _run(options: argparse.Namespace, settings: Settings) -> None:
    from bot.telegram.app import run_bot  # noqa: PLC0415  (a second; whoever lets people in does without)

    told = settings.telegram
    token, state = read_token(told.token_file), state_folder(options)
    with open_engine(options, watch=True) as engine:
        run_bot(engine, token=token, base_url=told.base_url, state=state, settings=settings, debug=options.debug)


def bot_settings(options: argparse.Namespace) -> Settings:
    """Return the settings, with what the command line says before them."""
    settings = settings_of(options)
    told, webhook = settings.telegram, settings.telegram.webhook
    listen, port = options.listen or (webhook.listen, webhook.port)
    return replace(
        settings,
        metrics=replace(settings.metrics, file=options.metrics or settings.metrics.file),
        log=replace(settings.log, format=options.log_format or settings.log.format),
        telegram=replace(
            told,
            base_url=options.base_url or told.base_url,
            token_file=options.token_file or told.token_file,
            webhook=replace(webhook, url=options.webhook or webhook.url, listen=listen, port=port),
        ),
    )


def run_pair(options: argparse.Namespace) -> int:
    """Print a code, or those who came by one, or let one of them in no more.

    Raises:
        OnrecordError: what the bot keeps cannot be read or written, or settings do not let people in by codes.
    """
    path = _store_of(options)
    try:
        with closing(Store.open(path)) as store:
            if options.list:
                return _list(store)
            if options.revoke is not None:
                return _revoke(store, options)
            return _pair(store, options)
    except sqlite3.Error as error:
        raise OnrecordError(f"{path}: {error}; try again in a moment") from None


def _pair(store: Store, options: argparse.Namespace) -> int:
    facts = store.facts()
    access = settings_of(options).telegram.access if options.config else facts.get(ACCESS)
    if access == ALLOW_LIST:
        raise UsageError('telegram.access is "allow-list", and takes no codes: name the id under telegram.allowed')
    if access == OPEN and not options.admin:
        raise UsageError('telegram.access is "open": everybody may ask already; only a code with --admin gives more')
    valid = options.valid or VALID
    code = Pairing(store).new_code(admin=options.admin, valid=valid)
    link = f", or open https://t.me/{facts[USERNAME]}?start={code}" if USERNAME in facts else ""
    print(code, flush=True)
    until = datetime.now().astimezone() + timedelta(seconds=valid)
    print(f"For one use until {until:%Y-%m-%d %H:%M}. Send the bot: /pair {code}{link}", file=sys.stderr)
    return 0


def _list(store: Store) -> int:
    for one in Pairing(store).paired():
        since = datetime.fromtimestamp(one.since).astimezone()
        print(f"{one.id}\t{'admin' if one.admin else 'may ask'}\t{since:%Y-%m-%d %H:%M}\t{printable(one.name)}")
    return 0


def _revoke(store: Store, options: argparse.Namespace) -> int:
    named = settings_of(options).telegram
    if not Pairing(store).revoke(options.revoke):
        raise OnrecordError(f"{options.revoke} did not come by a code; see onrecord pair --list")
    if options.revoke in {*named.allowed, *named.admins}:
        print(f"note: {options.config} names {options.revoke} too", file=sys.stderr)
    return 0


def _store_of(options: argparse.Namespace) -> Path:
    """Return the state of the bot whose token is given or, without one, of the only bot that there is."""
    state, file = state_folder(options), options.token_file or settings_of(options).telegram.token_file
    found = stores_in(state)
    try:
        return store_path(state, read_token(file))
    except UsageError:
        if file or len(found) > 1:
            raise
    if found:
        return found[0]
    raise UsageError(f"no bot has run with the state folder {state} yet: start it, or set {TOKEN_VARIABLE}")
