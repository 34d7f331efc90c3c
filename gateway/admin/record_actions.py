"""What two operators may do with records: repair one on the credit office's decision, erase a person."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from connectors.model.calendar import day_of
from connectors.records.acts import ActRequest
from connectors.records.life import ActKind
from gateway.admin.action import Action, Means, Reason
from gateway.records.acts import act_on_record
from gateway.records.erasure import erase_subject
from gateway.runtime.work import UnitOfWork
from gateway.web.values import Day


class RepairRecord(Action):
    """信用修复 Repair a record on the decision of the city's credit office."""

    action: Literal["record.repair"] = "record.repair"
    record: UUID
    effective_on: Day | None = None
    reason: Reason
    document: Annotated[str, Field(min_length=2, max_length=200, description="修复决定文书号 The decision's number.")]

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        request = ActRequest(ActKind.REPAIR, self.effective_on or day_of(work.now), self.reason, self.document)
        await act_on_record(work, self.record, request)


class EraseSubject(Action):
    """删除个人信息 Erase what is personal of a subject, for good."""

    action: Literal["subject.erase"] = "subject.erase"
    subject: Annotated[str, Field(min_length=18, max_length=18, description="统一社会信用代码 Its USCC.")]
    reason: Reason

    async def apply(self, work: UnitOfWork, means: Means) -> None:
        await erase_subject(work, means.protector, self.subject, self.reason)
