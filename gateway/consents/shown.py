"""What a person reads before deciding on a request, and what is kept of it word for word: a line for each thing. Pure.

It depends on the terms and the parties' names alone, not on the hour: shown again, it is the same text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.model.calendar import SHANGHAI
from consent.terms import PRODUCTS, Terms
from gateway.consents.artefact_words import more_lines
from gateway.consents.words import PRODUCTS_EN, PURPOSES_EN
from signing.canonical import sha256_hex

# What each product holds (gateway/inquiries/answers.py).
_HOLDS: Mapping[str, tuple[str, str]] = {
    "score": ("分数、等级和原因", "points, band and reasons"),
    "health_check": ("分数、等级、原因和逐项指标", "points, band, reasons and each figure"),
    "portrait": (
        "分数、等级、原因、六个方面，三层以内的股权、投资与担保网络（自然人只有编号），一年内的变化",
        "points, band, reasons, six dimensions, the network within three steps (persons are numbers), a year's changes",
    ),
    "records": (
        "所用数据中的记录，或其中约定的指标和字段；不含个人信息",
        "records of the data below, or agreed figures and fields of them; nothing about a person",
    ),
    "risk_watch": (
        "期限之内本企业的风险类型、等级和原因，变化时主动告知",
        "types and levels of its risks with their reasons, told by itself whenever they change",
    ),
}  # fmt: skip
_NO_RECORD_ZH, _NO_RECORD_EN = "。不含记录原文", ". No record itself"
Lines = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Parties:
    """Who asks and who is asked, by name."""

    institution: str
    enterprise: str


def statement_lines(terms: Terms, parties: Parties, language: str) -> Lines:
    """Return what a consent on these terms would allow, in "zh" or "en": each line's label and text."""
    return _lines_zh(terms, parties) if language == "zh" else _lines_en(terms, parties)


def statement_text(lines: Lines) -> str:
    """Return the lines as the one text that is kept."""
    return "\n".join(f"{label}: {text}" for label, text in lines)


def digest_of(lines: Lines) -> str:
    """Return SHA-256 of the text, in hex: what a form sends back of what was shown."""
    return sha256_hex(statement_text(lines).encode())


def _keeps_records(terms: Terms) -> bool:
    """Tell whether no product on these terms shows a record itself."""
    return "records" not in terms.products


def _lines_zh(terms: Terms, parties: Parties) -> Lines:
    accounts = "、".join(terms.accounts)
    return [
        ("谁可以查询", parties.institution + (f"，账户 {accounts}" if accounts else "，全部账户")),
        ("查询谁", f"{parties.enterprise}（{terms.uscc}）"),
        (
            "可以得到",
            "；".join(f"{PRODUCTS[name]}（{_HOLDS[name][0]}）" for name in terms.products)
            + _NO_RECORD_ZH * _keeps_records(terms),
        ),
        ("所用数据", "平台归集的、目前可供查询的本企业记录；已撤回、已修复、公示期满的不用"),
        ("用途", f"{terms.purpose_words()}，不得用于其他"),
        ("期限", f"{_time(terms.valid_from)} 起，{_time(terms.valid_until)} 止（北京时间）"),
        ("次数", f"最多 {terms.max_uses} 次" if terms.max_uses else "不限"),
        *more_lines(terms, "zh"),
        ("同意之后", "立即生效，条款不再改动；随时可以暂停或撤销，已给出的应答不变"),
        ("签署的内容", f"以上各行，以及条款全文，其 SHA-256 为 {terms.digest()}"),
    ]


def _lines_en(terms: Terms, parties: Parties) -> Lines:
    accounts = ", ".join(terms.accounts)
    gets = "; ".join(f"{PRODUCTS_EN[name]} ({_HOLDS[name][1]})" for name in terms.products)
    return [
        ("Who may ask", parties.institution + (f", by {accounts}" if accounts else ", by any of its accounts")),
        ("About whom", f"{parties.enterprise} ({terms.uscc})"),
        ("What it gets", gets + _NO_RECORD_EN * _keeps_records(terms)),
        (
            "From which data",
            "What is held of this enterprise and may be shown; withdrawn, repaired, expired is not used",
        ),
        ("What for", f"{PURPOSES_EN[terms.purpose]}, and nothing else"),
        ("How long", f"from {_time(terms.valid_from)} until {_time(terms.valid_until)} (Beijing time)"),
        ("How often", f"at most {terms.max_uses} times" if terms.max_uses else "any number of times"),
        *more_lines(terms, "en"),
        ("Afterwards", "In force at once, on terms that do not change; pause or revoke any time; answers given stay"),
        ("What is signed", f"These lines, and the whole terms, whose SHA-256 is {terms.digest()}"),
    ]


def _time(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
