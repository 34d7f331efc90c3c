"""The life of answers' data, as time and consents end it: brought forward where the law says so, and reminded of.

A consent's end leaves the answers that were given before it as they were, as every notice says: the data life of the
terms goes on. Of data about persons, which terms name or whose business it is, that end is the end of what permits it
(PIPL 47), and so is a person's taking back a consent of their own: it is to be deleted within REVOKED_WITHIN of that.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from uuid_utils.compat import uuid7

from connectors.conversion.identifiers import Kind
from connectors.conversion.sole_traders import is_sole_trader
from connectors.model.calendar import day_of
from consent.store import find_consent
from consent.terms import Terms
from gateway.runtime.clock import database_now
from gateway.runtime.database import rowcount
from gateway.runtime.work import UnitOfWork

REVOKED_WITHIN = timedelta(days=15)
REMINDED_BEFORE = timedelta(days=7)
ENDINGS = frozenset({"consent.revoked", "consent.invalidated", "consent.separately_taken_back"})
# By the index (uscc, inquiry_id).
_ADVANCE = text("""
    UPDATE inquiry SET delete_by = :due
    WHERE uscc = :uscc AND consent_id = :consent AND delete_by > :due AND deleted_at IS NULL
""")
_DUE = text("""
    SELECT m.institution_id, d.due, d.overdue, d.oldest FROM institution m CROSS JOIN LATERAL (
        SELECT count(*) AS due, count(*) FILTER (WHERE delete_by <= :now) AS overdue, min(delete_by) AS oldest
        FROM inquiry i WHERE i.institution = m.institution_id AND i.delete_by <= :until
            AND i.delete_by IS NOT NULL AND i.deleted_at IS NULL) d
    WHERE d.due > 0 AND NOT EXISTS (
        SELECT FROM deletion_reminder r WHERE r.institution = m.institution_id AND r.day = :day)
    ORDER BY m.institution_id
""")
_REMIND = text("""
    INSERT INTO deletion_reminder (institution, day, due, overdue, event_id)
    VALUES (:institution, :day, :due, :overdue, :event) ON CONFLICT DO NOTHING
""")


def is_personal(terms: Terms) -> bool:
    """Tell whether what is answered on terms is about a person: one they name, or a business that is one. Pure."""
    return bool(terms.persons) or is_sole_trader(Kind.USCC, terms.uscc, "")


async def bring_forward(work: UnitOfWork, leaf: Mapping[str, Any]) -> None:
    """Have answers about persons be deleted soon after the end of the consent that a leaf of the log tells of."""
    if leaf["type"] not in ENDINGS:
        return
    now = await database_now(work.session)
    consent = await find_consent(work.session, UUID(leaf["exch"]), work.keys.publics("consent"), now)
    if consent is None or not is_personal(consent.terms):
        return
    terms, due = consent.terms, datetime.fromisoformat(leaf["ts"]) + REVOKED_WITHIN
    values = {"due": due, "uscc": terms.uscc, "consent": terms.consent_id}
    if answers := rowcount(await work.session.execute(_ADVANCE, values)):
        payload = {"consent": str(terms.consent_id), "answers": answers, "due": due.isoformat()}
        await work.record(
            "deletion.advanced", payload, institution=terms.institution, outcome="due", exchange=terms.consent_id
        )


async def remind(work: UnitOfWork) -> None:
    """Remind institutions once a day of what they have to delete within REMINDED_BEFORE, or should have already."""
    now = await database_now(work.session)
    window = {"now": now, "until": now + REMINDED_BEFORE, "day": day_of(now)}
    for row in (await work.session.execute(_DUE, window)).all():
        event = uuid7()
        values = {
            "institution": row.institution_id, "day": window["day"], "due": row.due, "overdue": row.overdue,
            "event": event,
        }  # fmt: skip
        if rowcount(await work.session.execute(_REMIND, values)):  # another worker's otherwise
            payload = {"due": row.due, "overdue": row.overdue, "oldest": row.oldest.isoformat()}
            await work.record(
                "deletion.reminded", payload, institution=row.institution_id, outcome="due", event_id=event
            )
