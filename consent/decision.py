"""Whether a consent permits an inquiry: the checks in their fixed order, the first that fails decides. Pure.

Existence and grantee come first and look alike to a stranger; then integrity, subject, status, time, product,
purpose, and whether a use is left.
"""

from dataclasses import dataclass, field
from datetime import datetime

from consent.terms import Terms


@dataclass(frozen=True)
class Consent:
    """The newest version of a consent; `intact` tells whether its bytes and columns are what was signed.

    `reason` is why it came to its status and `changed_at` when, where the version is a stored one; `uses` how often it
    was used by then.
    """

    terms: Terms
    version: int
    status: str
    intact: bool
    reason: str | None = None
    changed_at: datetime | None = None
    uses: int = 0


@dataclass(frozen=True)
class Ask:
    """Who asks what about whom, for which purpose; `named` tells whether a consent was named, `again` whether it was
    answered before: that counts no further use.
    """

    institution: str
    account: str
    uscc: str
    product: str
    purpose: str
    named: bool
    again: bool = False


@dataclass(frozen=True)
class Denied:
    """Why an inquiry is denied: the reason, and the values it is about."""

    reason: str
    members: dict[str, object] = field(default_factory=dict)


REQUIRED = Denied("consent-required")
_BY_STATUS = {
    "requested": "consent-pending",
    "rejected": "consent-rejected",
    "lapsed": "consent-lapsed",
    "paused": "consent-paused",
    "revoked": "consent-revoked",
}


def decide(consent: Consent | None, ask: Ask, now: datetime) -> Denied | None:  # noqa: C901 - one rule per branch
    """Return why the inquiry is denied, None where it is permitted."""
    if consent is None and not ask.named:
        return REQUIRED
    if consent is None or not _is_grantee(consent.terms, ask):
        return Denied("consent-not-found")
    terms = consent.terms
    if not consent.intact:
        return Denied("consent-integrity-failed")
    if terms.uscc != ask.uscc:
        return Denied("consent-subject-mismatch")
    if consent.status != "active":
        return Denied(_BY_STATUS[consent.status])
    if now < terms.valid_from:
        return Denied("consent-not-yet-valid")
    if now >= terms.valid_until:
        return Denied("consent-expired")
    if ask.product not in terms.products:
        return Denied("consent-scope-exceeded", {"missing": [ask.product]})
    if ask.purpose != terms.purpose:
        return Denied("consent-purpose-mismatch", {"purpose": terms.purpose})
    if terms.max_uses is not None and consent.uses >= terms.max_uses and not ask.again:
        return Denied("consent-uses-exhausted")
    return None


def _is_grantee(terms: Terms, ask: Ask) -> bool:
    return terms.institution == ask.institution and (not terms.accounts or ask.account in terms.accounts)
