"""The platform's officers by name, as far as they had a hand in a consent: by how the log names them."""

from collections.abc import Iterable

from sqlalchemy import text

from gateway.people.roles import PREFIX
from gateway.runtime.work import UnitOfWork

_OFFICERS = text("""
    SELECT :prefix || person_id AS actor, name FROM person
    WHERE role = 'operator' AND :prefix || person_id = ANY(:actors)
    UNION ALL SELECT c.client_id, p.name FROM client c JOIN person p USING (person_id)
    WHERE c.kind = 'operator' AND c.client_id = ANY(:actors)
""")


async def names_of_officers(work: UnitOfWork, actors: Iterable[str]) -> dict[str, str]:
    """Return the names of those of these actors who are security administrators, signed in or by a client of theirs."""
    values = {"prefix": PREFIX, "actors": sorted(set(actors))}
    return {row.actor: row.name for row in await work.session.execute(_OFFICERS, values)}
