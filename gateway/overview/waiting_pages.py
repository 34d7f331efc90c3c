"""What waits for whoever is signed in: the list, and the number beside the inbox of every page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from gateway.console.render import page
from gateway.console.words import Words, words_of
from gateway.identity.clients.finding import all_institutions
from gateway.overview.waiting import Item, Waiting, count_of, find_waiting
from gateway.people.acting import acting
from gateway.people.guard import Anyone
from gateway.people.reading import names_of_people
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/waiting", include_in_schema=False)
SHOWN = 20  # of a kind; its own page has them all
ICONS: Mapping[str, str] = {
    "paper": "scan",
    "change": "git-pull-request", "consent": "file-check", "signatory-key": "key", "held": "database-import",
    "correction": "table", "objection": "message-report", "late-feed": "clock-exclamation", "delivery": "send",
    "key": "key", "case": "gavel", "usage-result": "message-report", "deletion": "trash",
    "warning": "bell", "ending-consent": "file-alert",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One thing as the list shows it: what it is, who and since when, and how long is left."""

    title: str
    path: str
    note: str
    left: str


@router.get("")
async def show(request: Request, units: Units, present: Anyone) -> Response:
    """Show what waits, by kind, with who and until when; each kind leads to the page it is seen to on."""
    async with units.begin("waiting.show", acting(present)) as work:
        found = await find_waiting(work, present.role)
        names = await _names(work, found)
        moment = work.now
    words = words_of(request)
    shown = [(one, ICONS[one.kind], _lines(words, one, names, moment)) for one in found]
    count, more = count_of(found)
    return page(request, "waiting", present, shown=shown, count=count, more=more)


@router.get("/count")
async def count(units: Units, present: Anyone) -> Response:
    """Return how many things wait, for the shell to show; nothing where none does."""
    async with units.begin("waiting.count", acting(present)) as work:
        waits, more = count_of(await find_waiting(work, present.role))
    return HTMLResponse(f"{waits}{'+' if more else ''}" if waits else "", headers={"Cache-Control": "no-store"})


async def _names(work: UnitOfWork, found: Sequence[Waiting]) -> dict[str, str]:
    """Return the names of the people and institutions that the things name."""
    items = [item.names for one in found for item in one.items]
    people = {name["asked_by"] for name in items if "asked_by" in name}
    names = await names_of_people(work, people) if people else {}
    if any("institution" in name for name in items):
        names |= {row.institution_id: row.name for row in await all_institutions(work.session)}
    return names


def _lines(words: Words, found: Waiting, names: Mapping[str, str], moment: datetime) -> list[Line]:
    """Return the first things of a kind as the list shows them."""
    pairs = zip(found.items[:SHOWN], found.paths[:SHOWN], strict=True)
    return [
        Line(_title(words, found.kind, item.names, names), path, _note(words, item, names), _left(words, item, moment))
        for item, path in pairs
    ]


def _left(words: Words, item: Item, moment: datetime) -> str:
    return words("waits-left", span=words.lasting(item.until - moment)) if item.until and item.until > moment else ""


def _title(words: Words, kind: str, told: Mapping[str, str], names: Mapping[str, str]) -> str:
    if kind == "change":
        return words(f"do-{told['action']}")
    if kind == "consent":
        return names.get(told["institution"], told["institution"])
    if kind == "delivery":
        return words("waits-delivery-to", content=words(f"content-{told['content']}"), platform=told["platform"])
    if "dataset" in told:
        dataset = words.titles.dataset(told["dataset"])
        return f"{words.titles.agency(told['agency'])} · {dataset}" if "agency" in told else dataset
    return told.get("client") or told.get("signatory") or told.get("name") or told["subject"]


def _note(words: Words, item: Item, names: Mapping[str, str]) -> str:
    notes = [item.names["subject"]] if item.names.get("name") else []
    if asked_by := item.names.get("asked_by"):
        notes.append(words("waits-asked-by", name=names.get(asked_by, asked_by)))
    if rows := item.names.get("rows"):
        notes.append(words.count("waits-rows", int(rows)))
    if item.since:
        notes.append(words("waits-since", when=words.moment(item.since)))
    return " · ".join(notes)
