"""The terms of a consent: what the signatory signs. Pure.

Once requested they never change; what changes is the consent's status, a new version each time.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from consent.parts import Detail, EvidenceItem, Limit, Notice, Obligation, PersonItem
from signing.canonical import canonical_bytes, sha256_hex

PRODUCTS: Mapping[str, str] = {
    "score": "信用评分", "health_check": "企业体检表", "portrait": "企业信用画像", "records": "信用记录",
    "risk_watch": "风险预警",
}  # fmt: skip
PURPOSES: Mapping[str, str] = {
    "pre_loan": "贷前审查",
    "post_loan": "贷后管理",
    "guarantee_review": "担保审查",
    "renewal": "续贷审查",
    "subsidy": "补贴审核",
}
FIRST_SCHEMA = "xinqiao-consent/1"
SCHEMA = "xinqiao-consent/2"


@dataclass(frozen=True)
class Terms:
    """Who permits whom what, for which purpose, from when until when (half open), and how often (None: any number).

    `accounts` are the institution's accounts that may use it; empty means all of them. `details` say which products go
    with which data; empty means every product, `tier` deep, over `categories` from `sources`. `data_from` and `data_to`
    are the first and last day of what may be looked at, None where open. `schema` is the one they were signed under.
    """

    consent_id: UUID
    uscc: str
    institution: str
    accounts: tuple[str, ...]
    products: tuple[str, ...]
    purpose: str
    valid_from: datetime
    valid_until: datetime
    max_uses: int | None
    request_id: UUID | None = None
    supersedes: UUID | None = None
    grantor_name: str | None = None
    grantee_class: str | None = None
    service_name: str | None = None
    required_approvals: int = 1
    tier: str = "detail"
    categories: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    details: tuple[Detail, ...] = ()
    data_from: date | None = None
    data_to: date | None = None
    purpose_text: str | None = None
    legal_basis: str = "authorised"
    persons: tuple[PersonItem, ...] = ()
    fetch_type: str = "PERIODIC"
    limits: tuple[Limit, ...] = ()
    access_mode: str = "STORE"
    data_life: str = "P0D"
    onward: tuple[str, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    notice: Notice | None = None
    evidence: tuple[EvidenceItem, ...] = ()
    template: str | None = None
    template_version: int | None = None
    withdrawal: str | None = None
    complaint: str | None = None
    schema: str = SCHEMA

    def granted(self) -> tuple[Detail, ...]:
        """Return what is permitted, as objects of which each stands alone."""
        return self.details or (Detail(self.products, self.tier, self.categories, self.sources),)

    def purpose_words(self) -> str:
        """Return the purpose as it was shown."""
        return self.purpose_text or PURPOSES[self.purpose]

    def canonical(self) -> bytes:
        """Return the bytes that are signed (RFC 8785)."""
        return canonical_bytes(_first(self) if self.schema == FIRST_SCHEMA else _whole(self))

    def digest(self) -> str:
        """Return SHA-256 of the canonical bytes, in hex."""
        return sha256_hex(self.canonical())


def _first(terms: Terms) -> dict[str, Any]:
    """Return the members of the first schema: what was signed under it stays what it is."""
    return {
        "schema": FIRST_SCHEMA,
        "consent_id": str(terms.consent_id),
        "grantor": terms.uscc,
        "grantee": {"institution": terms.institution, "accounts": list(terms.accounts)},
        "products": list(terms.products),
        "purpose": {"code": terms.purpose, "text": PURPOSES[terms.purpose]},
        "valid_from": instant(terms.valid_from),
        "valid_until": instant(terms.valid_until),
        "max_uses": terms.max_uses,
    }


def _whole(terms: Terms) -> dict[str, Any]:
    said = terms.purpose_words()
    return {
        "schema": SCHEMA,
        "consent_id": str(terms.consent_id),
        "request_id": _id(terms.request_id),
        "supersedes": _id(terms.supersedes),
        "grantor": {"subject_id": terms.uscc, "name": terms.grantor_name},
        "grantee": {
            "institution": terms.institution, "class": terms.grantee_class, "service_name": terms.service_name,
            "accounts": list(terms.accounts),
        },
        "required_approvals": terms.required_approvals,
        "products": list(terms.products),
        "tier": terms.tier,
        "sources": list(terms.sources),
        "data_categories": list(terms.categories),
        "authorization_details": [detail.members() for detail in terms.details],
        "data_from": _day(terms.data_from),
        "data_to": _day(terms.data_to),
        "purpose": {"code": terms.purpose, "text": said, "text_sha256": sha256_hex(said.encode())},
        "legal_basis": terms.legal_basis,
        "pi_items": [_listed(item) for item in terms.persons],
        "fetch_type": terms.fetch_type,
        "max_uses": terms.max_uses,
        "limits": [asdict(limit) for limit in terms.limits],
        "valid_from": instant(terms.valid_from),
        "valid_until": instant(terms.valid_until),
        "access_mode": terms.access_mode,
        "data_life": terms.data_life,
        "onward_sharing": list(terms.onward),
        "obligations": [asdict(one) for one in terms.obligations],
        "notice": asdict(terms.notice) if terms.notice else None,
        "evidence": [asdict(item) for item in terms.evidence],
        "template": {"id": terms.template, "version": terms.template_version},
        "withdrawal_method": terms.withdrawal,
        "complaint_contact": terms.complaint,
    }  # fmt: skip


def instant(moment: datetime) -> str:
    """Return a moment as terms spell it: UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _listed(item: PersonItem) -> dict[str, Any]:
    return {**asdict(item), "categories": list(item.categories)}


def _id(value: UUID | None) -> str | None:
    return str(value) if value else None


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
