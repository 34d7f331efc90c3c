"""What waits for whoever looks: the same rows that each room would let them act on, in one list.

A kind of thing is one line of KINDS: the roles it concerns, where each sees to it, and the room's own look-up, which
decides what is the actor's. Looking costs one bounded query a kind; what is beyond MOST is said to be more.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.model.calendar import day_ends
from connectors.records.objections import told_term
from consent.life import LAPSES_AFTER
from gateway.admin.changes import WAITS_DAYS
from gateway.admin.paper import find_waiting_papers
from gateway.admin.waiting import find_waiting_changes
from gateway.consents.waiting import find_ending_consents, find_to_answer
from gateway.disposal.waiting import find_waiting_cases
from gateway.identity.clients.ending_keys import find_ending_keys
from gateway.identity.clients.signatories import list_signatories, signatory_document
from gateway.inquiries.deletions import list_undeleted
from gateway.inquiries.lives import REMINDED_BEFORE
from gateway.inquiries.obligations import list_owed
from gateway.intake.admission import agency_seen
from gateway.intake.held import list_held
from gateway.platforms.reading import list_deliveries
from gateway.quality.waiting import find_corrections, find_late_feeds
from gateway.records.objections import find_to_decide
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.warnings.waiting import find_unseen

MOST = 100  # of a kind


@dataclass(frozen=True)
class Item:
    """One thing: its id, what names it (codes of agencies, datasets, platforms …), since when, and until when."""

    id: str
    names: Mapping[str, str]
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of thing: the page each role sees to it on, what leads from there to one, and how a room finds so many."""

    pages: Mapping[str, str]
    each: str
    find: Callable[[UnitOfWork, int], Awaitable[Sequence[Item]]]


@dataclass(frozen=True)
class Waiting:
    """What waits of one kind; `more` than are listed. `page` shows all, `paths` are the pages of the items."""

    kind: str
    page: str
    items: Sequence[Item]
    paths: Sequence[str]
    more: bool = False


async def find_waiting(work: UnitOfWork, role: str) -> list[Waiting]:
    """Return what waits for the actor in this role (a person's, or a client's kind), only kinds of which any does."""
    role = ROLE_OF_CLIENT.get(role, role)
    found = []
    for name, kind in KINDS.items():
        if role in kind.pages and (items := await kind.find(work, MOST + 1)):
            page = kind.pages[role]
            paths = [page + kind.each.format(id=item.id) for item in items[:MOST]]
            found.append(Waiting(name, page, items[:MOST], paths, more=len(items) > MOST))
    return found


def count_of(found: Sequence[Waiting]) -> tuple[int, bool]:
    """Return how many things wait, and whether there are more than were counted."""
    return sum(len(one.items) for one in found), any(one.more for one in found)


async def _changes(work: UnitOfWork, limit: int) -> list[Item]:
    return [
        Item(
            str(row.change_id), {"action": row.action["action"], "act": row.act or "", "asked_by": row.asked_by},
            row.asked_at, row.asked_at + timedelta(days=WAITS_DAYS),
        )
        for row in await find_waiting_changes(work, limit)
    ]  # fmt: skip


async def _held(work: UnitOfWork, limit: int) -> list[Item]:
    rows = await list_held(work.session, agency_seen(work.actor), "waiting", most=limit)
    return [Item(str(row.held_id), _feed(row), row.held_at, row.expires_at) for row in rows]


async def _corrections(work: UnitOfWork, limit: int) -> list[Item]:
    return [
        Item(
            str(row["batch_id"]),
            {"dataset": row["dataset"], "batch": row["sender_batch"], "rows": str(row["rejected"] - row["corrected"])},
            row["received_at"],
        )
        for row in await find_corrections(work, limit)
    ]


async def _objections(work: UnitOfWork, limit: int) -> list[Item]:
    return [
        Item(
            str(row["act_id"]), {"dataset": row["dataset"], "record": str(row["record_id"])}, row["recorded_at"],
            day_ends(told_term(row).answer_by),
        )
        for row in await find_to_decide(work, limit)
    ]  # fmt: skip


async def _late_feeds(work: UnitOfWork, limit: int) -> list[Item]:
    return [Item(str(row.alert_id), _feed(row), row.opened_at) for row in await find_late_feeds(work, limit)]


async def _refused_deliveries(work: UnitOfWork, limit: int) -> list[Item]:
    return [
        Item(str(row.delivery_id), {"platform": row.peer_id, "content": row.kind}, row.settled_at or row.created_at)
        for row in await list_deliveries(work, limit, state="refused")
    ]


async def _ending_keys(work: UnitOfWork, limit: int) -> list[Item]:
    return [
        Item(row.kid, {"client": row.client_id}, row.created_at, row.not_after)
        for row in await find_ending_keys(work, limit)
    ]


