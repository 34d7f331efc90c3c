"""Erasing a person (PIPL article 47): the salts of all that is held of a subject are destroyed; nothing else changes.

Canonical bytes, seals and proofs still verify; what was personal in them cannot be read any more, by anybody. What
arrives of the subject later is sealed to nobody, under its code and under each name that is its alone.
"""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from audit.events import Event
from connectors.conversion.identifiers import read_identifier
from connectors.store.subjects import find_subject
from gateway.gateway import Gateway
from gateway.runtime.errors import GatewayError

_IDENTIFIERS = text("""
    SELECT identifier_type, identifier_value FROM record WHERE subject_id = :subject AND superseded_at IS NULL
    UNION SELECT identifier_type, identifier_value FROM record WHERE subject_id = :subject AND superseded_at IS NOT NULL
    UNION SELECT i.kind, i.value FROM subject_identifier i WHERE i.subject_id = :subject AND NOT EXISTS (
        SELECT FROM subject_identifier o
        WHERE (o.kind, o.value) = (i.kind, i.value) AND o.subject_id <> i.subject_id)
""")
_DESTROY = text("""
    INSERT INTO personal_key (ref, salt, created_at, erased_at)
    SELECT ref, NULL, :now, :now FROM unnest(CAST(:refs AS text[])) AS n (ref) ORDER BY ref
    ON CONFLICT (ref) DO UPDATE SET salt = NULL, erased_at = excluded.erased_at WHERE personal_key.salt IS NOT NULL
""")


async def erase_subject(
    gateway: Gateway, session: AsyncSession, *, uscc: str, reason: str, actor: str, now: datetime
) -> int:
    """Destroy a subject's salts; return how many references are closed for good. Raises GatewayError."""
    subject = await find_subject(session, "uscc", read_identifier(uscc).value)
    if subject is None:
        raise GatewayError("未归集该企业 this enterprise is not known")
    rows = (await session.execute(_IDENTIFIERS, {"subject": subject.subject_id})).all()
    parties = {("uscc", str(subject.uscc)), ("organisation_code", str(subject.uscc)[8:17]), *((k, v) for k, v in rows)}
    refs = [gateway.protector.ref_of(kind, value) for kind, value in parties]
    await session.execute(_DESTROY, {"refs": refs, "now": now})
    event = Event(
        "subject.erased", actor, subject=str(subject.subject_id), outcome="erased",
        payload={"reason": reason, "references": len(refs)},
    )  # fmt: skip
    await gateway.audit.record(session, event, now)
    return len(refs)
