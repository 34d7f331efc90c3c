"""What is changed of the scorecard: another is put in force, or an earlier one again."""

from typing import Annotated, Any, Literal

from pydantic import Field

from gateway.admin.action import Action, Means, Reason
from gateway.cards.checks import LONGEST_CARD, LONGEST_REPORT
from gateway.cards.releasing import check_card, get_release, list_releases, release_card, return_to, shipped
from gateway.runtime.work import UnitOfWork


class ReleaseCard(Action):
    """启用新的评分卡 Put another scorecard in force, with the report it was tried with."""

    action: Literal["card.release"] = "card.release"
    card: Annotated[str, Field(min_length=1, max_length=LONGEST_CARD, description="评分卡 The card, YAML.")]
    report: Annotated[
        str, Field(min_length=2, max_length=LONGEST_REPORT, description="验证报告 From score validate --json.")
    ]
    reason: Reason

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        """Return what is in force. Raises DeniedError where the card or its report will not do."""
        check_card(self.card, self.report)
        return await _now(work)

    async def apply(self, work: UnitOfWork, means: Means) -> None:
        await release_card(work, self.card, self.report, self.reason, means.approved_by)


class ReturnToCard(Action):
    """恢复此前的评分卡 Put the card of an earlier release in force again; 0 is the card shipped with the program."""

    action: Literal["card.return"] = "card.return"
    number: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1, description="第几次启用 Which release.")]
    reason: Reason

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        """Return what is in force. Raises DeniedError where there is no such release."""
        await get_release(work, self.number)
        return await _now(work)

    async def apply(self, work: UnitOfWork, means: Means) -> None:
        await return_to(work, self.number, self.reason, means.approved_by)


async def _now(work: UnitOfWork) -> dict[str, Any]:
    released = await list_releases(work)
    if not released:
        return {"model": shipped().model, "number": 0}
    return {"model": released[0].model, "number": released[0].number}
