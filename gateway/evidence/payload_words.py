"""An entry's payload in words, as far as its members have a word; the whole of it stands beside, as it was recorded."""

from typing import Any

import orjson

from gateway.console.words import Words
from gateway.evidence.wording import Names, asked_in_words

LABELLED = (
    "subject", "institution", "account", "intermediary", "product", "purpose", "provider", "consent", "named", "score",
    "model", "units", "day", "inquiry", "version", "person", "agency", "dataset", "reason", "found", "count", "rows",
    "accepted", "rejected", "unresolved", "entry", "entries", "filter", "amount", "balance", "decided_on", "batch",
    "role", "client", "kid", "scope", "differences", "parts", "since", "until", "table", "form",
)  # fmt: skip


def payload_rows(words: Words, names: Names, payload: str | None) -> list[tuple[str, str]]:
    """Return label and value of each member that has a word, in the order they are listed above."""
    told = orjson.loads(payload) if payload else {}
    if isinstance(told.get("scope"), dict):  # how much data a question asks for: no scope of anybody's rights
        del told["scope"]
    return [
        (words(f"member-{name}"), _said(words, names, name, told[name]))
        for name in LABELLED
        if told.get(name) not in (None, "", [], {})
    ]


def _said(words: Words, names: Names, name: str, value: Any) -> str:  # noqa: ANN401 - JSON
    if name == "institution":
        return names.institution(str(value))
    if name in {"product", "purpose"}:
        return asked_in_words(words, name, str(value))
    if (name, value) == ("provider", "embedded"):
        return words("audit-embedded")
    if isinstance(value, int):
        return words.number(value)
    if isinstance(value, dict):
        return "，".join(str(one) for one in value.values() if one is not None)
    if isinstance(value, list):
        return "，".join(map(str, value))
    return str(value)
