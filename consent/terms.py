"""The terms of a consent: what the signatory signs. Pure.

Once requested they never change; what changes is the consent's status, a new version each time.
"""

from calendar import isleap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from consent.errors import TermsError
from signing.canonical import canonical_bytes, sha256_hex

PRODUCTS: Mapping[str, str] = {"score": "信用评分", "health_check": "企业体检表"}
PURPOSES: Mapping[str, str] = {
    "pre_loan": "贷前审查",
    "post_loan": "贷后管理",
    "guarantee_review": "担保审查",
    "renewal": "续贷审查",
    "subsidy": "补贴审核",
}
LONGEST_YEARS = 3
MOST_USES = 100_000
SCHEMA = "xinqiao-consent/1"


@dataclass(frozen=True)
class Terms:
    """Who permits whom what, for which purpose, from when until when (half open), and how often (None: any number).

    `accounts` are the institution's accounts that may use it; empty means all of them.
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

    def canonical(self) -> bytes:
        """Return the bytes that are signed (RFC 8785)."""
        return canonical_bytes(
            {
                "schema": SCHEMA,
                "consent_id": str(self.consent_id),
                "grantor": self.uscc,
                "grantee": {"institution": self.institution, "accounts": list(self.accounts)},
                "products": list(self.products),
                "purpose": {"code": self.purpose, "text": PURPOSES[self.purpose]},
                "valid_from": _instant(self.valid_from),
                "valid_until": _instant(self.valid_until),
                "max_uses": self.max_uses,
            }
        )

    def digest(self) -> str:
        """Return SHA-256 of the canonical bytes, in hex."""
        return sha256_hex(self.canonical())


def check_terms(terms: Terms, now: datetime) -> None:
    """Refuse terms no consent may have. Raises TermsError that names the member."""
    if not terms.products or (unknown := set(terms.products) - set(PRODUCTS)):
        raise TermsError(
            f"products: 至少选一种，只限 one or more of {', '.join(PRODUCTS)}"
            + (f", not {unknown}" if terms.products else "")
        )
    if terms.purpose not in PURPOSES:
        raise TermsError(f"purpose: 须为其中之一 one of {', '.join(PURPOSES)}")
    if terms.valid_until <= max(terms.valid_from, now):
        raise TermsError("valid_until: 须晚于 valid_from 和当前时间 must be later than valid_from and than now")
    if terms.valid_until > years_after(terms.valid_from, LONGEST_YEARS):
        raise TermsError("valid_until: 不得超过 valid_from 后三年 at most three years after valid_from")
    if terms.max_uses is not None and not 1 <= terms.max_uses <= MOST_USES:
        raise TermsError(f"max_uses: 1 至 {MOST_USES}，或不填 1 to {MOST_USES}, or absent")


def years_after(moment: datetime, years: int) -> datetime:
    """Return the same day and hour so many years on, in its own offset; of 29 February, the month's last day."""
    year = min(moment.year + years, 9999)  # the last year there is
    leap_day_lost = (moment.month, moment.day) == (2, 29) and not isleap(year)
    return moment.replace(year=year, day=28 if leap_day_lost else moment.day)


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
