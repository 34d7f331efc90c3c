"""What is changed of institutions: their registration, their agreement, how much they and their accounts may ask."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from gateway.admin.action import Action, Id, Means, Reason, look_at
from gateway.identity.clients import registry
from gateway.identity.clients.delegations import end_delegation, grant_delegation, set_exit
from gateway.identity.tables import Institution
from gateway.quota.plans import find_plans, set_plan
from gateway.runtime.work import UnitOfWork
from gateway.runtime.wrong_values import WrongValueError


class AddInstitution(Action):
    """登记机构 Register an institution, with the period of its agreement."""

    action: Literal["institution.add"] = "institution.add"
    institution: Id
    name: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Annotated[Literal["bank", "guarantee", "micro_loan", "government", "other"], Field(alias="class")]
    agreement_from: date | None = None
    agreement_until: date | None = None

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        await registry.add_institution(
            work, institution_id=self.institution, name=self.name, kind=self.kind,
            agreement=(self.agreement_from, self.agreement_until),
        )  # fmt: skip


class SetAgreement(Action):
    """协议期限 Set the period of an institution's agreement; both days belong to it, none is open."""

    action: Literal["institution.agreement"] = "institution.agreement"
    institution: Id
    agreement_from: date | None = None
    agreement_until: date | None = None

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        row = await look_at(work, Institution, self.institution)
        days = {"agreement_from": row and row.agreement_from, "agreement_until": row and row.agreement_until}
        return {name: day.isoformat() if day else None for name, day in days.items()}

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        await registry.set_agreement(
            work, institution_id=self.institution,
            agreement=(self.agreement_from, self.agreement_until),
        )  # fmt: skip


class SetExit(Action):
    """唯一出口 Say through which institution alone another one's questions come; none: it may ask by itself."""

    action: Literal["institution.exit"] = "institution.exit"
    institution: Id
    exit_via: Id | None = None

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        row = await look_at(work, Institution, self.institution)
        return {"exit_via": row and row.exit_via}

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        await set_exit(work, institution=self.institution, exit_via=self.exit_via)


class GrantDelegation(Action):
    """代查委托 Let an intermediary ask in the name of an account, as its institution has agreed."""

    action: Literal["delegation.grant"] = "delegation.grant"
    client: Id
    intermediary: Id

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        await grant_delegation(work, account=self.client, intermediary=self.intermediary)


class EndDelegation(Action):
    """终止代查委托 End it, from the next question on."""

    action: Literal["delegation.end"] = "delegation.end"
    client: Id
    intermediary: Id
    reason: Reason

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        await end_delegation(work, account=self.client, intermediary=self.intermediary, reason=self.reason)


class SetQuota(Action):
    """设定配额 Set a quota plan from now on."""

    action: Literal["quota.set"] = "quota.set"
    scope: Literal["account", "institution"]
    id: Id
    per_day: Annotated[int, Field(ge=0)]
    per_month: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def check(self) -> "SetQuota":
        """A month holds at least a day."""
        if self.per_day > self.per_month:
            raise WrongValueError("per_day 大于 per_month per_day is more than per_month")
        return self

    async def act(self, _work: UnitOfWork, means: Means) -> str:
        """Within the bound of the settings one person is enough."""
        return f"{self.action} {'within' if self.per_month <= means.quota_alone_per_month else 'above'}"

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        plans = await find_plans(work, limit=1, scope=self.scope, ids=[self.id])
        return {name: plans[0][name] if plans else None for name in ("per_day", "per_month")}

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        await set_plan(
            work, scope=self.scope, scope_id=self.id, per_day=self.per_day, per_month=self.per_month
        )  # fmt: skip
