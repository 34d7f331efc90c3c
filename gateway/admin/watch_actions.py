"""What is changed of the risk watch: other rules or another model are put in force, or earlier ones again."""

from typing import Annotated, Any, Literal

from pydantic import Field

from gateway.admin.action import Action, Means, Reason
from gateway.runtime.work import UnitOfWork
from gateway.watches.checks import LONGEST_REPORT, LONGEST_SOURCE
from gateway.watches.names import Kind
from gateway.watches.releasing import check, get_release, list_releases, now_in_force, release, return_to

OfKind = Annotated[Kind, Field(description="规则或模型 rules or model.")]


class ReleaseWatch(Action):
    """启用新的监测规则或模型 Put other rules or another model in force, with their back-test."""

    action: Literal["watch.release"] = "watch.release"
    kind: OfKind
    source: Annotated[str, Field(min_length=1, max_length=LONGEST_SOURCE, description="原文 Its text, YAML.")]
    report: Annotated[
        str, Field(min_length=2, max_length=LONGEST_REPORT, description="回测报告 From risk evaluate --json.")
    ]
    reason: Reason

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        """Return what is in force. Raises DeniedError where it or its report will not do."""
        check(self.kind, self.source, self.report)
        return await _now(work, self.kind)

    async def apply(self, work: UnitOfWork, means: Means) -> None:
        await release(work, self.kind, self.source, self.report, self.reason, means.approved_by)


class ReturnToWatch(Action):
    """恢复此前的监测规则或模型 Put an earlier release in force again; 0 is the shipped rules, or no model."""

    action: Literal["watch.return"] = "watch.return"
    kind: OfKind
    number: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1, description="第几次启用 Which release.")]
    reason: Reason

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        """Return what is in force. Raises DeniedError where there is no such release."""
        await get_release(work, self.kind, self.number)
        return await _now(work, self.kind)

    async def apply(self, work: UnitOfWork, means: Means) -> None:
        await return_to(work, self.kind, self.number, self.reason, means.approved_by)


async def _now(work: UnitOfWork, kind: Kind) -> dict[str, Any]:
    return {"watch_told": now_in_force(await list_releases(work), kind).told}
