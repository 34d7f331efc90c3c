"""The way from a request to its answer: a link, and its picture, that lead the enterprise's owner to the one request.

Whoever opens it signs in first and sees only what is their own enterprise's. It holds the request's id alone, and is
given out as long as the request waits for an answer.
"""

from uuid import UUID

from consent.decision import Consent
from gateway.consents.life import get_consent
from gateway.people.qr import draw_qr_file
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork


def approval_uri(issuer: str, consent: Consent) -> str | None:
    """Return where the owner answers a request, None where there is nothing to answer any more."""
    if consent.status != "requested":
        return None
    return f"{issuer}/console/enterprise/consents/{consent.terms.consent_id}"


async def draw_link(work: UnitOfWork, consent_id: UUID) -> bytes:
    """Return the picture of a request's link, SVG. Raises DeniedError for one that waits no more, and for another's."""
    uri = approval_uri(work.issuer, await get_consent(work, consent_id))
    if uri is None:
        raise DeniedError("consent-answered")
    return draw_qr_file(uri)
