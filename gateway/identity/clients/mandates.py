"""On which mandate a signatory acts for an enterprise: as its legal representative, or as an agent until a day."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from gateway.identity.tables import SignatoryMandate
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork

_IS_ONE = text("""
    SELECT EXISTS (SELECT FROM client WHERE kind = 'signatory' AND client_id = :signatory)
        OR EXISTS (SELECT FROM person WHERE role = 'owner' AND 'person:' || person_id = :signatory)
""")


@dataclass(frozen=True)
class Mandate:
    """A role; what it rests on; until when it lasts; a hash that tells one human being from another."""

    role: str = "legal_rep"
    reference: str | None = None
    valid_until: datetime | None = None
    holder: str | None = None


async def find_mandate(work: UnitOfWork, signatory: str) -> Mandate:
    """Return a signatory's mandate, by its name in the log; who has none registered is the legal representative."""
    query = select(SignatoryMandate).where(col(SignatoryMandate.signatory) == signatory)
    row = (await work.session.execute(query.order_by(col(SignatoryMandate.version).desc()).limit(1))).scalar()
    return Mandate(row.role, row.reference, row.valid_until, row.holder) if row else Mandate()


async def set_mandate(work: UnitOfWork, signatory: str, mandate: Mandate) -> UUID:
    """Register a mandate in place of the one before; return its entry. Raises DeniedError for no signatory."""
    if not (await work.session.execute(_IS_ONE, {"signatory": signatory})).scalar_one():
        raise DeniedError("change-refused", f"没有此签署人 there is no signatory {signatory}")
    if mandate.role == "agent" and mandate.valid_until is None:
        raise DeniedError("change-refused", "代理须写明期限 an agent's mandate has an end: valid_until")
    await take(work.session, Lock.SIGNATORIES, signatory)
    query = select(SignatoryMandate.version).where(col(SignatoryMandate.signatory) == signatory)
    versions = list((await work.session.execute(query)).scalars())
    payload = {
        "signatory": signatory, "version": len(versions) + 1, "role": mandate.role, "reference": mandate.reference,
        "until": mandate.valid_until.isoformat() if mandate.valid_until else None, "holder": mandate.holder,
    }  # fmt: skip
    entry = await work.record("signatory.mandate", payload, outcome="set")
    row = SignatoryMandate(
        signatory=signatory, version=len(versions) + 1, role=mandate.role, reference=mandate.reference,
        valid_until=mandate.valid_until, holder=mandate.holder, recorded_at=work.now, event_id=entry,
    )  # fmt: skip
    work.session.add(row)
    await work.session.flush()
    return entry
