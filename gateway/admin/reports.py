"""Who is registered, how each stands, and when each was last used."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from gateway.identity.clients.unknown import demand_known, no_client, no_institution
from gateway.runtime.filters import demand_one_of
from gateway.runtime.work import UnitOfWork

_INSTITUTIONS = text("""
    SELECT i.institution_id, i.name, i.class, i.status, i.agreement_from, i.agreement_until, i.exit_via, i.created_at,
           count(c.client_id) AS accounts, max(c.last_used_at) AS last_used_at
    FROM institution i LEFT JOIN client c USING (institution_id)
    WHERE i.institution_id > :after AND (:id = '' OR i.institution_id = :id) AND (:status = '' OR i.status = :status)
    GROUP BY i.institution_id ORDER BY i.institution_id LIMIT :limit
""")
_CLIENTS = text("""
    SELECT c.client_id, c.kind, c.institution_id, c.subject, c.person_id, c.status, s.stopped, c.scopes, c.products,
           c.networks, c.for_people, c.created_at, c.last_used_at,
           (SELECT json_agg(json_build_object('kid', kid, 'not_after', not_after) ORDER BY created_at)
            FROM client_key k WHERE k.client_id = c.client_id AND k.status = 'active') AS keys
    FROM client c JOIN client_standing s USING (client_id)
    WHERE c.client_id > :after AND (:id = '' OR c.client_id = :id) AND (:kind = '' OR c.kind = :kind)
        AND (:status = '' OR c.status = :status) AND (:subject = '' OR c.subject = :subject)
        AND (:institution = '' OR c.institution_id = :institution)
        AND (CAST(:before AS timestamptz) IS NULL
             OR (c.status <> 'closed' AND coalesce(c.last_used_at, c.created_at) < :before))
    ORDER BY c.client_id LIMIT :limit
""")


async def find_institutions(
    work: UnitOfWork, *, limit: int, after: str = "", identifier: str = "", status: str = ""
) -> list[dict[str, Any]]:
    """Return institutions by id, with their accounts and when one was last used; "" filters nothing."""
    values = {"after": after, "id": identifier, "status": status, "limit": limit}
    return [dict(row) for row in (await work.session.execute(_INSTITUTIONS, values)).mappings()]


async def find_clients(
    work: UnitOfWork,
    *,
    limit: int,
    after: str = "",
    identifier: str = "",
    kind: str = "",
    status: str = "",
    institution: str = "",
    subject: str = "",
    before: datetime | None = None,
) -> list[dict[str, Any]]:
    """Return clients by id with keys, limits and standing; `before` leaves those not used since, "" filters nothing.

    Raises DeniedError for a status or an institution that does not exist.
    """
    demand_one_of("status", status, ("active", "suspended", "closed"))
    await demand_known(work, institution=institution)
    values = {
        "after": after, "id": identifier, "kind": kind, "status": status, "institution": institution,
        "subject": subject, "before": before, "limit": limit,
    }  # fmt: skip
    return [dict(row) for row in (await work.session.execute(_CLIENTS, values)).mappings()]


async def get_institution(work: UnitOfWork, institution_id: str) -> dict[str, Any]:
    """Return an institution as they are listed. Raises DeniedError."""
    found = await find_institutions(work, limit=1, identifier=institution_id)
    if not found:
        raise await no_institution(work, institution_id)
    return found[0]


async def get_client(work: UnitOfWork, client_id: str, kind: str) -> dict[str, Any]:
    """Return a client of this kind as they are listed. Raises DeniedError."""
    found = await find_clients(work, limit=1, kind=kind, identifier=client_id)
    if not found:
        raise await no_client(work, client_id, kind)
    return found[0]


async def list_clients(
    work: UnitOfWork, *, after: str, limit: int, institution: str = "", before: datetime | None = None
) -> dict[str, Any]:
    """Return a page of clients; `before` leaves those that were not used since."""
    rows = await find_clients(work, after=after, limit=limit, institution=institution, before=before)
    return page_of("clients", rows, "client_id", limit)


def page_of(name: str, rows: list[dict[str, Any]], key: str, limit: int) -> dict[str, Any]:
    """Return a page: its rows with times as text, and the key the next one begins after."""
    shown = [{k: v.isoformat() if isinstance(v, date) else v for k, v in row.items()} for row in rows]
    return {name: shown, "next": rows[-1][key] if len(rows) == limit else None}
