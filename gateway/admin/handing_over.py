"""Handing an invitation over: who asked for it reads the word, who approved it the link, nobody both."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from gateway.admin.tables import Change
from gateway.identity.clients.owners import person_behind
from gateway.people.handover import handover_of
from gateway.people.invitations import find_invited
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

_ASKED = text("""
    SELECT change_id FROM change
    WHERE action ->> 'action' = 'person.invite' AND action ->> 'person' = :person AND status IN ('waiting', 'done')
    ORDER BY change_id DESC LIMIT 1
""")


@dataclass(frozen=True)
class Handed:
    """What somebody hands to whom: the link, or the word that is typed beside it; the other one is None."""

    person: str
    name: str
    link: str | None
    word: str | None


async def hand_over(work: UnitOfWork, change_id: UUID) -> Handed:
    """Return the part of an invitation that is the acting person's to hand over; that they read it is recorded.

    Raises DeniedError for whoever neither asked for it nor approved it, and once it was taken up, replaced or is late.
    """
    change = await work.session.get(Change, change_id)
    me = await person_behind(work)
    if change is None or change.action["action"] != "person.invite" or me is None:
        raise DeniedError("change-not-found")
    asked = change.asked_person == me
    decided = change.status == "done" and change.decided_person == me
    if change.status == "rejected" or not (asked or decided):
        raise DeniedError("change-not-found")
    parts = handover_of(work.keys.kek, change_id)
    if change.status == "done" and await find_invited(work, parts.token) is None:
        raise DeniedError(
            "change-refused", "邀请已使用、已被新的取代或已过期 the invitation was taken up, replaced, or is too old"
        )
    payload = {"change": str(change_id), "person": change.action["person"]}
    await work.record("change.handed_over", payload, outcome="word" if asked else "link")
    link = None if asked else f"{work.issuer}/console/enrol?token={parts.link}"
    return Handed(change.action["person"], change.action["name"], link, parts.word if asked else None)


async def find_invitation(work: UnitOfWork, person_id: str) -> UUID | None:
    """Return the newest change that invites this person and was not rejected, None where there is none."""
    found: UUID | None = (await work.session.execute(_ASKED, {"person": person_id})).scalar_one_or_none()
    return found
