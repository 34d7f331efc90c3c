"""Proving the second factor once more, for one act: a fresh one-time code, as slow to guess as at sign-in.

1. Take the lanes of the try, in a transaction of its own: whoever has to wait is told so before anything is compared.
2. In the transaction of the act, under the person's row: the code is used up with the act, or neither is.
"""

from gateway.people.lanes import Lanes, find_lanes, free_lanes, take_lanes
from gateway.people.secrets import matched_step, open_totp
from gateway.people.signin import SignInWaitError
from gateway.people.tables import Person
from gateway.runtime.actor import Actor
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork, UnitsOfWork


async def take_turn(units: UnitsOfWork, actor: Actor, person_id: str, address: str) -> Lanes:
    """Take the lanes of somebody signed in who will send a code. Raises SignInWaitError where they have to wait."""
    async with units.begin("person.step-up", actor) as work:
        lanes = await find_lanes(work.session, work.keys.kek, person_id, address, work.now)
        if wait := await take_lanes(work.session, lanes, work.now):
            raise SignInWaitError("sign-in-slowed", wait)
    return lanes


async def use_one_time_code(work: UnitOfWork, person_id: str, code: str, lanes: Lanes) -> Denial | None:
    """Use the code of a person's device up for this act, None where it was right; a recovery code will not do."""
    row = await work.session.get_one(Person, person_id, with_for_update=True)
    if row.status != "active":
        return Denial("account-suspended")
    if row.totp_sealed is None:
        return Denial("one-time-code-missing")
    secret = open_totp(work.keys.kek, row.totp_sealed, person_id)
    step = matched_step(secret, code, work.now.timestamp(), row.totp_step)
    if step is None:
        return Denial("one-time-code-wrong")
    row.totp_step = step
    await free_lanes(work.session, lanes, person_id, work.now)
    await work.session.flush()
    return None
