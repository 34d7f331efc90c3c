"""Sentences that stand in two languages, Chinese first and English beside it, taken apart for readers of one. Pure.

Texts are written so throughout the program (没有这一天 there is no such day). English may begin where a blank is
followed by a small Latin letter, or a Chinese full stop by a capital one. Of such places the one is taken that leaves
the least in the wrong half: Chinese characters behind it, small Latin words before it; names and values stand in both.
"""

import re

Language = str  # "zh" or "en"
_CHINESE, _WORD = re.compile("[\u3400-\u9fff]"), re.compile(r"(?<![\w.-])[a-z]+")
_ENGLISH = re.compile(r"(?<=[^\s:,(（“‘]) (?=[a-z])|(?<=[。！？]) ?(?=[A-Z])")


def halves(said: str) -> tuple[str, str]:
    """Return the Chinese and the English of a sentence; all of it twice where it is in one language only."""
    places = ((said[: found.start()], said[found.end() :]) for found in _ENGLISH.finditer(said))
    apart = [(zh.strip(), en.strip()) for zh, en in places if _CHINESE.search(zh)]
    return min(apart, key=_misplaced, default=(said, said))


def _misplaced(parts: tuple[str, str]) -> int:
    zh, en = parts
    return len(_WORD.findall(zh)) + len(_CHINESE.findall(en))


def in_language(said: str, language: Language) -> str:
    """Return the half of a sentence in "zh" or "en"."""
    zh, en = halves(said)
    return zh if language == "zh" else en
