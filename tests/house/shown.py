"""What people read of a page: its texts, apart from codes, addresses and what programs read."""

import re
from html.parser import HTMLParser

UNREAD = {"script", "style", "code", "pre", "kbd", "template", "svg", "title"}
CODES = {"code", "digits"}  # set in a fixed width, beside a name or where there is none
EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
READ_ALOUD = ("aria-label", "title", "placeholder", "alt")
# Words of other alphabets that Chinese readers of these pages write so themselves.
WRITTEN_SO = {
    "CSV", "XLSX", "XLS", "ODS", "XML", "JSON", "NDJSON", "Excel", "English", "Ctrl", "Esc", "HTTP", "HTTPS", "API",
    "UTC", "SHA", "CNY", "AEO", "ICP", "JWK", "PDF", "PNG", "JPEG",
}  # fmt: skip
# What Python writes where a value was not put into words.
PYTHON = re.compile(
    r"\bNone\b|\bTrue\b|\bFalse\b|\[['\"(]|\{['\"]|['\"]\]|datetime\.|UUID\(|Decimal\(|<\w+ object|frozenset|%\(\w+\)"
)
# Ids people have a name for: actors, long numbers in base 16, names of rooms with underscores.
IDS = re.compile(
    r"\b(?:person|operator|client):\S+|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-\S+|\b[0-9a-f]{24,40}\b|\b[a-z]+(?:_[a-z]+)+\b"
)
LATIN = re.compile(r"[A-Za-z]{3,}")
# What has no other name: digests, a key by its thumbprint, and settings where those who set them read of them.
NAMELESS = re.compile(r"\b[0-9a-f]{64}\b|(?<![\w-])[\w-]{43}(?![\w-])|\bXINQIAO_[A-Z_]+\b")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        hidden = tag in UNREAD or given.get("lang", "zh-CN") != "zh-CN" or not CODES.isdisjoint(_classes(given))
        hidden = hidden or any(unread for _, unread in self._open)
        if not hidden:
            self.texts += [text for name in READ_ALOUD if (text := given.get(name))]
        if tag not in EMPTY:
            self._open.append((tag, hidden))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(unread for _, unread in self._open):
            self.texts.append(" ".join(data.split()))


def _classes(given: dict[str, str | None]) -> list[str]:
    return (given.get("class") or "").split()


def texts_of(html: str) -> list[str]:
    """Return the texts of a page in their order."""
    reader = _Reader()
    reader.feed(html)
    return reader.texts


def faults_of(html: str, known: set[str]) -> list[str]:
    """Return what a Chinese page should not say: English words but those `known`, values of Python, internal ids."""
    faults = []
    for text in texts_of(html):
        said = NAMELESS.sub("", text)
        for name in sorted(known, key=len, reverse=True):
            said = said.replace(name, "")
        english = [word for word in LATIN.findall(IDS.sub("", said)) if word not in WRITTEN_SO]
        found = [*PYTHON.findall(said), *IDS.findall(said), *english]
        if found:
            faults.append(f"{text[:100]!r}: {found}")
    return faults
