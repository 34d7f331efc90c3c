"""What is equal for a person is equal here: texts folded, and the digests of them that key columns hold. Pure."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache, wraps
from hashlib import blake2b
from typing import TypeVar

Made = TypeVar("Made")
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


def key_of(*texts: str) -> int:
    """Return 63 bits of a digest over folded texts: equal for texts that a person would call the same."""
    folded = "\x1f".join(map(fold, texts)).encode()
    return int.from_bytes(blake2b(folded, digest_size=8).digest()) >> 1
