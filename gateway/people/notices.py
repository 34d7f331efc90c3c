"""What happened to somebody's way in while they were away: told at the next sign-in, until they say they read it."""

from typing import Any

from sqlmodel import col, select

from gateway.people.roles import actor_of
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


async def names_in(work: UnitOfWork, notice: dict[str, Any] | None) -> dict[str, str]:
    """Return the names of the people whom a notice names, by how events name them."""
    actors = [actor for actor in (notice["asked_by"], notice["approved_by"]) if actor] if notice else []
    ids = [actor.removeprefix("person:") for actor in actors]
    query = select(Person.person_id, Person.name).where(col(Person.person_id).in_(ids))
    return {actor_of(row.person_id): row.name for row in await work.session.execute(query)}
