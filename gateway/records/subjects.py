"""Who a subject is: how it is known and on whose word; a person's decision where an identifier is nobody's alone."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from audit.events import Event
from connectors.conversion.identifiers import Kind, read_identifier
from connectors.conversion.names import name_key
from connectors.personal.sealing import Protector
from connectors.store.identity import Known, link
from connectors.store.subjects import Subject, find_subject
from gateway.gateway import Gateway
from gateway.runtime.database import raw
from gateway.runtime.errors import GatewayError

_KNOWN_AS = text("""
    SELECT kind, value, confidence, source, batch_id, recorded_at, former_since FROM subject_known
    WHERE subject_id = :subject ORDER BY confidence DESC, kind, value
""")
_UNRESOLVED = text("""
    SELECT dataset, identifier_type AS kind, count(*) AS records, count(DISTINCT identifier_value) AS identifiers
    FROM record WHERE subject_id IS NULL AND superseded_at IS NULL GROUP BY 1, 2 ORDER BY 3 DESC
""")


@dataclass(frozen=True)
class Linked:
    """Whose an identifier is from now on, and how many records found their subject by it."""

    subject: Subject
    records: int


def identifier_of(protector: Protector, said: str) -> Known:
    """Return kind and value of what a person typed: a code in any spelling, else the hash a name is matched by."""
    code = read_identifier(said)
    if code.kind in {Kind.TAX, Kind.ORGANISATION}:
        return Kind.ORGANISATION.value, str(code.organisation)
    if code.kind in {Kind.USCC, Kind.REGISTRATION}:
        return code.kind.value, code.value
    return "name", protector.name_hash(name_key(said))


async def known_as(session: AsyncSession, subject_id: UUID) -> list[dict[str, object]]:
    """Return every identifier of a subject with its confidence, and the agency and batch it rests on."""
    return [dict(row._mapping) for row in await session.execute(_KNOWN_AS, {"subject": subject_id})]  # noqa: SLF001


async def count_unresolved(session: AsyncSession) -> list[dict[str, object]]:
    """Return how many current records wait for a subject, by dataset and kind of identifier."""
    return [dict(row._mapping) for row in await session.execute(_UNRESOLVED)]  # noqa: SLF001


async def link_subject(gateway: Gateway, said: str, uscc: str, *, actor: str, reason: str) -> Linked:
    """Decide that a code or name is this enterprise's, and record who said so and why. Raises GatewayError."""
    identifier, now = identifier_of(gateway.protector, said), datetime.now(UTC)
    if identifier[0] == Kind.USCC or not identifier[1]:
        raise GatewayError("统一社会信用代码无需归属 a unified code needs no link; give a name or an old code")
    async with gateway.database.begin("subject.link") as session:
        subject = await find_subject(session, Kind.USCC.value, read_identifier(uscc).value)
        if subject is None:
            raise GatewayError(f"未归集 {uscc} no such enterprise is known")
        event = Event(
            "subject.linked", actor, subject=str(subject.subject_id), payload={"kind": identifier[0], "reason": reason}
        )
        await gateway.audit.record(session, event, now)
        async with (await raw(session)).cursor() as cursor:
            records = await link(cursor, identifier, subject.subject_id, actor, now)
        return Linked(subject, records)
