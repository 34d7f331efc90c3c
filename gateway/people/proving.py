"""Somebody signed in proves again who they are, by password and code, before what concerns their way in changes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.people.lanes import free_lanes
from gateway.people.roles import actor_of
from gateway.people.signin import Compared, Credentials, compare_password, find_refusal
from gateway.people.tables import Person
from gateway.runtime.actor import ANYONE
from gateway.runtime.work import UnitOfWork, UnitsOfWork


@asynccontextmanager
async def proved(
    units: UnitsOfWork, sent: Credentials, what: str, *, compared: Compared | None = None
) -> AsyncIterator[tuple[UnitOfWork, Person] | None]:
    """Open a unit that holds the person's row, for who proved who they are; None where password or code are wrong.

    `what` they want to do stands in the log where they did not. A try takes its turn as one to sign in does, unless
    the password was `compared` before. Raises SignInWaitError.
    """
    compared = compared or await compare_password(units, sent)
    async with units.begin(f"person.{what}", ANYONE) as work:
        row = await work.session.get_one(Person, compared.person_id, with_for_update=True)
        reason = await find_refusal(work, row, sent.code, right=compared.proves(row))
        if reason is not None:
            await work.record("person.proof_refused", {"for": what}, actor=actor_of(row.person_id), outcome=reason)
            yield None
            return
        await free_lanes(work.session, compared.lanes, row.person_id, work.now)
        yield work, row
        await work.session.flush()
