"""Recovery codes of somebody signed in: how many are left, and new ones after password and code."""

from gateway.people.factors import new_codes
from gateway.people.lanes import free_lanes
from gateway.people.roles import actor_of
from gateway.people.signin import Credentials, compare_password, find_refusal
from gateway.people.tables import Person
from gateway.runtime.actor import ANYONE
from gateway.runtime.work import UnitOfWork, UnitsOfWork


async def count_codes(work: UnitOfWork, person_id: str) -> int | None:
    """Return how many recovery codes are left, None for somebody who signs in without a password."""
    row = await work.session.get_one(Person, person_id)
    return None if row.password_hash is None else len(row.recovery_codes)


async def renew_codes(units: UnitsOfWork, sent: Credentials) -> tuple[str, ...] | None:
    """Return a person's new recovery codes, which replace the old ones; None where password or code are wrong.

    They are shown this once. A try takes its turn as one to sign in does: raises SignInWaitError.
    """
    compared = await compare_password(units, sent)
    async with units.begin("person.renew-codes", ANYONE) as work:
        row = await work.session.get_one(Person, compared.person_id, with_for_update=True)
        actor = actor_of(row.person_id)
        reason = await find_refusal(work, row, sent.code, right=compared.proves(row))
        if reason is not None:
            await work.record("person.recovery_codes_refused", actor=actor, outcome=reason)
            return None
        await free_lanes(work.session, compared.lanes, row.person_id, work.now)
        codes = new_codes(row)
        await work.record("person.recovery_codes_renewed", {"count": len(codes)}, actor=actor, outcome="renewed")
        await work.session.flush()
        return codes
