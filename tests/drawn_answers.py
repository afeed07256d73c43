"""Answers of any kind, drawn by hypothesis: texts of many scripts, long ones, and highlights anywhere in them."""

from __future__ import annotations

from hypothesis import strategies as st

from retrieval.core.answer import Answer, Citation, Copy, Hit, HitQuotation, Reason, remark

FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
ASTRAL = "\N{GRINNING FACE}\N{MATHEMATICAL FRAKTUR CAPITAL U}"
PIECES = [
    *("word ", "Sentence end. ", "“Quoted,” she said. ", "\n", "x" * 50, "終わり。", "مرحبا بالعالم. ", "שלום "),
    *("👍🏽", "🇩🇪", FAMILY, ASTRAL, "e\N{COMBINING ACUTE ACCENT}"),
    *("\N{RIGHT-TO-LEFT OVERRIDE}", "\N{VARIATION SELECTOR-16}"),
]
mixed = st.lists(st.sampled_from(PIECES), min_size=1, max_size=40).map("".join)
long = st.builds(lambda text: text * (4200 // len(text) + 1), mixed)
texts = st.one_of(st.text(min_size=1, max_size=300), mixed, long).filter(str.strip)


@st.composite
def hits(draw: st.DrawFn, texts: st.SearchStrategy[str] = texts) -> Hit:
    text = draw(texts)
    bounds = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    highlights = tuple(zip(bounds[::2], bounds[1::2], strict=False))
    cited = st.builds(
        Citation,
        title=texts,
        outlet=st.none() | texts,
        date=st.none() | st.dates().map(lambda day: day.isoformat()),
        url=st.none()
        | st.sampled_from(["https://example.org/ä?q=1", "no address", "http://[", "ftp://example.org", ""]),
        paragraph=st.integers(1, 10**6),
        chars=st.just((0, 1)),
        source=texts,
        sha256=st.just(""),
    )
    speaker = st.none() | texts
    quotations = tuple(HitQuotation(draw(speaker), "direct", *span, None, 0) for span in highlights)
    also = tuple(Copy("a", 0, one) for one in draw(st.lists(cited, max_size=4)))
    return Hit("a", 0, text, 0.5, highlights, quotations, also, draw(cited))


answers = st.builds(
    Answer,
    question=texts,
    status=st.sampled_from(["answered", "not_found", "ambiguous"]),
    confidence=st.just(0.5),
    standalone=texts,
    # Words of our own; what articles say may be invisible characters only, which Telegram refuses as a message.
    remark=st.none() | texts.map(lambda text: remark(Reason.LINE, line=f"Told: {text}")),
    choices=st.lists(texts, max_size=3).map(tuple),
    nearest=st.lists(hits(), max_size=3).map(tuple),
    hits=st.lists(hits(), max_size=4).map(tuple),
)
