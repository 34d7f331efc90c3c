"""Who may sign in, for administrators."""

from typing import Any

from sqlalchemy import text

from gateway.runtime.work import UnitOfWork

_PEOPLE = text("""
    SELECT p.person_id, p.name, p.role, p.institution_id, p.agency, p.enterprise, p.acts_from, p.status, p.created_at,
           p.invited_until, p.oidc_subject IS NOT NULL AS sso, cardinality(p.recovery_codes) AS recovery_codes,
           (SELECT max(s.seen_at) FROM person_session s WHERE s.person_id = p.person_id) AS last_seen_at
    FROM person p
    WHERE (:id = '' OR p.person_id = :id) AND (:role = '' OR p.role = :role) AND (:status = '' OR p.status = :status)
    ORDER BY p.person_id LIMIT :limit
""")


async def find_people(
    work: UnitOfWork, *, limit: int, identifier: str = "", role: str = "", status: str = ""
) -> list[dict[str, Any]]:
    """Return people by id with standing and recovery codes left; `last_seen_at` is that of their open sessions."""
    values = {"id": identifier, "role": role, "status": status, "limit": limit}
    return [dict(row) for row in (await work.session.execute(_PEOPLE, values)).mappings()]
