"""Alerts as messages: never more than Telegram takes, and kept word for word until they are sent."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.telegram.newsroom.alert_message import alert_message
from bot.telegram.newsroom.subscriptions import Alert, Follower, NewsContent, StoredSubscription
from bot.telegram.ui.texts import ENGLISH, NEWSROOM_ENGLISH
from retrieval.core.answer import Copy
from retrieval.newsroom.subscription import Subscription
from tests.bot_api_rules import check_text
from tests.telegram_answers import citation, hit

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
lengths = st.sampled_from([1, 1, 30, 300])


@st.composite
def contents(draw: st.DrawFn) -> NewsContent:
    count = draw(st.integers(1, 16))
    hits = []
    for number in range(count):
        words, times = draw(texts), draw(lengths)
        where = citation(title=draw(texts) * draw(lengths), outlet=draw(texts) * draw(lengths))
        one = hit(words * times, words=words, speaker=draw(texts) * draw(lengths), citation=where)
        hits.append(replace(one, paragraph=number, also=(Copy("b.txt", number, where),)))
    return NewsContent(tuple(hits), count + draw(st.integers(0, 99)), count)


@settings(max_examples=40)
@given(contents(), texts, lengths)
def test_an_alert_is_kept_as_it_is_and_fits_into_a_message(content: NewsContent, name: str, times: int) -> None:
    kept = NewsContent.from_json(content.to_json())
    assert [(one.text, one.highlights, one.quotations, one.also) for one in kept.hits] == [
        (one.text, one.highlights, one.quotations, one.also) for one in content.hits
    ]
    follow = StoredSubscription(1, Follower(7, None, 7, "en"), Subscription(name * times, name), 1)
    message, sent = alert_message(Alert(1, follow, kept, 0, 0.0, doubtful=False), ENGLISH, NEWSROOM_ENGLISH)
    check_text(message.text, [entity.to_dict() for entity in message.entities])
    assert len(sent.passages) + len(sent.waiting) == len(content.hits)
