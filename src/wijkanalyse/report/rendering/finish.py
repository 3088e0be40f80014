"""The last hand on the HTML of either renderer, and the last look at both files.

Neither renderer says which cells a table header heads, or lets a keyboard scroll a wide table; both are added here, so
that they hold whichever renderer made the page.
"""

import html
import re
from html.parser import HTMLParser

from wijkanalyse.errors import WijkanalyseError, listing

_LOADING = {"img": "src", "script": "src", "iframe": "src", "source": "src", "embed": "src", "object": "data"}
_CSS_URL = re.compile(r"url\(\s*['\"]?(https?:)?//|@import\s+(url\()?['\"]?(https?:)?//", re.IGNORECASE)


def finish_html(page: bytes, language: str) -> bytes:
    """Return the page with the scope of every header cell and a scrolling region around every table."""
    finisher = _Finisher("Tabel" if language.startswith("nl") else "Table")
    finisher.feed(page.decode("utf-8"))
    finisher.close()
    return "".join(finisher.out).encode()


def check_html(page: bytes) -> None:
    """Raise `WijkanalyseError` if the page would fetch anything: it must work without a connection."""
    text = page.decode("utf-8", errors="replace")
    if "</html>" not in text[-200:]:
        raise WijkanalyseError("the HTML of the report is cut off: it does not end with </html>. Render it again.")
    loads = _Loads()
    loads.feed(text)
    if loads.found:
        raise WijkanalyseError(
            f"the HTML of the report loads from elsewhere: {listing(loads.found)}. Put these files in the report's folder."
        )


def check_pdf(pdf: bytes) -> None:
    """Raise `WijkanalyseError` if `pdf` is not a whole PDF."""
    if not pdf.startswith(b"%PDF-") or b"%%EOF" not in pdf[-64:]:
        raise WijkanalyseError("the PDF of the report is cut off or not a PDF. Render it again.")


class _Finisher(HTMLParser):
    """Copies a page letter by letter, and adds to its tables."""

    def __init__(self, table_word: str) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self.table_word = table_word
        self.in_head = False
        self.caption: list[str] | None = None  # the text of the caption being read
        self.last_caption = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Add the scope to header cells; open a region before a table."""
        text = self.get_starttag_text() or ""
        names = {name for name, _ in attrs}
        if tag == "figure":
            self.last_caption = ""
        elif tag == "figcaption":
            self.caption = []
        elif tag == "thead":
            self.in_head = True
        elif tag == "th" and "scope" not in names:
            text = text.replace("<th", f'<th scope="{"col" if self.in_head else "row"}"', 1)
        elif tag == "table":
            label = html.escape(" ".join(self.last_caption.split()) or self.table_word)
            self.out.append(f'<div class="table-scroll" role="region" tabindex="0" aria-label="{label}">')
        self.out.append(text)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Copy a tag that closes itself."""
        self.out.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        """Copy an end tag; close the region after a table."""
        if tag == "thead":
            self.in_head = False
        elif tag == "figure":
            self.last_caption = ""
        elif tag == "figcaption" and self.caption is not None:
            self.last_caption, self.caption = "".join(self.caption), None
        self.out.append(f"</{tag}>" + ("</div>" if tag == "table" else ""))

    def handle_data(self, data: str) -> None:
        """Copy text, and remember that of a caption."""
        if self.caption is not None:
            self.caption.append(data)
        self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        """Copy a named character."""
        self._reference(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Copy a numbered character."""
        self._reference(f"&#{name};")

    def _reference(self, text: str) -> None:
        if self.caption is not None:
            self.caption.append(html.unescape(text))
        self.out.append(text)

    def handle_comment(self, data: str) -> None:
        """Copy a comment."""
        self.out.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        """Copy the document type."""
        self.out.append(f"<!{decl}>")

    def unknown_decl(self, data: str) -> None:
        """Copy a declaration such as CDATA in an inlined SVG."""
        self.out.append(f"<![{data}" + ("]]>" if data.startswith("CDATA[") else "]>"))

    def handle_pi(self, data: str) -> None:
        """Copy a processing instruction."""
        self.out.append(f"<?{data}>")


class _Loads(HTMLParser):
    """Finds what a browser would fetch by itself; links that a reader follows are fine."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at the attributes that load."""
        values = dict(attrs)
        name = "href" if tag == "link" and "stylesheet" in (values.get("rel") or "") else _LOADING.get(tag)
        target = (values.get(name) if name else None) or ""
        if target and not target.startswith(("data:", "#")):
            self.found.append(target)
        if _CSS_URL.search(values.get("style") or ""):
            self.found.append(f"a style of <{tag}>")
        self.in_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        """Leave a style sheet."""
        self.in_style = False

    def handle_data(self, data: str) -> None:
        """Look at a style sheet."""
        if self.in_style and (match := _CSS_URL.search(data)):
            self.found.append(data[match.start() : match.start() + 60])