async def _unreported(work: UnitOfWork, limit: int) -> list[Item]:
    return [
        Item(str(row.inquiry_id), {"subject": row.uscc, "account": row.account}, row.created_at, row.report_by)
        for row in await list_owed(work, limit=limit)
    ]


async def _undeleted(work: UnitOfWork, limit: int) -> list[Item]:
    until = await database_now(work.session) + REMINDED_BEFORE
    return [
        Item(str(row.inquiry_id), {"subject": row.uscc, "account": row.account}, row.created_at, row.delete_by)
        for row in await list_undeleted(work, limit=limit, until=until)
    ]


async def _ending_consents(work: UnitOfWork, limit: int) -> list[Item]:
    return [
        Item(str(row.consent_id), {"subject": row.uscc}, until=row.until)
        for row in await find_ending_consents(work, limit)
    ]


async def _requests(work: UnitOfWork, limit: int) -> list[Item]:
    return [
        Item(
            str(row.terms.consent_id), {"institution": row.terms.institution}, row.changed_at,
            row.changed_at and row.changed_at + LAPSES_AFTER,
        )
        for row in await find_to_answer(work, limit)
    ]  # fmt: skip


async def _papers(work: UnitOfWork, limit: int) -> list[Item]:
    try:
        found = await find_waiting_papers(work, limit=limit)
    except DeniedError:  # the room tells its own officers alone
        return []
    return [
        Item(
            str(row.terms.consent_id), {"subject": row.terms.uscc}, row.changed_at,
            row.changed_at and row.changed_at + LAPSES_AFTER,
        )
        for row in found.to_enter
    ]  # fmt: skip


async def _new_keys(work: UnitOfWork, limit: int) -> list[Item]:
    now = await database_now(work.session)
    told = [(row, signatory_document(row, now)) for row in await list_signatories(work)]
    return [
        Item(row.kid, {"signatory": row.client_id}, row.created_at, row.not_before)
        for row, shown in told if shown["key"] == "waiting"
    ][:limit]  # fmt: skip


async def _cases(work: UnitOfWork, limit: int) -> list[Item]:
    return [
        Item(
            str(one.row.id), {"subject": one.subject.uscc or "", "name": one.subject.name or ""}, one.row.opened_at,
            day_ends(one.row.due_on),
        )
        for one in await find_waiting_cases(work, limit)
    ]  # fmt: skip


async def _warnings(work: UnitOfWork, limit: int) -> list[Item]:
    return [Item(str(row.warning_id), {"subject": row.uscc}, row.told_at) for row in await find_unseen(work, limit)]


def _feed(row: Any) -> dict[str, str]:  # noqa: ANN401 - a held submission or an alert
    return {"agency": row.agency, "dataset": row.dataset}


# The kinds of clients and the roles of people who do the same. "machine": whoever runs commands here.
ROLE_OF_CLIENT = {"account": "staff", "agency": "clerk", "signatory": "owner"}
KINDS: Mapping[str, Kind] = {
    "change": Kind(dict.fromkeys(("operator", "auditor", "machine"), "/console/changes"), "/{id}", _changes),
    "paper": Kind(dict.fromkeys(("operator", "machine"), "/console/paper"), "/{id}", _papers),
    "consent": Kind({"owner": "/console/enterprise/consents"}, "/{id}", _requests),
    "signatory-key": Kind({"owner": "/console/enterprise/signatories"}, "", _new_keys),
    "held": Kind(dict.fromkeys(("system", "clerk", "machine"), "/console/held"), "/{id}", _held),
    "correction": Kind({"clerk": "/console/corrections"}, "/{id}", _corrections),
    "objection": Kind({"clerk": "/console/objections"}, "", _objections),
    "late-feed": Kind(dict.fromkeys(("system", "clerk", "machine"), "/console/feeds"), "", _late_feeds),
    "delivery": Kind(dict.fromkeys(("system", "machine"), "/console/deliveries"), "/{id}", _refused_deliveries),
    "key": Kind(dict.fromkeys(("operator", "machine"), "/console/clients"), "", _ending_keys),
    "usage-result": Kind({"staff": "/console/usage-results"}, "/new/{id}", _unreported),
    "deletion": Kind({"staff": "/console/usage-results/deletions"}, "/{id}", _undeleted),
    "case": Kind(dict.fromkeys(("office", "regulator"), "/console/cases"), "/{id}", _cases),
    "warning": Kind({"staff": "/console/warnings"}, "/{id}", _warnings),
    "ending-consent": Kind({"staff": "/console/consents"}, "/{id}", _ending_consents),
}
