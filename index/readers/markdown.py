"""Notes in Markdown: front matter in YAML or TOML, then headings, paragraphs and lists as plain text."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.core.article import Article
from index.core.errors import ArticleError
from index.readers.extraction.html_text import paragraphs_of
from index.readers.extraction.metadata import Dated, Facts, article_of, dated, first_dated, parse_day, with_first_lines
from index.readers.extraction.original import Original, decode

_FRONT = re.compile(
    r"\A\ufeff?(?:---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)|\+\+\+[ \t]*\n(?P<toml>.*?)^\+\+\+)[ \t]*(?:\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
_OPENED = re.compile(r"\A\ufeff?(?P<fence>---|\+\+\+)[ \t]*\n\w[\w-]* *[:=][ \n]")
_LONGEST_FRONT = 16 * 1024
_MOST_BRACKETS = 100
_LONGEST_FIELD = 1000
_DATES = ("date", "published", "pubdate", "publishdate", "publish_date", "datepublished", "created")
_AUTHORS = ("author", "authors", "byline", "by", "creator")
_OUTLETS = ("outlet", "source", "publisher", "publication", "site", "site_name", "sitename")
_ADDRESSES = ("url", "link", "canonical", "canonical_url", "source_url", "permalink")


def read_markdown(original: Original) -> Iterator[Article | ArticleError]:
    """Yield the one article of a Markdown file.

    Raises:
        ArticleError: it holds no text, or its front matter is not YAML or TOML.
    """
    name, data = original.name, original.read()
    text = decode(data, name).replace("\r\n", "\n").replace("\r", "\n")
    front, body = _split(text, name)
    heading, paragraphs = _blocks(body)
    title = _text(front, ("title", "headline"))
    if heading and (not title or _same(title, heading)):
        title = title or heading
        paragraphs = paragraphs[1:] if len(paragraphs) > 1 else paragraphs
    if not paragraphs:
        raise ArticleError(f"{name}: holds no text")
    outlet, url = _text(front, _OUTLETS), _text(front, _ADDRESSES) or original.url
    if outlet and "://" in outlet:
        outlet, url = None, url or outlet
    facts = Facts(title, _day(front), outlet, _text(front, _AUTHORS), url=url)
    known = with_first_lines(facts, paragraphs, name)
    yield article_of(name, paragraphs, known, source=name, sha256=hashlib.sha256(data).hexdigest())


def _split(text: str, name: str) -> tuple[dict[str, Any], str]:
    found = _FRONT.match(text)
    if not found:
        if opened := _OPENED.match(text):
            raise ArticleError(f"{name}: its front matter has no end; close it with a line {opened['fence']}")
        return {}, text
    if found.end() > _LONGEST_FRONT:
        raise ArticleError(f"{name}: its front matter is longer than {_LONGEST_FRONT >> 10} KB")
    front = _toml(found["toml"], name) if found["toml"] is not None else _yaml(found["yaml"], name)
    return {str(key).lower(): value for key, value in front.items()}, text[found.end() :]


def _toml(source: str, name: str) -> dict[str, Any]:
    """Return front matter in TOML, as the site maker Hugo has it."""
    try:
        return tomllib.loads(source)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ArticleError(f"{name}: its front matter is not TOML ({error})") from None


def _yaml(source: str, name: str) -> dict[str, Any]:
    """Return front matter in YAML.

    Aliases are refused, with which a few lines of YAML can stand for gigabytes, and brackets by the hundred, at which
    its parser takes minutes.

    Raises:
        ArticleError: it is no YAML, or none that is read.
    """
    if source.count("[") + source.count("{") > _MOST_BRACKETS:
        raise ArticleError(f"{name}: its front matter is too deep to be read")
    try:
        for token in yaml.scan(source, yaml.SafeLoader):
            if isinstance(token, yaml.AliasToken):
                raise ArticleError(f"{name}: its front matter uses YAML aliases, which are not read")
        record = yaml.safe_load(source)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 2})" if mark else ""
        raise ArticleError(f"{name}: its front matter is not YAML{where}") from None
    except (RecursionError, ValueError, TypeError, AttributeError):
        raise ArticleError(f"{name}: its front matter is not YAML that can be read") from None
    return record if isinstance(record, dict) else {}


def _text(front: dict[str, Any], keys: Sequence[str]) -> str | None:
    """Return the first of some fields that tells something; a list of names as one line."""
    return next((found for key in keys if (found := _line(front.get(key)))), None)


def _line(value: Any) -> str | None:  # noqa: ANN401  (YAML)
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, list):
        return ", ".join(filter(None, map(_plain, value)))[:_LONGEST_FIELD] or None
    return _plain(value)


def _plain(value: Any) -> str | None:  # noqa: ANN401  (YAML)
    if isinstance(value, dict):
        value = value.get("name")
    return " ".join(str(value).split())[:_LONGEST_FIELD] or None if isinstance(value, str | int | float) else None


def _day(front: dict[str, Any]) -> Dated | None:
    return first_dated(*(dated(_front_day(front.get(key)), "front matter") for key in _DATES))


def _front_day(value: Any) -> date | None:  # noqa: ANN401  (YAML)
    """Return the day of a YAML date or time; a time with a zone is a string to `safe_load` only when it is quoted."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return parse_day(str(value)) if isinstance(value, str | int) else None  # to YAML, 20310114 is a number


def _blocks(body: str) -> tuple[str | None, list[str]]:
    """Return the heading that opens a text, if one does, and its paragraphs, the heading among them."""
    heading: str | None = None
    paragraphs: list[str] = []
    row: list[str] = []
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    for position, token in enumerate(tokens):
        if token.type == "inline" and tokens[position - 1].type in ("th_open", "td_open"):
            row.append(_inline(token))
        elif token.type == "tr_close":
            paragraphs.append(" · ".join(filter(None, row)))
            row = []
        elif token.type == "inline":
            if tokens[position - 1].tag == "h1" and not any(paragraphs):
                heading = _inline(token) or None
            paragraphs.append(_inline(token))
        elif token.type in ("fence", "code_block"):
            paragraphs.append(" ".join(token.content.split()))
        elif token.type == "html_block":
            paragraphs += paragraphs_of(token.content)
    return heading, list(filter(None, paragraphs))


def _inline(token: Token) -> str:
    """Return the words of a line of Markdown without its marks; pictures are left out."""
    parts = []
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak") or (child.type == "html_inline" and "br" in child.content.lower()):
            parts.append(" ")
        elif child.type in ("text", "code_inline"):
            parts.append(child.content)
    return " ".join("".join(parts).split())


def _same(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()
