"""What is agreed with an outside provider: where it is asked, how long and how often, and in which words. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from scoring_adapter.card import HIGHEST
from signing.detached import check_key
from signing.errors import SignatureError

SOURCES = ("inquiry", "subject", "product", "purpose", "as_of")
LONGEST_URL, LONGEST_POINTER, LONGEST_BAND, MOST_BANDS = 500, 200, 40, 20
MOST_DECIMALS, FARTHEST = 4, 1_000_000_000
# Each number of the terms: the least and the most it may be.
LIMITS: Mapping[str, tuple[int, int]] = {
    "time_ms": (50, 30_000),
    "attempts": (1, 5),
    "retry_percent": (0, 100),
    "most_at_once": (1, 1000),
    "open_after": (1, 20),
    "open_seconds": (1, 600),
    "keep_seconds": (0, 86_400),
    "hedge_ms": (0, 30_000),
}
_URL = re.compile(r"https?://[^\s/?#@]+([/?][^\s#]*)?")
_POINTER = re.compile(r"(/([^~/\x00]|~[01])+)+")
_BAND = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True)
class Band:
    """A band of scores, from `least` on, of 0 to 1000."""

    least: int
    band: str


@dataclass(frozen=True)
class AnswerMap:
    """Where in a provider's answer what we need is: JSON pointers (RFC 6901) through objects, "" for what it has not.

    Its score is a number with so many `decimals`, from `lowest` to `highest` of them: 3.00 to 8.50 is 300 to 850 with
    two. It becomes 0 to 1000 of ours. The band is the provider's word, or one of `bands`, which go by our score.
    """

    subject: str
    score: str
    inquiry: str = ""
    band: str = ""
    model: str = ""
    reasons: str = ""
    lowest: int = 0
    highest: int = HIGHEST
    decimals: int = 0
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True)
class Terms:
    """What is agreed with a provider. None of `question` and `answer`: it speaks our own format (docs/providers.md).

    All tries together have `time_ms`. Of all that is asked, `retry_percent` may be asked again; `most_at_once` are
    under way in a process. After `open_after` faults among the last twenty it is not asked for `open_seconds`. An
    answer is kept for `keep_seconds`, and a second try sent beside a slow one after `hedge_ms`; 0 is never. `signing`
    is the public key (JWK) that each answer is signed with, None where answers are not signed.
    """

    url: str
    time_ms: int = 3000
    attempts: int = 3
    retry_percent: int = 20
    most_at_once: int = 32
    open_after: int = 10
    open_seconds: int = 30
    keep_seconds: int = 0
    hedge_ms: int = 0
    question: Mapping[str, str] | None = None
    answer: AnswerMap | None = None
    signing: Mapping[str, str] | None = None

    def members(self) -> dict[str, Any]:
        """Return the terms as they are stored, shown and logged."""
        told = asdict(self)
        if self.answer is not None:
            told["answer"]["bands"] = [asdict(one) for one in self.answer.bands]
        return told


@dataclass(frozen=True)
class Provider:
    """A provider as it is asked: its name, the terms in force, and which version of them that is."""

    name: str
    version: int
    terms: Terms


def terms_of(members: Mapping[str, Any]) -> Terms:
    """Return terms as they were stored; what an older release did not store is as it is by default."""
    known = {field.name: members[field.name] for field in fields(Terms) if field.name in members}
    if (answer := known.get("answer")) is not None:
        known["answer"] = AnswerMap(**{**answer, "bands": tuple(Band(**one) for one in answer.get("bands", ()))})
    return Terms(**known)


def fault_of(terms: Terms) -> str | None:
    """Return what is wrong with terms, None where nothing is."""
    if len(terms.url) > LONGEST_URL or not _URL.fullmatch(terms.url):
        return f"`url` 须为 http(s) 地址，不含用户名，至多 {LONGEST_URL} 字 an http(s) address without a user name"
    for name, (least, most) in LIMITS.items():
        if not least <= getattr(terms, name) <= most:
            return f"`{name}` 须为 {least} 到 {most} a whole number of {least} to {most}"
    if terms.hedge_ms >= terms.time_ms:
        return "`hedge_ms` 须小于 `time_ms` less than time_ms"
    if (terms.question is None) != (terms.answer is None):
        return "`question`、`answer` 须同时写明 either both, or neither"
    if fault := _fault_of_signing(terms):
        return fault
    return _fault_of_maps(terms.question, terms.answer) if terms.question and terms.answer else _empty(terms)


def _fault_of_signing(terms: Terms) -> str | None:
    if terms.signing is None:
        return None
    try:
        check_key(terms.signing)
    except SignatureError as fault:
        return f"`signing`：{fault}"
    if terms.answer is not None and not terms.answer.inquiry:
        return "`signing` 须有 `answer.inquiry` needs answer.inquiry, or a signed answer could be shown again"
    return None


def _empty(terms: Terms) -> str | None:
    return None if terms.question is None else "`question` 须含 `subject` names subject at least"


def _fault_of_maps(question: Mapping[str, str], answer: AnswerMap) -> str | None:
    pointers = {name: getattr(answer, name) for name in ("subject", "score", "inquiry", "band", "model", "reasons")}
    for pointer in (*question, *(one for one in pointers.values() if one)):
        if len(pointer) > LONGEST_POINTER or not _POINTER.fullmatch(pointer):
            return f"JSON 指针，如 /data/score a JSON pointer: {pointer[:LONGEST_POINTER]}"
    if any(one != other and one.startswith(f"{other}/") for one in question for other in question):
        return "`question`：一处不能在另一处之内 one place is inside another"
    if "subject" not in question.values() or not set(question.values()) <= set(SOURCES):
        return f"`question` 须含 `subject`，取自 subject at least, of {', '.join(SOURCES)}"
    if not (answer.subject and answer.score):
        return "`answer` 须写明 `subject`、`score` subject and score are named"
    if not -FARTHEST <= answer.lowest < answer.highest <= FARTHEST:
        return f"`answer.lowest`、`highest` 由小到大，不超过 {FARTHEST} ascending, no farther than that"
    if not 0 <= answer.decimals <= MOST_DECIMALS:
        return f"`answer.decimals`：0 到 {MOST_DECIMALS} of 0 to {MOST_DECIMALS}"
    return _fault_of_band(answer)


def _fault_of_band(answer: AnswerMap) -> str | None:
    if bool(answer.band) == bool(answer.bands):
        return "`answer.band`、`bands` 二者写一 one of the two"
    return fault_of_bands(answer.bands, "answer.bands")


def fault_of_bands(bands: Sequence[Band], name: str) -> str | None:
    """Return what is wrong with bands that go by the score, None where nothing is, or there are none."""
    least = [one.least for one in bands]
    if least and (least != sorted(set(least), reverse=True) or least[-1] != 0 or least[0] > HIGHEST):
        return f"`{name}` 由 {HIGHEST} 以内递减到 0 descending, from {HIGHEST} at most down to 0"
    if not all(len(one.band) <= LONGEST_BAND and _BAND.fullmatch(one.band) for one in bands):
        return f"`{name}`：名称为小写字母、数字，至多 {LONGEST_BAND} 位 names in lower case, digits, _ and -"
    return None
