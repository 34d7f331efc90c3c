"""What an outside provider is shown beside a question: that this inquiry is permitted, signed, for a minute, for once.

A provider that holds data of its own need not take anybody's word for it: it checks whom, what and by whom against the
permit before it looks anything up (docs/providers.md). A JWT (RFC 7519) with `authorization_details` (RFC 9396).
"""

from datetime import datetime, timedelta
from uuid import uuid4

from consent.decision import Consent
from gateway.inquiries.request import InquiryRequest
from gateway.runtime.clock import now
from gateway.runtime.work import UnitsOfWork
from signing.jws import sign_jws

PERMIT_TYPE = "xinqiao-permit+jws"
GOOD_FOR = timedelta(seconds=60)


def sign_permit(units: UnitsOfWork, request: InquiryRequest, consent: Consent) -> str:
    """Sign a permit to be shown once: each try to ask needs one of its own."""
    claims = permit_claims(units.issuer, request, consent, now())
    return sign_jws(claims, units.keys.signing("answer"), PERMIT_TYPE)


def permit_claims(issuer: str, request: InquiryRequest, consent: Consent, at: datetime) -> dict[str, object]:
    """Return what a permit says: who permits it and to which provider, when, whose question it is, on which consent."""
    terms = consent.terms
    detail: dict[str, object] = {"type": "credit_query", "actions": [request.product], "identifier": request.uscc}
    if terms.categories:
        detail["datatypes"] = list(terms.categories)
    issued = int(at.timestamp())
    return {
        "iss": issuer, "aud": request.provider, "jti": str(uuid4()),
        "iat": issued, "exp": issued + int(GOOD_FOR.total_seconds()),
        "inquiry": str(request.inquiry_id), "subject": request.uscc, "product": request.product,
        "purpose": request.purpose, "institution": request.institution, "account": request.account,
        "consent": {"id": str(terms.consent_id), "version": consent.version}, "authorization_details": [detail],
    }  # fmt: skip
