"""Setting how fast parties may ask: a change is a new row, from now on. What is asked is counted in gateway/rates."""

from typing import Any, get_args

from sqlalchemy import text

from gateway.identity.clients.registry import check_id
from gateway.identity.clients.unknown import no_client
from gateway.identity.tables import Client
from gateway.quota.plans import find_holder
from gateway.rates.limits import DEFAULTS, EVERYONE, Scope
from gateway.rates.tables import RateLimit
from gateway.runtime.clock import database_now
from gateway.runtime.reasons import demand_reason
from gateway.runtime.work import UnitOfWork

SCOPES: tuple[Scope, ...] = get_args(Scope)
_IN_FORCE = text("""
    SELECT * FROM (
        SELECT DISTINCT ON (scope, scope_id, measure) scope, scope_id AS id, measure, most AS "limit", effective_from,
            reason
        FROM rate_limit WHERE effective_from <= clock_timestamp() AND (:scope = '' OR scope = :scope)
            AND (CAST(:id AS text) IS NULL OR scope_id = :id)
        ORDER BY scope, scope_id, measure, effective_from DESC) newest
    WHERE "limit" IS NOT NULL ORDER BY scope, id, measure LIMIT CAST(:limit AS integer)
""")


async def find_rates(
    work: UnitOfWork, *, scope: str = "", scope_id: str | None = None, limit: int | None
) -> list[dict[str, Any]]:
    """Return the limits that were set and are in force; "" and None filter nothing."""
    values = {"scope": scope, "id": scope_id, "limit": limit}
    return [dict(row) for row in (await work.session.execute(_IN_FORCE, values)).mappings()]


async def find_rate(work: UnitOfWork, scope: str, scope_id: str, measure: str) -> int | None:
    """Return the limit that was set, None where none was."""
    found = await find_rates(work, scope=scope, scope_id=scope_id, limit=None)
    return next((one["limit"] for one in found if one["measure"] == measure), None)


async def find_in_force(work: UnitOfWork, scope: Scope, scope_id: str) -> list[dict[str, Any]]:
    """Return every limit that holds for a party, or for all of its kind that have no own one: its own, else that of
    all, else the program's (`source`). Raises DeniedError where there is no such party.
    """
    await demand_party(work, scope, scope_id)
    found = {one["measure"]: {**one, "source": "all"} for one in await find_rates(
        work, scope=scope, scope_id=EVERYONE, limit=None)}  # fmt: skip
    if scope_id != EVERYONE:
        own = await find_rates(work, scope=scope, scope_id=scope_id, limit=None)
        found |= {one["measure"]: {**one, "source": "own"} for one in own}
    none = {"effective_from": None, "reason": None, "source": "program"}
    return [
        found.get(measure, {"measure": measure, "limit": most, **none})
        for (of, measure), most in DEFAULTS.items() if of == scope
    ]  # fmt: skip


async def set_rate(
    work: UnitOfWork, scope: str, scope_id: str, measure: str, most: int | None, reason: str
) -> None:  # fmt: skip
    """Set one limit of a party, or of all of its kind, from now on; None takes it away.

    Raises DeniedError where there is no such party, and for no reason.
    """
    demand_reason(reason)
    institution = await demand_party(work, scope, scope_id)
    now = await database_now(work.session)
    entry = await work.record(
        "quota.rate_set", {"scope": scope, "id": scope_id, "measure": measure, "limit": most,
                           "reason": reason.strip()},
        institution=institution, account=scope_id if scope == "account" and scope_id else None, outcome="set", at=now,
    )  # fmt: skip
    work.session.add(
        RateLimit(
            scope=scope,
            scope_id=scope_id,
            measure=measure,
            effective_from=now,
            most=most,
            reason=reason.strip(),
            event_id=entry,
        )
    )
    await work.session.flush()


async def demand_party(work: UnitOfWork, scope: str, scope_id: str) -> str | None:
    """Return the institution of a party, None of a signatory and of all of a kind. Raises DeniedError where there is no
    such party.
    """
    if scope_id == EVERYONE:
        return None
    check_id(scope_id)
    if scope != "signatory":
        return await find_holder(work, scope, scope_id)
    client = await work.session.get(Client, scope_id)
    if client is None or client.kind != "signatory":
        raise await no_client(work, scope_id, "signatory")
    return None
