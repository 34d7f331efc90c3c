"""The error table: what each reason is over HTTP and in words. The one place that knows; documents are printed from it.

A reason that is not here cannot be answered: asking for its row raises KeyError, and a test walks them all.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ErrorRow:
    """An HTTP status (RFC 9110), a title and what to do about it, in Chinese and in English.

    `slug` names the problem to callers where it is not the reason itself.
    """

    status: int
    title_zh: str = ""
    title_en: str = ""
    remedy_zh: str = ""
    remedy_en: str = ""
    slug: str | None = None


ERRORS: Mapping[str, ErrorRow] = {
    "unauthenticated": ErrorRow(401),
    "invalid-dpop-proof": ErrorRow(401),
    "use-dpop-nonce": ErrorRow(401),
    "insufficient-scope": ErrorRow(403),
    "account-suspended": ErrorRow(403),
    "account-closed": ErrorRow(403),
    "institution-suspended": ErrorRow(403),
    "institution-closed": ErrorRow(403),
    "agreement-not-in-force": ErrorRow(403),
    "address-not-allowed": ErrorRow(403),
    "invalid-request": ErrorRow(400),
    "not-found": ErrorRow(404),
    "method-not-allowed": ErrorRow(405),
    "http-error": ErrorRow(400),
    "internal-error": ErrorRow(500),
    "audit-unavailable": ErrorRow(503),
    "consent-required": ErrorRow(403),
    "consent-not-found": ErrorRow(404),
    "consent-pending": ErrorRow(403),
    "consent-rejected": ErrorRow(403),
    "consent-lapsed": ErrorRow(403),
    "consent-paused": ErrorRow(403),
    "consent-revoked": ErrorRow(403),
    "consent-expired": ErrorRow(403),
    "consent-not-yet-valid": ErrorRow(403),
    "consent-uses-exhausted": ErrorRow(403),
    "consent-purpose-mismatch": ErrorRow(403),
    "consent-scope-exceeded": ErrorRow(403),
    "consent-subject-mismatch": ErrorRow(403),
    "consent-ambiguous": ErrorRow(409),
    "consent-integrity-failed": ErrorRow(403),
    "not-yours-to-decide": ErrorRow(403),
    "unchangeable-requested": ErrorRow(409, slug="consent-requested"),
    "unchangeable-rejected": ErrorRow(409, slug="consent-rejected"),
    "unchangeable-lapsed": ErrorRow(409, slug="consent-lapsed"),
    "unchangeable-active": ErrorRow(409, slug="consent-active"),
    "unchangeable-paused": ErrorRow(409, slug="consent-paused"),
    "unchangeable-revoked": ErrorRow(409, slug="consent-revoked"),
    "invalid-terms": ErrorRow(422),
    "approval-invalid": ErrorRow(400),
    "quota-exceeded": ErrorRow(429),
    "product-not-entitled": ErrorRow(403),
    "subject-not-found": ErrorRow(404),
    "invalid-subject": ErrorRow(400),
    "unknown-product": ErrorRow(422),
    "unknown-purpose": ErrorRow(422),
    "unknown-provider": ErrorRow(422),
    "unknown-intermediary": ErrorRow(422),
    "idempotency-key-reused": ErrorRow(422),
    "request-in-progress": ErrorRow(409),
    "upstream-unavailable": ErrorRow(504),
    "upstream-invalid": ErrorRow(502),
    "inquiry-not-found": ErrorRow(404),
    "usage-result-not-found": ErrorRow(404),
    "batch-conflict": ErrorRow(409),
    "batch-not-found": ErrorRow(404),
    "batch-signature-invalid": ErrorRow(400),
    "batch-signature-required": ErrorRow(400),
    "malformed-delivery": ErrorRow(422),
    "correction-refused": ErrorRow(422),
    "delivery-held": ErrorRow(202),
    "delivery-too-large": ErrorRow(413),
    "delivery-torn": ErrorRow(400),
    "digest-mismatch": ErrorRow(400),
    "checksum-mismatch": ErrorRow(460),
    "storage-full": ErrorRow(507),
    "dataset-unknown": ErrorRow(404),
    "unknown-dataset": ErrorRow(404),
    "dataset-not-yours": ErrorRow(403),
    "unsupported-encoding": ErrorRow(415),
    "unsupported-version": ErrorRow(412),
    "offset-mismatch": ErrorRow(409),
    "too-many-uploads": ErrorRow(409),
    "upload-busy": ErrorRow(423),
    "upload-not-found": ErrorRow(404),
    "upload-refused": ErrorRow(409),
    "agency-not-found": ErrorRow(404),
    "clerk-needed": ErrorRow(403),
    "held-not-found": ErrorRow(404),
    "held-decided": ErrorRow(409),
    "record-not-found": ErrorRow(404),
    "record-erased": ErrorRow(410),
    "act-not-possible": ErrorRow(409),
    "act-not-yours": ErrorRow(409),
    "delivery-not-found": ErrorRow(404),
    "delivery-conflict": ErrorRow(409),
    "message-invalid": ErrorRow(400),
    "not-yet-published": ErrorRow(404),
    "not-yet-proved": ErrorRow(404),
    "no-such-tile": ErrorRow(404),
    "change-refused": ErrorRow(422),
    "change-not-found": ErrorRow(404),
    "change-decided": ErrorRow(409),
    "own-change": ErrorRow(403),
    "change-too-old": ErrorRow(409),
}
