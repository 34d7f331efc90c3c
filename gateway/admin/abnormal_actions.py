"""What two people decide on a case of abnormal use."""

from typing import Literal
from uuid import UUID

from gateway.abnormal.cases import Decision, end_case
from gateway.admin.action import Action, Id, Means, Reason
from gateway.runtime.work import UnitOfWork


class DecideAbnormalUse(Action):
    """处理异常使用 Let a held account ask again, or suspend it; an auditor approves either."""

    action: Literal["abnormal.decide"] = "abnormal.decide"
    case: UUID
    client: Id
    decision: Decision
    reason: Reason

    async def act(self, _work: UnitOfWork, _means: Means) -> str:
        return f"abnormal.{self.decision}"

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        await end_case(work, self.case, self.client, self.decision, self.reason)
