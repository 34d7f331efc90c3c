"""The one search box: what somebody typed, found among what their role may open, and nowhere else.

A kind of thing is one line of FINDERS. A role that has no page of a kind in PAGES is not told of any; which things of a
kind are somebody's own, the rooms decide. What does not exist and what is another party's look the same. That
somebody searched is recorded, with what they typed.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from audit.search import has_event
from connectors.catalogue.load import agencies, datasets
from connectors.personal.sealing import Protector, is_sealed
from connectors.store.subjects import Subject, find_by_codes, find_candidates, find_named, identifier_of
from consent.decision import Consent
from gateway.admin.tables import Change
from gateway.consents.acquaintances import find_enterprises
from gateway.consents.finding import find_own_consent
from gateway.identity.clients.finding import clients_named, institutions_named
from gateway.inquiries.finding import find_own_inquiry
from gateway.intake.batches import get_batch
from gateway.intake.held import see_held
from gateway.overview.said import Said, read_said
from gateway.people.reading import find_people_named
from gateway.platforms.reading import get_delivery
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

MOST = 10  # of a kind
SHORTEST = 2  # characters of a name
AUDITED = "/console/audit/entries/{entry}"
# Where a role opens a kind of thing: by its id or code, the entry of the log that made it, or the enterprise's code.
PAGES: Mapping[str, Mapping[str, str]] = {
    "enterprise": {
        "operator": "/console/signatories?subject={id}", "auditor": "/console/audit/questions?subject={id}",
        "staff": "/console/ask?subject={id}", "owner": "/console/enterprise",
        "regulator": "/console/subjects/{id}/tags",
    },
    "inquiry": {
        "auditor": "/console/audit/inquiries/{id}", "staff": "/console/inquiries/{id}",
        "owner": "/console/enterprise/questions/{id}",
    },
    "consent": {
        "auditor": "/console/audit/questions?subject={uscc}", "staff": "/console/consents/{id}",
        "owner": "/console/enterprise/consents/{id}",
    },
    "batch": {
        "system": "/console/uploads/{id}", "clerk": "/console/uploads/{id}", "auditor": AUDITED,
    },
    "held": {"system": "/console/held/{id}", "clerk": "/console/held/{id}"},
    "delivery": {"system": "/console/deliveries/{id}", "auditor": AUDITED},
    "change": {"operator": "/console/changes/{id}", "auditor": "/console/changes/{id}"},
    "entry": {"auditor": "/console/audit/entries/{id}"},
    "institution": {"operator": "/console/institutions/{id}", "auditor": "/console/audit/statistics?institution={id}"},
    "account": {"operator": "/console/institutions/{institution}/accounts/{id}"},
    "person": {"operator": "/console/people/{id}"},
    "agency": dict.fromkeys(("system", "auditor", "regulator", "clerk"), "/console/quality/{id}"),
    "dataset": dict.fromkeys(
        ("operator", "system", "auditor", "regulator", "clerk", "staff"), "/console/catalogue/{id}"
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Hit:
    """One thing: its id in its page's address, its name and what stands below it; `exact`: it is what was typed.

    `name` None: a code of the catalogue names it, or it has none that may be shown. `subject`: an enterprise's own id.
    `entry`, `uscc` and `institution` stand in addresses: the entry of the log that made it, the enterprise it is about,
    whose it is.
    """

    id: str
    name: str | None
    note: str = ""
    exact: bool = True
    subject: UUID | None = None
    entry: str = ""
    uscc: str = ""
    institution: str = ""

    def at(self, page: str) -> str:
        """Return the address of its page."""
        return page.format(id=quote(self.id, safe=""), entry=self.entry, uscc=self.uscc, institution=self.institution)


@dataclass(frozen=True)
class Found:
    """What is found of a kind; `more` than is listed. `paths` are the pages of the hits, in their order."""

    kind: str
    hits: Sequence[Hit]
    paths: Sequence[str]
    more: bool = False


@dataclass(frozen=True)
class Search:
    """What was typed, which kinds this role finds, and what was found of them."""

    said: Said
    kinds: Sequence[str]
    found: Sequence[Found]

    @property
    def straight_to(self) -> str | None:
        """The page of the only thing that is what was typed, None where there is none, or several."""
        exact = [path for one in self.found for hit, path in zip(one.hits, one.paths, strict=True) if hit.exact]
        return exact[0] if len(exact) == 1 else None


async def search(work: UnitOfWork, protector: Protector, role: str, text: str) -> Search:
    """Return what the actor may open, in this role, of what was typed; that it was looked for is recorded."""
    said, asked = read_said(text), Asked(work, protector, role)
    kinds = [kind for kind in FINDERS if role in PAGES[kind]]
    found = []
    for kind in kinds if said.text else ():
        hits = await FINDERS[kind](asked, said)
        if hits:
            paths = [hit.at(PAGES[kind][role]) for hit in hits[:MOST]]
            found.append(Found(kind, hits[:MOST], paths, more=len(hits) > MOST))
    if said.text:
        payload = {"said": said.text, "found": sum(len(one.hits) for one in found)}
        about = await _read_about(work, found)
        await work.record("search.made", payload, subject=about, outcome="found" if found else "nothing")
    return Search(said, kinds, found)


async def _read_about(work: UnitOfWork, found: Sequence[Found]) -> UUID | None:
    """Return the enterprise that was found, where it is the only one and something can still be recorded about it."""
    subjects = [hit.subject for one in found for hit in one.hits if hit.subject]
    if len(subjects) != 1 or not await work.recorder.takes(work.session, str(subjects[0])):
        return None
    return subjects[0]


@dataclass(frozen=True)
class Asked:
    """Who searches, and with what."""

    work: UnitOfWork
    protector: Protector
    role: str


async def _enterprises(asked: Asked, said: Said) -> list[Hit]:
    """Staff find who has permitted their institution something, and may ask about any code; owners find their own."""
    if asked.role == "owner":
        own = asked.work.actor.subject
        return [Hit(own, None)] if own and own == said.code else []
    if asked.role == "staff":
        permitted = await find_enterprises(asked.work, asked.protector, said.text)
        return [Hit(one.uscc, one.name, one.uscc, exact=one.uscc == said.code) for one in permitted]
    session = asked.work.session
    if said.nearly:
        return [_subject(one, exact=False) for one in await find_by_codes(session, said.nearly)]
    kind, value = identifier_of(asked.protector, said.text)
    known = [one for one, _ in await find_candidates(session, kind, value, MOST + 1)]
    hits = {one.subject_id: _subject(one) for one in known if one.uscc}
    if kind == "name" and len(said.text) >= SHORTEST:
        for one in await find_named(session, said.text, MOST + 1):
            hits.setdefault(one.subject_id, _subject(one, exact=False))
    return [hit for hit in hits.values() if hit.id][: MOST + 1]


def _subject(one: Subject, *, exact: bool = True) -> Hit:
    name = None if is_sealed(one.name) else one.name
    return Hit(one.uscc or "", name, one.uscc or "", exact, one.subject_id)


async def _institutions(asked: Asked, said: Said) -> list[Hit]:
    rows = await _named(institutions_named(asked.work.session, said.lower, MOST + 1), said)
    return [
        Hit(row.institution_id, row.name, row.institution_id, said.lower in {row.institution_id, row.name.lower()})
        for row in rows
    ]


async def _accounts(asked: Asked, said: Said) -> list[Hit]:
    rows = await _named(clients_named(asked.work.session, said.lower, MOST + 1), said)
    return [
        Hit(row.client_id, row.client_id, exact=row.client_id == said.lower, institution=row.institution_id)
        for row in rows if row.kind == "account"
    ]  # fmt: skip


async def _people(asked: Asked, said: Said) -> list[Hit]:
    rows = await _named(find_people_named(asked.work, said.lower, MOST + 1), said)
    return [Hit(row.person_id, row.name, row.person_id, said.lower in {row.person_id, row.name}) for row in rows]


async def _named(rows: Awaitable[Sequence[Any]], said: Said) -> Sequence[Any]:
    found = await rows
    return found if len(said.text) >= SHORTEST else []


async def _agencies(asked: Asked, said: Said) -> list[Hit]:
    known = {code: (one.zh, one.en) for code, one in agencies().items()}
    own = asked.work.actor.client_id if asked.role == "clerk" else None
    return [hit for hit in _of_catalogue(known, said) if own in {None, hit.id}]


async def _datasets(_asked: Asked, said: Said) -> list[Hit]:
    return _of_catalogue({name: (one.title.zh, one.title.en) for name, one in datasets().items()}, said)


def _of_catalogue(known: Mapping[str, tuple[str, str]], said: Said) -> list[Hit]:
    if len(said.text) < SHORTEST:
        return []
    hits = [
        Hit(code, None, exact=said.lower in {code, *(name.lower() for name in names)})
        for code, names in known.items() if any(said.lower in one.lower() for one in (code, *names))
    ]  # fmt: skip
    return sorted(hits, key=lambda hit: not hit.exact)[: MOST + 1]


def _by_id(find: Callable[[UnitOfWork, UUID], Awaitable[object]]) -> Callable[[Asked, Said], Awaitable[list[Hit]]]:
    """Make the finder of things that are known by an id alone; what is another party's is not there."""

    async def found(asked: Asked, said: Said) -> list[Hit]:
        if said.id is None:
            return []
        try:
            there = await find(asked.work, said.id)
        except DeniedError:
            return []
        return [_thing(said.id, there)] if there else []

    return found


def _thing(named: UUID, there: Any) -> Hit:  # noqa: ANN401 - a row of whatever room
    if isinstance(there, Consent):
        return Hit(str(named), None, uscc=there.terms.uscc)
    return Hit(str(named), None, entry=str(getattr(there, "event_id", named)))


async def _change(work: UnitOfWork, change_id: UUID) -> Change | None:
    return await work.session.get(Change, change_id)


async def _entry(work: UnitOfWork, event_id: UUID) -> bool:
    return await has_event(work.session, work.recorder.log_id, event_id)


FINDERS: Mapping[str, Callable[[Asked, Said], Awaitable[list[Hit]]]] = {
    "enterprise": _enterprises,
    "inquiry": _by_id(find_own_inquiry),
    "consent": _by_id(find_own_consent),
    "batch": _by_id(get_batch),
    "held": _by_id(see_held),
    "delivery": _by_id(get_delivery),
    "change": _by_id(_change),
    "entry": _by_id(_entry),
    "institution": _institutions,
    "account": _accounts,
    "person": _people,
    "agency": _agencies,
    "dataset": _datasets,
}
