"""What is changed of people who sign in: that they may, whether they still may, the phone of one who lost it."""

from typing import Annotated, Any, Literal

from pydantic import Field

from gateway.admin.action import Action, Id, Means, Reason, look_at
from gateway.identity.clients.owners import person_behind
from gateway.people.factors import reset_factor
from gateway.people.handover import handover_of
from gateway.people.invitations import check_house, invite
from gateway.people.standing import set_standing
from gateway.people.tables import Person
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork


async def _role_of(work: UnitOfWork, person_id: str) -> str:
    person = await look_at(work, Person, person_id)
    if person is None:
        raise DeniedError("change-refused", f"没有此人员 there is no person {person_id}")
    return person.role


class InvitePerson(Action):
    """邀请人员 Invite a person, or anew one who lost the way in; the link and the word are handed over apart."""

    action: Literal["person.invite"] = "person.invite"
    person: Id
    name: Annotated[str, Field(min_length=1, max_length=200, description="姓名 Their name.")]
    role: Literal["operator", "system", "auditor", "regulator", "clerk", "office", "staff", "owner"]
    anew: Annotated[bool, Field(description="重新邀请 They are known already, and lost the way in.")] = False
    institution: Id | None = None
    agency: Id | None = None
    office: Annotated[str | None, Field(max_length=6, description="处置办 The county's code, of an office's.")] = None
    enterprise: Annotated[str | None, Field(max_length=64, description="企业 The credit code, of an owner.")] = None
    oidc_subject: Annotated[
        str | None, Field(min_length=1, max_length=255, description="Their sub at the identity provider.")
    ] = None

    async def act(self, work: UnitOfWork, _means: Means) -> str:
        """Whoever is known keeps nothing of the old way in: to invite them anew puts them out, too."""
        await self._check(work)
        return f"{self.action}{'-anew' if self.anew else ''} {self.role}"

    async def apply(self, work: UnitOfWork, means: Means) -> None:
        assert means.change is not None  # noqa: S101 - a change is being made
        await self._check(work)
        await invite(
            work, person_id=self.person, name=self.name, role=self.role, institution=self.institution,
            agency=self.agency, office=self.office, enterprise=self.enterprise, wait_hours=means.signatory_wait_hours,
            oidc_subject=self.oidc_subject, token=handover_of(work.keys.kek, means.change).token,
        )  # fmt: skip

    async def _check(self, work: UnitOfWork) -> None:
        """Pass where the person is known or new as is said, and belongs where it is said. Raises DeniedError."""
        await check_house(
            work, self.role, institution=self.institution, agency=self.agency, office=self.office,
            enterprise=self.enterprise,
        )  # fmt: skip
        if (await work.session.get(Person, self.person) is not None) != self.anew:
            known = f"{self.person} 已有人使用，可重新邀请 this id is somebody's already: they can be invited anew"
            none = f"没有此人员 there is no person {self.person}"
            raise DeniedError("change-refused", none if self.anew else known)


class SetPersonStanding(Action):
    """停用、恢复人员 Suspend a person, whose sessions and clients stop at once, or let them in again."""

    action: Literal["person.standing"] = "person.standing"
    change: Literal["suspend", "resume"]
    person: Id
    reason: Reason

    async def act(self, work: UnitOfWork, _means: Means) -> str:
        return f"person.{self.change} {await _role_of(work, self.person)}"

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        person = await look_at(work, Person, self.person)
        return {"status": person.status if person else None}

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        status: Literal["active", "suspended"] = "suspended" if self.change == "suspend" else "active"
        await set_standing(work, person_id=self.person, status=status)


class ResetFactor(Action):
    """重设第二因素 Let a person who lost the phone enrol another one, by the password alone, once."""

    action: Literal["person.reset-factor"] = "person.reset-factor"
    person: Id
    reason: Reason

    async def act(self, work: UnitOfWork, _means: Means) -> str:
        """Nobody asks for it themselves: who acts here has the phone, or a client that must not stand in for it."""
        if await person_behind(work) == self.person:
            raise DeniedError("own-change", "请由另一位管理员提交 Another administrator asks for this.")
        return f"{self.action} {await _role_of(work, self.person)}"

    async def apply(self, work: UnitOfWork, means: Means) -> None:
        await reset_factor(work, self.person, means.approved_by)
