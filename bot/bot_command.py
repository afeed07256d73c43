"""The command that answers in Telegram: what the command line and the settings say, put together."""

from __future__ import annotations

import argparse
import logging
from contextlib import nullcontext
from dataclasses import replace

from bot.bot_token import read_token
from bot.commands import open_engine
from bot.json_log import json_log
from bot.places import settings_of, state_folder
from bot.settings import Settings
from bot.telegram import run_bot
from index.errors import OnrecordError

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
            _LOGGER.critical("%s", error)
            return error.exit_code
    return 0


def _run(options: argparse.Namespace, settings: Settings) -> None:
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
