"""The home of an institution's people: how things are in one line, what waits, and the way to ask."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from fastapi import Request
from fastapi.responses import Response

from consent.lists import ConsentFilter
from gateway.consents.own import OwnConsents, count_own, list_own
from gateway.consents.pages import EXPIRING_DAYS
from gateway.console.render import page
from gateway.console.words import Words, words_of
from gateway.inquiries.deletions import list_undeleted
from gateway.inquiries.own_inquiries import InquiryFilter, OwnInquiries, list_own_inquiries
from gateway.inquiries.own_usage import list_waiting
from gateway.inquiries.shown import TONES, ending_of, product_text, why
from gateway.people.staff import Staff
from gateway.quota.pages import ahead
from gateway.quota.use import Holder, read_quota_use
from gateway.runtime.clock import database_now, now
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/desk", include_in_schema=False)
ANSWERED_DAYS, SHOWN = 7, 5


@dataclass(frozen=True)
class Line:
    """A line of what waits: its icon, text, address, and how pressing it is."""

    icon: str
    text: str
    href: str
    tone: Literal["ok", "warn", "bad", "info"]


@dataclass(frozen=True)
class Shown:
    """An inquiry or a consent in a list: its enterprise, address, a note, and how it stands."""

    name: str
    href: str
    note: str
    state: str
    tone: str


@router.get("")
async def show(request: Request, units: Units, staff: Staff) -> Response:
    """Show the person's home."""
    moment = now()
    async with units.begin("desk.show", staff.reader) as work:
        use = await read_quota_use(work)
        counts = await count_own(work)
        ending = ConsentFilter(standings=("active", "paused"), ends_before=moment + timedelta(days=EXPIRING_DAYS))
        soon = (await list_own(work, ending, limit=1)).total
        wanted = ConsentFilter(standings=("active", "rejected"), changed_since=moment - timedelta(days=ANSWERED_DAYS))
        answered = await list_own(work, wanted, limit=SHOWN)
        _, waiting = await list_waiting(work, limit=1)
        ended = await list_undeleted(work, limit=1, until=await database_now(work.session))
        newest = await list_own_inquiries(work, InquiryFilter(), limit=SHOWN)
    words, since = words_of(request), answered.total
    lines = [
        *_quota_line(words, use.institution),
        *_count(words, "usage-lead", waiting, Line("message-report", "", "/console/usage-results", "warn")),
        *_count(words, "desk-deletions", ended[0].total if ended else 0,
                Line("trash", "", "/console/usage-results/deletions", "warn")),
        *_count(words, "desk-expiring", soon, Line("hourglass", "", "/console/consents?ends=soon", "warn")),
        *_count(words, "desk-answered", since, Line("file-check", "", "/console/consents", "info")),
        *_count(words, "desk-requested", counts.get("requested", 0),
                Line("clock", "", "/console/consents?standing=requested", "info")),
    ]  # fmt: skip
    return page(
        request, "desk", staff.present, staff=staff, whole=use.institution, counts=counts, lines=lines,
        lead=_lead(words, lines, asking=bool(staff.accounts)), waiting=waiting, recent=_recent(newest, words),
        answered=_consents(answered, words), soon=soon,
    )  # fmt: skip


def _quota_line(words: Words, holder: Holder) -> list[Line]:
    """Return a line where the quota will not last."""
    if holder.per_month is not None and holder.forecast.runs_out is None:
        return []
    used_up = holder.per_month is None or holder.used_month >= holder.per_month
    return [Line("gauge", ahead(holder, words), "/console/quota", "bad" if used_up else "warn")]


def _count(words: Words, key: str, many: int, line: Line) -> list[Line]:
    """Return a line where there are any."""
    return [replace(line, text=words.count(key, many))] if many else []


def _lead(words: Words, lines: Sequence[Line], *, asking: bool) -> str:
    """Return how things are, in one line: what presses, else that all is well."""
    if not asking:
        return words("ask-no-account")
    pressing = [line.text for line in lines if line.tone in {"bad", "warn"}]
    return words("desk-semicolon").join(pressing) if pressing else words("desk-well")


def _recent(found: OwnInquiries, words: Words) -> list[Shown]:
    shown = []
    for row in found.rows:
        ending = ending_of(row)
        told = words(f"ending-{ending}") if ending in {"answered", "open"} else why(words, row.outcome)
        note = f"{product_text(words, row.product)} · {found.people.get(row.person or '', row.account)} · "
        shown.append(Shown(found.names.get(row.uscc, row.uscc), f"/console/inquiries/{row.inquiry_id}",
                           note + words.moment(row.created_at), told, TONES[ending]))  # fmt: skip
    return shown


def _consents(found: OwnConsents, words: Words) -> list[Shown]:
    shown = []
    for row in found.rows:
        terms = row.terms
        note = f"{words(f'purpose-{terms.purpose}')} · {words.moment(row.changed_at)}"
        tone = "ok" if row.status == "active" else "quiet"
        name, href = found.names.get(terms.uscc, terms.uscc), f"/console/consents/{terms.consent_id}"
        shown.append(Shown(name, href, note, words(f"standing-{row.status}"), tone))
    return shown
