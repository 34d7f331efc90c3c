"""Chinese numerals, everyday and as bookkeepers write them (壹贰叁), as whole numbers. Pure."""

_DIGITS = {
    **{character: value for value, character in enumerate("零一二三四五六七八九")},
    **{character: value for value, character in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    "两": 2,
}
_STEPS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000}
_GROUPS = {"万": 10_000, "亿": 100_000_000}
NUMERALS = "".join([*_DIGITS, *_STEPS, *_GROUPS])


def read_numerals(text: str) -> int | None:
    """Return what 一万四千 or 贰仟叁佰壹拾陆 stands for, None where it is no number."""
    total = group = digit = 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _STEPS:
            group += (digit or 1) * _STEPS[character]
            digit = 0
        elif character in _GROUPS:
            total = (total + group + digit) * _GROUPS[character]
            group = digit = 0
        else:
            return None
    return total + group + digit if text else None
