"""Files of many kinds, made by hand as their formats say: PDF, Word, mail, pages, feeds."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from email.message import EmailMessage
from html import escape

Placed = tuple[float, float, float, str]
"""Left and bottom in points, size of the letters, text."""

WORD_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
FERRY = [
    "The ferry will not close while she is mayor, Adela Brandvold said on Tuesday to a crowd at the harbor.",
    "“We cannot do without it in winter,” said Petra Lindqvist, who has run the bakery on the island since 2004.",
    "The council votes on the money for the two boats and their crews in March, and the county in April.",
]
PIER = [
    "The pier burned for six hours on Monday night, and the fire brigade had no boat to reach the far end of it.",
    "“It was a torch,” Chief Petra Lindqvist said of the old timber, which was last treated eleven years ago.",
]


def pdf_of(*pages: Sequence[Placed], encrypted: bool = False) -> bytes:
    """Return a PDF file with text at given places, in Helvetica."""
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", font]
    kids = []
    for page in pages:
        shown = "".join(f"BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm ({_pdf_text(text)}) Tj ET\n" for x, y, size, text in page)
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {len(objects) + 2} 0 R >>"
        )
        objects.append(f"<< /Length {len(shown.encode('cp1252'))} >>\nstream\n{shown}\nendstream")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    if encrypted:
        secret = "<" + "41" * 32 + ">"
        objects.append(f"<< /Filter /Standard /V 1 /R 2 /O {secret} /U {secret} /P -4 >>")
    return _pdf_file(objects, encrypted=encrypted)


def _pdf_file(objects: Sequence[str], *, encrypted: bool) -> bytes:
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252"))
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.write("".join(f"{place:010d} 00000 n \n" for place in places).encode())
    more = f" /Encrypt {len(objects)} 0 R /ID [<41> <41>]" if encrypted else ""
    out.write(f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R{more} >>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def _pdf_text(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def column(text: Sequence[str], *, left: float = 72, top: float = 700, size: float = 10) -> list[Placed]:
    """Return lines set one under the other; an empty one is a space between paragraphs."""
    return [(left, top - 1.2 * size * number, size, line) for number, line in enumerate(text) if line]


def docx_of(*paragraphs: str | tuple[str, str], title: str = "", author: str = "", body: str | None = None) -> bytes:
    """Return a Word document; a paragraph may be a pair of style and text."""
    styled = [("", p) if isinstance(p, str) else p for p in paragraphs]
    shown = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{escape(text)}</w:t></w:r></w:p>'
        for style, text in styled
    )
    document = f'<w:document xmlns:w="{WORD_NAMESPACE}"><w:body>{shown}</w:body></w:document>' if body is None else body
    core = (
        '<c:coreProperties xmlns:c="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
        f"<dc:title>{title}</dc:title><dc:creator>{author}</dc:creator>"
        "<dcterms:created>2013-12-23T23:15:00Z</dcterms:created></c:coreProperties>"
    )
    return zip_of({"word/document.xml": document, "docProps/core.xml": core})


def zip_of(parts: dict[str, str | bytes]) -> bytes:
    """Return a ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def page_of(paragraphs: Sequence[str], *, head: str = "", title: str = "Ferry stays", before: str = "") -> str:
    """Return a web page with a story, a menu, a share bar and a footer."""
    story = "".join(f"<p>{escape(text, quote=False)}</p>" for text in paragraphs)
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>'
        '<nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>'
        f"<article><h1>{title}</h1>{before}{story}"
        '<p>Share this story</p><p><a href="/x">Read more: Hotel vote put off</a></p></article>'
        "<footer><p>© 2031 Quillhaven Ledger. All rights reserved.</p><p>We use cookies.</p></footer></body></html>"
    )


def rss_of(*entries: str) -> str:
    """Return an RSS feed of entries given as XML."""
    inner = f"<title>Quillhaven Ledger</title>{''.join(entries)}"
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{inner}</channel></rss>'


def entry_of(title: str, paragraphs: Sequence[str], date: str = "Tue, 14 Jan 2031 09:30:00 +0000") -> str:
    """Return an entry of an RSS feed."""
    text = escape("".join(f"<p>{paragraph}</p>" for paragraph in paragraphs))
    return (
        f"<item><title>{title}</title><link>https://ledger.example/{title.replace(' ', '-')}</link>"
        f"<pubDate>{date}</pubDate><description>{text}</description></item>"
    )


def mail_of(
    text: str | None = None, html: str | None = None, *, subject: str = "Ferry stays", **headers: str
) -> EmailMessage:
    """Return a mail with a plain part, an HTML part, or both."""
    message = EmailMessage()
    told = {"From": "Ada Crane <crane@ledger.example>", "Date": "Tue, 14 Jan 2031 23:30:00 -0500"} | headers
    for key, value in {"Subject": subject, **told}.items():
        message[key.replace("_", "-")] = value
    if text is not None:
        message.set_content(text)
    if html is not None and text is not None:
        message.add_alternative(html, subtype="html")
    elif html is not None:
        message.set_content(html, subtype="html")
    return message
