"""What is changed of people who sign in: whether they may, and the second factor of one who lost the phone."""

from typing import Literal

from gateway.admin.action import Action, Id, Means, Reason
from gateway.people.factors import reset_factor
from gateway.people.standing import set_standing
from gateway.people.tables import Person
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork


async def _role_of(work: UnitOfWork, person_id: str) -> str:
    person = await work.session.get(Person, person_id)
    if person is None:
        raise DeniedError("change-refused", f"没有此人员 there is no person {person_id}")
    return person.role


class SetPersonStanding(Action):
    """停用、恢复人员 Suspend a person, whose sessions and clients stop at once, or let them in again."""

    action: Literal["person.standing"] = "person.standing"
    change: Literal["suspend", "resume"]
    person: Id
    reason: Reason

    async def act(self, work: UnitOfWork, _means: Means) -> str:
        return f"person.{self.change} {await _role_of(work, self.person)}"

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        status: Literal["active", "suspended"] = "suspended" if self.change == "suspend" else "active"
        await set_standing(work, person_id=self.person, status=status)


class ResetFactor(Action):
    """重设第二因素 Let a person who lost the phone enrol another one, by the password alone, once."""

    action: Literal["person.reset-factor"] = "person.reset-factor"
    person: Id
    reason: Reason

    async def act(self, work: UnitOfWork, _means: Means) -> str:
        return f"{self.action} {await _role_of(work, self.person)}"

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        await reset_factor(work, self.person)
