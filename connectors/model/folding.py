"""One folding for all that people spell in many ways: headings, names, codes and document numbers. Pure.

Folded, two texts are equal where a person would call them the same: characters of any width, letters of any case, all
kinds of blanks, invisible characters, brackets, dashes and middle dots make no difference; every other character does.
What is folded is compared and never shown. The few differences between what is folded stand at the end of this file.
"""

import unicodedata
from collections.abc import Callable
from functools import lru_cache, wraps

LONGEST_KNOWN = 100  # characters of a text worth remembering
_BLANKS = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
# Soft hyphen, joiners, marks of direction, fillers, selectors of a glyph's variant, the byte order mark.
_INVISIBLE = (
    *(0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
    *range(0x180B, 0x1810),
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xFE00, 0xFE10),
    *range(0xE0000, 0xE0080),
    *range(0xE0100, 0xE01F0),
)
_OPENING, _CLOSING = "[{［｛〔【〖〘﹝﹛（", "]}］｝〕】〗〙﹞﹜）"
_DASHES = "‐‑‒–—―−⁃─━﹘﹣－"
_DOTS = "•‧∙⋅・･"
_UNSEEN = dict.fromkeys(_INVISIBLE)
_DROPPED = {**dict.fromkeys(map(ord, _BLANKS)), **_UNSEEN}
_FOLDED = {
    **dict.fromkeys(map(ord, _OPENING), "("),
    **dict.fromkeys(map(ord, _CLOSING), ")"),
    **dict.fromkeys(map(ord, _DASHES), "-"),
    **dict.fromkeys(map(ord, _DOTS), "·"),
    **_DROPPED,
}
_ASCII = str.maketrans("[]{}", "()()", _BLANKS[:10])
_QUOTES = "'’‘`\"“”"


def visible(text: str) -> str:
    """Return a text without what nobody sees."""
    return text if text.isascii() else text.translate(_UNSEEN)


def fold(text: str) -> str:
    """Return a text as it is compared: NFKC, upper case, round brackets, plain dashes, nothing blank or invisible."""
    if text.isascii():
        return text.translate(_ASCII).upper()
    # Dropped first, so that what they stood between is composed; once more, for what NFKC makes blanks of.
    plain = unicodedata.normalize("NFKC", text.translate(_DROPPED)).translate(_FOLDED).upper()
    return plain if unicodedata.is_normalized("NFKC", plain) else unicodedata.normalize("NFKC", plain)


def remembered(key: Callable[[str], str]) -> Callable[[str], str]:
    """Remember what was made of short texts; whoever sends long ones fills no memory with them."""
    known = lru_cache(maxsize=1 << 14)(key)

    @wraps(key)
    def made(text: str) -> str:
        return known(text) if len(text) <= LONGEST_KNOWN else key(text)

    return made


@remembered
def name_key(name: str) -> str:
    """Return a name as names are compared."""
    return fold(name)


@remembered
def heading_key(name: str) -> str:
    """Return a heading as headings are compared: in lower case, without the marks of a required column."""
    return fold(name).lower().strip("*:;'\"")


def code_key(code: str) -> str:
    """Return a code in its one spelling: without the quotes that keep a spreadsheet from reading a number."""
    return fold(code).strip(_QUOTES)


_HEXAGONAL = str.maketrans("()", "〔〕")  # as documents are numbered: GB/T 9704-2012 7.2.5


@remembered
def document_key(number: str) -> str:
    """Return a document's number as it stands in keys: the official 京罚〔2024〕1号 is already folded."""
    return fold(number).translate(_HEXAGONAL)
