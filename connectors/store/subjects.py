"""Who a record or a question is about: the subject behind an identifier."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.conversion.identifiers import Kind, read_identifier
from connectors.model.folding import name_key
from connectors.personal.sealing import Protector

_BY_USCC = text("SELECT subject_id, uscc, name FROM subject WHERE uscc = :value")
_NAMES = text("SELECT uscc, name FROM subject WHERE uscc = ANY(:codes) AND name IS NOT NULL")
_FIND = text("""
    SELECT DISTINCT s.subject_id, s.uscc, s.name FROM (
        SELECT subject_id, confidence, max(confidence) OVER () AS best FROM subject_known
        WHERE kind = :kind AND value = :value
    ) k JOIN subject s USING (subject_id) WHERE confidence = best LIMIT 2
""")
_BY_ID = text("SELECT subject_id, uscc, name FROM subject WHERE subject_id = :value")
_CANDIDATES = text("""
    SELECT s.subject_id, s.uscc, s.name, bool_and(k.former_since IS NOT NULL) AS former
    FROM subject_known k JOIN subject s USING (subject_id) WHERE k.kind = :kind AND k.value = :value
    GROUP BY s.subject_id ORDER BY former, s.uscc, s.subject_id LIMIT :most
""")
_NAMED_AMONG = text("""
    SELECT subject_id, uscc, name FROM subject
    WHERE uscc = ANY(:codes) AND position(lower(:part) IN lower(name)) > 0 ORDER BY name, uscc LIMIT :most
""")
# By the order of the index, so that a prefix is a range: LIKE with a parameter would look at every name.
_NAMED = text("""
    SELECT subject_id, uscc, name FROM subject WHERE name ~>=~ :low AND name ~<~ :high
    ORDER BY name USING ~<~ LIMIT :most
""")
_OF_CODES = text("SELECT subject_id, uscc, name FROM subject WHERE uscc = ANY(:codes)")
_IDENTIFIERS = text("""
    SELECT identifier_type, identifier_value FROM record WHERE subject_id = :subject AND superseded_at IS NULL
    UNION SELECT identifier_type, identifier_value FROM record WHERE subject_id = :subject AND superseded_at IS NOT NULL
    UNION SELECT i.kind, i.value FROM subject_identifier i WHERE i.subject_id = :subject AND NOT EXISTS (
        SELECT FROM subject_identifier o
        WHERE (o.kind, o.value) = (i.kind, i.value) AND o.subject_id <> i.subject_id)
""")
_KNOWN_AS = text("""
    SELECT kind, value, confidence, source, batch_id, recorded_at, former_since FROM subject_known
    WHERE subject_id = :subject ORDER BY confidence DESC, kind, value
""")
_COUNT = text("""
    SELECT (SELECT count(*) FROM subject), (SELECT count(*) FROM subject WHERE subject_id >= :since)
""")
_UNRESOLVED = text("""
    SELECT dataset, identifier_type AS kind, count(*) AS records, count(DISTINCT identifier_value) AS identifiers
    FROM record WHERE subject_id IS NULL AND superseded_at IS NULL GROUP BY 1, 2 ORDER BY 3 DESC
""")


@dataclass(frozen=True)
class Subject:
    """An enterprise: its id here, its unified social credit code and its registered name, where known."""

    subject_id: UUID
    uscc: str | None
    name: str | None


def identifier_of(protector: Protector, said: str) -> tuple[str, str]:
    """Return kind and value of what a person typed: a code in any spelling, else the hash a name is matched by."""
    code = read_identifier(said)
    if code.kind in {Kind.TAX, Kind.ORGANISATION}:
        return Kind.ORGANISATION.value, str(code.organisation)
    if code.kind in {Kind.USCC, Kind.REGISTRATION}:
        return code.kind.value, code.value
    return "name", protector.name_hash(name_key(said))


async def names_of(session: AsyncSession, codes: Sequence[str]) -> dict[str, str]:
    """Return the registered names of enterprises by their unified social credit codes, of those that are known."""
    return {row.uscc: row.name for row in await session.execute(_NAMES, {"codes": list(codes)})}


async def find_subject(session: AsyncSession, kind: str, value: str) -> Subject | None:
    """Return the one subject known by this identifier, None where there is none or more than one."""
    statement = _BY_USCC if kind == "uscc" else _FIND
    rows = (await session.execute(statement, {"kind": kind, "value": value})).all()
    return Subject(*rows[0]) if len(rows) == 1 else None


async def find_candidates(session: AsyncSession, kind: str, value: str, most: int) -> list[tuple[Subject, bool]]:
    """Return every subject known by this identifier, and whether it was by a former name alone; up to `most`.

    Of kind "subject", `value` is a subject's own id.
    """
    statement = {"uscc": _BY_USCC, "subject": _BY_ID}.get(kind, _CANDIDATES)
    rows = await session.execute(statement, {"kind": kind, "value": value, "most": most})
    return [(Subject(row.subject_id, row.uscc, row.name), getattr(row, "former", False)) for row in rows]


async def find_named_among(session: AsyncSession, codes: Sequence[str], part: str, most: int) -> list[Subject]:
    """Return up to `most` of these enterprises (USCC) whose registered name holds `part`."""
    rows = await session.execute(_NAMED_AMONG, {"codes": list(codes), "part": part, "most": most})
    return [Subject(row.subject_id, row.uscc, row.name) for row in rows]


async def find_named(session: AsyncSession, begins: str, most: int) -> list[Subject]:
    """Return enterprises whose registered name begins so, in its order; a name that is personal data is sealed, and
    begins like no other.
    """
    values = {"low": begins, "high": begins + chr(0x10FFFF), "most": most}
    return [Subject(*row) for row in await session.execute(_NAMED, values)]


async def find_by_codes(session: AsyncSession, codes: Sequence[str]) -> list[Subject]:
    """Return the enterprises of these unified codes."""
    return [Subject(*row) for row in await session.execute(_OF_CODES, {"codes": list(codes)})]


async def identifiers_of(session: AsyncSession, subject_id: UUID) -> Sequence[tuple[str, str]]:
    """Return kind and value of all a subject's records came under, and of each identifier that is its alone."""
    return [(kind, value) for kind, value in await session.execute(_IDENTIFIERS, {"subject": subject_id})]


async def known_as(session: AsyncSession, subject_id: UUID) -> list[dict[str, object]]:
    """Return every identifier of a subject with its confidence, and the agency and batch it rests on."""
    found = await session.execute(_KNOWN_AS, {"subject": subject_id})
    return [dict(row) for row in found.mappings()]


async def count_subjects(session: AsyncSession, since: UUID) -> tuple[int, int]:
    """Return how many enterprises are known, and how many of them by ids from `since` on: since a moment."""
    known, new = (await session.execute(_COUNT, {"since": since})).one()
    return known, new


async def count_unresolved(session: AsyncSession) -> list[dict[str, object]]:
    """Return how many current records wait for a subject, by dataset and kind of identifier."""
    return [dict(row) for row in (await session.execute(_UNRESOLVED)).mappings()]
