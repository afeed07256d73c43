"""The page of a record as Chromium lays it out: its width on a phone, its colours by light and in the dark."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from typing import Any

import pytest

from bot.render.timeline_page import html_page
from index.generations.generation import IndexFolder
from retrieval.engine import Engine
from retrieval.newsroom.timeline import Timeline

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")

# The page in the width of a phone, and what becomes of it.
FRAME = """<!doctype html><meta charset="utf-8"><pre id="told"></pre>
<iframe id="phone" width="360" height="700"></iframe>
<script>
const phone = document.getElementById('phone');
phone.onload = () => {
  const page = phone.contentDocument, root = page.documentElement, colours = [], followed = [];
  const style = element => phone.contentWindow.getComputedStyle(element);
  const dark = [...page.styleSheets[0].cssRules].find(rule => rule.conditionText?.includes('dark')).cssRules[0].style;
  for (const scheme of ['light', 'dark']) {
    if (scheme === 'dark') for (const name of dark) root.style.setProperty(name, dark.getPropertyValue(name));
    for (const element of ['body', '.source', '.source a', '.words a'])
      colours.push([style(page.querySelector(element)).color, style(page.body).backgroundColor]);
    const mark = style(page.querySelector('mark'));
    colours.push([mark.color, mark.backgroundColor]);
  }
  for (const link of ['figure a[href="#s1"]', '#s1 .words a']) {
    const target = page.querySelector(page.querySelector(link).getAttribute('href'));
    if (target?.getClientRects().length) followed.push(target.id);
  }
  const statements = [...page.querySelectorAll('li')];
  const shown = statements.filter(one => one.innerText.trim() && one.getBoundingClientRect().width > 200);
  document.getElementById('told').textContent = JSON.stringify({
    width: root.scrollWidth, shown: shown.length, marks: page.querySelectorAll('figure svg a').length, colours, followed
  });
};
phone.srcdoc = PAGE;
</script>"""


@pytest.fixture(scope="module")
def timeline(quillhaven: IndexFolder) -> Timeline:
    with Engine(quillhaven, fast=True) as engine:
        return engine.record("Brandvold")


@pytest.fixture(scope="module")
def told(timeline: Timeline, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("browser")
    page = json.dumps(html_page(timeline)).replace("</", "<\\/")
    (folder / "frame.html").write_text(FRAME.replace("PAGE", page))
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}", "--dump-dom"]
    command = [str(CHROMIUM), *options, "--virtual-time-budget=4000", (folder / "frame.html").as_uri()]
    done = subprocess.run(command, check=True, capture_output=True, timeout=120)
    (found,) = re.findall(r'<pre id="told">(.*?)</pre>', done.stdout.decode(), re.DOTALL)
    result: dict[str, Any] = json.loads(unescape(found))
    return result


def test_fits_a_phone_and_shows_every_statement(told: dict[str, Any], timeline: Timeline) -> None:
    assert told["width"] <= 360
    assert told["shown"] == told["marks"] == len(timeline.entries)


def test_can_be_read_by_light_and_in_the_dark(told: dict[str, Any]) -> None:
    assert len({tuple(pair) for pair in told["colours"]}) > 6
    for ink, paper in told["colours"]:
        assert contrast(ink, paper) >= 4.5, (ink, paper)


def test_leads_from_a_mark_to_the_statement_and_on_to_its_passage(told: dict[str, Any]) -> None:
    assert told["followed"] == ["s1", "c1"]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours as WCAG 2.2 defines it."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    shares = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
