"""Whether a consent permits an inquiry: the checks in their fixed order, the first that fails decides. Pure.

Existence and grantee come first and look alike to a stranger; then integrity, subject, status, time, product, purpose.
"""

from dataclasses import dataclass, field
from datetime import datetime

from consent.terms import Terms


@dataclass(frozen=True)
class Consent:
    """The newest version of a consent; `intact` tells whether its bytes and columns are what was signed."""

    terms: Terms
    version: int
    status: str
    intact: bool


@dataclass(frozen=True)
class Ask:
    """Who asks what about whom, for which purpose; `named` tells whether a consent was named."""

    institution: str
    account: str
    uscc: str
    product: str
    purpose: str
    named: bool


@dataclass(frozen=True)
class Denied:
    """Why not: a slug and an HTTP status of the public interface, a sentence, and members to show beside it."""

    slug: str
    status: int
    detail: str
    members: dict[str, object] = field(default_factory=dict)


REQUIRED = Denied("consent-required", 403, "Ask the enterprise for its consent first 请先取得企业授权。")
_STATUS = {
    "requested": ("consent-pending", "The enterprise has not answered the request yet 企业尚未授权。"),
    "rejected": ("consent-rejected", "The enterprise has refused 企业已拒绝授权。"),
    "lapsed": ("consent-lapsed", "The request was not answered in time: request again 授权请求已失效。"),
    "paused": ("consent-paused", "The enterprise has paused this consent 授权已暂停。"),
    "revoked": ("consent-revoked", "This consent has been revoked 授权已撤销。"),
}


def decide(consent: Consent | None, ask: Ask, now: datetime) -> Denied | None:  # noqa: C901 - one rule per branch
    """Return why the inquiry is denied, None where it is permitted."""
    if consent is None and not ask.named:
        return REQUIRED
    if consent is None or not _is_grantee(consent.terms, ask):
        return Denied("consent-not-found", 404, "You hold no such consent 没有此授权。")
    terms = consent.terms
    if not consent.intact:
        return Denied("consent-integrity-failed", 403, "This consent is not what was signed 授权内容与签名不符。")
    if terms.uscc != ask.uscc:
        return Denied("consent-subject-mismatch", 403, "This consent is of another enterprise 授权主体不符。")
    if consent.status != "active":
        slug, detail = _STATUS[consent.status]
        return Denied(slug, 403, detail)
    if now < terms.valid_from:
        return Denied("consent-not-yet-valid", 403, "This consent is not valid yet 授权尚未生效。")
    if now >= terms.valid_until:
        return Denied("consent-expired", 403, "This consent has expired 授权已过期。")
    if ask.product not in terms.products:
        detail = f"This consent does not cover {ask.product} 授权范围不含该产品。"
        return Denied("consent-scope-exceeded", 403, detail, {"missing": [ask.product]})
    if ask.purpose != terms.purpose:
        return Denied("consent-purpose-mismatch", 403, f"This consent is for {terms.purpose} 用途不符。")
    return None


def _is_grantee(terms: Terms, ask: Ask) -> bool:
    return terms.institution == ask.institution and (not terms.accounts or ask.account in terms.accounts)
