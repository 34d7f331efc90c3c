"""How near a heading is to a field's name: units in brackets, synonyms, pinyin initials, shared characters. Pure.

A nearness is a number up to 1 with the reason for it in words; below 0.4 it is none.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from connectors.conversion.heading_parts import LONGEST, alternatives, canonical, meaning, plain, remembered
from connectors.conversion.synonyms import SYNONYMS
from connectors.model.folding import heading_key

SURELY, NEAR = 0.8, 0.4
_UNIT = re.compile(r"\((?:单位:)?(?:人民币)?([^()]{1,5})\)$")
_MONEY_UNIT = re.compile(r"单位[:：]\s*(?:人民币)?((?:亿|万)?元)")
_PREFIX = re.compile(r"^(?:[a-z]{1,3}_)+")
# GB 2312 orders its first 3,755 characters by pinyin: each initial begins at this code.
_INITIALS = dict(
    zip(
        "abcdefghjklmnopqrstwxyz",
        (0xB0A1, 0xB0C5, 0xB2C1, 0xB4EE, 0xB6EA, 0xB7A2, 0xB8C1, 0xB9FE, 0xBBF7, 0xBFA6, 0xC0AC, 0xC2E8, 0xC4C3, 0xC5B6,
         0xC5BE, 0xC6DA, 0xC8BB, 0xC8F6, 0xCBFA, 0xCDDA, 0xCEF4, 0xD1B9, 0xD4D1),
        strict=True,
    )
)  # fmt: skip
_key = remembered(heading_key)
_GROUPS: dict[str, set[int]] = defaultdict(set)
for _number, _group in enumerate(SYNONYMS):
    for _word in _group:
        for _form in (heading_key(_word), canonical(_word)):
            _GROUPS[_form].add(_number)


class Nearness(NamedTuple):
    """How sure it is that two headings mean the same, and why."""

    score: float
    why: str


NONE = Nearness(0, "")


def unit_of(heading: str) -> str:
    """Return what a heading names in brackets at its end, which may be a unit; "" where there is nothing."""
    return split_unit(heading)[1]


def split_unit(heading: str) -> tuple[str, str]:
    """Return a heading without what stands in brackets at its end, which may be a unit, and that; "" for nothing."""
    key = heading_key(heading)
    found = _UNIT.search(key)
    return (key[: found.start()], found[1]) if found else (key, "")


def money_unit_of(texts: Iterable[str]) -> str:
    """Return the unit of money that a title row declares (单位：万元)."""
    return next((found[1] for text in texts if (found := _MONEY_UNIT.search(text))), "")


def is_known(heading: str) -> bool:
    """Tell whether a heading is one of the words that agencies use."""
    return any(form in _GROUPS for form in (_key(heading), plain(heading), _key(meaning(heading)), canonical(heading)))


def nearness(heading: str, words: Iterable[str]) -> Nearness:
    """Return the best nearness of a heading to any of these words; what is longer than headings are is near none."""
    if len(heading) > LONGEST:
        return NONE
    return max((_nearness(heading, word) for word in words), default=NONE)


@remembered
def _nearness(heading: str, word: str) -> Nearness:
    if not _key(heading) or not _key(word):
        return NONE
    if _key(heading) == _key(word):
        return Nearness(1, "同名 same name")
    mine, its = (heading, *alternatives(heading)), (word, *alternatives(word))
    return max((_meant(one, other) for one in mine for other in its), key=lambda near: near.score)


@remembered
def _meant(heading: str, word: str) -> Nearness:
    mine, its = _key(meaning(heading)), _key(meaning(word))
    bare, its_bare = plain(mine), plain(its)
    if bare == its_bare:
        return Nearness(0.95, "括号外同名 same but for brackets")
    if _groups(mine) & _groups(its) or _groups(bare) & _groups(its_bare):
        return Nearness(0.9, f"同义 means {word}")
    core, its_core = canonical(bare), canonical(its_bare)
    if core == its_core or _groups(core) & _groups(its_core):
        return Nearness(0.88, f"同义 means {word}")
    if bare.isascii() and is_initials(bare, its_bare):
        return Nearness(0.85, f"拼音首字母 initials of {word}")
    if bare.isascii() or its_bare.isascii():
        return NONE
    return _overlap(bare, its_bare, word)


def _groups(key: str) -> set[int]:
    spelled = (key, key.replace("_", ""), key.removesuffix("名称"))
    return next((_GROUPS[word] for word in spelled if word in _GROUPS), set())


def _overlap(mine: str, its: str, word: str) -> Nearness:
    """Judge by shared pairs of characters; one name inside the other counts more, the longer the part."""
    if len(min(mine, its, key=len)) >= 2 and (mine in its or its in mine):
        share = min(len(mine), len(its)) / max(len(mine), len(its))
        return Nearness(round(0.45 + 0.35 * share, 2), f"包含 contains or is part of {word}")
    first, second = character_pairs(mine), character_pairs(its)
    dice = 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0
    score = round(0.75 * dice, 2)
    return Nearness(score, f"字面相近 shares characters with {word}") if score >= NEAR else NONE


@remembered
def character_pairs(text: str) -> frozenset[str]:
    return frozenset(text[place : place + 2] for place in range(len(text) - 1))


def is_initials(letters: str, word: str) -> bool:
    """Tell whether letters, with or without a table's prefix (CF_, XK_), are the pinyin initials of a word."""
    spelled = initials(word)
    wanted = letters.replace("_", "")
    return len(spelled) >= 3 and spelled in {wanted, _PREFIX.sub("", letters).replace("_", "")}


@remembered
def initials(word: str) -> str:
    """Return the pinyin initials of a Chinese word; "" where a character has no place in the order of GB 2312."""
    found = []
    for character in word:
        if character.isascii():
            found.append(character.lower() if character.isalnum() else "")
            continue
        try:
            high, low = character.encode("gb2312")
        except (UnicodeEncodeError, ValueError):
            return ""
        code = high << 8 | low
        if not 0xB0A1 <= code <= 0xD7F9:
            return ""
        found.append(max(letter for letter, start in _INITIALS.items() if start <= code))
    return "".join(found)
