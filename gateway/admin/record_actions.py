"""What two operators may do with records: repair one on the credit office's decision, erase a person."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.model.calendar import day_of
from connectors.records.acts import ActRequest
from connectors.records.life import ActKind
from gateway.admin.action import Action, Reason
from gateway.gateway import Gateway
from gateway.records.acts import act_on_record
from gateway.records.erasure import erase_subject
from gateway.runtime.actor import Actor
from gateway.runtime.work import UnitOfWork


class RepairRecord(Action):
    """信用修复 Repair a record on the decision of the city's credit office."""

    risky: ClassVar[bool] = True
    action: Literal["record.repair"] = "record.repair"
    record: UUID
    effective_on: date | None = None
    reason: Reason
    document: Annotated[str, Field(min_length=2, max_length=200, description="修复决定文书号 The decision's number.")]

    async def apply(self, gateway: Gateway, session: AsyncSession, actor: str, now: datetime) -> None:
        request = ActRequest(ActKind.REPAIR, self.effective_on or day_of(now), self.reason, self.document)
        await act_on_record(_work_of(gateway, session, actor, now), self.record, request)


class EraseSubject(Action):
    """删除个人信息 Erase what is personal of a subject, for good."""

    risky: ClassVar[bool] = True
    action: Literal["subject.erase"] = "subject.erase"
    subject: Annotated[str, Field(min_length=18, max_length=18, description="统一社会信用代码 Its USCC.")]
    reason: Reason

    async def apply(self, gateway: Gateway, session: AsyncSession, actor: str, now: datetime) -> None:
        await erase_subject(_work_of(gateway, session, actor, now), gateway.protector, self.subject, self.reason)


def _work_of(gateway: Gateway, session: AsyncSession, actor: str, now: datetime) -> UnitOfWork:
    return UnitOfWork(session, gateway.audit, gateway.keys, gateway.settings.issuer, Actor(actor, "operator"), now)
