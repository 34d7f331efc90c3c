"""The parts of terms and templates: what is permitted, how often, what was shown, what proves it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

Tier = Literal["basic", "detail"]  # detail holds what basic does, and more
FetchType = Literal["ONETIME", "PERIODIC"]
AccessMode = Literal["VIEW", "STORE"]
Unit = Literal["H", "D", "M", "Y"]
Alignment = Literal["calendar", "consent"]
EvidenceKind = Literal["e_seal", "e_licence", "paper_scan", "sms"]
LegalBasis = Literal["authorised", "separate_consent"]
TIERS, UNITS, ALIGNMENTS = get_args(Tier), get_args(Unit), get_args(Alignment)
FETCH_TYPES, ACCESS_MODES = get_args(FetchType), get_args(AccessMode)
LEGAL_BASES, EVIDENCE_KINDS = get_args(LegalBasis), get_args(EvidenceKind)
CREDIT_QUERY = "credit_query"


@dataclass(frozen=True)
class Detail:
    """One object of RFC 9396: these products, to this tier, over these categories of data, from these agencies.

    Its fields combine with each other, and with no other object's. No categories, or no sources: all of them.
    """

    products: tuple[str, ...]
    tier: str = "detail"
    categories: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def members(self) -> dict[str, Any]:
        """Return it as RFC 9396 spells it."""
        return {
            "type": CREDIT_QUERY, "actions": list(self.products), "privileges": [self.tier],
            "datatypes": list(self.categories), "locations": list(self.sources),
        }  # fmt: skip


@dataclass(frozen=True)
class Limit:
    """At most so many uses an hour, day, month or year: of the calendar, or counted from when the consent begins."""

    count: int
    unit: str
    alignment: str = "calendar"


@dataclass(frozen=True)
class Notice:
    """The text that is shown before anybody agrees: which, in which version and language, and its SHA-256."""

    id: str
    version: int
    language: str
    sha256: str


@dataclass(frozen=True)
class PersonItem:
    """A named person whose data an answer may hold: a keyed hash, the role in the enterprise, the kinds of data."""

    person: str
    role: str
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class EvidenceItem:
    """A file that proves something about the consent, by its digest."""

    kind: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Obligation:
    """What the institution owes for what it gets: report_usage, delete_after, no_onward; and within which time."""

    kind: str
    within: str | None = None


@dataclass(frozen=True)
class Approval:
    """One signatory's approval: who, when, by which way, and on which mandate until when (None: without an end).

    `holder` is a hash that tells one human being from another, where it is known.
    """

    who: str
    at: datetime
    method: str
    role: str = "legal_rep"
    mandate_ref: str | None = None
    mandate_until: datetime | None = None
    holder: str | None = None


def read_detail(members: Mapping[str, Any]) -> Detail:
    """Read an object of RFC 9396. Raises ValueError for another type, and for members it does not know."""
    known = {"type", "actions", "privileges", "datatypes", "locations"}
    if members.get("type") != CREDIT_QUERY:
        raise ValueError(f"type: 只有 only {CREDIT_QUERY}")
    if unknown := members.keys() - known:
        raise ValueError(f"{', '.join(sorted(unknown))}: 未知 unknown; {', '.join(sorted(known))}")
    tiers = list(members.get("privileges") or ["detail"])
    if len(tiers) != 1:
        raise ValueError("privileges: 只写一个 name one")
    return Detail(
        tuple(sorted(set(members.get("actions") or ()))), tiers[0],
        tuple(sorted(set(members.get("datatypes") or ()))), tuple(sorted(set(members.get("locations") or ()))),
    )  # fmt: skip
