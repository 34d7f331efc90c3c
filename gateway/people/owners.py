"""A further person of an enterprise, who waits: those who act for it already confirm them, or object.

So whoever took over the register lets nobody act for an enterprise behind its back (gateway/identity/clients/
signatories.py does the same for keys).
"""

from typing import Literal

from gateway.people.sessions import end_sessions
from gateway.people.tables import Person
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork


async def decide_owner(work: UnitOfWork, person_id: str, decision: Literal["confirm", "object"]) -> None:
    """Let somebody who waits act for the acting party's enterprise at once, or end their way in.

    Who was objected to signs in no more and is not let in again: only another invitation, which waits anew, does that.
    Raises DeniedError for whoever does not act for the enterprise, where it has no such person, and once the wait is
    over.
    """
    if work.actor.kind != "signatory" or work.actor.subject is None:
        raise DeniedError("insufficient-scope", "只有企业签署人可以决定。Only an enterprise's signatory may.")
    row = await work.session.get(Person, person_id, with_for_update=True)
    now = await database_now(work.session)
    if row is None or row.enterprise != work.actor.subject:
        raise DeniedError("signatory-not-found")
    if row.status == "suspended" or row.acts_from is None or row.acts_from <= now:
        raise DeniedError("signatory-decided")
    if decision == "confirm":
        row.acts_from = now
    else:
        row.status, row.password_hash, row.oidc_subject = "suspended", None, None
        row.invitation, row.invited_until = None, None
        await end_sessions(work.session, person_id)
    outcome = {"confirm": "confirmed", "object": "objected"}[decision]
    payload = {"person": person_id} | ({"acts_from": now.isoformat()} if decision == "confirm" else {})
    await work.record(f"owner.{outcome}", payload, outcome=outcome)
    await work.session.flush()
