"""What is changed of what questions cost."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from gateway.admin.action import Action, Means, Reason
from gateway.quota.costs import MOST_COST, demand_to_come, find_costs, set_cost
from gateway.runtime.clock import database_now
from gateway.runtime.work import UnitOfWork


class SetCost(Action):
    """产品成本 Say how many units a question of a product costs, from now on or from a moment to come."""

    action: Literal["quota.cost"] = "quota.cost"
    product: Literal["score", "health_check", "portrait", "public_record", "records", "risk_watch"]
    units: Annotated[int, Field(strict=True, ge=1, le=MOST_COST, description="每次查询的单位数 Units of one question.")]
    begins: AwareDatetime | None = None
    reason: Reason

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        """Return what it costs now. Raises DeniedError where the change would begin in the past."""
        demand_to_come(self.begins, await database_now(work.session))
        return {"units": (await find_costs(work.session))[self.product]}

    async def apply(self, work: UnitOfWork, means: Means) -> None:
        await set_cost(work, self.product, self.units, self.reason, self.begins, means.approved_by)
