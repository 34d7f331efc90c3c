"""Suspending people and letting them in again."""

from typing import Literal

from gateway.people.sessions import end_sessions
from gateway.people.tables import Person
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork


async def set_standing(work: UnitOfWork, *, person_id: str, status: Literal["active", "suspended"]) -> None:
    """Suspend a person, whose sessions end at once, or let them in again. Raises DeniedError."""
    if work.actor.kind not in {"operator", "machine"}:
        raise DeniedError("insufficient-scope", "只有管理员可以停用人员 Only operators suspend people.")
    row = await work.session.get(Person, person_id, with_for_update=True)
    if row is None:
        raise DeniedError("change-refused", f"没有此人员 there is no person {person_id}")
    if status == "active" and row.password_hash is None and row.oidc_subject is None:
        raise DeniedError("change-refused", f"未登记过，请重新邀请 {person_id} never enrolled: invite them anew")
    row.status = status
    await end_sessions(work.session, person_id)
    verb = "suspended" if status == "suspended" else "resumed"
    await work.record(f"person.{verb}", {"person": person_id}, institution=row.institution_id, outcome=status)
    await work.session.flush()
