"""How inquiries, denials and quotas are shown to an institution's people: words, tones, what to do. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from consent.terms import PURPOSES
from gateway.console.reasons import clause
from gateway.console.table import Cell
from gateway.console.words import Words
from gateway.inquiries.tables import Inquiry
from gateway.quota.books import Room
from gateway.quota.products import PRODUCTS
from gateway.quota.words import limit_text
from gateway.web.error_table import ERRORS

Tone = Literal["", "ok", "warn", "bad", "quiet", "info"]
TONES: Mapping[str, Tone] = {"answered": "ok", "denied": "bad", "failed": "warn", "open": "info"}
# What a person does about a denial, where that is something else than a program does.
REMEDIES: Mapping[str, str] = {
    "consent-required": "todo-request",
    "duty-basis-required": "todo-duty",
    "consent-rejected": "todo-speak",
    "consent-lapsed": "todo-request",
    "consent-revoked": "todo-request",
    "consent-expired": "todo-request",
    "consent-uses-exhausted": "todo-request",
    "consent-pending": "todo-wait",
    "consent-paused": "todo-resume",
    "consent-not-yet-valid": "todo-later",
    "consent-purpose-mismatch": "todo-purpose",
    "consent-scope-exceeded": "todo-product",
    "obligation-overdue": "todo-report",
    "data-life-ended": "todo-delete",
    "quota-exceeded": "todo-quota",
    "invalid-subject": "todo-code",
    "subject-not-found": "todo-code",
    "upstream-unavailable": "todo-again",
    "upstream-invalid": "todo-operator",
}
REQUESTABLE = frozenset(
    reason
    for reason, todo in REMEDIES.items()
    if todo in {"todo-request", "todo-speak", "todo-purpose", "todo-product"}
)


def enterprise_cell(name: str | None, uscc: str, href: str) -> Cell:
    """Return the cell of a table that names an enterprise: by its name with the code below, else by the code."""
    return Cell(name or uscc, href=href, sub=uscc if name else "")


@dataclass(frozen=True)
class RoomShown:
    """What one limit leaves: its name, units used and reserved, its most, left now and after the question, and when it
    begins anew (None: never).
    """

    label: str
    used: int
    most: int | None
    left: int
    after: int
    resets_at: datetime | None


def ending_of(row: Inquiry) -> str:
    """Return how an inquiry ended, as ENDINGS has it."""
    if row.state in {"expired", "failed"} or row.outcome in {"upstream-unavailable", "upstream-invalid"}:
        return "failed"
    return {"answered": "answered", "admitted": "open"}.get(row.state, "denied")


def product_text(words: Words, code: str) -> str:
    """Return a product's name; of one that there is not, what was asked for."""
    return words(f"product-{code}") if code in PRODUCTS else code


def purpose_text(words: Words, code: str) -> str:
    """Return a purpose; of one that there is not, what was asked for."""
    return words(f"purpose-{code}") if code in PURPOSES else code


def why(words: Words, reason: str) -> str:
    """Return what a reason of the error table means, to a person, without a full stop."""
    if reason == "invalid-subject":
        return words("denied-code")
    return clause(words, reason) or words("denied-otherwise")


def todo(words: Words, reason: str) -> str:
    """Return what a person does about it."""
    if reason in REMEDIES:
        return words(REMEDIES[reason])  # texts of shown.REMEDIES
    row = ERRORS.get(reason)
    if row is None:
        return words("todo-operator")
    return words.either(row.remedy_zh, row.remedy_en)


def rooms_shown(words: Words, rooms: Sequence[Room], units: int) -> list[RoomShown]:
    """Return what each limit in force leaves before and after a question of so many units."""
    return [
        RoomShown(
            limit_text(words, room.key), room.used + room.reserved, room.most, room.left,
            room.left - room.amount(units), room.resets_at,
        )
        for room in rooms if room.most is not None
    ]  # fmt: skip
