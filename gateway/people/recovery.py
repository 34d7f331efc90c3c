"""Recovery codes of somebody signed in: how many are left, and new ones after password and code."""

from gateway.people.factors import new_codes
from gateway.people.proving import proved
from gateway.people.roles import actor_of
from gateway.people.signin import Credentials
from gateway.people.tables import Person
from gateway.runtime.work import UnitOfWork, UnitsOfWork


async def count_codes(work: UnitOfWork, person_id: str) -> int | None:
    """Return how many recovery codes are left, None for somebody who signs in without a password."""
    row = await work.session.get_one(Person, person_id)
    return None if row.password_hash is None else len(row.recovery_codes)


async def renew_codes(units: UnitsOfWork, sent: Credentials) -> tuple[str, ...] | None:
    """Return a person's new recovery codes, which replace the old ones; None where password or code are wrong.

    They are shown this once. A try takes its turn as one to sign in does: raises SignInWaitError.
    """
    async with proved(units, sent, "renew-codes") as found:
        if found is None:
            return None
        work, row = found
        codes = new_codes(row)
        await work.record(
            "person.recovery_codes_renewed", {"count": len(codes)}, actor=actor_of(row.person_id), outcome="renewed"
        )
    return codes
