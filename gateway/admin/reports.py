"""Who is registered, and when each was last used."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_CLIENTS = text("""
    SELECT c.client_id, c.kind, c.institution_id, c.subject, c.status, s.stopped, c.scopes, c.products, c.networks,
           c.created_at, c.last_used_at,
           (SELECT json_agg(json_build_object('kid', kid, 'not_after', not_after) ORDER BY created_at)
            FROM client_key k WHERE k.client_id = c.client_id AND k.status = 'active') AS keys
    FROM client c JOIN client_standing s USING (client_id)
    WHERE c.client_id > :after AND (:institution = '' OR c.institution_id = :institution)
        AND (CAST(:before AS timestamptz) IS NULL
             OR (c.status <> 'closed' AND coalesce(c.last_used_at, c.created_at) < :before))
    ORDER BY c.client_id LIMIT :limit
""")


async def list_clients(
    session: AsyncSession, *, after: str, limit: int, institution: str = "", before: datetime | None = None
) -> dict[str, Any]:
    """Return a page of clients; `before` leaves those that were not used since."""
    values = {"after": after, "institution": institution, "before": before, "limit": limit}
    rows = (await session.execute(_CLIENTS, values)).mappings().all()
    return page_of("clients", [dict(row) for row in rows], "client_id", limit)


def page_of(name: str, rows: list[dict[str, Any]], key: str, limit: int) -> dict[str, Any]:
    """Return a page: its rows with times as text, and the key the next one begins after."""
    shown = [{k: v.isoformat() if isinstance(v, date) else v for k, v in row.items()} for row in rows]
    return {name: shown, "next": rows[-1][key] if len(rows) == limit else None}
