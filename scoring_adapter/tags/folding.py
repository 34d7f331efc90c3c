"""What is equal for a person is equal here: texts folded, and the digests of them that key columns hold. Pure."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from hashlib import blake2b
from typing import TypeVar

Made = TypeVar("Made")
_BETWEEN, _PARTS = "\0", "\x1f"  # texts of many; the parts of a key
LONGEST_KNOWN = 100  # characters of a text worth remembering
_ROUND = dict.fromkeys("[{〔【〖〘﹝<〈《", "(") | dict.fromkeys("]}〕】〗〙﹞>〉》", ")")
_OTHER_BRACKETS = re.compile("[" + re.escape("".join(_ROUND)) + "]")


def remembered(make: Callable[[str], Made]) -> Callable[[str], Made]:
    """Remember what was made of short texts."""
    known = lru_cache(maxsize=1 << 16)(make)

    @wraps(make)
    def made(text: str) -> Made:
        return known(text) if len(text) <= LONGEST_KNOWN else make(text)

    return made


def fold(text: str) -> str:
    """Return a text as it is compared: NFKC, upper case, round brackets, no blanks."""
    plain = (text if text.isascii() else unicodedata.normalize("NFKC", text)).upper()
    for bracket in set(
        _OTHER_BRACKETS.findall(plain)
    ):  # few texts have some; a table of all characters costs twice as much
        plain = plain.replace(bracket, _ROUND[bracket])
    return "".join(plain.split())


def fold_many(texts: Sequence[str]) -> list[str]:
    """Return what `fold` makes of each text, at a third of its time: all of them are one text meanwhile.

    What stands between them is no blank, and neither joins nor is changed with what is beside it.
    """
    whole = unicodedata.normalize("NFKC", _BETWEEN.join(texts)).upper()
    for bracket, plain in _ROUND.items():
        whole = whole.replace(bracket, plain)
    folded = "".join(whole.split()).split(_BETWEEN)
    return folded if len(folded) == len(texts) else list(map(fold, texts))


def key_of(*texts: str) -> int:
    """Return 63 bits of a digest over folded texts: equal for texts that a person would call the same."""
    return _key_of(_PARTS.join(map(fold, texts)))


def keys_of(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return `key_of` of each of these rows of texts."""
    columns = [fold_many(column) for column in zip(*rows, strict=True)]
    return [_key_of(_PARTS.join(texts)) for texts in zip(*columns, strict=True)]


def _key_of(folded: str) -> int:
    return int.from_bytes(blake2b(folded.encode(), digest_size=8).digest()) >> 1
