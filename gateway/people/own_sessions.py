"""Where somebody is signed in: listed and ended, by themselves or by who runs the machine."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from gateway.people.roles import actor_of
from gateway.people.sessions import end_sessions, hash_of, idle_since
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

_OPEN = text("""
    SELECT encode(substring(session_hash FOR 8), 'hex') AS session, created_at, seen_at, device,
        session_hash = :here AS here
    FROM person_session WHERE person_id = :person AND expires_at > :now AND seen_at > :idle_since
    ORDER BY here DESC, seen_at DESC
""")


@dataclass(frozen=True)
class OpenSession:
    """A session: the beginning of its digest, since when, last seen, browser and system, whether it is this one."""

    session: str
    created_at: datetime
    seen_at: datetime
    device: str
    here: bool


async def list_sessions(work: UnitOfWork, person_id: str, cookie: str = "") -> list[OpenSession]:
    """Return a person's open sessions, the one of this cookie first. Raises DeniedError for somebody else's."""
    _demand_own(work, person_id)
    values = {"person": person_id, "now": work.now, "idle_since": idle_since(work.now), "here": hash_of(cookie)}
    return [OpenSession(**row._asdict()) for row in await work.session.execute(_OPEN, values)]


async def end_open(work: UnitOfWork, person_id: str, session: str = "", *, spare: str = "") -> int:
    """End one of a person's sessions, or all but the one of the cookie `spare`; return how many there were.

    One that has ended already is none. Raises DeniedError for somebody else's.
    """
    _demand_own(work, person_id)
    ended = await end_sessions(work.session, person_id, one=session, spare=spare)
    payload = {"person": person_id, "count": ended}
    await work.record("person.sessions_ended", payload, outcome="one" if session else "all")
    return ended


def _demand_own(work: UnitOfWork, person_id: str) -> None:
    if work.actor.kind != "machine" and work.actor.person != actor_of(person_id):
        raise DeniedError("insufficient-scope", "只能查看、结束自己的会话 Everybody sees and ends their own sessions.")
