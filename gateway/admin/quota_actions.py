"""What is changed of quota beside a plan of a day and a month: any limit, and grants on top of limits."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, ValidationInfo, field_validator

from gateway.admin.action import Action, Means, Reason
from gateway.identity.clients import registry
from gateway.quota.grants import LAST_PRIORITY, GrantRequest, add_grant
from gateway.quota.plans import ALERTS, LAST_ALERT, MOST_OVERDRAFT, MOST_UNITS, Limit, find_limit, is_uuid, set_limit
from gateway.quota.rates import demand_party, find_rate, set_rate
from gateway.quota.reversals import reverse_charge
from gateway.rates.limits import DEFAULTS, MOST, Measure, Scope
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.runtime.wrong_values import WrongValueError

OF_A_MONTH = {"day": 31, "week": 5}  # at most how often a period begins in one


def _holder(value: str) -> str:
    """Take an id, a consent's too; none is the platform's."""
    if value and not is_uuid(value):
        try:
            registry.check_id(value)
        except DeniedError as fault:
            raise WrongValueError(str(fault)) from fault
    return value


HolderId = Annotated[
    str, AfterValidator(_holder), Field(max_length=63, description="账户、机构或授权编号，平台留空 None: the platform.")
]
OfProduct = Annotated[str, Field(max_length=63, description="产品，* 为全部 A product, * for all.")]


class LimitQuota(Action):
    """设定限额 Set one limit of the platform, an institution, an account or a consent, from now on or later."""

    action: Literal["quota.limit"] = "quota.limit"
    scope: Literal["platform", "institution", "account", "consent"]
    id: HolderId = ""
    product: OfProduct = "*"
    unit: Literal["unit", "inquiry"] = "unit"
    period: Literal["none", "day", "week", "month", "year", "contract"]
    limit: Annotated[int | None, Field(ge=0, le=MOST_UNITS, description="上限，空为取消 None takes it away.")]
    overdraft_pct: Annotated[int, Field(ge=0, le=MOST_OVERDRAFT, description="可透支的百分数 0: a hard limit.")] = 0
    alerts: Annotated[tuple[Annotated[int, Field(ge=1, le=LAST_ALERT)], ...], Field(max_length=10)] = ALERTS
    begins: AwareDatetime | None = None

    async def act(self, _work: UnitOfWork, means: Means) -> str:
        """Within the bound of the settings one person is enough; taking a limit away lets more be asked."""
        most = (self.limit or 0) * (100 + self.overdraft_pct) * OF_A_MONTH.get(self.period, 1)
        within = self.limit is not None and most <= means.quota_alone_per_month * 100
        return f"{self.action} {'within' if within else 'above'}"

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        found = await find_limit(work, self._wanted())
        return {"limit": found and found.most, "overdraft_pct": found and found.overdraft_pct}

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        await set_limit(work, self._wanted(), self.begins)

    def _wanted(self) -> Limit:
        return Limit(
            self.scope, self.id, self.period, self.limit, self.product, self.unit, self.overdraft_pct,
            self.alerts,
        )  # fmt: skip


class LimitRate(Action):
    """设定频次上限 Set how fast, or how much at once, a party may ask from now on; `id` "": all without an own one."""

    action: Literal["quota.rate"] = "quota.rate"
    scope: Scope
    id: Annotated[
        str, AfterValidator(_holder), Field(max_length=63, description="编号，空为全部 Its id; none is all.")
    ] = ""
    measure: Measure
    limit: Annotated[int | None, Field(ge=1, le=MOST, description="上限，空为恢复默认 None takes it away.")]
    reason: Reason

    @field_validator("measure")
    @classmethod
    def check(cls, measure: Measure, info: ValidationInfo) -> Measure:
        """Not everything is limited of everybody."""
        scope = info.data.get("scope")
        if scope is not None and (scope, measure) not in DEFAULTS:
            raise WrongValueError(f"{scope} 没有这种上限 there is no such limit of one")
        return measure

    async def act(self, _work: UnitOfWork, _means: Means) -> str:
        """Up to what holds by default one person is enough."""
        within = self.limit is None or self.limit <= DEFAULTS[self.scope, self.measure]
        return f"{self.action} {'within' if within else 'above'}"

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        """Return the limit that was set. Raises DeniedError where there is no such party."""
        await demand_party(work, self.scope, self.id)
        return {"limit": await find_rate(work, self.scope, self.id, self.measure)}

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        await set_rate(work, self.scope, self.id, self.measure, self.limit, self.reason)


class GrantUnits(Action):
    """追加单位 Give units on top of the limits, for a time."""

    action: Literal["quota.grant"] = "quota.grant"
    scope: Literal["platform", "institution", "account"]
    id: HolderId = ""
    product: OfProduct = "*"
    units: Annotated[int, Field(ge=1, le=MOST_UNITS)]
    holds_from: AwareDatetime | None = None
    holds_until: AwareDatetime
    priority: Annotated[int, Field(ge=0, le=LAST_PRIORITY, description="小者先用 The lowest is burnt first.")] = 50
    reason: Reason

    async def apply(self, work: UnitOfWork, means: Means) -> None:
        begins: datetime = self.holds_from or work.now
        wanted = GrantRequest(
            self.scope, self.id, self.units, begins, self.holds_until, self.reason, self.product, self.priority
        )
        await add_grant(work, wanted, means.approved_by)


class ReverseCharge(Action):
    """冲正一笔计费 Take a wrong charge back: a reversal in the present month; nothing is edited."""

    action: Literal["quota.reverse"] = "quota.reverse"
    charge: Annotated[UUID, Field(description="计费明细中的 entry The charge's entry in the ledger.")]
    reason: Reason

    async def apply(self, work: UnitOfWork, means: Means) -> None:
        await reverse_charge(work, self.charge, self.reason, means.approved_by)
