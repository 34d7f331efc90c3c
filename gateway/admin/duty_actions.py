"""What is changed of the duties on which government bodies may ask: one is registered, one is ended."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from gateway.admin.action import Action, Id, Means, Reason
from gateway.inquiries.bases.basis import Duty
from gateway.inquiries.bases.setting import LONGEST_ARTICLE, LONGEST_LAW, end_duty, find_duty, register_duty
from gateway.runtime.work import UnitOfWork

Code = Annotated[str, Field(min_length=2, max_length=63)]
Codes = Annotated[tuple[Code, ...], Field(max_length=100)]


class RegisterDuty(Action):
    """登记职责依据 Let a government body ask on a duty that a law gives it, for a time."""

    action: Literal["duty.register"] = "duty.register"
    duty: Id
    institution: Id
    law: Annotated[str, Field(min_length=1, max_length=LONGEST_LAW, description="法律法规 The law it rests on.")]
    article: Annotated[str, Field(min_length=1, max_length=LONGEST_ARTICLE, description="条款 And the article.")]
    purposes: Codes
    products: Codes
    categories: Annotated[Codes, Field(description="数据类别，空为全部 Categories of data; none is all.")] = ()
    sources: Annotated[Codes, Field(description="来源部门，空为全部 Agencies; none is all.")] = ()
    datasets: Annotated[Codes, Field(description="受限目录，须逐一写明 Restricted datasets, each by its name.")] = ()
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime

    async def apply(self, work: UnitOfWork, means: Means) -> None:
        await register_duty(
            work,
            Duty(
                self.duty, self.institution, self.law, self.article, self.purposes, self.products,
                self.valid_from or work.now, self.valid_until, self.categories, self.sources, self.datasets,
            ),
            means.approved_by,
        )  # fmt: skip


class EndDuty(Action):
    """终止职责依据 End it, from the next question on."""

    action: Literal["duty.end"] = "duty.end"
    duty: Id
    reason: Reason

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        row = await find_duty(work, self.duty)
        return {"valid_until": row and row.valid_until.isoformat()}

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        await end_duty(work, self.duty, self.reason)
