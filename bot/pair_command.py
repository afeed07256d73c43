"""The command by which an operator lets people in, sees whom, and takes it back."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from bot.bot_token import TOKEN_VARIABLE, read_token
from bot.pairing import VALID, Pairing
from bot.places import settings_of, state_folder
from bot.rendering import printable
from bot.settings import ALLOW_LIST, OPEN
from bot.store import ACCESS, USERNAME, Store, store_path, stores_in
from index.errors import OnrecordError, UsageError


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
