"""Institutions and accounts as operators see them: standing, agreement, keys, quota with what is left, last use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row

from connectors.model.calendar import day_of
from consent.counting import count_consents
from gateway.admin.reports import find_clients, find_institutions, get_client, get_institution
from gateway.identity.clients.client_keys import key_rows
from gateway.identity.clients.delegations import list_delegations
from gateway.identity.tables import Delegation
from gateway.inquiries.bases.setting import list_duties
from gateway.inquiries.figures import count_days
from gateway.inquiries.outputs.setting import list_policies
from gateway.inquiries.views.setting import list_views
from gateway.people.of_institution import people_of
from gateway.quota.plans import find_plans
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

MOST = 5000
DAYS = 30
READERS = frozenset({"operator", "machine"})


@dataclass(frozen=True)
class Day:
    """Inquiries of one day."""

    day: date
    asked: int
    denied: int


@dataclass(frozen=True)
class Whole:
    """An institution with its accounts, their quota, its people, its consents by status, a month of inquiries, what it
    is shown of each product, its duty bases, and its views.
    """

    institution: dict[str, Any]
    plan: dict[str, Any] | None
    accounts: Sequence[dict[str, Any]]
    people: Sequence[Row[Any]]
    consents: dict[str, int]
    days: Sequence[Day]
    outputs: Sequence[dict[str, Any]]
    duties: Sequence[dict[str, Any]]
    views: Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Account:
    """An account with its quota, its keys and who may ask in its name, newest first, and a month of inquiries."""

    account: dict[str, Any]
    institution: dict[str, Any]
    plan: dict[str, Any] | None
    keys: Sequence[Row[Any]]
    days: Sequence[Day]
    delegations: Sequence[Delegation]


async def list_institutions(work: UnitOfWork) -> list[dict[str, Any]]:
    """Return every institution with its accounts, last use, and `plan`: its quota with what is used, or None."""
    _demand_reader(work)
    plans = {plan["id"]: plan for plan in await find_plans(work, limit=None, scope="institution")}
    rows = await find_institutions(work, limit=MOST)
    return [{**row, "plan": plans.get(row["institution_id"])} for row in rows]


async def read_institution(work: UnitOfWork, institution_id: str) -> Whole:
    """Return one with all that belongs to it. Raises DeniedError where there is none."""
    _demand_reader(work)
    found = await get_institution(work, institution_id)
    accounts = await find_clients(work, limit=MOST, kind="account", institution=institution_id)
    ids = [one["client_id"] for one in accounts]
    plans = {plan["id"]: plan for plan in await find_plans(work, limit=None, scope="account", ids=ids)} if ids else {}
    own = await find_plans(work, limit=1, scope="institution", ids=[institution_id])
    return Whole(
        found, own[0] if own else None, [{**one, "plan": plans.get(one["client_id"])} for one in accounts],
        await people_of(work.session, institution_id, MOST),
        await count_consents(work.session, institution_id, work.now), await _days(work, institution_id),
        await list_policies(work, institution_id), await list_duties(work, institution_id),
        await list_views(work, institution_id),
    )  # fmt: skip


async def read_account(work: UnitOfWork, client_id: str) -> Account:
    """Return one account. Raises DeniedError where there is none."""
    _demand_reader(work)
    found = await get_client(work, client_id, "account")
    plans = await find_plans(work, limit=1, scope="account", ids=[client_id])
    return Account(
        found, await get_institution(work, found["institution_id"]), plans[0] if plans else None,
        await key_rows(work.session, client_id), await _days(work, found["institution_id"], client_id),
        await list_delegations(work, limit=MOST, account=client_id),
    )  # fmt: skip


async def _days(work: UnitOfWork, institution: str, account: str = "") -> list[Day]:
    since = work.now - timedelta(days=DAYS)
    rows = await count_days(work.session, since, work.now, institution=institution, account=account)
    counted = {row.day: row for row in rows}
    last = day_of(work.now)
    days = [last - timedelta(days=number) for number in reversed(range(DAYS))]
    return [Day(day, counted[day].asked, counted[day].denied) if day in counted else Day(day, 0, 0) for day in days]


def _demand_reader(work: UnitOfWork) -> None:
    if work.actor.kind not in READERS:
        raise DeniedError("insufficient-scope", "安全管理员可以查看。Security administrators see institutions.")
