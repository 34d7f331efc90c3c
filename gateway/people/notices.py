"""What happened to somebody's way in while they were away: told at the next sign-in, until they say they read it."""

from typing import Any

from gateway.people.tables import Person
from gateway.runtime.work import UnitOfWork


async def find_notice(work: UnitOfWork, person_id: str) -> dict[str, Any] | None:
    """Return what a person is to be told: `what`, when (`at`), who asked for it, who approved it; None for nothing."""
    return (await work.session.get_one(Person, person_id)).notice


async def read_notice(work: UnitOfWork, person_id: str, at: str) -> None:
    """Put away the notice of this moment; one that came since stays."""
    row = await work.session.get_one(Person, person_id, with_for_update=True)
    if row.notice is None or row.notice["at"] != at:
        return
    await work.record("person.notice_read", {"notice": row.notice["what"]}, outcome="read")
    row.notice = None
    await work.session.flush()
