"""Who may sign in, for administrators: a list, and one person with what the pages of people name."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, text

from connectors.store.subjects import names_of
from gateway.people.roles import PREFIX, actor_of
from gateway.people.sessions import idle_since
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

READERS = frozenset({"operator", "machine"})
_PEOPLE = text("""
    SELECT p.person_id, p.name, p.role, p.institution_id, p.agency, p.office, p.enterprise, p.acts_from, p.status,
           p.created_at, p.invited_until, p.signed_in_at, p.oidc_subject IS NOT NULL AS sso,
           cardinality(p.recovery_codes) AS recovery_codes, s.last_seen_at, s.sessions,
           CASE WHEN p.factor_reset_until > :now THEN p.factor_reset_until END AS factor_reset_until
    FROM person p CROSS JOIN LATERAL (
        SELECT max(seen_at) AS last_seen_at,
               count(*) FILTER (WHERE expires_at > :now AND seen_at > :idle_since) AS sessions
        FROM person_session WHERE person_id = p.person_id) s
    WHERE (:id = '' OR p.person_id = :id) AND (:role = '' OR p.role = :role) AND (:status = '' OR p.status = :status)
    ORDER BY p.person_id LIMIT :limit
""")
_HOUSES = text("SELECT institution_id, name FROM institution WHERE institution_id = ANY(:ids)")


_NAMES = text("SELECT person_id, name FROM person WHERE person_id = ANY(:ids)")
_NAMED = text("""
    SELECT person_id FROM person WHERE institution_id = :institution
        AND (person_id = :said OR position(lower(:said) IN lower(name)) > 0)
""")


async def names_of_people(work: UnitOfWork, actors: Iterable[str]) -> dict[str, str]:
    """Return the names of people by how the log names them."""
    ids = sorted({actor.removeprefix(PREFIX) for actor in actors})
    return {actor_of(row.person_id): row.name for row in await work.session.execute(_NAMES, {"ids": ids})}


async def people_named(work: UnitOfWork, institution: str, said: str) -> list[str]:
    """Return the people of an institution, as the log names them, with this user name or with this in their name."""
    found = await work.session.execute(_NAMED, {"institution": institution, "said": said})
    return [actor_of(person_id) for person_id in found.scalars()]


_FOUND = text("""
    SELECT person_id, name, role, status FROM person
    WHERE strpos(lower(person_id), :said) > 0 OR strpos(lower(name), :said) > 0
    ORDER BY (person_id = :said OR lower(name) = :said) DESC, name, person_id LIMIT :most
""")
_OF_ENTERPRISE = text("""
    SELECT person_id, name, status, created_at, acts_from FROM person WHERE enterprise = :enterprise
    ORDER BY created_at, person_id
""")


async def find_people(
    work: UnitOfWork, *, limit: int, identifier: str = "", role: str = "", status: str = ""
) -> list[dict[str, Any]]:
    """Return people by id with standing, open sessions and recovery codes left; `last_seen_at` is that of their
    sessions. Raises DeniedError for whoever does not administer people.
    """
    if work.actor.kind not in READERS:
        raise DeniedError("insufficient-scope", "安全管理员可以查看。Security administrators see people.")
    values = {
        "id": identifier, "role": role, "status": status, "limit": limit, "now": work.now,
        "idle_since": idle_since(work.now),
    }  # fmt: skip
    return [dict(row) for row in (await work.session.execute(_PEOPLE, values)).mappings()]


async def get_person(work: UnitOfWork, person_id: str) -> dict[str, Any]:
    """Return one person as they are listed. Raises DeniedError as find_people does, and where there is none."""
    found = await find_people(work, limit=1, identifier=person_id)
    if not found:
        raise DeniedError("change-refused", f"没有此人员 there is no person {person_id}")
    return found[0]


async def names_of_houses(work: UnitOfWork, *, institutions: set[str], enterprises: set[str]) -> dict[str, str]:
    """Return the names of institutions by their ids, and of enterprises, as far as they are known, by their codes."""
    rows = await work.session.execute(_HOUSES, {"ids": list(institutions)})
    return {row.institution_id: row.name for row in rows} | await names_of(work.session, list(enterprises))


async def find_people_named(work: UnitOfWork, said: str, most: int) -> Sequence[Row[Any]]:
    """Return person_id, name, role and status of those whose id or name holds this (lower-case), the same one first."""
    return (await work.session.execute(_FOUND, {"said": said, "most": most})).all()


async def people_of_enterprise(work: UnitOfWork) -> list[dict[str, Any]]:
    """Return the people of the enterprise that is acted for, by name and standing. Raises DeniedError for others."""
    if work.actor.kind != "signatory" or work.actor.subject is None:
        raise DeniedError("insufficient-scope", "只有企业签署人可以查看。Only an enterprise's signatory may.")
    rows = await work.session.execute(_OF_ENTERPRISE, {"enterprise": work.actor.subject})
    return [{**dict(row), "actor": actor_of(row["person_id"])} for row in rows.mappings()]
