"""Chinese numerals, everyday and as bookkeepers write them (壹贰叁), as whole numbers. Pure."""

import re

_PLAIN = str.maketrans("〇壹贰叁肆伍陆柒捌玖两拾佰仟", "零一二三四五六七八九二十百千")
_DIGITS = "零一二三四五六七八九"
_GROUPS = (("亿", 100_000_000), ("万", 10_000))
_SECTION = re.compile(r"(?:零?([一-龥])千)?(?:零?([一-龥])百)?(?:零?([一-龥]?)(十))?(零?)([一-龥])?")
NUMERALS = "零一二三四五六七八九〇壹贰叁肆伍陆柒捌玖两十拾百佰千仟万亿"


def read_numerals(text: str) -> int | None:
    """Return what 一万四千 or 贰仟叁佰壹拾陆 stands for, None where it is no number.

    One digit at the end right after a hundred or more (三千五, 一万四) may mean tens or units: that is none either.
    """
    return _read(text.translate(_PLAIN))


def _read(text: str) -> int | None:
    for word, scale in _GROUPS:
        if word in text:
            above, _, below = text.rpartition(word)
            many, rest = _read(above), 0 if not below else None if len(below) == 1 else _read(below)
            return None if not many or rest is None or rest >= scale else many * scale + rest
    return _read_section(text)


def _read_section(text: str) -> int | None:
    """Read what stands below ten thousand."""
    if text == "零":
        return 0
    found = _SECTION.fullmatch(text)
    if not text or not found:
        return None
    thousands, hundreds, tens, ten, zero, ones = found.groups()
    if ones and (thousands or hundreds) and not (ten or zero):
        return None
    digits = [thousands or "零", hundreds or "零", tens or ("一" if ten else "零"), ones or "零"]
    values = [_DIGITS.find(digit) for digit in digits]
    return None if -1 in values else sum(value * step for value, step in zip(values, (1000, 100, 10, 1), strict=True))
